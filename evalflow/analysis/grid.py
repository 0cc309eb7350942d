"""A worksheet that is written to by kind of cell: text that is never a formula, numbers typed in, formulas over them.

Every formula is written with the value it has, so that a preview that can't calculate shows the truth as well.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
LONGEST = 28  # of a name; spreadsheets allow 31
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
Value = Fraction | int | str | None


@dataclass(frozen=True)
class Styles:
    """Formats of one workbook: headings, what may be changed, what follows from it."""

    heading: Any
    typed: Any
    derived: Any
    strong: Any
    quiet: Any
    wrapped: Any


def styles_of(book: Any) -> Styles:
    """The formats of a new workbook."""
    return Styles(
        heading=book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        typed=book.add_format({"bg_color": "#FFF6D6"}),
        derived=book.add_format({}),
        strong=book.add_format({"bold": True}),
        quiet=book.add_format({"font_color": "#625C57"}),
        wrapped=book.add_format({"text_wrap": True}),
    )


@dataclass(frozen=True)
class Grid:
    """One worksheet. Rows and columns count from 0."""

    name: str
    sheet: Any
    styles: Styles

    def text(self, row: int, column: int, words: str, style: Any = None) -> None:
        """Words as words, whatever they begin with."""
        self.sheet.write_string(row, column, words, style)

    def headings(self, row: int, words: Sequence[str], *, start: int = 0) -> None:
        for column, word in enumerate(words, start):
            self.text(row, column, word, self.styles.heading)

    def number(self, row: int, column: int, value: Fraction | int, style: Any = None) -> str:
        """A number that may be changed; gives where it stands, for formulas elsewhere."""
        self.sheet.write_number(row, column, float(value), style or self.styles.typed)
        return self.at(row, column)

    def formula(self, row: int, column: int, formula: str, *, value: Value, style: Any = None) -> str:
        """A formula and what it comes to (None: nothing, shown empty); gives where it stands."""
        shown: float | str = value if isinstance(value, str) else "" if value is None else float(value)
        self.sheet.write_formula(row, column, f"={formula}", style or self.styles.derived, shown)
        return self.at(row, column)

    def at(self, row: int, column: int) -> str:
        """A cell for formulas on other worksheets."""
        return f"'{self.name}'!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"

    def check(self, row: int, column: int, cell: str, *, stored: Fraction | None, exact: bool = True) -> None:
        """Three cells: the value as published, exactly as text, and whether the formula's is the same."""
        if stored is None:
            self.formula(row, column + exact + 1, f'IF({cell}="","✓","≠")', value="✓")
            return
        self.number(row, column, stored, self.styles.quiet)
        if exact:
            self.text(row, column + 1, str(stored), self.styles.quiet)
        here = xl_rowcol_to_cell(row, column)
        self.formula(row, column + exact + 1, f'IF({cell}="","≠",IF(ABS({cell}-{here})<1E-9,"✓","≠"))', value="✓")


def cell(row: int, column: int, *, fixed_row: bool = False, fixed_column: bool = False) -> str:
    """A cell of the same worksheet.

    >>> cell(0, 2), cell(0, 2, fixed_row=True), cell(0, 2, fixed_column=True)
    ('C1', 'C$1', '$C1')
    """
    return str(xl_rowcol_to_cell(row, column, row_abs=fixed_row, col_abs=fixed_column))


def across(row: int, first: int, last: int, *, fixed_row: bool = False) -> str:
    """Cells of one row.

    >>> across(4, 1, 3), across(4, 1, 3, fixed_row=True)
    ('B5:D5', 'B$5:D$5')
    """
    return f"{cell(row, first, fixed_row=fixed_row)}:{cell(row, last, fixed_row=fixed_row)}"


def down(column: int, first: int, last: int) -> str:
    """Cells of one column, fixed.

    >>> down(1, 2, 20)
    '$B$3:$B$21'
    """
    return str(xl_range_abs(first, column, last, column))


def sheet_name(number: int, title: str, suffix: str = "") -> str:
    """A name no other worksheet has, without what spreadsheets forbid.

    >>> sheet_name(2, "Peer [scoring]: branches' marks of all brands", "A")
    '2A Peer  scoring   branches'
    """
    return f"{number}{suffix} {FORBIDDEN.sub(' ', title)}"[:LONGEST].rstrip()
