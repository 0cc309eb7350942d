"""The whole calculation as a workbook to play with: raw sheets and counts as numbers, what follows as formulas.

Change a mark or a weight and see who would be where. What people typed is written as text only: a title that begins
with "=" stays a title.
"""

import io
from collections.abc import Mapping
from string import ascii_lowercase
from typing import Any

import xlsxwriter

from evalflow.analysis import attainment_sheet, decision_sheet, scoring_sheets, vote_sheet
from evalflow.analysis.blocks import Names
from evalflow.analysis.grid import OPTIONS, Grid, Styles, sheet_name, styles_of
from evalflow.bundle.format import Bundle
from evalflow.bundle.recount import case_of
from evalflow.i18n import N_, say
from evalflow.kinds import sheets
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.rubric import ScoringOptions
from evalflow.workflow.outcome import Case, Outcome

GUIDE = (
    N_("Yellow cells are typed in: raw sheets, counts, figures and targets. Points, scores and places are formulas."),
    N_("Yellow as well, as no formula is written for it: how ranked ballots are counted, who is kept out, other ties."),
    N_("Change a mark, a count or a weight and see which places change. Nothing here changes the published result."),
    N_("✓ stands where a formula gives what was published, ≠ where it does not (because you changed something)."),
    N_("The published values stand beside, also as exact fractions."),
)


def workbook(
    bundle: Bundle,
    outcomes: Mapping[str, Outcome],
    *,
    locale: str = "zh_Hans",
    branches: Mapping[str, str] | None = None,
) -> bytes:
    """An xlsx file. outcomes: as recounted, or as stored. branches: {key: name}, else those of the bundle.

    Works for whatever stages are done; a season without any gives the guide alone.
    """
    called = {**{branch.key: branch.name for branch in bundle.branches}, **(branches or {})}
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        styles = styles_of(book)
        _guide(Grid(say(locale, "Guide"), book.add_worksheet(say(locale, "Guide")), styles), bundle, locale)
        found: dict[str, dict[str, dict[str, str]]] = {}
        for number, stage in enumerate(bundle.definition.stages, 1):
            if stage.key not in outcomes:
                continue
            case = case_of(bundle, stage, outcomes)
            pages = Pages(book, styles, number, stage.rule.title.to(locale))
            names = Names({one.key: one.title for one in case.contenders}, _raters(case, called), locale)
            found[stage.key] = _stage(pages, case, outcomes[stage.key], names=names, found=found)
    return stream.getvalue()


class Pages:
    """Makes the worksheets of one stage."""

    def __init__(self, book: Any, styles: Styles, number: int, title: str) -> None:
        self.book, self.styles, self.number, self.title = book, styles, number, title

    def add(self, suffix: str = "") -> Grid:
        name = sheet_name(self.number, self.title, suffix)
        return Grid(name, self.book.add_worksheet(name), self.styles)


def _stage(
    pages: Pages, case: Case, outcome: Outcome, *, names: Names, found: dict[str, dict[str, dict[str, str]]]
) -> dict[str, dict[str, str]]:
    """The worksheets of one stage, and where its figures stand; none for kinds that count nothing."""
    if not names.entries:
        return {}
    if case.stage.kind == "ballot":
        return vote_sheet.write(pages.add(), case, outcome, names=names)
    if case.stage.kind == "scoring":
        return {"score": scoring_sheets.write(pages.add("a"), pages.add("b"), case, outcome, names=names)}
    if case.stage.kind == "inspection":
        return {"attainment": attainment_sheet.inspected(pages.add(), case, outcome, names=names)}
    if case.stage.kind == "tracking" and "attainment" in outcome.figures:
        return {"attainment": attainment_sheet.tracked(pages.add(), case, outcome, names=names)}
    if isinstance(case.stage.options, DecisionOptions):
        for letter, part in zip(
            ascii_lowercase, (part for part in case.stage.options.component if part.value), strict=False
        ):
            stands = attainment_sheet.declared(pages.add(letter), case, outcome, part, names=names)
            found[part.source] = {**found.get(part.source, {}), part.name: stands}
        return decision_sheet.write(pages.add(), case, outcome, names=names, found=found)
    return {}


def _raters(case: Case, called: Mapping[str, str]) -> dict[str, str]:
    options = case.stage.options
    if not isinstance(options, ScoringOptions):
        return {}
    return {rater: called.get(rater, rater) for rater in sheets.read(case, options).asked}


def _guide(grid: Grid, bundle: Bundle, locale: str) -> None:
    grid.text(0, 0, bundle.definition.heading.title.to(locale), grid.styles.heading)
    grid.text(1, 0, bundle.season)
    grid.text(2, 0, f"SHA-256 {bundle.definition.digest}")
    for row, sentence in enumerate(GUIDE, 4):
        grid.text(row, 0, say(locale, sentence), grid.styles.wrapped)
    grid.sheet.set_column(0, 0, 90)
