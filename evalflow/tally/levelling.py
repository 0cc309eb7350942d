"""Harsh and lenient raters brought to a common mean and spread: z-scores, refitted to the scale.

The spread is a square root, so this is the one place where numbers stop being exact: roots are taken with `DIGITS`
significant digits, and every levelled mark is rounded half up to `DECIMALS` decimals, far inside that. Marks that are
equal on paper but reached by different roots can still differ in the last of these; rank them rounded
(`rounding.RoundingRule` with before_ranking).
"""

from collections.abc import Iterable, Mapping
from decimal import Context
from fractions import Fraction

from evalflow.tally.exact import Number, exact
from evalflow.tally.rounding import round_half_up

DIGITS = 60
DECIMALS = 20
Sheets = Mapping[str, Mapping[str, Number]]


def level(sheets: Sheets) -> dict[str, dict[str, Fraction]]:
    """The sheets with every rater's marks moved and stretched to the mean and spread of all marks together.

    sheets and result: {entry: {rater: mark}}; missing marks stay missing. Spread is the standard deviation of the
    population. A rater whose marks are all alike (or who has but one) says nothing about order: each becomes the common
    mean. A levelled mark can leave the scale (above 100). No marks: the same, empty.
    Source: z-score normalisation, e.g. Jain, Nandakumar and Ross, Pattern Recognition 38 (2005), 2270-2285.

    >>> sheets = {"a": {"harsh": 50, "mild": 90}, "b": {"harsh": 40, "mild": 80}}
    >>> {entry: [str(round_half_up(mark, 2)) for mark in marks.values()] for entry, marks in level(sheets).items()}
    {'a': ['85.62', '85.62'], 'b': ['44.38', '44.38']}
    """
    by_rater: dict[str, list[Fraction]] = {}
    for marks in sheets.values():
        for rater, mark in marks.items():
            by_rater.setdefault(rater, []).append(exact(mark))
    common, variance = _moments(mark for marks in by_rater.values() for mark in marks)
    own = {rater: _moments(marks) for rater, marks in by_rater.items()}
    stretch = {rater: _root(variance / narrow) if narrow else Fraction(0) for rater, (_, narrow) in own.items()}

    def levelled(rater: str, mark: Fraction) -> Fraction:
        moved = common + (mark - own[rater][0]) * stretch[rater]
        return Fraction(round_half_up(moved, DECIMALS))

    return {
        entry: {rater: levelled(rater, exact(mark)) for rater, mark in marks.items()} for entry, marks in sheets.items()
    }


def _moments(marks: Iterable[Fraction]) -> tuple[Fraction, Fraction]:
    """Mean and variance of the population; 0 and 0 of nothing."""
    found = list(marks)
    if not found:
        return Fraction(0), Fraction(0)
    mean = sum(found, Fraction(0)) / len(found)
    return mean, sum(((mark - mean) ** 2 for mark in found), Fraction(0)) / len(found)


def _root(value: Fraction) -> Fraction:
    context = Context(prec=DIGITS)
    quotient = context.divide(context.create_decimal(value.numerator), context.create_decimal(value.denominator))
    return Fraction(context.sqrt(quotient))
