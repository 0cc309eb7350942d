"""From score sheets to one score per entry: the rubric of a sheet, then an aggregate over raters.

A mark that was not given is left out, never counted as zero: marks: {rater: mark} holds only raters who scored.
Where the raters of each criterion are aggregated first, `panel` puts the parts together. Void sheets are told by
`void`, harsh and lenient raters are levelled by `levelling`, both before anything is aggregated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from evalflow.tally.exact import Number, exact

Mark = tuple[str, Fraction]


@dataclass(frozen=True)
class Criterion:
    """One line of a rubric: its key, its weight among the others, the points that are its maximum."""

    key: str
    weight: Number
    maximum: Number


@dataclass(frozen=True)
class Aggregate:
    """An entry's score over its raters; None where nobody scored it.

    kept and dropped: (rater, mark) from the lowest to the highest; raters counts both.
    """

    score: Fraction | None
    raters: int
    kept: tuple[Mark, ...] = ()
    dropped: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Method:
    """One name of `AGGREGATES`: how marks are combined, and whether the extremes are dropped first."""

    combine: Callable[[Sequence[Fraction]], Fraction]
    trims: bool = False


def weighted_score(points: Mapping[str, Number], rubric: Sequence[Criterion]) -> Fraction | None:
    """A sheet's score for one entry, 0 to 100: each criterion's share of its maximum, weighted.

    points: {criterion: 0 to its maximum}. Weights need not total 100. A criterion without points is left out together
    with its weight; no points at all: None. ValueError: points out of range or for no criterion, a weight or a maximum
    that is not above 0.

    >>> rubric = [Criterion("awareness", 20, 10), Criterion("results", 80, 50)]
    >>> weighted_score({"awareness": 9, "results": 40}, rubric), weighted_score({"results": 40}, rubric)
    (Fraction(82, 1), Fraction(80, 1))
    """
    unknown = points.keys() - {criterion.key for criterion in rubric}
    if unknown:
        raise ValueError(f"points for what is not a criterion: {', '.join(sorted(unknown))}")
    scored = [criterion for criterion in rubric if criterion.key in points]
    if not scored:
        return None
    shares = sum((exact(one.weight) * _share(points[one.key], one) for one in scored), Fraction(0))
    return 100 * shares / sum(exact(one.weight) for one in scored)


def aggregate(marks: Mapping[str, Number], method: str, *, trim_when_more_than: int = 5, trim: int = 1) -> Aggregate:
    """One score from an entry's marks, by a name of `AGGREGATES`; the result says which marks were dropped.

    The methods that trim drop the `trim` highest and as many lowest where this entry has more raters than
    `trim_when_more_than`, else none; of equal marks the rater first in order of keys counts as the lower, which changes
    no score. No marks: no score, with every method. KeyError: no such method. ValueError: trim below 1, trimming that
    could leave nothing.

    Source: award regulations (去掉最高分和最低分); World Aquatics, Competition Regulations, diving: the highest and the
    lowest award are cancelled.

    >>> marks = {"b1": 70, "b2": 95, "b3": 80, "b4": 84}
    >>> result = aggregate(marks, "trimmed_mean", trim_when_more_than=3)
    >>> result.score, result.raters, [rater for rater, _ in result.dropped]
    (Fraction(82, 1), 4, ['b1', 'b2'])
    """
    how = AGGREGATES[method]
    ordered = sorted(((rater, exact(mark)) for rater, mark in marks.items()), key=lambda pair: (pair[1], pair[0]))
    kept, dropped = _trimmed(ordered, trim_when_more_than, each=trim) if how.trims else (ordered, [])
    score = how.combine([mark for _, mark in kept]) if kept else None
    return Aggregate(score, len(ordered), tuple(kept), tuple(dropped))


def mean(marks: Sequence[Fraction]) -> Fraction:
    """Arithmetic mean of at least one mark (ZeroDivisionError).

    >>> mean([Fraction(80), Fraction(85)])
    Fraction(165, 2)
    """
    return total(marks) / len(marks)


def median(marks: Sequence[Fraction]) -> Fraction:
    """The middle of at least one mark (IndexError); of an even number, half-way between the two in the middle.

    >>> median([Fraction(60), Fraction(95), Fraction(80), Fraction(85)])
    Fraction(165, 2)
    """
    ordered = sorted(marks)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def total(marks: Sequence[Fraction]) -> Fraction:
    """Sum of marks, for schemes in which every rater has points to hand out.

    >>> total([Fraction(12), Fraction(10)])
    Fraction(22, 1)
    """
    return sum(marks, Fraction(0))


AGGREGATES: Mapping[str, Method] = MappingProxyType(
    {
        "mean": Method(mean),
        "median": Method(median),
        "trimmed_mean": Method(mean, trims=True),
        "sum": Method(total),
        "trimmed_sum": Method(total, trims=True),
    }
)


def _share(points: Number, criterion: Criterion) -> Fraction:
    if exact(criterion.weight) <= 0 or exact(criterion.maximum) <= 0:
        raise ValueError(f"{criterion.key}: weight and maximum must be above 0")
    if not 0 <= exact(points) <= exact(criterion.maximum):
        raise ValueError(f"{criterion.key}: {points} is not from 0 to {criterion.maximum}")
    return exact(points) / exact(criterion.maximum)


def _trimmed(ordered: list[Mark], more_than: int, *, each: int) -> tuple[list[Mark], list[Mark]]:
    if each < 1:
        raise ValueError(f"{each} of each end can't be dropped")
    if more_than < 2 * each:
        raise ValueError(f"trimming {each} of each end at more than {more_than} raters could leave no mark")
    if len(ordered) <= more_than:
        return ordered, []
    return ordered[each:-each], [*ordered[:each], *ordered[-each:]]
