"""Sums of money: whole hundredths in the arithmetic and in rows, text with two decimals elsewhere. Never a float."""

import re

from evalflow.workflow import numbers

_SUM = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")


def written(hundredths: int) -> str:
    """
    >>> written(600000), written(5), written(-1250)
    ('6000.00', '0.05', '-12.50')
    """
    sign, (whole, rest) = "-" if hundredths < 0 else "", divmod(abs(hundredths), 100)
    return f"{sign}{whole}.{rest:02d}"


def read(text: str) -> int:
    """The hundredths of a sum as people type it, with or without groups; ValueError for anything else.

    >>> read("1,234.5"), read(" １２元 "), read("0.05")
    (123450, 1200, 5)
    """
    plain = numbers.plain(numbers.narrow(text).removeprefix("¥").removeprefix("￥").removesuffix("元"))
    if not _SUM.fullmatch(plain):
        raise ValueError(f"{text!r} is no sum of money")
    whole, _point, rest = plain.partition(".")
    return int(whole) * 100 + int(f"{rest:0<2}")
