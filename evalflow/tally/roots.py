"""Logarithms and roots of exact numbers, for scales on which equal ratios weigh alike.

Neither is exact, so each is honest about where it stops: logarithms are taken with `DIGITS` significant digits, roots
are whole-number arithmetic, and every result is rounded half up to `DECIMALS` decimals, far inside that. A root that
has no more decimals than these is exact.
"""

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from fractions import Fraction

from evalflow.tally.exact import Number, exact

DIGITS = 60
DECIMALS = 20


def natural_log(value: Number) -> Fraction:
    """The natural logarithm with DIGITS significant digits; 0 for 1. ValueError for 0 and below, which have none.

    >>> from evalflow.tally.rounding import round_half_up
    >>> natural_log(1), str(round_half_up(natural_log(100), 6))
    (Fraction(0, 1), '4.605170')
    """
    number = exact(value)
    if number <= 0:
        raise ValueError(f"{value} has no logarithm")
    context = Context(prec=DIGITS)  # dividing first keeps it monotone: both steps round to the nearest
    return Fraction(context.ln(context.divide(Decimal(number.numerator), Decimal(number.denominator))))


def geometric_mean(values: Sequence[Number]) -> Fraction:
    """The n-th root of the product of n values, rounded half up to DECIMALS decimals; 0 where one of them is 0.

    ValueError: no values, or one below 0. Unlike a mean, it lets no strength make up fully for a weakness.
    Source: UNDP, Human Development Report 2021/2022, technical note 1, step 2.

    >>> geometric_mean([4, 9]), geometric_mean([100, 0])
    (Fraction(6, 1), Fraction(0, 1))
    """
    numbers = [exact(value) for value in values]
    if not numbers or min(numbers) < 0:
        raise ValueError("a geometric mean needs values, and none below 0")
    product = Fraction(1)
    for number in numbers:
        product *= number
    doubled = _floor_root(product * (2 * 10**DECIMALS) ** len(numbers), len(numbers))
    return Fraction((doubled + 1) // 2, 10**DECIMALS)


def geometric(columns: Sequence[Mapping[str, Fraction]]) -> dict[str, Fraction | None]:
    """Geometric mean per entry over {entry: points} columns; below 0 counts as 0.

    An entry that lacks a figure in any column has none (None), as in `ranking.total`. No columns: nothing.

    >>> geometric([{"a": Fraction(4), "b": Fraction(1)}, {"a": Fraction(9)}])
    {'a': Fraction(6, 1), 'b': None}
    """
    entries = {entry: None for figures in columns for entry in figures}
    return {
        entry: geometric_mean([max(figures[entry], Fraction(0)) for figures in columns])
        if all(entry in figures for figures in columns)
        else None
        for entry in entries
    }


def _floor_root(value: Fraction, degree: int) -> int:
    """The largest whole number whose power is not above the value (0 or more)."""
    whole = value.numerator // value.denominator
    low, high = 0, 1 << (whole.bit_length() // degree + 1)
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**degree <= whole else (low, middle)
    return low
