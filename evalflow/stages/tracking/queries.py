"""What the pages and the engine ask of a tracking stage."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from evalflow.access import Actor, Permission, may
from evalflow.seasons import guards, plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.tasks import Task
from evalflow.stages.tracking.models import ProgressReport


def reports(session: Session, stage_id: int) -> Sequence[ProgressReport]:
    """All reports with their entries, by entry and number."""
    query = (
        select(ProgressReport)
        .join(ProgressReport.entry)
        .where(ProgressReport.stage_id == stage_id)
        .options(contains_eager(ProgressReport.entry), selectinload(ProgressReport.figures))
        .order_by(Entry.key, ProgressReport.number)
    )
    return session.scalars(query).all()


def reports_of(session: Session, stage_id: int, entry_id: int) -> Sequence[ProgressReport]:
    """The reports on one entry, the latest first."""
    query = select(ProgressReport).where(ProgressReport.stage_id == stage_id, ProgressReport.entry_id == entry_id)
    latest = query.options(selectinload(ProgressReport.figures)).order_by(ProgressReport.number.desc())
    return session.scalars(latest).all()


def counts(session: Session, stage_id: int) -> Mapping[int, int]:
    """{entry id: number of reports}; an entry without any is absent."""
    query = select(ProgressReport.entry_id, func.count()).where(ProgressReport.stage_id == stage_id)
    return dict(session.execute(query.group_by(ProgressReport.entry_id)).all())


def may_read(actor: Actor, entry: Entry) -> bool:
    """A branch reads reports on what it owns or takes part in, a leader those of the projects under their command; the
    organiser, the committee and auditors all of them.
    """
    if may(actor, Permission.READ_DOSSIER, season=entry.season_id):
        return True
    if actor.login and actor.login == leader_of(entry):
        return True
    own = may(actor, Permission.DECLARE, season=entry.season_id, branch=entry.branch_id)
    return own or not partners_of(entry).isdisjoint(actor.speaks_for)


def leader_of(entry: Entry) -> str:
    """The login of who took command; "" where nobody is asked for."""
    return plans.answer_of(entry, "leader")


def partners_of(entry: Entry) -> frozenset[str]:
    """Keys of the branches that take part beside the entry's own."""
    return frozenset(row["branch"] for row in plans.rows_of(entry, "partners") if row["branch"])


def has_come(entry: Entry, stage: StageRow) -> bool:
    """Whether an accepted entry has reached this stage or is beyond it; where all move together, always."""
    if not entry.position:
        return True
    keys = [row.key for row in stage.season.stages]
    at = entry.position.partition(".")[0]
    return at not in keys or keys.index(at) >= keys.index(stage.key)


def is_here(entry: Entry, stage: StageRow) -> bool:
    """Whether an accepted entry is at this stage; where entries move together, all are."""
    return not entry.position or entry.position.startswith(f"{stage.key}.")


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """A branch reports at least once on each entry of its own."""
    if not guards.is_open(stage, now) or not may(actor, Permission.DECLARE, season=stage.season_id):
        return []
    filed = counts(session, stage.id)
    own = [
        entry
        for entry in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)
        if is_here(entry, stage) and may(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    ]
    return [
        Task(
            "Report on progress",
            "tracking.entry",
            stage,
            detail=entry.title,
            due=stage.closes_at,
            is_done=entry.id in filed,
            args=(("entry_key", entry.key),),
        )
        for entry in own
    ]
