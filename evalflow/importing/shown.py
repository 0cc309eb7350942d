"""What a cell shows: a stored number and its number format as the text that people see. Pure.

Percents, decimals, leading zeros, days and times are as shown. Thousands are written without groups and units that a
format adds are left out, so that the same number always is the same text.

>>> shown("0.968", "0.0%"), shown("33.333333333333336", "0.00"), shown("46204", "yyyy/m/d"), shown("7", "00000")
('96.8%', '33.33', '2026-07-01', '00007')
"""

import functools
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    37: "#,##0",
    38: "#,##0",
    39: "#,##0.00",
    40: "#,##0.00",
    **dict.fromkeys((14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 55), 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56), "h:mm"),
}
_EXCEL = Context(prec=15, rounding=ROUND_HALF_UP)  # a spreadsheet shows fifteen digits and no more
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)
_LAST_DAY = 2_958_465  # 9999-12-31
_LEAP_BUG = 60  # below this a serial is a day off: the year 1900 had no 29 February
_LITERALS = re.compile(r'"[^"]*"|\\.|[_*!].|\[[^\]]*\]')


@dataclass(frozen=True)
class Format:
    """One section of a number format. kind: "general", "number", "day", "time" or "nothing".

    fewest, most: decimals shown. digits: before the point at least. percent: how often the sign stands there. scale:
    how many thousands are left out.
    """

    kind: str
    fewest: int = 0
    most: int = 0
    digits: int = 1
    percent: int = 0
    scale: int = 0


def shown(value: str, code: str = "", *, from_1904: bool = False) -> str:
    """The text of a number that is stored as `value`, shown by the format `code` ("" is the general one)."""
    try:
        number = _EXCEL.create_decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite():
        return value
    form = _format_for(number, code)
    if form.kind == "nothing":
        return ""
    if form.kind in ("day", "time"):
        return _moment(number, form.kind, from_1904) or general(number)
    return general(number) if form.kind == "general" else _number(number, form)


def general(number: Decimal) -> str:
    """Up to fifteen digits; a whole number with more as spreadsheets write it, since its last digits are lost.

    >>> general(Decimal("110101199003070000")), general(Decimal("20260001.0"))
    ('1.1010119900307E+17', '20260001')
    """
    number = _EXCEL.create_decimal(number).normalize()
    if number and number.adjusted() >= _EXCEL.prec:
        return f"{number:E}"
    return format(number if number else Decimal(0), "f")


def _number(number: Decimal, form: Format) -> str:
    scaled = _WIDE.multiply(number, Decimal(1).scaleb(2 * form.percent - 3 * form.scale))
    if scaled.adjusted() >= _EXCEL.prec:
        return general(number)
    rounded = scaled.quantize(Decimal(1).scaleb(-form.most), context=_WIDE)
    whole, _point, decimals = format(abs(rounded), "f").partition(".")
    while len(decimals) > form.fewest and decimals.endswith("0"):
        decimals = decimals[:-1]
    sign = "-" if rounded < 0 else ""
    return f"{sign}{whole.zfill(form.digits)}{'.' if decimals else ''}{decimals}{'%' * form.percent}"


def _moment(number: Decimal, kind: str, from_1904: bool) -> str:
    """A day without its time of day, or a time of day; "" where the number is none."""
    if not 0 <= number <= _LAST_DAY:
        return ""
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
    early = timedelta(days=1) if number < _LEAP_BUG and not from_1904 else timedelta()
    try:
        moment = start + timedelta(seconds=round(number * 86400)) + early
    except OverflowError:
        return ""
    if kind == "time" and number < 1:
        return f"{moment:%H:%M}"
    return moment.date().isoformat() if number >= 1 else ""


def _format_for(number: Decimal, code: str) -> Format:
    """Positive; negative; zero: the section that a number is shown by."""
    sections = _sections(code)
    if number < 0 and len(sections) > 1:
        return sections[1]
    if not number and len(sections) > 2:
        return sections[2]
    return sections[0]


@functools.lru_cache(maxsize=4096)
def _sections(code: str) -> tuple[Format, ...]:
    parts = _LITERALS.sub(_bare, code).split(";")[:3]
    if not any(parts):  # ;;; hides everything: the file's maker meant it to be there
        return (Format("general"),)
    return tuple(_section(part) for part in parts)


def _bare(literal: re.Match[str]) -> str:
    """Of what stands between marks only an elapsed time matters: [h]:mm."""
    return "h" if re.fullmatch(r"\[[hms]+\]", literal[0], re.IGNORECASE) else ""


def _section(part: str) -> Format:
    text = part.lower()
    if not text.strip():
        return Format("nothing" if not text else "general")
    if "general" in text or "@" in text or "通用" in text or re.search(r"e[+-]|\?/|/\?", text):
        return Format("general")
    if not re.search(r"[0#?]", text) and re.search(r"[ymdhsea年月日时分]", text):
        return Format("time" if re.search(r"[hs时]", text) and not re.search(r"[yd年日]", text) else "day")
    found = re.search(r"([0#?,]*)(?:\.([0#?]*))?(,*)", text[_first_digit(text) :])
    assert found is not None
    before, after = found[1], found[2] or ""
    scale = len(found[3]) if "." in found[0] else len(before) - len(before.rstrip(","))
    return Format("number", after.count("0"), len(after), before.count("0"), text.count("%"), scale)


def _first_digit(text: str) -> int:
    found = re.search(r"[0#?.]", text)
    return found.start() if found else len(text)
