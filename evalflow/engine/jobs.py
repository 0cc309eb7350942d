"""All that time causes. `tick` may run anywhere, any number of times at once: each timer is one act of its own."""

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from evalflow.access import SYSTEM
from evalflow.audit import holding, ledger
from evalflow.audit.signing import Signer
from evalflow.db import Database
from evalflow.engine import commands
from evalflow.engine.explaining import explain_settled
from evalflow.errors import Conflict, Refused
from evalflow.seasons import timers
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
    """Fire everything due, explain what was settled, then seal the log; how many timers were fired."""
    fired = fire(database, now=now)
    explain_settled(database, now=now)
    if signer is not None:
        seal(database, signer, now=now)
    return fired


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
            claim = select(Timer).where(Timer.id == timer_id, Timer.done_at.is_(None))
            timer = session.scalars(claim.with_for_update(skip_locked=True)).one_or_none()
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


def _remember(database: Database, timer_id: int, refusal: Refused) -> None:
    with database.writing() as session:
        timer = session.get(Timer, timer_id)
        if timer is not None:
            timers.remember(timer, refusal)
