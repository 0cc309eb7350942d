"""What the ballot's part of the machine does by itself: keep a count's key alive, count, and wipe what is counted."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import SYSTEM
from evalflow.audit import ledger
from evalflow.db import Database, scrub
from evalflow.seasons import queries as seasons
from evalflow.stages.ballot import counting, events, tellers
from evalflow.stages.ballot.models import BallotBox, CountSession

log = logging.getLogger("evalflow.ballot")
SECRETS = ("teller", "ballot_box")  # tables from which secrets were deleted


def upkeep(database: Database, *, now: datetime) -> None:
    """Once every few seconds in every process that lives long; any number of them at once."""
    for stage_id in _ask(database, select(CountSession.stage_id)):
        if _keep(database, stage_id, now=now):
            tellers.count(database, stage_id, now=now)
    wipe(database, now=now)


def _keep(database: Database, stage_id: int, *, now: datetime) -> bool:
    """Whether the session is this process's. It is told to be alive; one that nobody tells so is lost."""
    with database.writing() as session:
        stage = seasons.locked_stage(session, stage_id)
        found = session.get(CountSession, stage_id)
        if found is None:
            return False
        if counting.is_held(session, found):
            found.alive_at = now
            return True
        if now - found.alive_at >= counting.LOST:
            counting.lose(session, stage, found, now=now)
        return False


def wipe(database: Database, *, now: datetime) -> bool:
    """Of boxes that are counted leave nothing that opens an envelope; False where it has to be tried again.

    The pepper goes first: whatever else is in the way, from then on no copy of the database opens anything.
    """
    due = _ask(database, select(BallotBox.stage_id).where(BallotBox.is_counted, BallotBox.destroyed_at.is_(None)))
    if not due:
        return True
    for stage_id in due:
        database.peppers.destroy(stage_id)
    if not scrub(database.engine, SECRETS):
        log.info("somebody still reads what was counted; its traces are wiped at the next tick")
        return False
    for stage_id in due:
        with database.writing() as session:
            _destroyed(session, stage_id, now=now)
    return True


def _destroyed(session: Session, stage_id: int, *, now: datetime) -> None:
    stage = seasons.locked_stage(session, stage_id)
    box = session.get_one(BallotBox, stage_id, populate_existing=True)
    if box.destroyed_at is None:
        box.destroyed_at = now
        season, key = stage.season.key, stage.key
        ledger.append(session, events.BOX_DESTROYED, actor=SYSTEM, now=now, season=season, stage=key)


def _ask(database: Database, query) -> Sequence[int]:  # type: ignore[no-untyped-def]
    with database.reading() as session:
        found: Sequence[int] = session.scalars(query).all()
        return found
