"""An entry's marks as dots on a line, in the units of a drawing; a page's only, for its fractions are cut to pixels."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalflow.analysis.arithmetic import plain
from evalflow.analysis.scores_explained import Fate, Scoring

WIDTH, EDGE, STEP = 320, 14, 9  # of the drawing, its margin, and a dot with its air


@dataclass(frozen=True)
class Dot:
    x: int
    y: int
    fate: Fate


@dataclass(frozen=True)
class Strip:
    """dots above a line at `base`, equal marks stacked. low, high: what the ends of the line stand for.

    score_x: where the score is, None where it lies beyond the marks or there is none.
    """

    width: int
    height: int
    base: int
    dots: Sequence[Dot]
    low: str
    high: str
    score_x: int | None


def strip(part: Scoring) -> Strip | None:
    """None where fewer than two marks were given, or all are alike."""
    marks = [(mark.counting, mark.fate) for mark in part.marks if mark.counting is not None]
    values = [value for value, _fate in marks]
    if len(set(values)) < 2:
        return None
    low, high = min(values), max(values)

    def across(value: Fraction) -> int:
        return EDGE + int((value - low) / (high - low) * (WIDTH - 2 * EDGE))

    stacked: Counter[int] = Counter()
    spots = []
    for value, fate in sorted(marks):
        column = across(value) // STEP
        spots.append((across(value), stacked[column], fate))
        stacked[column] += 1
    base = 6 + STEP * max(stacked.values())
    within = part.score is not None and low <= part.score <= high and not part.adds_up
    return Strip(
        width=WIDTH,
        height=base + 18,
        base=base,
        dots=[Dot(x, base - 5 - STEP * up, fate) for x, up, fate in spots],
        low=plain(low, 2),
        high=plain(high, 2),
        score_x=across(part.score) if within and part.score is not None else None,
    )
