"""Tables as CSV text: one row a line, fixed columns, every complaint with file and line.

A cell is quoted where CSV needs it. Where a spreadsheet would take it for a formula an apostrophe stands before it,
which `read` takes off again: whoever opens the file runs nothing, and every cell comes back as it went in.

>>> rows = [{"entry": "a", "title": "=1+1"}, {"entry": "b", "title": "x, y"}, {"entry": "c", "title": "-3.5"}]
>>> print(write(("entry", "title"), rows), end="")
entry,title
a,'=1+1
b,"x, y"
c,-3.5
>>> read(write(("entry", "title"), rows), ("entry", "title"), "entries.csv") == tuple(rows)
True
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from evalflow.bundle.formulas import harmless, original
from evalflow.errors import BundleError
from evalflow.workflow.outcome import Row

_NEEDS_QUOTES = re.compile(r'[",\r\n]|\A\s|\s\Z')
_LINE_END = re.compile(r"\r\n|\r|\n")


def write(columns: Sequence[str], rows: Sequence[Row], optional: Collection[str] = ()) -> str:
    """The text of a table: a header, then the rows, each ended by LF.

    optional: columns that are left out where every row is blank there.
    """
    named = [column for column in columns if column not in optional or any(row.get(column) for row in rows)]
    lines = [named, *([row.get(column, "") if column in optional else row[column] for column in named] for row in rows)]
    return "".join(f"{_line(cells)}\n" for cells in lines)


def _line(cells: Sequence[str]) -> str:
    if list(cells) == [""]:
        return '""'  # an empty line would be no row
    return ",".join(_quoted(cell) if _NEEDS_QUOTES.search(cell) else cell for cell in map(harmless, cells))


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def read(text: str, columns: Sequence[str], file: str, optional: Collection[str] = ()) -> tuple[Row, ...]:
    """The rows. BundleError: a header with other columns, in whatever order, or a row of another length.

    optional: columns that may be missing; they are blank then.
    """
    lines = _lines(text, file)
    header, _ = next(lines, ([], 1))
    _check_header(header, columns, file, optional)
    rows = []
    for cells, line in lines:
        if not cells:
            raise BundleError(file, expected=f"{len(header)} cells", found="an empty line", line=line)
        if len(cells) != len(header):
            raise BundleError(
                file, expected=f"{len(header)} cells: {', '.join(header)}", found=f"{len(cells)}", line=line
            )
        rows.append(dict.fromkeys(optional, "") | dict(zip(header, map(original, cells), strict=True)))
    return tuple(rows)


def lines_of(rows: Iterable[Row]) -> Iterator[int]:
    """The line on which each row of a table begins; a cell may go over several lines."""
    line = 2
    for row in rows:
        yield line
        line += 1 + sum(len(_LINE_END.findall(cell)) for cell in row.values())


def _lines(text: str, file: str) -> Iterator[tuple[list[str], int]]:
    """(cells, number of the line they begin on)."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            yield cells, line
            line = reader.line_num + 1
    except csv.Error as wrong:
        raise BundleError(file, expected="CSV as in RFC 4180", found=str(wrong), line=line) from None


def _check_header(header: Sequence[str], columns: Sequence[str], file: str, optional: Collection[str]) -> None:
    for column in header:
        if column not in columns:
            raise BundleError(file, "columns", expected=", ".join(columns), found=f"{column!r}", line=1)
        if header.count(column) > 1:
            raise BundleError(file, "columns", expected="each once", found=f"{column!r} twice", line=1)
    for column in columns:
        if column not in header and column not in optional:
            raise BundleError(file, "columns", expected=f"{column!r} too", found=", ".join(header) or "none", line=1)
