"""Before a vote opens: tellers try their passphrases once more, and the organiser replaces one who can't.

A forgotten passphrase found a few days early costs another teller; found after the vote it may cost the vote.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.db import Database
from evalflow.errors import Conflict, Invalid, NotFound
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.record import record
from evalflow.stages.ballot import events, sealing, tellers
from evalflow.stages.ballot.models import Teller
from evalflow.stages.ballot.tellers import Clock


def check_passphrase(database: Database, stage_id: int, passphrase: str, *, actor: Actor, clock: Clock) -> None:
    """Try the actor's passphrase; that it was right is kept and logged. Invalid("wrong_passphrase") where it is not."""
    with database.writing() as session:
        teller = _own(session, seasons.locked_stage(session, stage_id), actor)
        tellers.wait_between_tries(teller, clock())
        wrapped, is_peppered = teller.wrapped_key, teller.is_peppered
    pepper = database.peppers.find(stage_id) if is_peppered else b""
    if pepper is None:
        raise Conflict("pepper_missing")
    try:
        sealing.open_teller_key(wrapped, passphrase, pepper)
    except sealing.WrongPassphrase:
        raise Invalid("wrong_passphrase", fields={"passphrase": "wrong_passphrase"}) from None
    with database.writing() as session:
        stage = seasons.locked_stage(session, stage_id)
        teller = _own(session, stage, actor)
        if teller.wrapped_key != wrapped:
            raise Conflict("changed_meanwhile")
        teller.checked_at, teller.tries = clock(), 0
        record(session, events.KEY_CHECKED, stage, {"key": teller.public_key.hex()}, {}, actor=actor, now=clock())


def release(session: Session, stage_id: int, person_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take a teller's key out before the vote opens, so that somebody else can become a teller in their place."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.STEER, season=stage.season_id)
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": "reason_needed"})
    if stage.phase != Phase.WAITING:
        raise Conflict("too_late_for_tellers")
    teller = session.get(Teller, (stage_id, person_id))
    if teller is None:
        raise NotFound("no_such_person")
    session.delete(teller)
    session.flush()
    public = {"key": teller.public_key.hex(), "reason": reason.strip()}
    record(session, events.TELLER_RELEASED, stage, public, {"teller": person_id}, actor=actor, now=now)


def _own(session: Session, stage: StageRow, actor: Actor) -> Teller:
    require(actor, Permission.HOLD_SHARE, season=stage.season_id)
    teller = session.get(Teller, (stage.id, actor.person_id), populate_existing=True)
    if teller is None or stage.phase != Phase.WAITING:
        raise Conflict("too_late_for_tellers" if teller else "no_share_wanted")
    return teller
