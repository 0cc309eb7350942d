"""What a spreadsheet would bring in, before anything is written: good rows, and bad ones with their reasons. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from evalflow.importing.table import Table
from evalflow.workflow import days


@dataclass(frozen=True)
class BadRow:
    """The first thing wrong with a row; facts fill its sentence.

    sheet, column: as they are called in the file, "" where there is but one sheet, or the whole row is meant. row: 0
    for the sheet as a whole.
    """

    row: int
    reason: str
    facts: Mapping[str, object] = field(default_factory=dict)
    sheet: str = ""
    column: str = ""


Good = TypeVar("Good")


@dataclass(frozen=True)
class Preview(Generic[Good]):
    """Both in the order of the file. sha256: of its bytes, so that what is confirmed is what was looked at.

    tables: where they were read, {sheet as in `BadRow`: table}; {} where nothing is to be given back. along: {sheet:
    rows} that are good, but belong to one that is not.
    """

    good: tuple[Good, ...]
    bad: tuple[BadRow, ...]
    sha256: str
    tables: Mapping[str, Table] = field(default_factory=dict, compare=False)
    along: Mapping[str, Collection[int]] = field(default_factory=dict, compare=False)

    @property
    def hidden(self) -> tuple[tuple[str, int], ...]:
        """(sheet, row) of every row read that the file hides."""
        return tuple((name, number) for name, table in self.tables.items() for number in table.hidden)


class Flawed(Exception):
    """A row can't be accepted; `sift` makes a `BadRow` of it."""

    def __init__(self, reason: str, *, column: str = "", **facts: object) -> None:
        super().__init__(reason)
        self.reason, self.column, self.facts = reason, column, facts


def sift(
    table: Table, accept: Callable[[int, Mapping[str, str]], Good], *, sheet: str = ""
) -> tuple[tuple[Good, ...], tuple[BadRow, ...]]:
    """What `accept` makes of each row, and the rows at which it raised `Flawed`."""
    good: list[Good] = []
    bad: list[BadRow] = []
    for number, row in table.rows.items():
        try:
            _readable(table, number)
            good.append(accept(number, row))
        except Flawed as flaw:
            bad.append(BadRow(number, flaw.reason, flaw.facts, sheet, flaw.column))
    return tuple(good), tuple(bad)


def _readable(table: Table, number: int) -> None:
    """Flawed where a cell of the row can't be taken for what it shows."""
    flaw = table.flaws.get(number)
    if flaw:
        raise Flawed(flaw.code, cell=flaw.cell, value=flaw.value)


def refuse(flaw: str, *, column: str = "", **facts: object) -> None:
    """Flawed, unless the flaw is ""."""
    if flaw:
        raise Flawed(flaw, column=column, **facts)


def once(seen: Mapping[str, int], value: str, flaw: str, *, column: str = "") -> None:
    """Flawed where an earlier row has this value. seen: {value: row number}."""
    if value in seen:
        raise Flawed(flaw, column=column, value=value, first=seen[value])


def day(cell: str, *, column: str = "") -> date | None:
    """2026-07-01, 2026/7/1, 2026.7.1 or 2026年7月1日; "" is no day. Flawed for anything else.

    >>> day("2026年7月1日"), day("")
    (datetime.date(2026, 7, 1), None)
    """
    if not cell:
        return None
    try:
        return days.read(cell)
    except ValueError:
        raise Flawed("day_malformed", column=column, day=cell) from None
