"""Workbooks to fill in: empty ones, and those that give refused rows back to be corrected. Pure.

Every cell is written as text and the columns are formatted as text, so that a login keeps its leading zeros and
nothing is ever taken for a formula.
"""

import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import xlsxwriter

from evalflow.i18n import Text
from evalflow.importing.rows import BadRow, Preview
from evalflow.importing.table import Column, Table

WIDTH, NOTES_WIDTH = 24, 90
MOST_NAME = 31  # characters of a sheet's name


@dataclass(frozen=True)
class BlankSheet:
    """rows: what stands below the headings already."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]] = field(default=())


def workbook(sheets: Sequence[BlankSheet], *, notes: Sequence[str], notes_name: str, locale: str) -> bytes:
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


REASON = Text("退回原因", "Reason")


def refused(seen: Preview[Any], reason: Callable[[BadRow], str], locale: str) -> bytes:
    """An .xlsx of the rows that were refused, under the headings they had, each with its reason in a column behind.

    Corrected, it is brought in as it is: the column of reasons is no heading that anybody asks for. Rows on other
    sheets that belong to a refused one come along.
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        styles = (
            book.add_format({"bold": True, "num_format": "@"}),
            book.add_format({"num_format": "@", "text_wrap": 1}),
        )
        for name, table in seen.tables.items():
            if table.sheet is not None:
                reasons = {row.row: reason(row) for row in reversed(seen.bad) if row.sheet == name and row.row}
                page = book.add_worksheet(table.sheet.name[:MOST_NAME] or None)
                _give_back(page, table, reasons, seen.along.get(name, ()), styles, locale)
    return stream.getvalue()


def _give_back(
    page: Any, table: Table, reasons: Mapping[int, str], along: Collection[int], styles: tuple[Any, Any], locale: str
) -> None:
    assert table.sheet is not None
    bold, text = styles
    above = [number for number in table.sheet.rows if number <= table.headings]
    kept = [number for number in table.sheet.rows if number in reasons or number in along]
    behind = max((len(table.sheet.rows[number]) for number in (*above, *kept)), default=0)
    page.set_column(0, behind, WIDTH, text)
    for line, number in enumerate((*above, *kept)):
        style = bold if number in above else text
        for index, cell in enumerate(table.sheet.rows[number]):
            page.write_string(line, index, cell, style)
        told = REASON.to(locale) if number == table.headings else reasons.get(number, "")
        page.write_string(line, behind, told, style)


def heading(column: Column, locale: str) -> str:
    """The first heading of a column is Chinese, the second English; a star where it must be filled in."""
    return column.headings[locale.startswith("en")] + ("*" if column.is_required else "")
