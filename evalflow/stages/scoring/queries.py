"""What pages and the engine ask of score sheets. A sheet's points are for its own rater until the stage has closed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from evalflow.access import Actor, Permission, Role, branches_of, may
from evalflow.i18n import Text
from evalflow.kinds import scoring
from evalflow.kinds.rubric import ScoringOptions
from evalflow.kinds.sheets import Points
from evalflow.people import rolls
from evalflow.seasons import cases, guards
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, Phase, StageRow
from evalflow.seasons.rules import stage_of
from evalflow.seasons.tasks import Task
from evalflow.stages.scoring.models import MarkConfirmation, Score, ScoreSheet, SheetRecusal
from evalflow.tally.void import Breach
from evalflow.workflow.outcome import Tables

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
        branches = branches_of(actor, Permission.SCORE, season=stage.season_id)
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


def awaited(session: Session, stage: StageRow) -> list[ScoreSheet]:
    """Sheets that are not in although somebody can fill them in: not those of raters who have left, nor empty ones."""
    branches = rolls.branches_of(session, Role.BRANCH_SECRETARY, season_id=stage.season_id)
    members = {one.id for one in rolls.holders(session, Role.COMMITTEE_MEMBER, season_id=stage.season_id)}
    return [
        sheet
        for sheet in sheets(session, stage.id)
        if not is_in(sheet)
        and (sheet.person_id in members if sheet.person_id is not None else sheet.branch_id in branches)
        and offered(session, stage, sheet)
    ]


def rater_name(sheet: ScoreSheet) -> Text:
    """The branch, or the member whose own sheet it is."""
    if sheet.person is not None:
        return Text(sheet.person.name)
    return Text(sheet.branch.name_zh, sheet.branch.name_en) if sheet.branch else Text(sheet.rater)


def is_in(sheet: ScoreSheet) -> bool:
    return sheet.handed_in_at is not None


def evidence(session: Session, stage: StageRow) -> Tables:
    """The sheets handed in, once nobody can hand one in any more."""
    if stage.phase not in (Phase.CLOSED, Phase.DONE):
        return {}
    found = sheets(session, stage.id)
    counted = [sheet for sheet in found if is_in(sheet)]
    rows = [
        {"rater": sheet.rater, "entry": score.entry.key, "criterion": score.criterion, "points": score.points}
        for sheet in counted
        for score in sorted(sheet.scores, key=lambda one: (one.entry.key, one.criterion))
    ]
    return {
        "sheets": rows,
        "raters": [{"rater": sheet.rater, "branch": sheet.branch.key if sheet.branch else ""} for sheet in found],
        "recusals": [
            {"rater": sheet.rater, "entry": one.entry.key}
            for sheet in found
            for one in sorted(sheet.recusals, key=lambda one: one.entry.key)
        ],
    }


def far_off(session: Session, stage: StageRow) -> list[dict[str, str]]:
    """The marks far from the others, as the outcome tells or will tell them; none before the stage has closed."""
    if options_of(stage).recheck is None or stage.phase not in (Phase.CLOSED, Phase.DONE):
        return []
    found = seasons.outcome_of(stage) or scoring.outcome(cases.case_of(session, stage, evidence(session, stage)))
    rows: list[dict[str, str]] = found.facts["recheck"]
    return rows


def to_confirm(session: Session, stage: StageRow) -> list[dict[str, str]]:
    """Those that the organiser has not looked at since the stage closed, where it can be reopened for them."""
    if stage.phase != Phase.CLOSED or not stage_of(stage).rule.reopen:
        return []
    seen = session.get(MarkConfirmation, stage.id)
    if seen is not None and stage.closed_at is not None and seen.confirmed_at >= stage.closed_at:
        return []
    return far_off(session, stage)


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """Fill in the own sheet; for the organiser, look at marks far from the others."""
    if may(actor, Permission.STEER, season=stage.season_id) and to_confirm(session, stage):
        return [Task("Look at marks far from the others", "scoring.home", stage, due=None, is_done=False)]
    if not guards.is_open(stage, now) or not actor.is_authenticated:
        return []
    sheet = own_sheet(session, stage, actor)
    if sheet is None or not offered(session, stage, sheet):
        return []
    return [Task("Score the entries", "scoring.home", stage, due=stage.closes_at, is_done=is_in(sheet))]
