"""Criterion by criterion: the raters of each are aggregated first, then weighed by a factor, then added up.

The other order (each sheet becomes one mark, the marks are aggregated) is `scoring` alone. The two differ as soon as
marks are dropped, a criterion was left out by a rater, or anything is rounded on the way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from evalflow.tally.exact import Number, exact
from evalflow.tally.rounding import round_half_up
from evalflow.tally.scoring import Aggregate, aggregate


@dataclass(frozen=True)
class Steps:
    """How raters' points become a part of the score. method: a name of `scoring.AGGREGATES`; trims as `aggregate` does.

    round_panel, round_part: decimals the panel's value and the part are rounded to, half up, each where it is made;
    None: exact.
    """

    method: str
    trim: int = 1
    trim_when_more_than: int = 5
    round_panel: int | None = None
    round_part: int | None = None


@dataclass(frozen=True)
class Part:
    """What one criterion adds to an entry's score, and how: panel (who was kept and dropped) → value → points.

    value: the panel's, rounded where the rules say so. points: value × factor, rounded where the rules say so; None
    where nobody gave any, or where the factor is not known.
    """

    panel: Aggregate
    value: Fraction | None
    factor: Fraction | None
    points: Fraction | None


def part(given: Mapping[str, Number], steps: Steps, *, factor: Number | None = 1) -> Part:
    """One criterion's part of an entry's score. given: {rater: points}, only of raters who gave any.

    factor: what the criterion weighs, or how difficult the entry was; None where it is not known. Nothing given: no
    points, never zero. Errors as of `scoring.aggregate` and `rounding.round_half_up`.

    Source: ISU Special Regulations & Technical Rules, Single & Pair Skating, rule 353 (trimmed mean rounded to two
    decimals, multiplied by the factor, rounded again); World Aquatics, Competition Regulations, diving (the sum of the
    awards that are left, multiplied by the degree of difficulty).

    >>> steps = Steps("trimmed_mean", trim_when_more_than=2, round_panel=2, round_part=2)
    >>> found = part(dict(zip("abcd", [Fraction(29, 4), 7, Fraction(15, 2), 8])), steps, factor=Fraction(8, 5))
    >>> str(found.panel.score), str(found.value), str(found.points)
    ('59/8', '369/50', '1181/100')
    """
    panel = aggregate(given, steps.method, trim=steps.trim, trim_when_more_than=steps.trim_when_more_than)
    value = _rounded(panel.score, steps.round_panel)
    weighs = None if factor is None else exact(factor)
    points = None if value is None or weighs is None else _rounded(value * weighs, steps.round_part)
    return Part(panel, value, weighs, points)


def score(parts: Mapping[str, Part]) -> Fraction | None:
    """The sum of an entry's parts; None where one of them has no points (or there are none): a gap is not a zero.

    Source: ISU Special Regulations & Technical Rules, Single & Pair Skating, rule 353 (the factored results are added).

    >>> steps = Steps("mean")
    >>> score({"skills": part({"a": 7, "b": 8}, steps, factor=2), "timing": part({"a": 6}, steps)})
    Fraction(21, 1)
    >>> score({"skills": part({"a": 7}, steps), "timing": part({}, steps)}) is None
    True
    """
    points = [one.points for one in parts.values() if one.points is not None]
    return sum(points, Fraction(0)) if points and len(points) == len(parts) else None


def _rounded(value: Fraction | None, decimals: int | None) -> Fraction | None:
    return value if value is None or decimals is None else Fraction(round_half_up(value, decimals))
