"""How far an entry came by all its indicators: the points of each, and their sum by weight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from evalflow.tally import attainment
from evalflow.tally.attainment import Better, Targets
from evalflow.workflow.indicators import Indicator


class Cap(StrEnum):
    """Where the points of an indicator end."""

    WORK = "work"
    STRETCH = "stretch"
    NONE = "none"


@dataclass(frozen=True)
class Step:
    """One indicator: its value, what that is worth, and what it adds: its weight in per cent of the points."""

    indicator: Indicator
    value: Fraction
    points: Fraction
    share: Fraction


@dataclass(frozen=True)
class Attained:
    """steps: in the order of the plan. total: the sum of their shares."""

    steps: tuple[Step, ...]
    total: Fraction


def points(indicator: Indicator, value: Fraction, *, cap: Cap, stretch_points: int) -> Fraction:
    """0 at the baseline or worse, exactly 100 at the work target, `stretch_points` at the stretch target.

    Equal steps between; a better value never has fewer points. Beyond the cap nothing is added; without a cap the last
    line goes on. Source: see `tally.attainment`.

    >>> from decimal import Decimal as D
    >>> days = Indicator(1, "overhaul", "d", "less", D(10), D(9), D("7.5"), D(100), "", "month")
    >>> [str(points(days, Fraction(v), cap=Cap.STRETCH, stretch_points=120)) for v in ("11", "9.5", "9", "8.25", "6")]
    ['0', '50', '100', '110', '120']
    >>> [str(points(days, Fraction(6), cap=cap, stretch_points=120)) for cap in (Cap.WORK, Cap.NONE)]
    ['100', '140']
    >>> safe = Indicator(1, "accidents", "", "less", D(0), D(0), D(0), D(100), "", "month", least=D(0))
    >>> [str(points(safe, Fraction(v), cap=Cap.STRETCH, stretch_points=120)) for v in (0, 1)]
    ['100', '0']
    """
    return max(Fraction(0), attainment.attainment(value, targets(indicator, cap=cap, stretch_points=stretch_points)))


def targets(indicator: Indicator, *, cap: Cap, stretch_points: int) -> Targets:
    """What its values are held against."""
    return Targets(
        indicator.baseline,
        indicator.work,
        None if cap is Cap.WORK or indicator.stretch == indicator.work else indicator.stretch,
        better=Better(indicator.better),
        stretch_points=stretch_points,
        capped=cap is not Cap.NONE,
        is_kept=True,
    )


def attained(plan: Sequence[Indicator], values: Mapping[int, Fraction], *, cap: Cap, stretch_points: int) -> Attained:
    """Every step. values: by the indicators' numbers, one for each."""
    steps = tuple(
        Step(one, values[one.number], worth, Fraction(one.weight) * worth / 100)
        for one in plan
        for worth in [points(one, values[one.number], cap=cap, stretch_points=stretch_points)]
    )
    return Attained(steps, sum((step.share for step in steps), Fraction(0)))
