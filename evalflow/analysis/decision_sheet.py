"""A decision as a worksheet: parts, weights that may be changed, composite, places with their ties broken."""

from collections.abc import Mapping
from fractions import Fraction

from evalflow.analysis.blocks import Names
from evalflow.analysis.grid import Grid, across, cell, down
from evalflow.i18n import N_
from evalflow.kinds import combining
from evalflow.kinds.component_words import POINTS
from evalflow.kinds.components import COUNTED, FIGURE, PUNCTUALITY, SCORE, Component
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.decision_words import link_words
from evalflow.kinds.tiering import tiers_decided
from evalflow.workflow.outcome import Case, Outcome
from evalflow.workflow.telling import titled

References = Mapping[str, Mapping[str, Mapping[str, str]]]  # {stage: {figure or rule: {entry: where it stands}}}
FIRST, TOP = 1, 2  # first column of the parts, first row of the entries


class _Sheet:
    """One decision being written: where its columns are."""

    def __init__(self, grid: Grid, case: Case, outcome: Outcome, names: Names) -> None:
        options = case.stage.options
        assert isinstance(options, DecisionOptions)
        self.grid, self.case, self.outcome, self.names, self.options = grid, case, outcome, names, options
        self.tiers = tiers_decided(
            case.definition, {**case.earlier, case.stage.key: outcome}, field=len(case.contenders)
        ).get(case.stage.key, {})
        self.last = FIRST + len(options.component) - 1
        self.exact, self.out, self.key = self.last + 1, self.last + 2, self.last + 3
        self.links = self.key + 1
        self.place = self.links + len(options.tie_break)
        self.bottom = TOP + len(names.entries) - 1

    def all_of(self, column: int) -> str:
        return down(column, TOP, self.bottom)


def write(grid: Grid, case: Case, outcome: Outcome, *, names: Names, found: References) -> dict[str, dict[str, str]]:
    """Fills a worksheet; gives {"composite": {entry: where it stands}}."""
    sheet = _Sheet(grid, case, outcome, names)
    _headings(sheet)
    for column, part in enumerate(sheet.options.component, FIRST):
        _part(sheet, column, part, found)
    columns = [outcome.figures.get(f"points.{part.name}", {}) for part in sheet.options.component]
    exact = combining.combined(columns, sheet.options)
    composite = {entry: _composite(sheet, row, exact.get(entry), entry) for row, entry in enumerate(names.entries, TOP)}
    for column, link in enumerate(sheet.options.tie_break, sheet.links):
        _link(sheet, column, link, found)
    for row, entry in enumerate(names.entries, TOP):
        _place(sheet, row, entry)
    grid.sheet.freeze_panes(TOP, 1)
    grid.sheet.set_column(0, 0, 28)
    return {"composite": composite}


def _headings(sheet: _Sheet) -> None:
    names, grid, options = sheet.names, sheet.grid, sheet.options
    definition = sheet.case.definition
    parts = [definition.stage(part.source).rule.title.to(names.locale) for part in options.component]
    told = [part.figure or part.value or names.word(POINTS.get(part.points, part.points)) for part in options.component]
    chain = [titled(link_words(link, names.locale), definition, names.locale) for link in options.tie_break]
    words = (N_("Composite, exact"), N_("Kept out: 1"), N_("Composite"))
    after = (
        N_("Place"),
        N_("Published composite"),
        N_("Exact"),
        N_("Check"),
        N_("Published place"),
        N_("Check"),
        N_("Decided"),
        N_("Reason"),
        *((N_("Tier"),) if sheet.tiers else ()),
    )
    grid.headings(
        0,
        [
            names.word(N_("Entry")),
            *(f"{part}: {how}" for part, how in zip(parts, told, strict=True)),
            *(names.word(word) for word in words),
            *chain,
            *(names.word(word) for word in after),
        ],
    )
    grid.text(1, 0, names.word(N_("Weight")), grid.styles.heading)
    if options.combine != "geometric":
        for column, part in enumerate(options.component, FIRST):
            grid.number(1, column, part.weight or (-1 if part.subtract else 1))
    for row, title in enumerate(names.entries.values(), TOP):
        grid.text(row, 0, title)


def _part(sheet: _Sheet, column: int, part: Component, found: References) -> None:
    """The points of one part: from their own worksheet where there is one, else as numbers."""
    points = sheet.outcome.figures.get(f"points.{part.name}", {})
    kind = sheet.case.definition.stage(part.source).kind
    counted = part.figure if part.figure == PUNCTUALITY else COUNTED.get(kind, "")
    wanted = part.name if part.value else counted if part.points in (SCORE, FIGURE) else part.points
    stands = found.get(part.source, {}).get(wanted, {})
    for row, entry in enumerate(sheet.names.entries, TOP):
        if entry in stands:
            sheet.grid.formula(row, column, stands[entry], value=points.get(entry))
        elif entry in points:
            sheet.grid.number(row, column, points[entry])


def _composite(sheet: _Sheet, row: int, exact: Fraction | None, entry: str) -> str:
    """Exact, and as places go by it; gives where that stands."""
    options, grid = sheet.options, sheet.grid
    parts = across(row, FIRST, sheet.last)
    whole = f'IF(COUNT({parts})<{len(options.component)},"",{_combined(sheet, row)})'
    grid.formula(row, sheet.exact, whole, value=exact)
    grid.number(row, sheet.out, int(any(one["entry"] == entry for one in sheet.outcome.facts.get("vetoed", ()))))
    value, decimals = cell(row, sheet.exact), options.round.decimals
    rounded = f"ROUND({value},9)"
    if options.round.before_ranking:
        rounded = f"ROUND({rounded},{decimals})"
    formula = f'IF(OR({value}="",{cell(row, sheet.out)}=1),"",{rounded})'
    final = sheet.outcome.figures["composite"].get(entry)
    return grid.formula(row, sheet.key, formula, value=final, style=grid.styles.strong)


def _combined(sheet: _Sheet, row: int) -> str:
    options = sheet.options
    parts, weights = across(row, FIRST, sheet.last), across(1, FIRST, sheet.last, fixed_row=True)
    if options.combine == "weighted":
        return f"SUMPRODUCT({parts},{weights})/SUM({weights})"
    if options.combine == "sum":
        return f"SUMPRODUCT({parts},{weights})"
    groups: dict[str, list[str]] = {}
    for column, part in enumerate(options.component, FIRST):
        groups.setdefault(f"group {part.group}" if part.group else part.name, []).append(cell(row, column))
    factors = "*".join(f"AVERAGE({','.join(cells)})" for cells in groups.values())
    return f"({factors})^(1/{len(groups)})"


def _link(sheet: _Sheet, column: int, link: str, found: References) -> None:
    """The key by which a link of the chain compares, the higher the better; 0 where it said nothing."""
    stands = _live(sheet, link, found)
    told = _told(sheet.outcome, link)
    kind = sheet.case.definition.stage(link).kind if stands else ""
    figures = sheet.case.earlier[link].figures[COUNTED[kind]] if stands else {}
    for row, entry in enumerate(sheet.names.entries, TOP):
        if stands:
            formula = f'IF({stands[entry]}="",0,ROUND({stands[entry]},9))'
            sheet.grid.formula(row, column, formula, value=figures.get(entry, 0))
        else:
            sheet.grid.number(row, column, told.get(entry, 0))


def _live(sheet: _Sheet, link: str, found: References) -> Mapping[str, str]:
    """Where a stage's figures stand that a link compares; none unless every entry has one and all are compared."""
    kinds = {stage.key: stage.kind for stage in sheet.case.definition.stages}
    stands = found.get(link, {}).get(COUNTED.get(kinds.get(link, ""), ""), {})
    figures = sheet.outcome.figures["composite"]
    are_compared = sheet.options.ties == "all"
    return stands if are_compared and all(entry in stands for entry in {*sheet.names.entries, *figures}) else {}


def _told(outcome: Outcome, link: str) -> dict[str, int]:
    """{entry: key} from the ties that a link broke."""
    return {
        entry: len(one["groups"]) - index
        for one in outcome.facts["ties"]
        if one["link"] == link
        for index, group in enumerate(one["groups"])
        for entry in group
    }


def _place(sheet: _Sheet, row: int, entry: str) -> None:
    """How many are better, by composite and then by each link in turn; with what was published beside it."""
    grid, outcome = sheet.grid, sheet.outcome
    keys, own = sheet.all_of(sheet.key), cell(row, sheet.key)
    better, tied = [f"({keys}>{own})"], f"({keys}={own})"
    for column in range(sheet.links, sheet.place):
        better.append(f"{tied}*({sheet.all_of(column)}>{cell(row, column)})")
        tied += f"*({sheet.all_of(column)}={cell(row, column)})"
    counted = "+".join(f"SUMPRODUCT(ISNUMBER({keys})*{one})" for one in better)
    place = outcome.figures["place"].get(entry)
    grid.formula(row, sheet.place, f'IF({own}="","",1+{counted})', value=place, style=grid.styles.strong)
    grid.check(row, sheet.place + 1, own, stored=outcome.figures["composite"].get(entry))
    grid.check(row, sheet.place + 4, cell(row, sheet.place), stored=place, exact=False)
    decided = next((one["place"] for one in outcome.facts["decided"] if one["entry"] == entry), None)
    if decided is not None:
        grid.number(row, sheet.place + 6, decided, grid.styles.quiet)
    reason = next((one["reason"] for one in outcome.facts["deviations"] if one["entry"] == entry), "")
    grid.text(row, sheet.place + 7, reason)
    if entry in sheet.tiers:
        grid.text(row, sheet.place + 8, sheet.tiers[entry].to(sheet.names.locale))
