"""Reading evidence: text cells to numbers, with the file and line in every complaint."""

import re
from collections.abc import Collection, Sequence
from datetime import date
from fractions import Fraction

from evalflow.errors import BundleError
from evalflow.workflow.outcome import Row

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+|/[1-9][0-9]*)?")


def count_of(row: Row, column: str, file: str, line: int) -> int:
    """A whole number, 0 or more."""
    text = row[column]
    if not (text.isascii() and text.isdigit()):
        raise BundleError(file, f"{column}: {text!r} is not a whole number", line=line)
    return int(text)


def points_of(row: Row, column: str, file: str, line: int) -> Fraction:
    """A decimal number or a fraction, exactly as written: 85, 85.5, 171/2."""
    text = row[column]
    if not _NUMBER.fullmatch(text):
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


def day_of(row: Row, column: str, file: str, line: int) -> date:
    """An ISO day such as 2026-06-25."""
    try:
        return date.fromisoformat(row[column])
    except ValueError:
        raise BundleError(file, f"{column}: {row[column]!r} is not a day such as 2026-06-25", line=line) from None
