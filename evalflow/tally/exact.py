"""The numbers that the arithmetic accepts: exact ones only.

A float would silently break ties or make them, so one is refused at the door instead of being rounded somehow.
"""

from decimal import Decimal
from fractions import Fraction

Number = int | Fraction | Decimal


def exact(value: Number) -> Fraction:
    """The same number as a fraction. TypeError for anything inexact; ValueError or OverflowError for NaN, infinity.

    >>> from decimal import Decimal
    >>> exact(Decimal("87.25"))
    Fraction(349, 4)
    """
    if not isinstance(value, int | Fraction | Decimal):
        raise TypeError(f"an exact number is needed, not {value!r}")
    return Fraction(value)
