"""Dividing an amount by shares so that the parts add up to it exactly, to the last cent."""

from collections.abc import Sequence
from fractions import Fraction

from evalflow.tally.exact import Number, exact


def parts(total: int, shares: Sequence[Number]) -> tuple[int, ...]:
    """The whole amount in whole units, one part for each share; what rounding down leaves goes one unit each to the
    largest remainders, and among equal remainders to the share stated first.

    Shares weigh against each other, so they need not add up to anything. ValueError: an amount or a share below 0, no
    share above 0. Source: the method of largest remainders (Hamilton 1792, Hare and Niemeyer), M. L. Balinski and
    H. P. Young, Fair Representation (1982), chapter 2.

    >>> parts(10000, [60, 20, 20])
    (6000, 2000, 2000)
    >>> parts(100, [1, 1, 1])
    (34, 33, 33)
    >>> parts(1000, [Fraction(665, 10), Fraction(335, 10), 0])
    (665, 335, 0)
    """
    weights = [exact(share) for share in shares]
    whole = sum(weights, Fraction(0))
    if total < 0 or any(weight < 0 for weight in weights) or not whole:
        raise ValueError(f"{total} can't be divided by these shares: {', '.join(map(str, weights)) or 'none'}")
    quotas = [total * weight / whole for weight in weights]
    found = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda number: (found[number] - quotas[number], number))
    for number in by_remainder[: total - sum(found)]:
        found[number] += 1
    return tuple(found)
