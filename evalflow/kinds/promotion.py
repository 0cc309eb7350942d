"""What a promotion is: accepted entries are shown to everybody, and page views are counted by day.

Evidence: `views.csv` holds how often an entry's page was opened on a day. Nobody is recognised: a view is a number.
"""

from collections.abc import Iterable
from fractions import Fraction

from evalflow.errors import BundleError
from evalflow.i18n import N_, Text, phrase, say
from evalflow.kinds.columns import count_of, day_of, one_of, unique
from evalflow.kinds.submission import SubmissionOptions
from evalflow.workflow.definition import Definition, Names, Options, Stage
from evalflow.workflow.kind import Kind, Problem
from evalflow.workflow.outcome import Case, Outcome


class PromotionOptions(Options):
    """show: keys of the fields shown, in this order; none named means every field of the declaration.

    views: whether page views are counted (by day, without cookies).
    """

    show: Names = ()
    views: bool = True


def words(options: PromotionOptions, locale: str) -> list[str]:
    """What the public sees."""
    sentences = [say(locale, "Accepted entries are shown to everybody, each on a page of its own.")]
    every = N_("Every field of the declaration is public, documents too.")
    some = N_("Only the fields named for it are public; the others stay with the organiser and the committee.")
    sentences.append(say(locale, some if options.show else every))
    if options.views:
        sentences.append(say(locale, "Page views are counted by day, without cookies."))
    return sentences


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    """Only what was asked can be shown."""
    options = stage.options
    assert isinstance(options, PromotionOptions)
    source = definition.last("submission", before=stage.key)
    if source is None:
        yield Problem("kind", phrase("a submission stage before it"), phrase("none"))
        return
    assert isinstance(source.options, SubmissionOptions)
    asked = [field.key for field in source.options.field]
    for index, key in enumerate(options.show):
        if key not in asked:
            yield Problem(
                f"show.{index}",
                phrase("a field of %(stage)s: %(known)s", stage=source.key, known=" | ".join(asked)),
                key,
            )


def outcome(case: Case) -> Outcome:
    """Views per entry, over all days; an entry nobody looked at has 0."""
    options = case.stage.options
    assert isinstance(options, PromotionOptions)
    rows = case.rows("views")
    unique(rows, "views.csv", "entry", "day")
    if not options.views:
        if rows:
            raise BundleError(
                "views.csv", expected="no rows, as by these rules views are not counted", found="some", line=2
            )
        return Outcome()
    views = dict.fromkeys(case.keys, Fraction(0))
    for line, row in enumerate(rows, 2):
        day_of(row, "day", "views.csv", line)
        views[one_of(row, "entry", "views.csv", line, known=views)] += count_of(row, "views", "views.csv", line)
    return Outcome({"views": views})


PROMOTION = Kind(
    name="promotion",
    title=Text("宣传展示", "Promotion"),
    options=PromotionOptions,
    words=words,
    outcome=outcome,
    tables={"views": ("entry", "day", "views")},
    figures=("views",),
    check=check,
)
