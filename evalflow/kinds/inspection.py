"""What an inspection is: branches state the final value of every indicator, and each is accepted or corrected.

Evidence: `claims.csv` holds the values that branches stated, `inspected.csv` what stands for every indicator of every
entry, `flags.csv` what was declared and found of accidents and the like. The outcome's figure "attainment" is exact;
its fact "attained" holds every step of it, and its "choices" let a later decision veto by a flag.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from evalflow.errors import BundleError
from evalflow.i18n import N_, Text, phrase, say
from evalflow.kinds.attained import Attained, Cap, Step, attained
from evalflow.kinds.columns import one_of, points_of, unique
from evalflow.kinds.plans import plans_of
from evalflow.workflow.definition import BilingualText, Definition, Key, Options, Stage, Strict, listed
from evalflow.workflow.indicators import Indicator
from evalflow.workflow.kind import Kind, Problem
from evalflow.workflow.outcome import Case, Outcome, Row

CLAIMS, INSPECTED, FLAGS = "claims.csv", "inspected.csv", "flags.csv"
ACCEPTED, CORRECTED = "accepted", "corrected"
YES, NO = "yes", "no"
Plans = Mapping[str, tuple[Indicator, ...]]
Values = Mapping[tuple[str, int], Fraction]  # by entry and number of the indicator
Lines = Mapping[tuple[str, int], Row]

BEYOND = {
    "work": N_("An indicator has 0 points at its baseline or worse and 100 from its work target on."),
    "stretch": N_(
        "An indicator has 0 points at its baseline or worse, 100 at its work target and %(points)s from its stretch"
        " target on."
    ),
    "none": N_(
        "An indicator has 0 points at its baseline or worse, 100 at its work target, %(points)s at its stretch target"
        " and more beyond it."
    ),
}


class Flag(Strict):
    """Something that happened or did not: an accident, a discipline case. A decision can veto by it."""

    key: Key
    label: BilingualText


def _distinct(flags: tuple[Flag, ...]) -> tuple[Flag, ...]:
    if len({flag.key for flag in flags}) < len(flags):
        raise ValueError(phrase("each flag key once"))
    return flags


class InspectionOptions(Options):
    """capped: where an indicator's points end, at its work target, at its stretch target, or nowhere.

    stretch_points: what the stretch target is worth. flag: what branches declare and inspectors find besides figures,
    yes or no; a decision's veto can name it.
    """

    capped: Literal["work", "stretch", "none"] = "stretch"
    stretch_points: Annotated[int, Field(ge=100, le=1000)] = 120
    flag: Annotated[
        listed(Flag, max_length=20),  # type: ignore[valid-type]
        AfterValidator(_distinct),
    ] = ()

    @property
    def cap(self) -> Cap:
        return Cap(self.capped)


def words(options: InspectionOptions, locale: str) -> list[str]:
    """Who states and who inspects, and how attainment follows."""
    sentences = [
        say(locale, "Each branch states the final value of every indicator, with its evidence."),
        say(locale, "Every figure is inspected: accepted as stated, or corrected with a reason that the branch sees."),
        say(locale, BEYOND[options.capped], points=options.stretch_points),
        say(locale, "Between these points go by equal steps."),
        say(locale, "Attainment is the sum of the indicators' points by their weights."),
    ]
    if options.flag:
        stop = "、" if locale.startswith("zh") else ", "
        flags = stop.join(flag.label.to(locale) for flag in options.flag)
        sentences.append(say(locale, "Also declared and inspected: %(flags)s.", flags=flags))
    return sentences


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    """There must be indicators to inspect."""
    asked = [
        field.type for one in definition.earlier(stage.key) for field in getattr(one.options, "field", ())
    ]  # only a submission has fields
    if "indicators" not in asked:
        yield Problem("kind", phrase('a submission before it with a field of type "indicators"'), phrase("none"))


def outcome(case: Case) -> Outcome:
    """The attainment of every entry with a plan. Raises BundleError for a figure that can't be or was not inspected."""
    options = case.stage.options
    assert isinstance(options, InspectionOptions)
    plans = {entry: plan for entry, plan in plans_of(case).items() if entry in case.keys}
    claims = _claims(case, plans)
    states = _inspected(case, plans, claims)
    found = {entry: _attained(plan, entry, states, options) for entry, plan in plans.items() if plan}
    told = {entry: [_told(step, entry, claims, states) for step in of.steps] for entry, of in found.items()}
    flags = _flags(case, options)
    return Outcome(
        {"attainment": {entry: of.total for entry, of in found.items()}},
        {"attained": told, **({"choices": flags} if options.flag else {})},
    )


def _attained(plan: tuple[Indicator, ...], entry: str, states: Lines, options: InspectionOptions) -> Attained:
    values = {indicator.number: Fraction(states[entry, indicator.number]["value"]) for indicator in plan}
    return attained(plan, values, cap=options.cap, stretch_points=options.stretch_points)


def _claims(case: Case, plans: Plans) -> Values:
    """{(entry, indicator): value stated}."""
    unique(case.rows("claims"), CLAIMS, "entry", "indicator")
    return {
        _indicator(row, CLAIMS, line, plans): points_of(row, "value", CLAIMS, line)
        for line, row in enumerate(case.rows("claims"), 2)
    }


def _inspected(case: Case, plans: Plans, claims: Values) -> Lines:
    """{(entry, indicator): its line}, one for every indicator there is."""
    unique(case.rows("inspected"), INSPECTED, "entry", "indicator")
    found: dict[tuple[str, int], Row] = {}
    for line, row in enumerate(case.rows("inspected"), 2):
        named = _indicator(row, INSPECTED, line, plans)
        value = points_of(row, "value", INSPECTED, line)
        state = one_of(row, "state", INSPECTED, line, known=(ACCEPTED, CORRECTED))
        if state == ACCEPTED and value != claims.get(named):
            raise BundleError(
                INSPECTED,
                "value",
                expected=f"{claims.get(named, 'nothing')}, what was stated and accepted",
                found=row["value"],
                line=line,
            )
        if state == CORRECTED and value == claims.get(named):
            raise BundleError(
                INSPECTED, "value", expected="another than stated, as it is corrected", found=row["value"], line=line
            )
        if state == CORRECTED and not row["reason"].strip():
            raise BundleError(INSPECTED, "reason", expected="one, as the value is corrected", found="none", line=line)
        found[named] = row
    left = next(((e, one.number) for e, plan in plans.items() for one in plan if (e, one.number) not in found), None)
    if left:
        raise BundleError(INSPECTED, f"indicator {left[1]} of {left[0]!r}", expected="a line", found="none")
    return found


def _indicator(row: Row, file: str, line: int, plans: Plans) -> tuple[str, int]:
    entry = one_of(row, "entry", file, line, known=plans)
    known = [str(indicator.number) for indicator in plans[entry]]
    return entry, int(one_of(row, "indicator", file, line, known=known))


def _flags(case: Case, options: InspectionOptions) -> dict[str, dict[str, str]]:
    """{flag: {entry: "yes" or "no" as found}}."""
    unique(case.rows("flags"), FLAGS, "entry", "flag")
    found: dict[str, dict[str, str]] = {flag.key: {} for flag in options.flag}
    for line, row in enumerate(case.rows("flags"), 2):
        entry = one_of(row, "entry", FLAGS, line, known=case.keys)
        flag = one_of(row, "flag", FLAGS, line, known=found)
        declared = one_of(row, "declared", FLAGS, line, known=(YES, NO, ""))
        inspected = one_of(row, "inspected", FLAGS, line, known=(YES, NO))
        if declared != inspected and not row["reason"].strip():
            raise BundleError(
                FLAGS, "reason", expected=f"one, as {declared or 'nothing'} was declared", found="none", line=line
            )
        found[flag][entry] = inspected
    for flag, entries in found.items():
        for entry in case.keys:
            if entry not in entries:
                raise BundleError(FLAGS, f"{flag!r} of {entry!r}", expected="a line", found="none")
    return found


def _told(step: Step, entry: str, claims: Values, states: Lines) -> dict[str, Any]:
    number = step.indicator.number
    claimed, row = claims.get((entry, number)), states[entry, number]
    return {
        "indicator": number,
        "claimed": None if claimed is None else str(claimed),
        "value": str(step.value),
        "state": row["state"],
        "reason": row["reason"].strip(),
        "attainment": str(step.points),
        "share": str(step.share),
    }


INSPECTION = Kind(
    name="inspection",
    title=Text("年终考核", "Year-end assessment"),
    options=InspectionOptions,
    words=words,
    outcome=outcome,
    tables={
        "claims": ("entry", "indicator", "value"),
        "inspected": ("entry", "indicator", "value", "state", "reason"),
        "flags": ("entry", "flag", "declared", "inspected", "reason"),
    },
    figures=("attainment",),
    check=check,
    gathers=True,
)
