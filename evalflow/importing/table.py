"""A spreadsheet as rows of text: .xlsx, or CSV in UTF-8 or GB 18030. Pure.

Formulas are never computed: of a workbook the value it was saved with is read, and whatever looks like a formula in a
CSV is text. A title above the headings is allowed; in a workbook the first sheet with the headings asked for is read.
"""

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from evalflow.errors import Invalid
from evalflow.importing.text import clean

MAX_BYTES = 5 * 1024 * 1024
MAX_UNPACKED = 100 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 60
HEADING_WITHIN = 10  # the headings stand in one of the first ten rows

Cells = Sequence[str]


@dataclass(frozen=True)
class Column:
    """A column by its name in code and the headings people write above it, Chinese and English."""

    name: str
    headings: tuple[str, ...]
    is_required: bool = True


@dataclass(frozen=True)
class Table:
    """rows: {row number in the file, from 1: {column: clean text}}, rows without any text left out.

    sha256: of the file's bytes, hex.
    """

    rows: Mapping[int, Mapping[str, str]]
    sha256: str


def read(content: bytes, columns: Sequence[Column]) -> Table:
    """The rows below the headings. Invalid: file_too_large, file_not_readable, columns_missing, too_many_rows."""
    digest = hashlib.sha256(content).hexdigest()
    for sheet in _sheets(content):
        rows = _below(sheet, columns)
        if rows is not None:
            return Table(rows, digest)
    raise _lacking(columns)


def read_all(
    content: bytes, wanted: Mapping[str, Sequence[Column]], *, optional: Collection[str] = ()
) -> dict[str, Table]:
    """{name: rows} of several sheets of a workbook, each known by its headings; one of the optional may be absent.

    Refused as `read` does. A sheet is taken for the first of `wanted` whose headings it has, and for one only.
    """
    digest = hashlib.sha256(content).hexdigest()
    found: dict[str, Table] = {}
    for sheet in _sheets(content):
        for name, columns in wanted.items():
            rows = _below(sheet, columns) if name not in found else None
            if rows is not None:
                found[name] = Table(rows, digest)
                break
    for name, columns in wanted.items():
        if name not in found and name not in optional:
            raise _lacking(columns)
    return {name: found.get(name, Table({}, digest)) for name in wanted}


def _sheets(content: bytes) -> Iterator[Sequence[Cells]]:
    if len(content) > MAX_BYTES:
        raise Invalid("file_too_large", megabytes=MAX_BYTES // 1024**2)
    return _workbook(content) if content.startswith(b"PK\x03\x04") else iter([_csv(content)])


def _below(sheet: Sequence[Cells], columns: Sequence[Column]) -> dict[int, dict[str, str]] | None:
    """The rows below the headings asked for; None where the sheet has them not."""
    for number, cells in enumerate(sheet[:HEADING_WITHIN], 1):
        places = _places(cells, columns)
        if all(column.name in places for column in columns if column.is_required):
            return _rows(sheet, number, places)
    return None


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
    return re.sub(r"[\s_*＊]", "", cell).casefold()


def _rows(sheet: Sequence[Cells], headings_at: int, places: Mapping[str, int]) -> dict[int, dict[str, str]]:
    rows = {}
    for number, cells in enumerate(sheet[headings_at:], headings_at + 1):
        row = {name: cells[index] if index < len(cells) else "" for name, index in places.items()}
        if any(row.values()):
            rows[number] = row
    if len(rows) > MAX_ROWS:
        raise Invalid("too_many_rows", most=MAX_ROWS)
    return rows


def _csv(content: bytes) -> list[Cells]:
    text = _decoded(content)
    lines = io.StringIO(text, newline="")
    try:
        return _taken([clean(cell) for cell in row] for row in csv.reader(lines, delimiter=_delimiter(text)))
    except csv.Error as error:
        raise Invalid("file_not_readable") from error


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid("file_not_readable")


def _delimiter(text: str) -> str:
    """The one that stands most often in the first lines; a comma when there is none."""
    head = "\n".join(text.splitlines()[:HEADING_WITHIN])
    return max(",\t;", key=head.count)


def _workbook(content: bytes) -> Iterator[list[Cells]]:
    """Its sheets, each read only when asked for. Whatever a broken archive makes of the reader is one refusal."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise Invalid("file_too_large", megabytes=MAX_BYTES // 1024**2)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # files say wrong things about their own size
            rows = sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)
            yield _taken([_text(cell) for cell in row] for row in rows)
    except (zipfile.BadZipFile, InvalidFileException, ParseError, OSError, LookupError, ValueError, TypeError) as error:
        raise Invalid("file_not_readable") from error


def _taken(rows: Iterable[Cells]) -> list[Cells]:
    """The rows up to the last with any text, blank ones between them as (); Invalid when no file that fits has so
    many."""
    taken: list[Cells] = []
    for number, row in enumerate(rows):
        if any(row):
            if number >= 2 * MAX_ROWS:
                raise Invalid("too_many_rows", most=MAX_ROWS)
            taken += [()] * (number - len(taken))
            taken.append(row)
    return taken


def _text(cell: object) -> str:
    """A cell as people see it: whole numbers without ".0", days as 2026-07-01."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return clean(str(cell))
