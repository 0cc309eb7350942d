"""Reading evidence: text cells to numbers, with the file and line in every complaint."""

import re
from collections.abc import Collection, Sequence
from datetime import date
from fractions import Fraction

from evalflow.errors import BundleError
from evalflow.workflow.outcome import Case, Row

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+|/[1-9][0-9]*)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ENTRIES = "entries.csv"  # of the bundle: who takes part
MAX_DIGITS = 18  # more than anything counted here has; Python refuses to read numbers of thousands of digits


def count_of(row: Row, column: str, file: str, line: int, *, at_least: int = 0) -> int:
    """A whole number, none below `at_least`."""
    text = row[column]
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS):
        raise BundleError(file, f"{column}: {text!r} is not a whole number", line=line)
    if int(text) < at_least:
        raise BundleError(file, f"{column}: {text} is less than {at_least}", line=line)
    return int(text)


def points_of(row: Row, column: str, file: str, line: int) -> Fraction:
    """A decimal number or a fraction, exactly as written: 85, 85.5, 171/2."""
    text = row[column]
    if not _NUMBER.fullmatch(text) or len(text) > 2 * MAX_DIGITS:
        raise BundleError(file, f"{column}: {text!r} is not a number", line=line)
    return Fraction(text)


def unique(rows: Sequence[Row], file: str, *columns: str) -> None:
    """Refuse a second row with the same values in these columns."""
    seen: set[tuple[str, ...]] = set()
    for line, row in enumerate(rows, 2):
        name = tuple(row[column] for column in columns)
        if name in seen:
            raise BundleError(file, f"{', '.join(name)} stands twice", line=line)
        seen.add(name)


def one_of(row: Row, column: str, file: str, line: int, *, known: Collection[str]) -> str:
    """A name out of those known; the complaint calls it by its column."""
    text = row[column]
    if text not in known:
        raise BundleError(file, f"unknown {column} {text!r}", line=line)
    return text


def line_of(rows: Sequence[Row], column: str, text: str) -> int | None:
    """The first line that has this text in a column; None where none has."""
    return next((line for line, row in enumerate(rows, 2) if row[column] == text), None)


def check_admitted(case: Case, admitted: Collection[str], table: str, done: str) -> None:
    """Refuse an entry that takes part without having been `done`: where the table says otherwise, or says nothing.

    Lines of entries.csv are counted here over those who take part; `bundle.recount` knows where they stand.
    """
    for number, key in enumerate(case.keys, 2):
        if key not in admitted:
            line = line_of(case.rows(table), "entry", key)
            file = ENTRIES if line is None else f"{table}.csv"
            raise BundleError(file, f"{key!r} takes part without having been {done}", line=line or number)


def day_of(row: Row, column: str, file: str, line: int) -> date:
    """An ISO day such as 2026-06-25."""
    text = row[column]
    try:
        if _DAY.fullmatch(text):  # Python takes 20260625 and 2026-W26-4 for the same day
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise BundleError(file, f"{column}: {text!r} is not a day such as 2026-06-25", line=line)
