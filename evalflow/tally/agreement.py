"""How far raters agree: Kendall's W over their orders, Krippendorff's alpha over their marks; some may be missing."""

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import combinations
from types import MappingProxyType

from evalflow.tally.exact import Number, exact

Sheets = Mapping[str, Mapping[str, Number]]  # {entry: {rater: mark}}
Distance = Callable[[Fraction, Fraction, Mapping[Fraction, int]], Fraction]


def kendall_w(sheets: Sheets) -> Fraction | None:
    """1 where all raters put the entries in one order, 0 where their orders cancel out.

    Each rater's marks become ranks, equal marks the mean of their ranks, less the middle rank; a mark not given takes
    no side (0). W is the sum over entries of their squared sums, divided by the most it could be: with every mark
    given, Kendall's W corrected for ties. Fewer than two raters with different marks: None.
    Source: Kendall and Babington Smith, Annals of Mathematical Statistics 10 (1939), 275-287.

    >>> kendall_w({"a": {"x": 1, "y": 2}, "b": {"x": 2, "y": 3}, "c": {"x": 3, "y": 9}})
    Fraction(1, 1)
    """
    by_rater: dict[str, dict[str, Fraction]] = {}
    for entry, marks in sheets.items():
        for rater, mark in marks.items():
            by_rater.setdefault(rater, {})[entry] = exact(mark)
    sides = {rater: _sides(marks) for rater, marks in by_rater.items()}
    squares = sum((side * side for of in sides.values() for side in of.values()), Fraction(0))
    if sum(any(of.values()) for of in sides.values()) < 2:
        return None
    sums = {entry: sum((of.get(entry, Fraction(0)) for of in sides.values()), Fraction(0)) for entry in sheets}
    return sum((total * total for total in sums.values()), Fraction(0)) / (len(sides) * squares)


def krippendorff_alpha(sheets: Sheets, metric: str = "interval") -> Fraction | None:
    """1 for perfect agreement, 0 for what chance would give, below 0 for systematic disagreement.

    metric: a name of METRICS, what a difference of two marks weighs. Entries with one mark only say nothing. Nothing
    to compare, or all marks alike: None. KeyError: no such metric.
    Source: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), for any number of observers.

    >>> krippendorff_alpha({"a": {"x": 1, "y": 1}, "b": {"x": 2, "y": 2}, "c": {"x": 3, "y": 1}}, "nominal")
    Fraction(6, 11)
    """
    distance = METRICS[metric]
    units = [Counter(exact(mark) for mark in marks.values()) for marks in sheets.values() if len(marks) > 1]
    whole: Counter[Fraction] = sum(units, Counter())
    expected = _differences(whole, whole, distance)
    if not expected:
        return None
    observed = sum((_differences(unit, whole, distance) / (unit.total() - 1) for unit in units), Fraction(0))
    return 1 - (whole.total() - 1) * observed / expected


def _differences(unit: Counter[Fraction], whole: Counter[Fraction], distance: Distance) -> Fraction:
    """Over all pairs of different marks of a unit."""
    pairs = combinations(sorted(unit), 2)
    return sum((unit[low] * unit[high] * distance(low, high, whole) for low, high in pairs), Fraction(0))


def _nominal(_low: Fraction, _high: Fraction, _whole: Mapping[Fraction, int]) -> Fraction:
    return Fraction(1)


def _ordinal(low: Fraction, high: Fraction, whole: Mapping[Fraction, int]) -> Fraction:
    between = sum(times for mark, times in whole.items() if low <= mark <= high)
    return (between - Fraction(whole[low] + whole[high], 2)) ** 2


def _interval(low: Fraction, high: Fraction, _whole: Mapping[Fraction, int]) -> Fraction:
    return (high - low) ** 2


def _ratio(low: Fraction, high: Fraction, _whole: Mapping[Fraction, int]) -> Fraction:
    return ((high - low) / (high + low)) ** 2


METRICS: Mapping[str, Distance] = MappingProxyType(
    {"nominal": _nominal, "ordinal": _ordinal, "interval": _interval, "ratio": _ratio}
)


def _sides(marks: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """{entry: mean rank less the middle rank}; they add up to 0."""
    times = Counter(marks.values())
    middle = Fraction(len(marks) + 1, 2)
    rank, below = {}, 0
    for mark in sorted(times):
        rank[mark] = below + Fraction(times[mark] + 1, 2)
        below += times[mark]
    return {entry: rank[mark] - middle for entry, mark in marks.items()}
