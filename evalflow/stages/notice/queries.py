"""What the notice, the organiser's desk and the engine ask."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from evalflow import zone
from evalflow.access import Actor, Permission, may
from evalflow.audit.models import Checkpoint
from evalflow.errors import NotFound
from evalflow.kinds import notice
from evalflow.kinds.award_tiers import AwardTier
from evalflow.kinds.notice import NoticeOptions
from evalflow.meetings import queries as meetings
from evalflow.seasons import queries as seasons
from evalflow.seasons import tiers, workdays
from evalflow.seasons.models import Entry, Phase, StageRow
from evalflow.seasons.rules import stage_of
from evalflow.seasons.tasks import Task
from evalflow.stages.notice.models import Objection, ObjectionState
from evalflow.stages.notice.period import Period, period_of


@dataclass(frozen=True)
class Proposed:
    """An entry put forward for an award, with the place the decision gave it, and the tier that goes with it."""

    entry: Entry
    place: int
    tier: AwardTier | None = None


def options_of(stage: StageRow) -> NoticeOptions:
    options = stage_of(stage).options
    assert isinstance(options, NoticeOptions)
    return options


def proposed(session: Session, stage: StageRow) -> list[Proposed]:
    """What the nearest decision before the notice decided, by place; nothing before it is done."""
    decision = seasons.stage_of_kind(stage.season, "decision", before=stage)
    outcome = seasons.outcome_of(decision) if decision else None
    if outcome is None:
        return []
    entries = {entry.key: entry for entry in seasons.entries(session, stage.season_id)}
    given = tiers.of(session, stage.season).get(decision.key, {}) if decision else {}
    return [Proposed(entries[one["entry"]], one["place"], given.get(one["entry"])) for one in outcome.facts["decided"]]


def afterwards(session: Session, stage: StageRow, locale: str) -> list[str]:
    """Who was struck, why, and who moved up, once every objection has its answer; else nothing."""
    outcome = seasons.outcome_of(stage)
    if outcome is None:
        return []
    titles = {entry.key: entry.title for entry in seasons.entries(session, stage.season_id)}
    return notice.afterwards(outcome.facts, titles, locale)


def has_committee(stage: StageRow) -> bool:
    """Whether a committee met on the nearest decision before the notice, and not the ranking alone decided."""
    decision = seasons.stage_of_kind(stage.season, "decision", before=stage)
    return decision is not None and meetings.rule_of(decision) is not None


def period(session: Session, stage: StageRow) -> Period | None:
    """None while opening or closing is unknown."""
    opens = stage.opened_at or stage.opens_at
    if opens is None or stage.closes_at is None:
        return None
    return period_of(opens, stage.closes_at, is_working=workdays.calendar(session))


def opened_on(stage: StageRow) -> date:
    """The day the notice is dated."""
    opened = stage.opened_at or stage.opens_at
    if opened is None:
        raise NotFound("notice_later")
    return zone.day_of(opened)


def objections(session: Session, stage_id: int) -> Sequence[Objection]:
    """All, by number."""
    query = (
        select(Objection)
        .where(Objection.stage_id == stage_id)
        .options(joinedload(Objection.entry))
        .order_by(Objection.number)
    )
    return session.scalars(query).all()


def objection(session: Session, stage_id: int, number: int) -> Objection:
    query = select(Objection).where(Objection.stage_id == stage_id, Objection.number == number)
    found = session.scalars(query.options(joinedload(Objection.entry))).one_or_none()
    if found is None:
        raise NotFound("no_such_objection", number=number)
    return found


def code_hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def by_code(session: Session, stage_id: int, code: str) -> Objection | None:
    """The objection whose objector holds this secret code."""
    query = select(Objection).where(Objection.stage_id == stage_id, Objection.code_hash == code_hash(code))
    return session.scalars(query.options(joinedload(Objection.entry))).one_or_none()


def states(session: Session, stage_id: int) -> Mapping[ObjectionState, int]:
    """How many objections are in each state; every state is there."""
    query = select(Objection.state, func.count()).where(Objection.stage_id == stage_id).group_by(Objection.state)
    found = dict(session.execute(query).all())
    return {state: found.get(state.value, 0) for state in ObjectionState}


def latest_checkpoint(session: Session) -> Checkpoint | None:
    return session.scalars(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)).first()


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """The organiser answers what has been objected."""
    if stage.phase not in (Phase.OPEN, Phase.CLOSED) or not may(
        actor, Permission.ANSWER_OBJECTIONS, season=stage.season_id
    ):
        return []
    count = states(session, stage.id)
    if not sum(count.values()):
        return []
    waiting = count[ObjectionState.OPEN]
    return [Task("Answer the objections", "notice.desk", stage, due=stage.closes_at, is_done=not waiting)]
