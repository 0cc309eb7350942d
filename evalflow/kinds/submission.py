"""What a submission is: branches fill in a form, and the organiser accepts it or returns it for amendment.

Evidence: `submissions.csv` holds every entry with the number of its last revision and what became of it; `fields.csv`
the numbers and choices of the accepted ones, as accepted: later stages may count with them. Tables and the leader in
command of accepted entries are files of their own: `indicators.csv`, `milestones.csv`, `partners.csv`, `leaders.csv`.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from evalflow.errors import BundleError
from evalflow.i18n import Text, phrase, say
from evalflow.kinds.columns import check_admitted, count_of, faulty, line_of, one_of, points_of, unique
from evalflow.workflow import rows
from evalflow.workflow.definition import Definition, Options, Stage, listed
from evalflow.workflow.fields import Field
from evalflow.workflow.kind import Kind, Problem
from evalflow.workflow.outcome import Case, Outcome, Row
from evalflow.workflow.rows import COLUMNS

FIELDS = "fields.csv"
COUNTED = ("number", "choice")  # types of fields that are evidence
STATES = ("accepted", "rejected", "withdrawn", "draft", "submitted", "returned")
ONCE = (*COLUMNS, "leader")  # types of fields of which a form has one at most
_ROLES = {"title": ("text",), "lead": ("text", "long_text"), "picture": ("image",)}


def _distinct(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    if len({field.key for field in fields}) < len(fields):
        raise ValueError(phrase("each field key once"))
    return fields


def _one_title(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    if [field.required for field in fields if field.role == "title"] != [True]:
        raise ValueError(phrase('exactly one field with role = "title", and that one required'))
    return fields


def _fitting_roles(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    for role, types in _ROLES.items():
        holders = [field for field in fields if field.role == role]
        if len(holders) > 1 or any(field.type not in types for field in holders):
            raise ValueError(
                phrase(
                    "at most one field with role = %(role)s, of type %(types)s",
                    role=repr(role),
                    types=" | ".join(types),
                )
            )
    return fields


def _once(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    types: list[str] = [field.type for field in fields]
    twice = next((name for name in ONCE if types.count(name) > 1), None)
    if twice:
        raise ValueError(phrase("at most one field of type %(type)s", type=twice))
    return fields


class SubmissionOptions(Options):
    """field: the form, in the order it is shown.

    review: "organiser" accepts each entry, once a leader, branches and units that it names have agreed, or returns it
    with remarks; with "none" handing in is enough.
    """

    field: Annotated[
        listed(Field, min_length=1, max_length=60),  # type: ignore[valid-type]
        AfterValidator(_distinct),
        AfterValidator(_one_title),
        AfterValidator(_fitting_roles),
        AfterValidator(_once),
    ]
    review: Literal["organiser", "none"] = "organiser"

    @property
    def counted(self) -> Mapping[str, Field]:
        """{key: field} of the numbers and choices, in the order of the form."""
        return {field.key: field for field in self.field if field.type in COUNTED}


def words(options: SubmissionOptions, locale: str) -> list[str]:
    """What a branch has to hand in, and who looks at it."""
    required = sum(1 for field in options.field if field.required)
    sentences = [
        say(
            locale,
            "A form. Questions: %(fields)s, required of them: %(required)s.",
            fields=len(options.field),
            required=required,
        )
    ]
    if options.review == "organiser":
        sentences.append(say(locale, "The organiser accepts each entry or returns it for amendment."))
    else:
        sentences.append(say(locale, "What is handed in takes part without review."))
    return sentences


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    """Where all entries move together they are gathered once: numbers and roll stand on that."""
    before = definition.last("submission", before=stage.key)
    if definition.heading.moves == "together" and before is not None:
        yield Problem("kind", phrase("one submission stage"), phrase("a second one after %(stage)s", stage=before.key))


def outcome(case: Case) -> Outcome:
    """Who is in, with the numbers and choices declared: a field that nobody answered is absent.

    Raises BundleError for an entry that takes part without having been accepted, and for an answer that can't be. Where
    an approval follows, what was amended later may have come in by that one.
    """
    submitted = case.rows("submissions")
    unique(submitted, "submissions.csv", "entry")
    found: dict[str, list[str]] = {state: [] for state in STATES}
    for line, row in enumerate(submitted, 2):
        count_of(row, "revision", "submissions.csv", line)
        found[one_of(row, "state", "submissions.csv", line, known=STATES)].append(row["entry"])
    if not _is_approved_later(case):
        check_admitted(case, found["accepted"], "submissions", "accepted")
    unfinished = found["draft"] + found["submitted"] + found["returned"]
    numbers, choices = _answers(case, found["accepted"])
    return Outcome(
        numbers,
        {
            "accepted": sorted(found["accepted"]),
            "rejected": sorted(found["rejected"]),
            "withdrawn": sorted(found["withdrawn"]),
            "unfinished": sorted(unfinished),
            **({"choices": choices} if choices else {}),
            **_tables(case, found["accepted"]),
        },
    )


def _is_approved_later(case: Case) -> bool:
    return any(
        stage.kind == "approval" and case.stage in case.definition.earlier(stage.key)
        for stage in case.definition.stages
    )


def _answers(case: Case, accepted: list[str]) -> tuple[dict[str, dict[str, Fraction]], dict[str, dict[str, str]]]:
    """({number field: {entry: number}}, {choice field: {entry: key of the choice}})."""
    options = case.stage.options
    assert isinstance(options, SubmissionOptions)
    answers = case.rows("fields")
    unique(answers, FIELDS, "entry", "field")
    numbers: dict[str, dict[str, Fraction]] = {}
    choices: dict[str, dict[str, str]] = {}
    for line, row in enumerate(answers, 2):
        entry = one_of(row, "entry", FIELDS, line, known=accepted)
        field = options.counted[one_of(row, "field", FIELDS, line, known=options.counted)]
        if field.type == "choice":
            known = {choice.key for choice in field.choice}
            choices.setdefault(field.key, {})[entry] = one_of(row, "value", FIELDS, line, known=known)
        else:
            numbers.setdefault(field.key, {})[entry] = _number(field, row, line)
    return numbers, choices


def _tables(case: Case, accepted: list[str]) -> dict[str, Any]:
    """{"indicators": {entry: rows}, …}, only what the form asks for; rows in the order of the file."""
    options = case.stage.options
    assert isinstance(options, SubmissionOptions)
    asked = {field.type for field in options.field}
    found: dict[str, Any] = {}
    for name in (name for name in COLUMNS if name in asked):
        found[name] = {entry: [] for entry in sorted(accepted)}
        for line, row in enumerate(case.rows(name), 2):
            entry = one_of(row, "entry", f"{name}.csv", line, known=accepted)
            found[name][entry].append(rows.cells(name, row))
            wrong = [fault for fault in rows.faults(name, found[name][entry]) if fault.row == len(found[name][entry])]
            if wrong:
                raise faulty(f"{name}.csv", wrong[0], found[name][entry], entry=entry, line=line)
        _check_whole(case, name, found[name])
    if "leader" in asked:
        unique(case.rows("leaders"), "leaders.csv", "entry")
        lines = enumerate(case.rows("leaders"), 2)
        found["leaders"] = {
            one_of(row, "entry", "leaders.csv", line, known=accepted): row["leader"] for line, row in lines
        }
    return found


def _check_whole(case: Case, name: str, tables: Mapping[str, list[dict[str, str]]]) -> None:
    """Weights that do not total 100, shares above 100; on the entry's first line."""
    for entry, table in tables.items():
        wrong = rows.faults(name, table) if table else ()
        if wrong:
            line = line_of(case.rows(name), "entry", entry)
            raise faulty(f"{name}.csv", wrong[0], table, entry=entry, line=line)


def _range_of(field: Field) -> str:
    low, high = field.minimum, field.maximum
    return f"{low} to {high}" if None not in (low, high) else f"{low} or more" if high is None else f"{high} or less"


def _number(field: Field, row: Row, line: int) -> Fraction:
    number = points_of(row, "value", FIELDS, line)
    if (field.minimum is not None and number < field.minimum) or (field.maximum is not None and number > field.maximum):
        raise BundleError(FIELDS, f"value of {field.key!r}", expected=_range_of(field), found=row["value"], line=line)
    return number


SUBMISSION = Kind(
    name="submission",
    title=Text("申报", "Declaration"),
    options=SubmissionOptions,
    words=words,
    outcome=outcome,
    tables={
        "submissions": ("entry", "revision", "state"),
        "fields": ("entry", "field", "value"),
        **{name: ("entry", *columns) for name, columns in COLUMNS.items()},
        "leaders": ("entry", "leader"),
    },
    optional=rows.OPTIONAL,
    check=check,
    admits=True,
)
