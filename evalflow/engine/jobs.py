"""All that time causes. `tick` may run anywhere, any number of times at once: each timer is one act of its own."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import SYSTEM
from evalflow.audit import holding, ledger
from evalflow.audit.signing import Signer
from evalflow.db import Database
from evalflow.engine import commands
from evalflow.engine.explaining import explain_settled
from evalflow.errors import Conflict, Refused
from evalflow.registry import UPKEEP
from evalflow.seasons import queries, timers
from evalflow.seasons.models import Phase, StageRow, Timer

log = logging.getLogger("evalflow.tick")

TRIGGERS: dict[str, Callable[..., object]] = {
    "open": commands.open_stage,
    "close": commands.close_stage,
    "settle": commands.settle_stage,
}
VOTE = "ballot"  # the kind of stage whose casts are held back
ROUNDS = 100  # a settled stage may open the next at once, and so on; this many steps at one moment are a bug


def tick(database: Database, *, now: datetime, signer: Signer | None = None) -> int:
    """Do all that time causes; how many timers were fired.

    First what kinds do by themselves, then everything due, then what was settled is explained and the log sealed.
    """
    keep_up(database, now=now)
    fired = fire(database, now=now)
    explain_settled(database, now=now)
    if signer is not None:
        seal(database, signer, now=now)
    return fired


def keep_up(database: Database, *, now: datetime) -> None:
    """What kinds do by themselves; one that fails holds up no other."""
    for upkeep in UPKEEP:
        try:
            upkeep(database, now=now)
        except Exception:
            log.exception("%s failed; the others go on", upkeep)


def fire(database: Database, *, now: datetime) -> int:
    """Fire every timer that is due, and what follows from that at the same moment; how many were fired.

    A timer that can't be fired holds up no other: a refusal or a failure is kept as its note, and it is tried again
    at the next tick.
    """
    fired = 0
    for _ in range(ROUNDS):
        with database.reading() as session:
            waiting = timers.due(session, now)
        progress = sum(_fire(database, timer_id, now=now) for timer_id in waiting)
        fired += progress
        if not progress:
            break
    return fired


def seal(database: Database, signer: Signer, *, now: datetime) -> None:
    """Seal the events that wait for it; of those held back while a vote is open, a commitment each hour."""
    with database.writing() as session:
        if session.scalars(select(StageRow.id).where(StageRow.kind == VOTE, StageRow.phase == Phase.OPEN)).first():
            holding.note(session, now=now)
        ledger.seal(session, signer, now=now)


def _fire(database: Database, timer_id: int, *, now: datetime) -> bool:
    """Whether the timer's act was done."""
    try:
        with database.writing() as session:
            timer = _claimed(session, timer_id)
            if timer is None:
                return False
            timer.done_at = now
            session.flush()
            TRIGGERS[timer.trigger](session, timer.stage_id, actor=SYSTEM, now=now)
    except Refused as refusal:
        _remember(database, timer_id, refusal)
        return False
    except Exception as failure:  # a bug or broken rows in one season must not stop time for all others
        log.exception("timer %s failed; the others go on", timer_id)
        _remember(database, timer_id, Conflict(timers.FAILED, error=type(failure).__name__))
        return False
    return True


def _claimed(session: Session, timer_id: int) -> Timer | None:
    """The timer, for this act alone; None where another has fired it.

    The season is locked first and its timers after it, as in every act: the other way round two wait for each other.
    """
    stage_id = session.scalar(select(Timer.stage_id).where(Timer.id == timer_id))
    if stage_id is None:
        return None
    queries.locked_stage(session, stage_id)
    claim = select(Timer).where(Timer.id == timer_id, Timer.done_at.is_(None)).with_for_update()
    return session.scalars(claim.execution_options(populate_existing=True)).one_or_none()


def _remember(database: Database, timer_id: int, refusal: Refused) -> None:
    with database.writing() as session:
        timer = session.scalars(select(Timer).where(Timer.id == timer_id).with_for_update()).one_or_none()
        if timer is not None:  # else an act has taken it back meanwhile
            timers.remember(timer, refusal)
