"""A scoring criterion by criterion as a worksheet: a block for each criterion, then the parts and their sum."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evalflow.analysis.blocks import Block, Names, aggregated, frame, levelled, rounded
from evalflow.analysis.grid import Grid, across, cell
from evalflow.i18n import N_
from evalflow.kinds.rubric import SUMS, Criterion, ScoringOptions
from evalflow.kinds.sheets import Sheets
from evalflow.workflow.outcome import Outcome

HEADS = (
    N_("Marks"),
    N_("Sum"),
    N_("Highest"),
    N_("Lowest"),
    N_("Raters together"),
    N_("Factor"),
    N_("Part"),
)
SUMMARIES = ("COUNT", "SUM", "MAX", "MIN")


@dataclass(frozen=True)
class Given:
    """The sheets as they were handed in. stands: {(rater, entry, criterion): where the points are}. void: raters."""

    read: Sheets
    stands: Mapping[tuple[str, str, str], str]
    void: frozenset[str]

    def points(self, rater: str, entry: str, criterion: str) -> Fraction | None:
        """None where the sheet does not count."""
        return None if rater in self.void else self.read.given[rater][entry][criterion]


def write(
    grid: Grid, before: Block, given: Given, options: ScoringOptions, outcome: Outcome, *, names: Names
) -> dict[str, str]:
    """Below a block under whose columns stands whether a rater's sheet is void; {entry: where its score stands}."""
    flags, top = before.bottom + 1, before.bottom + 4
    parts: dict[str, list[str]] = {entry: [] for entry in names.entries}
    for criterion in options.criterion:
        block = frame(grid, top, criterion.label.to(names.locale), names=names)
        _counting(grid, block, given, criterion.key, flags=flags, names=names)
        if options.aggregate.level:
            block = levelled(grid, block, _levelled(given, criterion.key, outcome), names=names)
        for entry, part in _parts(grid, block, criterion, options, outcome, names=names).items():
            parts[entry].append(part)
        top = block.bottom + 3
    return _scores(grid, top, parts, options, outcome, names=names)


def _counting(grid: Grid, block: Block, given: Given, criterion: str, *, flags: int, names: Names) -> None:
    """The points for one criterion on the sheets that count."""
    for row, entry in enumerate(names.entries, block.top):
        for column, rater in enumerate(names.raters, 1):
            source = given.stands.get((rater, entry, criterion))
            if source is not None:
                flag = cell(flags, column, fixed_row=True)
                value = given.points(rater, entry, criterion)
                grid.formula(row, column, f'IF({flag}=1,"",{source})', value=value)


def _levelled(given: Given, criterion: str, outcome: Outcome) -> dict[tuple[str, str], Fraction | None]:
    """{(rater, entry): points after levelling, None where the sheet is void}."""
    found: dict[tuple[str, str], Fraction | None] = {}
    for rater, entry, one in given.stands:
        if one == criterion:
            told = outcome.facts["parts"][entry][criterion]
            counting = {name: Fraction(points) for name, points in (*told["kept"], *told["dropped"])}
            found[rater, entry] = counting.get(rater)
    return found


def _parts(
    grid: Grid,
    block: Block,
    criterion: Criterion,
    options: ScoringOptions,
    outcome: Outcome,
    *,
    names: Names,
) -> dict[str, str]:
    """How the raters come together, the factor, the part; {entry: where its part stands}."""
    start, how = block.raters + 1, options.aggregate
    grid.headings(block.top - 1, [names.word(word) for word in HEADS], start=start)
    found = {}
    for row, entry in enumerate(names.entries, block.top):
        told: Mapping[str, Any] = outcome.facts["parts"][entry][criterion.key]
        marks = [Fraction(mark) for _, mark in (*told["kept"], *told["dropped"])]
        own = block.of_entry(row)
        sums = len(marks), sum(marks, Fraction(0)), max(marks, default=0), min(marks, default=0)
        for place, (name, value) in enumerate(zip(SUMMARIES, sums, strict=True), start):
            grid.formula(row, place, f"{name}({own})", value=value)
        at = [cell(row, start + place) for place in range(6)]
        together = rounded(aggregated(at[:4], own, how), how.round_panel)
        grid.formula(row, start + 4, f'IF({at[0]}=0,"",{together})', value=_fraction(told["panel"]))
        factor = _fraction(told["factor"])
        if factor is not None:
            grid.number(row, start + 5, factor)
        product = rounded(f"{at[4]}*{at[5]}", how.round_part)
        part = f'IF(OR({at[4]}="",{at[5]}=""),"",{product})'
        found[entry] = grid.formula(row, start + 6, part, value=_fraction(told["part"]))
    return found


def _scores(
    grid: Grid,
    top: int,
    parts: Mapping[str, list[str]],
    options: ScoringOptions,
    outcome: Outcome,
    *,
    names: Names,
) -> dict[str, str]:
    """The parts side by side, their sum, and whether it is what was published."""
    number = len(options.criterion)
    labels = [one.label.to(names.locale) for one in options.criterion]
    heads = [names.word(word) for word in (N_("Score"), N_("Published"), N_("Exact"), N_("Check"))]
    grid.headings(top - 1, [names.word(N_("Parts")), *labels, *heads])
    found = {}
    for row, (entry, cells) in enumerate(parts.items(), top):
        grid.text(row, 0, names.entries[entry])
        told, final = outcome.facts["parts"][entry], outcome.figures["score"].get(entry)
        for column, (one, source) in enumerate(zip(options.criterion, cells, strict=True), 1):
            grid.formula(row, column, source, value=_fraction(told[one.key]["part"]))
        own = across(row, 1, number)
        formula = rounded(f"SUM({own})", options.round)
        if options.aggregate.method not in SUMS:
            formula = f'IF(COUNT({own})<{number},"",{formula})'
        found[entry] = grid.formula(row, number + 1, formula, value=final, style=grid.styles.strong)
        grid.check(row, number + 2, cell(row, number + 1), stored=final)
    return found


def _fraction(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
