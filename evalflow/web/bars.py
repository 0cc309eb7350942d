"""Bars behind numbers, as plain geometry: the rows of a table in, places in per cent of the width out."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise

from evalflow.tally.exact import Number, exact
from evalflow.tally.rounding import round_half_up


@dataclass(frozen=True)
class Part:
    """One number of a row, drawn from x, `width` wide, both in per cent."""

    x: Decimal
    width: Decimal


def bars(rows: Sequence[Sequence[Number]]) -> list[list[Part]]:
    """The numbers of each row one after another, to one scale: the row with the largest sum fills the width.

    A bar begins at nothing, so a number below it has no width.

    >>> [[(str(part.x), str(part.width)) for part in row] for row in bars([[30, 10], [Fraction(1, 2) * 40, 0]])]
    [[('0.0', '75.0'), ('75.0', '25.0')], [('0.0', '50.0'), ('50.0', '0.0')]]
    """
    positive = [[max(exact(number), Fraction(0)) for number in row] for row in rows]
    longest = max((sum(row) for row in positive), default=Fraction(0)) or Fraction(1)
    drawn = []
    for row in positive:
        edges = [round_half_up(edge * 100 / longest, 1) for edge in accumulate(row, initial=Fraction(0))]
        drawn.append([Part(left, right - left) for left, right in pairwise(edges)])
    return drawn
