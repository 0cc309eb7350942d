"""Numbers held against their targets as a worksheet: baseline, work, stretch and value typed in, points as formulas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalflow.analysis.blocks import Names
from evalflow.analysis.grid import Grid, cell, down
from evalflow.i18n import N_
from evalflow.kinds import attained
from evalflow.kinds.attained import Cap
from evalflow.kinds.combining import targets_of
from evalflow.kinds.components import Component
from evalflow.kinds.inspection import InspectionOptions
from evalflow.kinds.plans import plans_of
from evalflow.kinds.tracking import TrackingOptions
from evalflow.tally.attainment import Better, Scale, Targets
from evalflow.workflow.indicators import Indicator
from evalflow.workflow.outcome import Case, Outcome

HEADS = (N_("Entry"), N_("Indicator"), N_("Baseline"), N_("Work target"), N_("Stretch target"), N_("Value"))
BASELINE, WORK, STRETCH, VALUE, POINTS, WEIGHT, SHARE = range(2, 9)  # columns


@dataclass(frozen=True)
class _Line:
    """One number and what it is held against. points: None where the targets can't be worked with."""

    entry: str
    name: str
    value: Fraction | None
    targets: Targets
    points: Fraction | None


def declared(grid: Grid, case: Case, outcome: Outcome, part: Component, *, names: Names) -> dict[str, str]:
    """One part of a composite, a number of a declaration; {entry: where its points stand}."""
    source = case.earlier[part.source]
    values, points = source.figures.get(part.value or "", {}), outcome.figures.get(f"points.{part.name}", {})
    _headings(grid, (*HEADS, N_("Points")), names)
    found = {}
    for row, entry in enumerate(names.entries, 1):
        targets = targets_of(part, source, entry)
        if targets is not None:
            line = _Line(entry, part.value or "", values.get(entry), targets, points.get(entry))
            found[entry] = _written(grid, row, line, _formula(row, targets), names)
    return found


def inspected(grid: Grid, case: Case, outcome: Outcome, *, names: Names) -> dict[str, str]:
    """What an inspection found, indicator by indicator, then the attainment; {entry: where that stands}."""
    options = case.stage.options
    assert isinstance(options, InspectionOptions)
    values = {
        entry: {one["indicator"]: Fraction(one["value"]) for one in told}
        for entry, told in outcome.facts["attained"].items()
    }
    return _measured(grid, case, outcome, values, (options.cap, options.stretch_points), names=names)


def tracked(grid: Grid, case: Case, outcome: Outcome, *, names: Names) -> dict[str, str]:
    """The last figures that were reported, indicator by indicator, then the attainment; {entry: where that stands}."""
    options = case.stage.options
    assert isinstance(options, TrackingOptions)
    values = {
        entry: {int(number): Fraction(last["value"]) for number, last in told.items()}
        for entry, told in outcome.facts.get("last", {}).items()
    }
    return _measured(grid, case, outcome, values, (Cap.STRETCH, options.stretch_points), names=names)


def _measured(
    grid: Grid,
    case: Case,
    outcome: Outcome,
    values: Mapping[str, Mapping[int, Fraction]],
    ends: tuple[Cap, int],
    *,
    names: Names,
) -> dict[str, str]:
    """values: {entry: {number of an indicator: value}}. ends: where points end, what the stretch target is worth."""
    _headings(grid, (*HEADS, N_("Points"), N_("Weight, per cent"), N_("Share")), names)
    plans, row = plans_of(case), 1
    rows: dict[str, tuple[int, int]] = {}
    for entry in names.entries:
        first = row
        for indicator in plans.get(entry, ()):
            _share(grid, row, entry, (indicator, values.get(entry, {}).get(indicator.number)), ends, names=names)
            row += 1
        rows[entry] = first, row - 1
    return _totals(grid, row + 2, rows, outcome.figures.get("attainment", {}), names=names)


def _share(
    grid: Grid,
    row: int,
    entry: str,
    figure: tuple[Indicator, Fraction | None],
    ends: tuple[Cap, int],
    *,
    names: Names,
) -> None:
    """An indicator's points, never below 0, and what they add by its weight; nothing without a value."""
    (indicator, value), (cap, stretch_points) = figure, ends
    targets = attained.targets(indicator, cap=cap, stretch_points=stretch_points)
    points = None if value is None else attained.points(indicator, value, cap=cap, stretch_points=stretch_points)
    formula = f'IF({cell(row, VALUE)}="","",MAX(0,{_formula(row, targets)}))'
    _written(grid, row, _Line(entry, indicator.name, value, targets, points), formula, names)
    grid.number(row, WEIGHT, Fraction(indicator.weight))
    share = (points or Fraction(0)) * Fraction(indicator.weight) / 100
    at, weight = cell(row, POINTS), cell(row, WEIGHT)
    grid.formula(row, SHARE, f'IF({at}="",0,{weight}*{at}/100)', value=share)


def _totals(
    grid: Grid, top: int, rows: Mapping[str, tuple[int, int]], attainment: Mapping[str, Fraction], *, names: Names
) -> dict[str, str]:
    """Each entry's shares added up, and whether that is what was published. rows: {entry: its first and last}."""
    words = (N_("Entry"), N_("Attainment"), N_("Published"), N_("Exact"), N_("Check"))
    grid.headings(top - 1, [names.word(word) for word in words])
    found = {}
    for row, entry in enumerate((entry for entry in rows if entry in attainment), top):
        first, last = rows[entry]
        grid.text(row, 0, names.entries[entry])
        formula = f"SUM({down(SHARE, first, last)})" if last >= first else "0"
        found[entry] = grid.formula(row, 1, formula, value=attainment[entry], style=grid.styles.strong)
        grid.check(row, 2, cell(row, 1), stored=attainment[entry])
    return found


def _headings(grid: Grid, words: Sequence[str], names: Names) -> None:
    grid.headings(0, [names.word(word) for word in words])
    grid.sheet.set_column(0, 1, 24)
    grid.sheet.freeze_panes(1, 1)


def _written(grid: Grid, row: int, line: _Line, formula: str, names: Names) -> str:
    targets = line.targets
    grid.text(row, 0, names.entries[line.entry])
    grid.text(row, 1, line.name)
    for column, number in ((BASELINE, targets.baseline), (WORK, targets.work), (STRETCH, targets.stretch)):
        if number is not None:
            grid.number(row, column, Fraction(number))
    if line.value is not None:
        grid.number(row, VALUE, line.value)
    return grid.formula(row, POINTS, formula, value=line.points)


def _formula(row: int, targets: Targets) -> str:
    """As `tally.attainment`: 100 points from the baseline to the work target, from there on to the stretch target.

    What is to be kept has 100 points or none.

    Nothing where a number is missing, or where targets contradict their direction.
    """
    base, work, stretch, value = (_height(cell(row, at), targets) for at in (BASELINE, WORK, STRETCH, VALUE))
    points = f"100*({value}-{base})/({work}-{base})"
    numbers, upwards = [cell(row, at) for at in (BASELINE, WORK, VALUE)], f"{work}<={base}"
    if targets.is_kept and targets.baseline == targets.work:
        points, upwards = f"IF({value}>={work},100,0)", f"{work}<{base}"
    top = "100"
    if targets.stretch is not None:
        top = str(targets.stretch_points)
        beyond = f"100+{targets.stretch_points - 100}*({value}-{work})/({stretch}-{work})"
        points = f"IF({value}>{work},{beyond},{points})"
        numbers, upwards = [*numbers, cell(row, STRETCH)], f"OR({upwards},{stretch}<={work})"
    if targets.capped:
        points = f"MIN({top},MAX(0,{points}))"
    if targets.capped and targets.scale is Scale.LOG:
        worst = "0" if targets.better is Better.MORE else top
        points = f"IF({cell(row, VALUE)}<=0,{worst},{points})"
    return f'IF(COUNT({",".join(numbers)})<{len(numbers)},"",IFERROR(IF({upwards},"",{points}),""))'


def _height(at: str, targets: Targets) -> str:
    """A number on an axis where higher is better."""
    found = f"LN({at})" if targets.scale is Scale.LOG else at
    return found if targets.better is Better.MORE else f"(-{found})"
