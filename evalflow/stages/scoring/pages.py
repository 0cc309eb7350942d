"""What the scoring's page shows: a rater's own sheet, who is late, and the scores once they may be seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy.orm import Session

from evalflow.access import Permission, may
from evalflow.kinds import scoring as rules
from evalflow.kinds.rubric import ScoringOptions
from evalflow.seasons import guards, visibility
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.stages.scoring import queries
from evalflow.stages.scoring.models import ScoreSheet
from evalflow.web.current import actor, locale, now
from evalflow.workflow.telling import titled

CELL = "points."  # a cell's field is called "points.ENTRY.CRITERION"


@dataclass(frozen=True)
class ScoredEntry:
    """An entry of the results, best first."""

    entry: Entry
    score: Fraction | None
    raters: int


@dataclass(frozen=True)
class FarMark:
    """A mark far from the others. criterion: its label, where raters are aggregated by criterion."""

    rater: str
    entry: str
    criterion: str
    mark: Fraction
    centre: Fraction
    distance: Fraction


@dataclass(frozen=True)
class SheetPage:
    """What the page shows.

    cells: {field name: text}; faults: {field name: sentence}; stored: what the sheet holds where a cell says something
    else. late: only for its followers. has_gallery: whether entries have public pages. far_off: only for the organiser,
    once closed; waits: whether they are to be confirmed.
    """

    stage: StageRow
    options: ScoringOptions
    words: Sequence[str]
    sheet: ScoreSheet | None
    entries: Sequence[Entry]
    cells: Mapping[str, str]
    faults: Mapping[str, str]
    stored: Mapping[str, str]
    left: int
    void: Sequence[str]
    is_open: bool
    late: Sequence[str] | None
    handed_in: int
    asked: int
    results: Sequence[ScoredEntry] | None
    has_gallery: bool
    far_off: Sequence[FarMark]
    waits: bool


def sheet_page(
    session: Session, stage: StageRow, *, typed: Mapping[str, str], faults: Mapping[str, str] | None = None
) -> SheetPage:
    options = queries.options_of(stage)
    sheet = queries.own_sheet(session, stage, actor()) if stage.opened_at else None
    entries = queries.offered(session, stage, sheet) if sheet else []
    kept = {f"{CELL}{score.entry.key}.{score.criterion}": score.points for score in sheet.scores} if sheet else {}
    steers = may(actor(), Permission.STEER, season=stage.season_id)
    followed = may(actor(), Permission.FOLLOW_TURNOUT, season=stage.season_id)
    everybody = queries.raters(session, stage.id) if followed else ()
    return SheetPage(
        stage=stage,
        options=options,
        words=[titled(one, definition_of(stage.season), locale()) for one in rules.words(options, locale())],
        sheet=sheet,
        entries=entries,
        cells={**kept, **typed},
        faults=faults or {},
        stored={name: text for name, text in kept.items() if typed.get(name, text) != text},
        left=len(queries.unfinished(session, stage, sheet)) if sheet else 0,
        void=_void_words(stage, sheet) if sheet else (),
        is_open=guards.is_open(stage, now()),
        late=[_name(one) for one in everybody if not queries.is_in(one)] if followed else None,
        handed_in=sum(queries.is_in(one) for one in everybody),
        asked=len(everybody),
        results=_results(session, stage),
        has_gallery=visibility.has_begun(stage.season, "promotion"),
        far_off=_far_off(session, stage) if steers else (),
        waits=steers and bool(queries.to_confirm(session, stage)),
    )


def _void_words(stage: StageRow, sheet: ScoreSheet) -> list[str]:
    """The rules this sheet breaks as it stands, in words."""
    options = queries.options_of(stage)
    broken = {(breach.rule, breach.quota) for breach in queries.breaches(stage, sheet)}
    quotas = iter(options.quotas)
    limits = [(rule, next(quotas) if rule.rule == "quota" else None) for rule in options.void]
    return [rules.void_words(rule, locale()) for rule, quota in limits if (rule.rule, quota) in broken]


def _name(sheet: ScoreSheet) -> str:
    """Whose sheet it is: a committee member's own, or a branch's."""
    if sheet.person is not None:
        return sheet.person.name
    return sheet.branch.name(locale()) if sheet.branch else sheet.rater


def _far_off(session: Session, stage: StageRow) -> list[FarMark]:
    rows = queries.far_off(session, stage)
    if not rows:
        return []
    raters = {one.rater: _name(one) for one in queries.raters(session, stage.id)}
    titles = {one.key: one.title for one in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)}
    labels = {one.key: one.label.to(locale()) for one in queries.options_of(stage).criterion}
    return [
        FarMark(
            rater=raters[row["rater"]],
            entry=titles[row["entry"]],
            criterion=labels.get(row.get("criterion", ""), ""),
            mark=Fraction(row["mark"]),
            centre=Fraction(row["centre"]),
            distance=Fraction(row["distance"]),
        )
        for row in rows
    ]


def _results(session: Session, stage: StageRow) -> list[ScoredEntry] | None:
    outcome = seasons.outcome_of(stage) if visibility.sees_outcome(actor(), stage) else None
    if outcome is None:
        return None
    score, raters = outcome.figures["score"], outcome.figures["raters"]
    entries = seasons.entries(session, stage.season_id, EntryState.ACCEPTED)
    found = [ScoredEntry(one, score.get(one.key), int(raters.get(one.key, 0))) for one in entries]
    return sorted(found, key=lambda one: -(one.score or Fraction(-1)))
