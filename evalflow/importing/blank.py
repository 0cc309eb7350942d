"""An empty workbook to fill in: sheets with headings, and a sheet of notes. Pure.

Every cell is written as text and the columns are formatted as text, so that a login keeps its leading zeros and
nothing is ever taken for a formula.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import xlsxwriter

from evalflow.importing.table import Column

WIDTH, NOTES_WIDTH = 24, 90


@dataclass(frozen=True)
class Sheet:
    """rows: what stands below the headings already."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]] = field(default=())


def workbook(sheets: Sequence[Sheet], *, notes: Sequence[str], notes_name: str, locale: str) -> bytes:
    """An .xlsx with these sheets and the notes behind them, one line each."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold, text = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.set_column(0, len(sheet.columns) - 1, WIDTH, text)
            page.freeze_panes(1, 0)
            for index, column in enumerate(sheet.columns):
                page.write_string(0, index, heading(column, locale), bold)
            for number, row in enumerate(sheet.rows, 1):
                for index, cell in enumerate(row):
                    page.write_string(number, index, cell, text)
        page = book.add_worksheet(notes_name)
        page.set_column(0, 0, NOTES_WIDTH, text)
        for number, note in enumerate(notes):
            page.write_string(number, 0, note, text)
    return stream.getvalue()


def heading(column: Column, locale: str) -> str:
    """The first heading of a column is Chinese, the second English; a star where it must be filled in."""
    return column.headings[locale.startswith("en")] + ("*" if column.is_required else "")
