"""Tables as text: CSV in UTF-8 or GB 18030, with commas, semicolons or tabs. Pure."""

import csv
import io

from evalflow.bundle.formulas import original
from evalflow.importing import limits
from evalflow.importing.sheets import Book, Budget, Rows, Sheet, Unreadable, digest

LOOKED_AT = 10  # lines from which the separator is told


def book(content: bytes) -> Book:
    """The whole text as one sheet without a name."""
    return Book(sheets(content), digest(content))


def sheets(content: bytes) -> tuple[Sheet, ...]:
    """One, without a name. Whatever looks like a formula is text, and the mark that made it harmless is taken off."""
    text = _decoded(content)
    rows = Rows(Budget())
    try:
        for number, line in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)), 1):
            for column, cell in enumerate(line[: limits.MAX_COLUMNS]):
                rows.put(number, column, original(cell))
    except csv.Error as wrong:
        raise Unreadable from wrong
    return (rows.sheet(""),)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Unreadable


def _separator(text: str) -> str:
    """The one that stands most often in the first lines; a comma when there is none."""
    head = "\n".join(text[: limits.MAX_TEXT].splitlines()[:LOOKED_AT])
    return max(",\t;", key=head.count)
