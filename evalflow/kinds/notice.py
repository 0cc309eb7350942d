"""What a public notice is: the proposed names are posted for some working days, and anyone may object.

Evidence: `names.csv` holds what was put up, `objections.csv` each objection and what became of it. An objection that
was upheld strikes the name it is about; `published` is what everybody may read of why, where something was published.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field

from evalflow.errors import BundleError, choices
from evalflow.i18n import N_, Text, phrase, say, say_count
from evalflow.kinds.columns import check_due, count_of, day_of, one_of, unique
from evalflow.workflow.definition import Definition, Options, Stage
from evalflow.workflow.kind import Kind, Problem
from evalflow.workflow.outcome import Case, Outcome

STATES = ("upheld", "rejected", "withdrawn")


class NoticeOptions(Options):
    """working_days: how long the names are posted, not counting the day they are put up.

    objections: whether they are taken here. move_up: whether those after a struck name take its place; else it stays
    empty.
    """

    working_days: Annotated[int, Field(ge=1, le=60)] = 5
    objections: bool = True
    move_up: bool = False


def words(options: NoticeOptions, locale: str) -> list[str]:
    """How long, and what an objection does."""
    sentences = [
        say_count(
            locale,
            "The names are made public for %(num)s working day.",
            "The names are made public for %(num)s working days.",
            options.working_days,
        )
    ]
    if options.objections:
        sentences.append(say(locale, "Anyone may object; nothing is awarded before every objection has its answer."))
        sentences.append(
            say(locale, "Those after a struck name move up.")
            if options.move_up
            else say(locale, "The place of a struck name stays empty.")
        )
    return sentences


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    """There must be names, and the window must be the days that the notice promises."""
    options = stage.options
    assert isinstance(options, NoticeOptions)
    if definition.last("decision", before=stage.key) is None:
        yield Problem("kind", phrase("a decision stage before it"), phrase("none"))
    closes = stage.rule.closes
    if closes is None or (closes.anchor, closes.unit, closes.offset) != (
        "opening",
        "working day",
        options.working_days,
    ):
        expected = f"opening + {options.working_days} working days"
        yield Problem("closes", expected, closes.text if closes else phrase("nothing"))


def outcome(case: Case) -> Outcome:
    """Which names remain. Raises BundleError where the names are not those decided."""
    options = case.stage.options
    assert isinstance(options, NoticeOptions)
    names = _names(case)
    objections = _objections(case, {one["entry"] for one in names}, options)
    struck = sorted({one["entry"] for one in objections if one["state"] == "upheld" and one["entry"]})
    remaining = [one for one in names if one["entry"] not in struck]
    if options.move_up:
        remaining = _moved_up(remaining)
    counts = {state: sum(one["state"] == state for one in objections) for state in STATES}
    reasons = {one["entry"]: one["published"] for one in objections if one["state"] == "upheld" and one["published"]}
    return Outcome(
        facts={
            "names": names,
            "objections": counts,
            "struck": struck,
            "remaining": remaining,
            **({"reasons": reasons} if reasons else {}),
        }
    )


def afterwards(facts: Mapping[str, Any], titles: Mapping[str, str], locale: str) -> list[str]:
    """Who was struck and why, and who moved up; empty where nobody was. facts: of a notice's outcome."""
    before = {one["entry"]: one["place"] for one in facts["names"]}
    told = []
    for entry in sorted(facts["struck"], key=lambda key: (before[key], key)):
        reason = facts.get("reasons", {}).get(entry, "")
        pattern = N_("Struck from place %(place)s, as an objection was upheld: %(entry)s. Reason: %(reason)s")
        bare = N_("Struck from place %(place)s, as an objection was upheld: %(entry)s.")
        sentence = pattern if reason else bare
        told.append(say(locale, sentence, place=before[entry], entry=titles[entry], reason=reason))
    moved = [one for one in facts["remaining"] if one["place"] != before[one["entry"]]]
    for one in moved:
        sentence = N_("Moved up from place %(before)s to place %(place)s: %(entry)s.")
        title, place = titles[one["entry"]], one["place"]
        told.append(say(locale, sentence, before=before[one["entry"]], place=place, entry=title))
    if facts["struck"] and not moved:
        told.append(say(locale, "Nobody moved up."))
    return told


def _moved_up(names: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Their places without gaps; who shares a place still does."""
    places = [one["place"] for one in names]
    return [{"entry": one["entry"], "place": 1 + sum(place < one["place"] for place in places)} for one in names]


def _names(case: Case) -> list[dict[str, Any]]:
    unique(case.rows("names"), "names.csv", "entry")
    names = [
        {
            "entry": one_of(row, "entry", "names.csv", line, known=case.keys),
            "place": count_of(row, "place", "names.csv", line),
        }
        for line, row in enumerate(case.rows("names"), 2)
    ]
    decision = case.definition.last("decision", before=case.stage.key)
    if decision is not None:
        check_due(case.earlier[decision.key].facts["decided"], names, "names.csv")
    return sorted(names, key=lambda one: (one["place"], one["entry"]))


def _objections(case: Case, names: set[str], options: NoticeOptions) -> list[dict[str, str]]:
    rows = case.rows("objections")
    if rows and not options.objections:
        raise BundleError(
            "objections.csv", expected="no rows, as by these rules no objections are taken", found="some", line=2
        )
    unique(rows, "objections.csv", "number")
    found = []
    for line, row in enumerate(rows, 2):
        count_of(row, "number", "objections.csv", line)
        state = one_of(row, "state", "objections.csv", line, known=STATES)
        if row["entry"] and row["entry"] not in names:
            raise BundleError(
                "objections.csv",
                "entry",
                expected=choices(sorted(names), row["entry"]),
                found=f"{row['entry']!r}",
                line=line,
            )
        if state == "upheld" and not row["entry"]:
            raise BundleError(
                "objections.csv", "entry", expected="one, as the objection is upheld", found="nothing", line=line
            )
        day_of(row, "decided", "objections.csv", line)
        found.append({"entry": row["entry"], "state": state, "published": row.get("published", "").strip()})
    return found


NOTICE = Kind(
    name="notice",
    title=Text("公示", "Public notice"),
    options=NoticeOptions,
    words=words,
    outcome=outcome,
    tables={"names": ("entry", "place"), "objections": ("number", "entry", "state", "decided", "published")},
    optional={"objections": ("published",)},
    check=check,
    gathers=True,
    runs_in_full=True,
)
