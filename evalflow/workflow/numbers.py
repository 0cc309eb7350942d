"""Numbers as people type them: one reading for every field, form and spreadsheet of the program. Pure.

Full-width digits and signs of a Chinese keyboard count as plain ones, commas are taken out where they group thousands,
and nowhere else. What other programs also take for a number is none here: 1e1, 1_0, ², ١, NaN.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

MOST_DIGITS, MOST_DECIMALS = 12, 6  # of a figure or a target
_WIDE = {code + 0xFEE0: code for code in range(0x21, 0x7F)} | dict.fromkeys(map(ord, "\u2212\ufe63\u2013"), "-")
_FORM = re.compile(r"([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)?(?:\.([0-9]*))?")
_FIGURE = re.compile(rf"-?[0-9]{{1,{MOST_DIGITS}}}(\.[0-9]{{1,{MOST_DECIMALS}}})?")


def narrow(typed: str) -> str:
    """With the full-width digits, letters and signs of a Chinese keyboard made plain, and no blanks around.

    >>> narrow(" －１２．５％ ")
    '-12.5%'
    """
    return typed.translate(_WIDE).strip()


def plain(typed: str) -> str:
    """A number in plain digits, without groups, a plus or zeros in front. What is no number comes back as it was typed.

    >>> plain("１２，５００．５０"), plain("+007"), plain("−3"), plain("-0"), plain("1,000")
    ('12500.50', '7', '-3', '0', '1000')
    >>> plain("96,8"), plain(" 1e1 "), plain("1_0"), plain("8²"), plain("")
    ('96,8', '1e1', '1_0', '8²', '')
    """
    text = narrow(typed)
    form = _FORM.fullmatch(text)
    if form is None or not (form[2] or form[3]):
        return typed.strip()
    whole = (form[2] or "0").replace(",", "").lstrip("0") or "0"
    number = f"{whole}.{form[3]}" if form[3] else whole
    return f"-{number}" if form[1] == "-" and number.strip("0.") else number


def in_unit(typed: str, unit: str) -> str:
    """As `plain`, of a quantity with a unit: its percent sign is taken off where the unit is per cent.

    >>> in_unit("９６．８％", "%"), in_unit("96.8%", "kg"), in_unit("96.8", "%")
    ('96.8', '96.8%', '96.8')
    """
    text = narrow(typed)
    if narrow(unit) in PER_CENT and text.endswith("%"):
        number = plain(text[:-1])
        return number if is_number(number) else typed.strip()
    return plain(typed)


PER_CENT = ("%", "百分比", "per cent", "percent")


def is_number(text: str) -> bool:
    """Whether a text is a number as `plain` writes it, of whatever length.

    >>> [is_number(text) for text in ("12.50", "-3", "1e1", "１", "+1", "")]
    [True, True, False, False, False, False]
    """
    return bool(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text))


def is_figure(text: str) -> bool:
    """Whether a text is a number as `plain` writes it, with no more digits and decimals than figures may have.

    >>> is_figure("123456789012.123456"), is_figure("0.0000001"), is_figure("1234567890123")
    (True, False, False)
    """
    return bool(_FIGURE.fullmatch(text))


def whole(typed: str, *, most: int) -> int | None:
    """A count from 0 to `most`; None for anything else.

    >>> whole("１２", most=99), whole("1,000", most=9999), whole("100", most=99), whole("²", most=9)
    (12, 1000, None, None)
    """
    text = plain(typed)
    if not re.fullmatch(r"[0-9]{1,18}", text) or int(text) > most:
        return None
    return int(text)


def rounded(text: str, decimals: int = MOST_DECIMALS) -> str:
    """A number as `plain` writes it, with at most so many decimals, rounded half up; one that has fewer stays.

    >>> rounded("33.333333333333336"), rounded("0.30000000000000004"), rounded("96.80"), rounded("9" * 40 + ".9999999")
    ('33.333333', '0.3', '96.80', '10000000000000000000000000000000000000000')
    """
    if len(text.partition(".")[2]) <= decimals:
        return text
    exact = Context(prec=len(text), rounding=ROUND_HALF_UP)
    return plain(format(Decimal(text).quantize(Decimal(1).scaleb(-decimals), context=exact).normalize(exact), "f"))
