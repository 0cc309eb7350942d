"""A spreadsheet as rows of named columns. Pure.

The headings may stand below a title and take several rows; of the rows near the top those with the most headings asked
for count. In a workbook the first sheet with them is read.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from evalflow.errors import Invalid
from evalflow.importing import limits
from evalflow.importing.sheets import NOT_CALCULATED, Book, Sheet
from evalflow.importing.text import clean, clean_lines

HEADING_WITHIN = 10  # the headings begin in one of the first ten rows
HEADING_ROWS = 3  # and take at most so many
_ERROR = re.compile(r"#[A-Z0-9/_]+[!?]|#N/A|#(GETTING|FETCHING)_DATA|Err:[0-9]+")
_CUT = re.compile(r"-?[0-9](\.[0-9]+)?E\+[0-9]{2,}", re.IGNORECASE)

Cells = Sequence[str]


@dataclass(frozen=True)
class Column:
    """A column by its name in code and the headings people write above it, Chinese and English.

    is_long: a text of several lines, whose breaks are kept.
    """

    name: str
    headings: tuple[str, ...]
    is_required: bool = True
    is_long: bool = False


@dataclass(frozen=True)
class CellFlaw:
    """A cell that can't be taken for what it shows. code: the refusal; cell: its place, such as B4; value: its text."""

    code: str
    cell: str
    value: str


@dataclass(frozen=True)
class Table:
    """rows: {row number in the file, from 1: {column: clean text}}, rows without any text left out.

    flaws: {row number: its first cell that can't be read}. hidden: rows that the file hides. sheet: where it was found,
    None for a sheet that is absent; headings: the last row of its headings. sha256: of the file's bytes, hex.
    """

    rows: Mapping[int, Mapping[str, str]]
    sha256: str
    flaws: Mapping[int, CellFlaw] = field(default_factory=dict)
    hidden: tuple[int, ...] = ()
    sheet: Sheet | None = None
    headings: int = 0


def read(book: Book, columns: Sequence[Column]) -> Table:
    """The rows below the headings. Invalid: columns_missing, too_many_rows."""
    for sheet in book.sheets:
        table = _below(sheet, columns, book.sha256)
        if table is not None:
            return table
    raise _lacking(columns)


def read_all(book: Book, wanted: Mapping[str, Sequence[Column]], *, optional: Collection[str] = ()) -> dict[str, Table]:
    """{name: rows} of several sheets of a workbook, each known by its headings; one of the optional may be absent.

    Refused as `read` does. A sheet is taken for the first of `wanted` whose headings it has, and for one only.
    """
    found: dict[str, Table] = {}
    for sheet in book.sheets:
        for name, columns in wanted.items():
            table = _below(sheet, columns, book.sha256) if name not in found else None
            if table is not None:
                found[name] = table
                break
    for name, columns in wanted.items():
        if name not in found and name not in optional:
            raise _lacking(columns)
    return {name: found.get(name, Table({}, book.sha256)) for name in wanted}


def _below(sheet: Sheet, columns: Sequence[Column], sha256: str) -> Table | None:
    """The rows below the headings asked for; None where the sheet has them not."""
    best: dict[str, int] = {}
    last = 0
    for number in range(1, HEADING_WITHIN + 1):
        places, ends = _headings(sheet, number, columns)
        if len(places) > len(best):
            best, last = places, ends
    if not all(column.name in best for column in columns if column.is_required):
        return None
    return _table(sheet, last, best, columns, sha256)


def _headings(sheet: Sheet, first: int, columns: Sequence[Column]) -> tuple[dict[str, int], int]:
    """({column: index} of the headings that begin in a row, the last of their rows).

    A row goes on with them where all that stands in it are headings asked for.
    """
    places = _places(sheet.rows.get(first, ()), columns)
    last = first
    for number in range(first + 1, first + HEADING_ROWS) if places else ():
        cells = sheet.rows.get(number, ())
        more = _places(cells, columns)
        known = {_heading(heading) for column in columns for heading in column.headings}
        if not more or any(cell and _heading(cell) not in known for cell in cells):
            break
        places |= {name: index for name, index in more.items() if name not in places}
        last = number
    return places, last


def _lacking(columns: Sequence[Column]) -> Invalid:
    missing = ", ".join(" / ".join(column.headings[:2]) for column in columns if column.is_required)
    return Invalid("columns_missing", columns=missing)


def _places(cells: Cells, columns: Sequence[Column]) -> dict[str, int]:
    """{column: index} of the headings found in one row; the first of two alike counts."""
    known = {_heading(heading): column.name for column in columns for heading in column.headings}
    places: dict[str, int] = {}
    for index, cell in enumerate(cells):
        name = known.get(_heading(cell))
        if name is not None:
            places.setdefault(name, index)
    return places


def _heading(cell: str) -> str:
    """Headings are compared without case, spaces, underscores and a mark of being required."""
    return re.sub(r"[\s_*＊]", "", clean(cell)).casefold()


def _table(sheet: Sheet, last: int, places: Mapping[str, int], columns: Sequence[Column], sha256: str) -> Table:
    long = {column.name for column in columns if column.is_long}
    rows: dict[int, dict[str, str]] = {}
    flaws: dict[int, CellFlaw] = {}
    for number, cells in sheet.rows.items():
        if number <= last:
            continue
        shown = {name: cells[index] if index < len(cells) else "" for name, index in places.items()}
        row = {name: clean_lines(text) if name in long else clean(text) for name, text in shown.items()}
        if any(row.values()):
            rows[number] = row
        wrong = [_flaw(text, f"{_letters(places[name])}{number}") for name, text in row.items() if name not in long]
        for flaw in filter(None, wrong):
            flaws.setdefault(number, flaw)
    if len(rows) > limits.MAX_ROWS:
        raise Invalid("too_many_rows", most=limits.MAX_ROWS)
    hidden = tuple(number for number in sorted(sheet.hidden) if number in rows)
    return Table(rows, sha256, flaws, hidden, sheet, last)


def _flaw(text: str, cell: str) -> CellFlaw | None:
    """An error, a formula without its result, TRUE or FALSE, or a number whose last digits a spreadsheet threw away."""
    if text == NOT_CALCULATED:
        return CellFlaw("cell_not_calculated", cell, text)
    if _ERROR.fullmatch(text):
        return CellFlaw("cell_error", cell, text)
    if text in ("TRUE", "FALSE"):
        return CellFlaw("cell_truth", cell, text)
    return CellFlaw("cell_cut", cell, text) if _CUT.fullmatch(text) else None


def _letters(index: int) -> str:
    """The name of a column: A for 0, AB for 27."""
    letters = ""
    while index >= 0:
        letters = chr(65 + index % 26) + letters
        index = index // 26 - 1
    return letters
