"""How far an indicator came: from where it began (0 points) to its work target (100) and its stretch target (more)."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from evalflow.tally.exact import Number, exact
from evalflow.tally.roots import DECIMALS, natural_log
from evalflow.tally.rounding import round_half_up

FULL = Fraction(100)


class Better(StrEnum):
    """Which way is good: output or the number of accidents."""

    MORE = "more"
    LESS = "less"


class Scale(StrEnum):
    """Whether equal steps or equal ratios weigh alike."""

    LINEAR = "linear"
    LOG = "log"


@dataclass(frozen=True)
class Targets:
    """What an indicator is held against. stretch: None where there is none; then nothing above `work` is told apart.

    stretch_points: what the stretch target is worth, 100 or more. capped: never below 0 points, and never above
    stretch_points (100 where there is no stretch target); else the lines go on with the same slope. is_kept: the
    baseline may be the work target, something to be kept: then whatever is worse has 0 points.
    """

    baseline: Number
    work: Number
    stretch: Number | None = None
    better: Better = Better.MORE
    stretch_points: Number = 120
    capped: bool = True
    scale: Scale = Scale.LINEAR
    is_kept: bool = False


def attainment(value: Number, targets: Targets) -> Fraction:
    """Points of a value: 0 at the baseline, exactly 100 at the work target, stretch_points at the stretch target.

    Linear between, in the value or in its logarithm; only with Scale.LOG a result is rounded, to `roots.DECIMALS`
    decimals. A better value never gets fewer points. ValueError: targets that contradict their direction (a work
    target no better than the baseline, a stretch target no better than the work target), stretch_points below 100, a
    logarithm of 0 or less. Where the scale is logarithmic and capped, a value of 0 or less has the points of the worst.
    Source: UNDP, Human Development Report 2021/2022, technical note 1, step 1 (goalposts, capped, income by logarithm);
    the work and stretch targets of performance contracts (工作目标, 奋斗目标).

    >>> targets = Targets(baseline=60, work=80, stretch=90)
    >>> [str(attainment(value, targets)) for value in (50, 60, 70, 80, 85, 90, 99)]
    ['0', '0', '50', '100', '110', '120', '120']
    >>> fewer = Targets(baseline=12, work=4, better=Better.LESS, capped=False)
    >>> [str(attainment(value, fewer)) for value in (16, 12, 6, 4, 2)]
    ['-50', '0', '75', '100', '125']
    >>> zero = Targets(baseline=0, work=0, better=Better.LESS, is_kept=True)
    >>> [str(attainment(value, zero)) for value in (0, 1)]
    ['100', '0']
    """
    check(targets)
    if targets.scale is Scale.LOG and exact(value) <= 0 and targets.capped:
        return _cap(Fraction(0) if targets.better is Better.MORE else _top(targets), targets)
    height, base, work = (_height(number, targets) for number in (value, targets.baseline, targets.work))
    if base == work:
        points = FULL if height >= work else Fraction(0)
    else:
        points = FULL * (height - base) / (work - base)
    if targets.stretch is not None and height > work:
        top = _height(targets.stretch, targets)
        points = FULL + (exact(targets.stretch_points) - FULL) * (height - work) / (top - work)
    if targets.scale is Scale.LOG:
        points = Fraction(round_half_up(points, DECIMALS))
    return _cap(points, targets)


def check(targets: Targets) -> None:
    """ValueError where the targets can't be meant; see `attainment`."""
    steps = [targets.baseline, targets.work, *([] if targets.stretch is None else [targets.stretch])]
    heights = [_height(number, targets) for number in steps]
    if targets.is_kept and heights[0] == heights[1]:
        heights = heights[1:]
    if any(better <= worse for worse, better in zip(heights, heights[1:], strict=False)):
        told = " → ".join(str(step) for step in steps)
        raise ValueError(f"targets that contradict their direction ({targets.better} is better): {told}")
    if exact(targets.stretch_points) < FULL:
        raise ValueError(f"a stretch target is worth 100 points or more, not {targets.stretch_points}")


def _height(number: Number, targets: Targets) -> Fraction:
    """The number on an axis where higher is better."""
    found = natural_log(number) if targets.scale is Scale.LOG else exact(number)
    return found if targets.better is Better.MORE else -found


def _top(targets: Targets) -> Fraction:
    return FULL if targets.stretch is None else exact(targets.stretch_points)


def _cap(points: Fraction, targets: Targets) -> Fraction:
    return min(max(points, Fraction(0)), _top(targets)) if targets.capped else points
