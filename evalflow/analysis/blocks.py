"""Blocks of entries by raters on a worksheet, and an aggregate over the raters as a formula."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalflow.analysis.grid import Grid, across, cell
from evalflow.i18n import N_, say
from evalflow.kinds.rubric import Aggregate

NEAR = "1E-9"  # closer than that, spreadsheet numbers are the same


@dataclass(frozen=True)
class Names:
    """What keys are called: entries in the order of rows, raters in the order of columns."""

    entries: Mapping[str, str]
    raters: Mapping[str, str]
    locale: str

    def word(self, message: str) -> str:
        return say(self.locale, message)


@dataclass(frozen=True)
class Block:
    """Entries by raters on a worksheet: entry i in row `top` + i, rater j in column 1 + j."""

    top: int
    entries: int
    raters: int

    @property
    def bottom(self) -> int:
        return self.top + self.entries - 1

    def of_rater(self, column: int) -> str:
        return f"{cell(self.top, column, fixed_row=True)}:{cell(self.bottom, column, fixed_row=True)}"

    def of_entry(self, row: int) -> str:
        return across(row, 1, self.raters)

    @property
    def whole(self) -> str:
        first = cell(self.top, 1, fixed_row=True, fixed_column=True)
        return f"{first}:{cell(self.bottom, self.raters, fixed_row=True, fixed_column=True)}"


def frame(grid: Grid, top: int, title: str, *, names: Names) -> Block:
    """A heading and the names around a block."""
    grid.headings(top - 1, [title, *names.raters.values()])
    for row, entry in enumerate(names.entries.values(), top):
        grid.text(row, 0, entry)
    return Block(top, len(names.entries), len(names.raters))


def aggregated(parts: Sequence[str], marks: str, how: Aggregate) -> str:
    """The aggregate of at least one mark. parts: where stand how many, sum, highest, lowest of the cells `marks`."""
    count, total, highest, lowest = parts
    if how.method == "sum":
        return total
    if how.method == "median":
        return f"MEDIAN({marks})"
    plain = f"{total}/{count}"
    if not how.trims:
        return plain
    dropped = "".join(f"-LARGE({marks},{one})-SMALL({marks},{one})" for one in range(1, how.trim + 1))
    dropped = f"-{highest}-{lowest}" if how.trim == 1 else dropped
    few = plain if how.method == "trimmed_mean" else total
    share = f"/({count}-{2 * how.trim})" if how.method == "trimmed_mean" else ""
    return f"IF({count}>{how.trim_when_more_than},({total}{dropped}){share},{few})"


def rounded(formula: str, decimals: int | None) -> str:
    """Half up, after the noise of binary fractions is taken off."""
    return formula if decimals is None else f"ROUND(ROUND({formula},9),{decimals})"


def levelled(grid: Grid, before: Block, values: Mapping[tuple[str, str], Fraction | None], *, names: Names) -> Block:
    """A block like the one before, moved and stretched to the mean and spread of all its marks.

    values: {(rater, entry): levelled mark, None where the sheet is void}. A rater without spread gives the common mean.
    """
    mean, spread = before.bottom + 1, before.bottom + 2
    grid.text(mean, 0, names.word(N_("Mean")), grid.styles.heading)
    grid.text(spread, 0, names.word(N_("Spread")), grid.styles.heading)
    block = frame(grid, before.bottom + 5, names.word(N_("Levelled marks")), names=names)
    for column in range(1, before.raters + 1):
        own = before.of_rater(column)
        grid.formula(mean, column, f"IF(COUNT({own})=0,0,AVERAGE({own}))", value=None)
        grid.formula(spread, column, f"IF(COUNT({own})=0,0,STDEVP({own}))", value=None)
    for column, rater in enumerate(names.raters, 1):
        own_mean, own_spread = cell(mean, column, fixed_row=True), cell(spread, column, fixed_row=True)
        stretch = f"IF({own_spread}<{NEAR},0,STDEVP({before.whole})/{own_spread})"
        for row, entry in enumerate(names.entries):
            if (rater, entry) in values:
                mark = cell(before.top + row, column)
                formula = f'IF({mark}="","",AVERAGE({before.whole})+({mark}-{own_mean})*{stretch})'
                grid.formula(block.top + row, column, formula, value=values[rater, entry])
    return block
