"""What the stages of projects say of one: how it was approved and which targets were changed, and what was reported."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from evalflow.kinds.plans import plans_of
from evalflow.workflow.definition import Stage
from evalflow.workflow.indicators import Indicator
from evalflow.workflow.outcome import Case, Outcome


@dataclass(frozen=True)
class Changed:
    """Targets as they were and as a motion made them."""

    indicator: str
    unit: str
    old: tuple[Decimal, Decimal]
    new: tuple[Decimal, Decimal]
    motion: str


@dataclass(frozen=True)
class Approval:
    """changes: in the order they were made."""

    shape: ClassVar[str] = "approval"
    stage: Stage
    is_approved: bool
    changes: tuple[Changed, ...]


@dataclass(frozen=True)
class Reported:
    """The last figure of an indicator that counts."""

    indicator: Indicator
    value: Fraction
    day: date


@dataclass(frozen=True)
class Tracked:
    """attainment: by the last figures; None where there are no indicators."""

    shape: ClassVar[str] = "tracking"
    stage: Stage
    reports: int
    attainment: Fraction | None
    last: tuple[Reported, ...]


def explain_approval(case: Case, outcome: Outcome, entry: str) -> Approval:
    names = {one.number: one for one in plans_of(case).get(entry, ())}
    changes = [one for one in outcome.facts["changes"] if one["entry"] == entry]
    return Approval(
        stage=case.stage,
        is_approved=entry in outcome.facts["approved"],
        changes=tuple(
            Changed(
                names[one["indicator"]].name,
                names[one["indicator"]].unit,
                (Decimal(one["old_work"]), Decimal(one["old_stretch"])),
                (Decimal(one["work"]), Decimal(one["stretch"])),
                str(one["motion"]),
            )
            for one in changes
        ),
    )


def explain_tracking(case: Case, outcome: Outcome, entry: str) -> Tracked:
    last = outcome.facts.get("last", {}).get(entry, {})
    plan = plans_of(case).get(entry, ())
    return Tracked(
        stage=case.stage,
        reports=int(outcome.figures["reports"].get(entry, 0)),
        attainment=outcome.figures.get("attainment", {}).get(entry),
        last=tuple(
            Reported(one, Fraction(told["value"]), date.fromisoformat(told["day"]))
            for one in plan
            if (told := last.get(str(one.number))) is not None
        ),
    )
