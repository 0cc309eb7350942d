"""A spreadsheet as people see it: for each sheet the texts its cells show. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evalflow.importing import limits

NOT_CALCULATED = "#CALC?"  # stands for a formula whose result was never saved


@dataclass(frozen=True)
class Sheet:
    """rows: {row number in the file, from 1: cells from column A on}; rows without any text are left out.

    hidden: numbers of rows that the file hides, by hand or by a filter.
    """

    name: str
    rows: Mapping[int, Sequence[str]]
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Book:
    """A file that was read. sheets: those that are not hidden, in their order. sha256: of its bytes, hex."""

    sheets: tuple[Sheet, ...]
    sha256: str


class TooMuch(Exception):
    """More rows, columns, text or parts than are read. code: of the refusal."""

    def __init__(self, code: str = "workbook_too_large") -> None:
        super().__init__(code)
        self.code = code


class Unreadable(Exception):
    """Not a file of this kind, damaged, or locked. code: of the refusal."""

    def __init__(self, code: str = "file_not_readable") -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Budget:
    """What is left of the text that all cells of a file may have together."""

    left: int = field(default=limits.MAX_TEXT)

    def spend(self, characters: int) -> None:
        self.left -= characters
        if self.left < 0:
            raise TooMuch


class Rows:
    """Collects the rows of one sheet, bounded, and spreads what stands in a merged area over its rows."""

    def __init__(self, budget: Budget) -> None:
        self.rows: dict[int, list[str]] = {}
        self.hidden: set[int] = set()
        self._merged: list[tuple[int, int, int]] = []
        self._budget = budget

    def put(self, row: int, column: int, text: str) -> None:
        """row: from 1; column: from 0. A blank cell is nothing."""
        if not text or column >= limits.MAX_COLUMNS:
            return
        if row > limits.MAX_ROW:
            raise TooMuch("too_many_rows")
        self._budget.spend(len(text))
        cells = self.rows.setdefault(row, [])
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = text

    def hide(self, row: int) -> None:
        if row <= limits.MAX_ROW:
            self.hidden.add(row)

    def merge(self, first: int, last: int, column: int) -> None:
        """Rows first to last show what stands in this column of the first."""
        if first < last and column < limits.MAX_COLUMNS:
            self._merged.append((first, last, column))
        if len(self._merged) > limits.MAX_MERGED:
            raise TooMuch

    def sheet(self, name: str) -> Sheet:
        """The sheet, once all of it was put. Only rows that have something of their own show a merged area's value."""
        numbers = sorted(self.rows)
        for first, last, column in self._merged:
            text = dict(enumerate(self.rows.get(first, ()))).get(column, "")
            for number in range(first + 1, min(last, numbers[-1] if numbers else 0) + 1) if text else ():
                if number in self.rows:
                    self.put(number, column, text)
        rows = {number: tuple(self.rows[number]) for number in numbers}
        return Sheet(name, rows, frozenset(self.hidden & rows.keys()))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
