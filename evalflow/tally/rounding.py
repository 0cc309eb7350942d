"""Rounding half up, to be applied once, at the end, by a rule that the workflow states."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

HALF = Fraction(1, 2)


def round_half_up(value: Fraction, decimals: int) -> Decimal:
    """The nearest number with so many decimals; a half goes away from zero. Trailing zeros stay, to be shown.

    ValueError where decimals is negative. Source: what award regulations mean by 四舍五入.

    >>> round_half_up(Fraction(181, 2), 2), round_half_up(Fraction(1, 8), 2), round_half_up(Fraction(-1, 8), 2)
    (Decimal('90.50'), Decimal('0.13'), Decimal('-0.13'))
    """
    if decimals < 0:
        raise ValueError(f"{decimals} decimals can't be shown")
    units = int(abs(value) * 10**decimals + HALF)
    digits = tuple(int(digit) for digit in str(units))
    return Decimal((int(value < 0 and units > 0), digits, -decimals))


@dataclass(frozen=True)
class RoundingRule:
    """How many decimals a score is shown with, and whether scores are compared rounded or exact.

    >>> RoundingRule(1, before_ranking=True).to_rank(Fraction(899, 10) + Fraction(1, 100))
    Fraction(899, 10)
    """

    decimals: int = 2
    before_ranking: bool = False

    def to_show(self, value: Fraction) -> Decimal:
        return round_half_up(value, self.decimals)

    def to_rank(self, value: Fraction) -> Fraction:
        return Fraction(self.to_show(value)) if self.before_ranking else value
