"""Rows that say what time will cause. At most one for each stage and trigger; setting it again moves it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from evalflow.errors import Refused
from evalflow.i18n import Text
from evalflow.seasons.models import Season, StageRow, Timer

FAILED = "step_failed"  # how the note of a timer begins whose act broke, instead of being refused


def put(session: Session, stage: StageRow, trigger: str, due_at: datetime | None) -> None:
    """Fire the trigger at `due_at`; None takes an earlier wish back."""
    timer = session.scalars(select(Timer).where(Timer.stage_id == stage.id, Timer.trigger == trigger)).one_or_none()
    if due_at is None:
        if timer is not None:
            session.delete(timer)
        return
    timer = timer or Timer(stage_id=stage.id, trigger=trigger)
    timer.due_at, timer.done_at, timer.note, timer.refusal = due_at, None, "", None
    session.add(timer)


def move(session: Session, stage: StageRow, trigger: str, due_at: datetime | None) -> None:
    """As `put`, but one that waits for that moment already keeps what it remembers."""
    query = select(Timer.id).where(Timer.stage_id == stage.id, Timer.trigger == trigger, Timer.done_at.is_(None))
    if due_at is None or session.scalars(query.where(Timer.due_at == due_at)).first() is None:
        put(session, stage, trigger, due_at)


def due(session: Session, now: datetime) -> Sequence[int]:
    """Ids of the timers whose moment has come, the earliest first."""
    query = select(Timer.id).where(Timer.done_at.is_(None), Timer.due_at <= now).order_by(Timer.due_at, Timer.id)
    return session.scalars(query).all()


def next_due(session: Session) -> datetime | None:
    """The next moment at which time will cause something."""
    return session.scalars(select(Timer.due_at).where(Timer.done_at.is_(None)).order_by(Timer.due_at).limit(1)).first()


def stage_of(session: Session, timer: Timer) -> StageRow:
    query = select(StageRow).where(StageRow.id == timer.stage_id).options(joinedload(StageRow.season))
    return session.scalars(query).one()


def of_season(session: Session, season: Season) -> Sequence[Timer]:
    """All timers of a season, done or not."""
    query = select(Timer).join(StageRow, StageRow.id == Timer.stage_id).where(StageRow.season_id == season.id)
    return session.scalars(query.order_by(Timer.due_at)).all()


def remember(timer: Timer, refusal: Refused) -> None:
    """Keep why a timer could not do what it should."""
    if timer.note != str(refusal)[:200]:
        timer.note = str(refusal)[:200]
        timer.refusal = {"code": refusal.code, "facts": {name: _kept(fact) for name, fact in refusal.facts.items()}}


def note_of(timer: Timer) -> Refused | None:
    """Why a timer could not do what it should, as it was refused; None where it could so far."""
    if timer.refusal is not None:
        return Refused(timer.refusal["code"], **{name: _read(fact) for name, fact in timer.refusal["facts"].items()})
    return Refused(timer.note.partition("(")[0]) if timer.note else None


def _kept(fact: object) -> object:
    """A fact as JSON; moments and texts in two languages are read back as what they were."""
    if isinstance(fact, datetime):
        return {"at": fact.isoformat()}
    if isinstance(fact, Text):
        return {"zh": fact.zh, "en": fact.en}
    return fact if isinstance(fact, int) else str(fact)


def _read(fact: Any) -> object:
    if isinstance(fact, dict):
        return datetime.fromisoformat(fact["at"]) if "at" in fact else Text(**fact)
    return fact


def failed(session: Session) -> Sequence[tuple[str, str, str, str]]:
    """(season key, stage key, trigger, note) of every timer whose act broke when it was last tried."""
    query = (
        select(Season.key, StageRow.key, Timer.trigger, Timer.note)
        .join(StageRow, StageRow.id == Timer.stage_id)
        .join(Season, Season.id == StageRow.season_id)
        .where(Timer.done_at.is_(None), Timer.note.startswith(FAILED))
    )
    rows = session.execute(query.order_by(Timer.due_at, Timer.id))
    return [(season, stage, trigger, note) for season, stage, trigger, note in rows]
