"""How an entry's attainment was made: every indicator from its targets and the value found to what it adds."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from evalflow.analysis.arithmetic import Arithmetic, added, mentions
from evalflow.i18n import Text
from evalflow.kinds.inspection import InspectionOptions
from evalflow.kinds.plans import plans_of
from evalflow.workflow.definition import Stage
from evalflow.workflow.indicators import Indicator
from evalflow.workflow.outcome import Case, Outcome

TOLD = {"attained", "choices"}
FULL = Fraction(100)


@dataclass(frozen=True)
class Figure:
    """One indicator. claimed: None where the branch stated nothing. state: "accepted" or "corrected", with the reason.

    working: from the value to its points; None where it is no better than the baseline (0 points), or beyond the last
    target that counts (is_capped). weighing: from the points to the share.
    """

    indicator: Indicator
    claimed: Fraction | None
    value: Fraction
    state: str
    reason: str
    points: Fraction
    share: Fraction
    working: Arithmetic | None
    is_capped: bool
    weighing: Arithmetic


@dataclass(frozen=True)
class Inspection:
    """figures: in the order of the plan. adding: their shares to the attainment. flags: (what, "yes" or "no")."""

    shape: ClassVar[str] = "inspection"
    stage: Stage
    figures: tuple[Figure, ...]
    adding: Arithmetic | None
    attainment: Fraction | None
    flags: tuple[tuple[Text, str], ...]
    others: tuple[tuple[str, str], ...] = ()


def explain(case: Case, outcome: Outcome, entry: str) -> Inspection:
    """What an inspection made of one entry's figures."""
    options = case.stage.options
    assert isinstance(options, InspectionOptions)
    plan = {one.number: one for one in plans_of(case).get(entry, ())}
    told = outcome.facts["attained"].get(entry, ())
    figures = tuple(_figure(plan[one["indicator"]], one, options) for one in told)
    attainment = outcome.figures["attainment"].get(entry)
    found = outcome.facts.get("choices", {})
    return Inspection(
        stage=case.stage,
        figures=figures,
        adding=None if attainment is None else Arithmetic(added([one.share for one in figures]), attainment),
        attainment=attainment,
        flags=tuple((flag.label, found[flag.key][entry]) for flag in options.flag if entry in found.get(flag.key, {})),
        others=tuple(mentions({key: fact for key, fact in outcome.facts.items() if key not in TOLD}, entry)),
    )


def _figure(indicator: Indicator, told: Mapping[str, Any], options: InspectionOptions) -> Figure:
    value, points, share = (Fraction(told[name]) for name in ("value", "attainment", "share"))
    terms = _terms(indicator, value, options)
    weight = Fraction(indicator.weight)
    return Figure(
        indicator=indicator,
        claimed=None if told["claimed"] is None else Fraction(told["claimed"]),
        value=value,
        state=told["state"],
        reason=told["reason"],
        points=points,
        share=share,
        working=Arithmetic(terms, points) if terms else None,
        is_capped=not terms and points > 0,
        weighing=Arithmetic((weight, " % × ", points), share),
    )


def _terms(indicator: Indicator, value: Fraction, options: InspectionOptions) -> tuple[str | Fraction, ...]:
    """The calculation that the rules ask for; none where they end."""
    baseline, work, stretch = (Fraction(one) for one in (indicator.baseline, indicator.work, indicator.stretch))
    sign = 1 if indicator.better == "more" else -1
    if sign * (value - baseline) <= 0:
        return ()
    if sign * (value - work) <= 0:
        return (FULL, " × ", *_part(value, baseline, work, sign))
    if options.capped == "work" or (options.capped == "stretch" and sign * (value - stretch) > 0):
        return ()
    more = options.stretch_points - FULL
    return (FULL, " + ", more, " × ", *_part(value, work, stretch, sign))


def _part(value: Fraction, start: Fraction, end: Fraction, sign: int) -> tuple[str | Fraction, ...]:
    """How far from one target to the next: (value − start) ÷ (end − start), turned where less is better."""
    if sign < 0:
        return ("(", start, " − ", value, ") ÷ (", start, " − ", end, ")")
    return ("(", value, " − ", start, ") ÷ (", end, " − ", start, ")")
