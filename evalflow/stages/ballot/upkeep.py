"""What the ballot's part of the machine does by itself: keep a count's key alive, count, and wipe what is over."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from evalflow.access import SYSTEM
from evalflow.audit import ledger
from evalflow.db import Database, is_away, scrub
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Season, StageRow
from evalflow.stages.ballot import counting, events, tellers, unopened
from evalflow.stages.ballot.models import BallotBox, CountSession, Teller, UnopenedBox

log = logging.getLogger("evalflow.ballot")
SECRETS = ("teller", "ballot_box")  # tables from which secrets were deleted
COUNTED = (BallotBox.is_counted, BallotBox.destroyed_at.is_(None))
UNOPENED = (UnopenedBox.destroyed_at.is_(None),)


def upkeep(database: Database, *, now: datetime) -> None:
    """Once every few seconds in every process that lives long; any number of them at once."""
    for stage_id in _ask(database, select(CountSession.stage_id)):
        if _keep(database, stage_id, now=now):
            tellers.count(database, stage_id, now=now)
    counting.forget(database.kept, _ask(database, select(CountSession.public_key)))
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
    """Of boxes that are over leave nothing that opens an envelope; False where it has to be tried again.

    Over are those that are counted, those that can't be opened, and those of cancelled seasons. The pepper goes first:
    whatever else is in the way, from then on no copy of the database opens anything.
    """
    for stage_id in _ask(database, _cancelled()):
        _put_away(database, stage_id, now=now)
    never = select(UnopenedBox.stage_id).where(*UNOPENED)
    due = _ask(database, select(BallotBox.stage_id).where(*COUNTED).union(never))
    if not due:
        return True
    over = {stage_id: _without_pepper(database, stage_id) for stage_id in due}
    if not scrub(database.engine, SECRETS):
        log.info("somebody still reads what is over; its traces are wiped at the next tick")
        return False
    for stage_id, boxes in over.items():
        with database.writing() as session:
            _destroyed(session, stage_id, boxes, now=now)
    return True


def _cancelled() -> Select[int]:
    """The stages of cancelled seasons of which something is left that belongs to an uncounted box."""
    keys = exists().where(Teller.stage_id == StageRow.id)
    left = or_(BallotBox.is_counted.is_(False), and_(BallotBox.stage_id.is_(None), keys))
    stages = select(StageRow.id).join(Season, Season.id == StageRow.season_id)
    return stages.outerjoin(BallotBox, BallotBox.stage_id == StageRow.id).where(Season.cancelled_at.is_not(None), left)


def _put_away(database: Database, stage_id: int, *, now: datetime) -> None:
    """Of a cancelled season. Where somebody reads the box just now, the next tick does it."""
    try:
        with database.writing() as session:
            stage = seasons.locked_stage(session, stage_id)
            if session.scalars(_cancelled().where(StageRow.id == stage_id)).first() is not None:
                reason = stage.season.cancel_reason
                unopened.put_away(session, stage, reason=reason, now=now, is_repeated=False)
    except DBAPIError as error:
        if not is_away(error):
            raise


def _without_pepper(database: Database, stage_id: int) -> set[object]:
    """Destroy the pepper of a stage's boxes that are over; which these are.

    With the stage locked: where another process was faster the pepper is that of a vote held again, and stays. So does
    one that a vote needs now, whatever a row says of an earlier box: no passphrase is taken before that is wiped.
    """
    with database.writing() as session:
        seasons.locked_stage(session, stage_id)
        due = _due(session, stage_id)
        is_counted = any(isinstance(box, BallotBox) for box in due)
        if due and (is_counted or not _is_in_use(session, stage_id)):
            database.peppers.destroy(stage_id)
        return {identity_key(instance=box) for box in due}


def _is_in_use(session: Session, stage_id: int) -> bool:
    """Whether tellers have keys that the pepper opens: those of a counted box are empty."""
    keys = select(Teller.person_id).where(Teller.stage_id == stage_id, Teller.wrapped_key != b"")
    return session.scalars(keys.limit(1)).first() is not None


def _due(session: Session, stage_id: int) -> Sequence[BallotBox | UnopenedBox]:
    """What of a stage is over and not destroyed, as of now."""
    counted = select(BallotBox).where(BallotBox.stage_id == stage_id, *COUNTED)
    never = select(UnopenedBox).where(UnopenedBox.stage_id == stage_id, *UNOPENED)
    return [*session.scalars(counted), *session.scalars(never.order_by(UnopenedBox.id))]


def _destroyed(session: Session, stage_id: int, over: set[object], *, now: datetime) -> None:
    stage = seasons.locked_stage(session, stage_id)
    for box in _due(session, stage_id):
        if identity_key(instance=box) in over:
            box.destroyed_at = now
            season, key = stage.season.key, stage.key
            ledger.append(session, events.BOX_DESTROYED, actor=SYSTEM, now=now, season=season, stage=key)


def _ask(database: Database, query) -> Sequence[Any]:  # type: ignore[no-untyped-def]
    with database.reading() as session:
        return session.scalars(query).all()
