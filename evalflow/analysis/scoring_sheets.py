"""A scoring as worksheets: the points of every sheet, the marks they make, which count, and the score of each entry."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from evalflow.analysis import panel_sheets
from evalflow.analysis.blocks import NEAR, Block, Names, aggregated, frame, levelled, rounded
from evalflow.analysis.grid import Grid, across, cell
from evalflow.analysis.scores_explained import counting_marks
from evalflow.i18n import N_
from evalflow.kinds import scoring, sheets
from evalflow.kinds.rubric import SUMS, ScoringOptions, VoidRule
from evalflow.kinds.sheets import Sheets
from evalflow.workflow.outcome import Case, Outcome

Matrix = Mapping[tuple[str, str], Fraction]  # by (rater, entry)


def write(points: Grid, marks: Grid, case: Case, outcome: Outcome, *, names: Names) -> dict[str, str]:
    """Fills two worksheets; gives {entry: where its score stands}."""
    options = case.stage.options
    assert isinstance(options, ScoringOptions)
    read = sheets.read(case, options)
    given = {
        (rater, entry): mark
        for rater, by_entry in read.given.items()
        for entry, mark in sheets.marks(by_entry, options).items()
    }
    stands, raw = _points(points, read, options, names=names)
    void = {rater for rater, by_entry in read.given.items() if scoring.breaches(by_entry, options)}
    block = _given(marks, stands, given, names=names)
    _void_row(marks, block, options, void=void, names=names)
    if options.by_criterion:
        sheets_given = panel_sheets.Given(read, raw, frozenset(void))
        return panel_sheets.write(marks, block, sheets_given, options, outcome, names=names)
    block = _counting(marks, block, given, void=void, names=names)
    counting = counting_marks(read, options, void=void)
    if options.aggregate.level:
        values = {(rater, entry): counting.get(entry, {}).get(rater) for rater, entry in given}
        block = levelled(marks, block, values, names=names)
    return _scores(marks, block, options, counting, outcome, names=names)


def _points(
    grid: Grid, read: Sheets, options: ScoringOptions, *, names: Names
) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str, str], str]]:
    """One row for each rater and entry; where the marks stand, and where the points by (rater, entry, criterion)."""
    criteria, last = options.criterion, 1 + len(options.criterion)
    labels = [names.word(N_("Rater")), names.word(N_("Entry")), *(one.label.to(names.locale) for one in criteria)]
    grid.headings(0, [*labels, names.word(N_("Mark"))])
    grid.text(1, 0, names.word(N_("Weight")), grid.styles.heading)
    grid.text(2, 0, names.word(N_("Maximum")), grid.styles.heading)
    for column, one in enumerate(criteria, 2):
        if not options.adds_up:
            grid.number(1, column, one.weight or 0)
        grid.number(2, column, one.maximum)
    found: dict[tuple[str, str], str] = {}
    raw: dict[tuple[str, str, str], str] = {}
    row = 3
    for rater in names.raters:
        for entry in [key for key in names.entries if key in read.given.get(rater, {})]:
            grid.text(row, 0, names.raters[rater])
            grid.text(row, 1, names.entries[entry])
            by_criterion = read.given[rater][entry]
            for column, one in enumerate(criteria, 2):
                if one.key in by_criterion:
                    raw[rater, entry, one.key] = grid.number(row, column, by_criterion[one.key])
            value = sheets.mark(by_criterion, options)
            found[rater, entry] = grid.formula(row, last + 1, _mark(row, last, options), value=value)
            row += 1
    grid.sheet.freeze_panes(3, 2)
    grid.sheet.set_column(0, 1, 24)
    return found, raw


def _mark(row: int, last: int, options: ScoringOptions) -> str:
    """Missing criteria leave with their weight; a row without any points has no mark."""
    own, weights, most = across(row, 2, last), across(1, 2, last, fixed_row=True), across(2, 2, last, fixed_row=True)
    if options.adds_up:
        return f'IF(COUNT({own})=0,"",SUM({own}))'
    of = f"SUMPRODUCT(ISNUMBER({own})*{weights})"
    return f'IF(COUNT({own})=0,"",100*SUMPRODUCT({own},{weights}/{most})/{of})'


def _given(grid: Grid, stands: Mapping[tuple[str, str], str], given: Matrix, *, names: Names) -> Block:
    block = frame(grid, 1, names.word(N_("Marks as given")), names=names)
    for column, rater in enumerate(names.raters, 1):
        for row, entry in enumerate(names.entries, block.top):
            if (rater, entry) in stands:
                grid.formula(row, column, stands[rater, entry], value=given.get((rater, entry)))
    grid.sheet.freeze_panes(1, 1)
    grid.sheet.set_column(0, 0, 28)
    return block


def _void_row(grid: Grid, block: Block, options: ScoringOptions, *, void: set[str], names: Names) -> None:
    """1 where a rater's whole sheet does not count, by the rules as formulas."""
    row = block.bottom + 1
    grid.text(row, 0, names.word(N_("Void sheet: 1")), grid.styles.heading)
    for column, rater in enumerate(names.raters, 1):
        tests = [_breach(rule, block.of_rater(column)) for rule in options.void]
        if None in tests:  # a rule that no formula is written for
            grid.number(row, column, int(rater in void))
        else:
            formula = "+".join(f"({test})" for test in tests)
            grid.formula(row, column, f"IF({formula or 0},1,0)", value=int(rater in void))


def _breach(rule: VoidRule, marks: str) -> str | None:
    if rule.rule == "same_score_for_all":
        return f"(COUNT({marks})>1)*(MAX({marks})-MIN({marks})<{NEAR})"
    if rule.rule == "quota":
        return f'COUNTIF({marks},">="&({rule.score}-{NEAR}))>{rule.at_most}'
    return None


def _counting(grid: Grid, before: Block, given: Matrix, *, void: set[str], names: Names) -> Block:
    block = frame(grid, before.bottom + 4, names.word(N_("Marks that count")), names=names)
    for column, rater in enumerate(names.raters, 1):
        flag = cell(before.bottom + 1, column, fixed_row=True)
        for row, entry in enumerate(names.entries):
            if (rater, entry) in given:
                source = cell(before.top + row, column)
                value = None if rater in void else given[rater, entry]
                grid.formula(block.top + row, column, f'IF({flag}=1,"",{source})', value=value)
    return block


def _scores(
    grid: Grid,
    block: Block,
    options: ScoringOptions,
    counting: Mapping[str, Mapping[str, Fraction]],
    outcome: Outcome,
    *,
    names: Names,
) -> dict[str, str]:
    """How many, sum, highest, lowest, score, and whether it is what was published."""
    start = block.raters + 1
    heads = [
        names.word(word)
        for word in (
            N_("Marks"),
            N_("Sum"),
            N_("Highest"),
            N_("Lowest"),
            N_("Score"),
            N_("Published"),
            N_("Exact"),
            N_("Check"),
        )
    ]
    grid.headings(block.top - 1, heads, start=start)
    found = {}
    for row, entry in enumerate(names.entries, block.top):
        marks, final = list(counting.get(entry, {}).values()), outcome.figures["score"].get(entry)
        own = block.of_entry(row)
        grid.formula(row, start, f"COUNT({own})", value=len(marks))
        grid.formula(row, start + 1, f"SUM({own})", value=sum(marks, Fraction(0)))
        grid.formula(row, start + 2, f"MAX({own})", value=max(marks, default=0))
        grid.formula(row, start + 3, f"MIN({own})", value=min(marks, default=0))
        formula = _score([cell(row, start + part) for part in range(4)], own, options)
        found[entry] = grid.formula(row, start + 4, formula, value=final, style=grid.styles.strong)
        grid.check(row, start + 5, cell(row, start + 4), stored=final)
    return found


def _score(parts: Sequence[str], marks: str, options: ScoringOptions) -> str:
    """The rule as a formula over: how many, sum, highest, lowest."""
    formula = rounded(aggregated(parts, marks, options.aggregate), options.round)
    return formula if options.aggregate.method in SUMS else f'IF({parts[0]}=0,"",{formula})'
