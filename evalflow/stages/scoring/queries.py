"""What pages and the engine ask of score sheets. A sheet's points are for its own rater until the stage has closed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from evalflow.access import Actor, Permission, may
from evalflow.kinds import scoring
from evalflow.kinds.rubric import ScoringOptions
from evalflow.kinds.sheets import Points
from evalflow.seasons import guards
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.rules import stage_of
from evalflow.seasons.tasks import Task
from evalflow.stages.scoring.models import Score, ScoreSheet, SheetRecusal
from evalflow.tally.void import Breach

_WHOLE = (
    selectinload(ScoreSheet.scores).joinedload(Score.entry),
    selectinload(ScoreSheet.recusals).joinedload(SheetRecusal.entry),
)


def options_of(stage: StageRow) -> ScoringOptions:
    options = stage_of(stage).options
    assert isinstance(options, ScoringOptions)
    return options


def sheets(session: Session, stage_id: int) -> Sequence[ScoreSheet]:
    """All sheets with their scores and recusals, in the order of the raters."""
    query = (
        select(ScoreSheet)
        .where(ScoreSheet.stage_id == stage_id)
        .options(joinedload(ScoreSheet.branch), *_WHOLE)
        .order_by(ScoreSheet.id)
    )
    return session.scalars(query).all()


def raters(session: Session, stage_id: int) -> Sequence[ScoreSheet]:
    """All sheets with their raters' names and without what is on them."""
    query = (
        select(ScoreSheet)
        .where(ScoreSheet.stage_id == stage_id)
        .options(joinedload(ScoreSheet.branch), joinedload(ScoreSheet.person))
        .order_by(ScoreSheet.id)
    )
    return session.scalars(query).all()


def own_sheet(session: Session, stage: StageRow, actor: Actor) -> ScoreSheet | None:
    """The sheet this person fills in: their branch's, or their own; None for whoever is not asked."""
    query = select(ScoreSheet).where(ScoreSheet.stage_id == stage.id)
    if options_of(stage).raters == "each_branch":
        scoped = [grant.branch_id for grant in actor.grants if grant.branch_id is not None]
        branches = [one for one in scoped if may(actor, Permission.SCORE, season=stage.season_id, branch=one)]
        query = query.where(ScoreSheet.branch_id.in_(branches))
    elif may(actor, Permission.DECIDE, season=stage.season_id):
        query = query.where(ScoreSheet.person_id == actor.person_id)
    else:
        return None
    return session.scalars(query.options(*_WHOLE).order_by(ScoreSheet.id).limit(1)).one_or_none()


def offered(session: Session, stage: StageRow, sheet: ScoreSheet) -> list[Entry]:
    """The entries this rater is asked about: not the own one where that is excluded, none recused from."""
    own = sheet.branch_id if options_of(stage).own_entry == "excluded" else None
    recused = {one.entry_id for one in sheet.recusals}
    return [
        entry
        for entry in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)
        if entry.id not in recused and (own is None or entry.branch_id != own)
    ]


def points_of(sheet: ScoreSheet) -> Mapping[str, Points]:
    """{entry key: {criterion: points}} as far as given."""
    found: dict[str, dict[str, Fraction]] = {}
    for score in sheet.scores:
        found.setdefault(score.entry.key, {})[score.criterion] = Fraction(score.points)
    return found


def unfinished(session: Session, stage: StageRow, sheet: ScoreSheet) -> list[Entry]:
    """The entries whose scores are not complete yet."""
    given, criteria = points_of(sheet), {one.key for one in options_of(stage).criterion}
    return [entry for entry in offered(session, stage, sheet) if criteria - set(given.get(entry.key, {}))]


def given_twice(stage: StageRow, sheet: ScoreSheet) -> list[str]:
    """Points that are handed out to one entry each and stand at two, as "CRITERION POINTS"."""
    handed_out = {one.key for one in options_of(stage).criterion if one.given}
    used = Counter(
        (score.criterion, Fraction(score.points))
        for score in sheet.scores
        if score.criterion in handed_out and Fraction(score.points)
    )
    return [f"{criterion} {points}" for (criterion, points), times in sorted(used.items()) if times > 1]


def breaches(stage: StageRow, sheet: ScoreSheet) -> tuple[Breach, ...]:
    """Why this sheet would not count if it were handed in as it is."""
    return scoring.breaches(points_of(sheet), options_of(stage))


def is_in(sheet: ScoreSheet) -> bool:
    return sheet.handed_in_at is not None


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """Fill in the own sheet."""
    if not guards.is_open(stage, now) or not actor.is_authenticated:
        return []
    sheet = own_sheet(session, stage, actor)
    if sheet is None:
        return []
    return [Task("Score the entries", "scoring.home", stage, due=stage.closes_at, is_done=is_in(sheet))]
