"""What became of an entry after the decision, and, for kinds without an explanation of their own, what they tell."""

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from evalflow.analysis.arithmetic import mentions
from evalflow.i18n import Text
from evalflow.kinds.award import AwardOptions
from evalflow.workflow.definition import Stage
from evalflow.workflow.outcome import Case, Outcome

# Plans and who takes part: they say what an entry is measured by, not how it fares.
TABLES = frozenset({"indicators", "milestones", "partners", "leaders", "last"})


@dataclass(frozen=True)
class Notice:
    """put_up: the place it was put up with, None where it was not. objections: the state of each about this entry.

    remains: the place afterwards, None where it was struck.
    """

    shape: ClassVar[str] = "notice"
    stage: Stage
    put_up: int | None
    objections: tuple[str, ...]
    is_struck: bool
    remains: int | None


@dataclass(frozen=True)
class Award:
    """place None: no award. tier: what its class is called; empty where there are none."""

    shape: ClassVar[str] = "award"
    stage: Stage
    place: int | None
    tier: Text
    honour: Text


@dataclass(frozen=True)
class Plain:
    """figures: (name, value). facts: (where, what) the outcome tells of the entry."""

    shape: ClassVar[str] = "plain"
    stage: Stage
    figures: tuple[tuple[str, Fraction], ...]
    facts: tuple[tuple[str, str], ...]


def explain_notice(case: Case, outcome: Outcome, entry: str) -> Notice:
    facts = outcome.facts
    return Notice(
        stage=case.stage,
        put_up=next((one["place"] for one in facts["names"] if one["entry"] == entry), None),
        objections=tuple(row["state"] for row in case.rows("objections") if row["entry"] == entry),
        is_struck=entry in facts["struck"],
        remains=next((one["place"] for one in facts["remaining"] if one["entry"] == entry), None),
    )


def explain_award(case: Case, outcome: Outcome, entry: str) -> Award:
    options = case.stage.options
    assert isinstance(options, AwardOptions)
    award = next((one for one in outcome.facts["awards"] if one["entry"] == entry), None)
    titles = {str(tier.key): tier.title for tier in options.tier}
    return Award(
        stage=case.stage,
        place=award["place"] if award else None,
        tier=titles.get(award["tier"] if award else "", Text("")),
        honour=options.honour,
    )


def explain_plainly(case: Case, outcome: Outcome, entry: str) -> Plain:
    figures = tuple((name, column[entry]) for name, column in outcome.figures.items() if entry in column)
    told = {key: fact for key, fact in outcome.facts.items() if key not in TABLES}
    return Plain(case.stage, figures, tuple(mentions(told, entry)))
