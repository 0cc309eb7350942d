"""What every kind asks of a season. Queries only; nothing here writes.

A season comes with its stages, and each of them with the season: rows outlive their session on the way to an act.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from evalflow.errors import NotFound
from evalflow.people.models import Branch
from evalflow.seasons.models import Entry, EntryState, Phase, Season, SentBack, StageRow, Withdrawal
from evalflow.workflow.outcome import Contender, Outcome


def season_by_key(session: Session, key: str) -> Season:
    """With its stages loaded. NotFound when there is none."""
    query = select(Season).where(Season.key == key).options(selectinload(Season.stages).immediateload(StageRow.season))
    season = session.scalars(query).one_or_none()
    if season is None:
        raise NotFound("no_such_season", season=key)
    return season


def season_id(session: Session, key: str) -> int:
    """NotFound when there is none."""
    found = session.scalars(select(Season.id).where(Season.key == key)).one_or_none()
    if found is None:
        raise NotFound("no_such_season", season=key)
    return found


def seasons(session: Session) -> Sequence[Season]:
    """All seasons with their stages, the latest first."""
    return session.scalars(
        select(Season)
        .options(selectinload(Season.stages).immediateload(StageRow.season))
        .order_by(Season.starts_on.desc(), Season.id.desc())
    ).all()


def stage_by_id(session: Session, stage_id: int) -> StageRow:
    """A stage with its season and all its stages."""
    query = (
        select(StageRow)
        .where(StageRow.id == stage_id)
        .options(joinedload(StageRow.season).selectinload(Season.stages).immediateload(StageRow.season))
    )
    return session.scalars(query).one()


def locked_stage(session: Session, stage_id: int) -> StageRow:
    """The stage with its season's row locked, so that acts on one season follow each other.

    First the lock, then the stage: on PostgreSQL one statement that waits for a lock reads again what it locks and
    nothing else, and would tell the stage as it was before whoever was waited for.
    """
    own = select(StageRow.season_id).where(StageRow.id == stage_id).scalar_subquery()
    session.execute(select(Season.id).where(Season.id == own).with_for_update())
    query = select(StageRow).join(StageRow.season).where(StageRow.id == stage_id)
    query = query.options(contains_eager(StageRow.season)).execution_options(populate_existing=True)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("no_such_stage", stage=stage_id)
    return found


def current_stage(season: Season) -> StageRow | None:
    """Where a season is: at the last stage that is open, else at the first that is not done; None when all are."""
    opened = [stage for stage in season.stages if stage.phase == Phase.OPEN]
    return opened[-1] if opened else next((stage for stage in season.stages if stage.phase != Phase.DONE), None)


def stage_of_kind(season: Season, kind: str, *, before: StageRow | None = None) -> StageRow | None:
    """The nearest stage of a kind, before another one when given; else the last."""
    found = [row for row in season.stages if row.kind == kind and (before is None or row.position < before.position)]
    return found[-1] if found else None


def entries(session: Session, season_id: int, *states: EntryState) -> Sequence[Entry]:
    """A season's entries with their branches, by number and then by branch; of the states given, else all."""
    query = select(Entry).where(Entry.season_id == season_id).options(joinedload(Entry.branch))
    if states:
        query = query.where(Entry.state.in_(states))
    return session.scalars(query.order_by(Entry.number.nulls_last(), Entry.branch_id, Entry.id)).all()


def contenders(session: Session, season_id: int) -> tuple[Contender, ...]:
    """The accepted entries as the arithmetic knows them."""
    return tuple(
        Contender(entry.key, entry.branch.key, entry.number or 0, entry.title)
        for entry in entries(session, season_id, EntryState.ACCEPTED)
    )


def count_entries(session: Session, season_id: int, *states: EntryState) -> int:
    query = select(func.count()).select_from(Entry).where(Entry.season_id == season_id, Entry.state.in_(states))
    return session.scalars(query).one()


def entry_by_key(session: Session, season_id: int, key: str) -> Entry:
    query = select(Entry).where(Entry.season_id == season_id, Entry.key == key).options(joinedload(Entry.branch))
    entry = session.scalars(query).one_or_none()
    if entry is None:
        raise NotFound("no_such_entry", entry=key)
    return entry


def last_return(session: Session, entry_id: int) -> SentBack | None:
    """How a later stage gave an entry back, most lately."""
    query = select(SentBack).where(SentBack.entry_id == entry_id).order_by(SentBack.id.desc())
    return session.scalars(query.limit(1)).first()


def withdrawal(session: Session, entry_id: int) -> Withdrawal | None:
    """When and why its branch took an entry out; None while it is in."""
    return session.get(Withdrawal, entry_id)


def branch_keys(session: Session) -> tuple[str, ...]:
    return tuple(session.scalars(select(Branch.key).order_by(Branch.id)))


def outcome_of(row: StageRow) -> Outcome | None:
    """What a stage came to; None until it is done."""
    return Outcome.from_json(row.outcome) if row.outcome is not None else None


def outcomes(season: Season) -> dict[str, Outcome]:
    """The outcomes of all stages done, by stage key."""
    return {row.key: Outcome.from_json(row.outcome) for row in season.stages if row.outcome is not None}
