"""What tellers do: keep a key before the vote opens, hand their share in after it has closed.

Both stretch a passphrase, which takes a while and much memory on purpose, so each is several acts around that: nobody
else waits for it in a transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, holds_anywhere, require
from evalflow.db import Database, is_away
from evalflow.errors import Conflict, Forbidden, Invalid, TooMany
from evalflow.peppers import Peppers
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.record import record
from evalflow.stages.ballot import binding, commands, counting, events, queries, sealing, unopened
from evalflow.stages.ballot.models import Teller

PASSPHRASE_MIN = 12
FREE_TRIES = 5
MOST_MINUTES = 60  # between two tries
FORGOTTEN = timedelta(days=1)  # after which earlier tries count for nothing

Clock = Callable[[], datetime]


def keep_key(database: Database, stage_id: int, passphrase: str, *, actor: Actor, clock: Clock) -> None:
    """Make the actor a teller of this ballot, with a key only their passphrase opens; again replaces it."""
    with database.reading() as session:
        _may_keep(session, seasons.stage_by_id(session, stage_id), actor)
    if len(passphrase) < PASSPHRASE_MIN:
        raise Invalid("passphrase_too_short", fields={"passphrase": "passphrase_too_short"}, at_least=PASSPHRASE_MIN)
    pepper = database.peppers.make(stage_id, database.entropy)
    key = sealing.teller_key(passphrase, pepper, entropy=database.entropy)
    with database.writing() as session:
        stage = seasons.locked_stage(session, stage_id)
        person_id, teller = _may_keep(session, stage, actor)
        teller = teller or Teller(stage_id=stage_id, person_id=person_id)
        teller.public_key, teller.wrapped_key, teller.is_peppered = key.public, key.wrapped, True
        teller.checked_at = clock()
        binding.bind(session, teller)
        session.add(teller)
        record(session, events.KEY_KEPT, stage, {"key": key.public.hex()}, actor=actor, now=clock())


def _may_keep(session: Session, stage: StageRow, actor: Actor) -> tuple[int, Teller | None]:
    """(who, as which teller so far)."""
    require(actor, Permission.HOLD_SHARE, season=stage.season_id)
    if actor.person_id is None or holds_anywhere(actor, Permission.DECLARE):
        raise Forbidden("candidate_cannot_be_teller")
    if stage.season.cancelled_at is not None:
        raise Conflict("season_cancelled")
    if stage.phase != Phase.WAITING:
        raise Conflict("too_late_for_tellers")
    if not unopened.is_wiped(session, stage.id):  # its pepper would be taken for the new one
        raise Conflict("box_being_wiped")
    kept = {teller.person_id: teller for teller in queries.tellers(session, stage.id)}
    if actor.person_id not in kept and len(kept) >= queries.options_of(stage).tellers.shares:
        raise Conflict("tellers_complete")
    return actor.person_id, kept.get(actor.person_id)


@dataclass(frozen=True)
class Try:
    """What it takes to open a teller's share outside of a transaction. info: what the share is sealed with."""

    stage_id: int
    wrapped_key: bytes
    is_peppered: bool
    share: bytes
    info: bytes


def hand_in(database: Database, stage_id: int, passphrase: str, *, actor: Actor, clock: Clock) -> bool:
    """Hand the actor's share in after closing; whether that opened the box (the last share needed does, where this
    process holds the count's key; else whoever holds it opens the box within seconds).
    """
    with database.writing() as session:
        tried = _begin(session, stage_id, actor=actor, now=clock())
    try:
        share = _opened(tried, passphrase, database.peppers)
    except sealing.BadShare:
        share = b""  # refused below, as any that is not the one committed to
    with database.writing() as session:
        is_good = _finish(session, stage_id, share, actor=actor, now=clock())
    if not is_good:
        raise Conflict("share_refused")
    return count(database, stage_id, now=clock())


def count(database: Database, stage_id: int, *, now: datetime) -> bool:
    """Open the box if this process can; whether it did. Where somebody reads it just now, the next tick does."""
    try:
        with database.writing() as session:
            return commands.count_if_ready(session, seasons.locked_stage(session, stage_id), now=now)
    except DBAPIError as error:
        if not is_away(error):
            raise
        return False


def _begin(session: Session, stage_id: int, *, actor: Actor, now: datetime) -> Try:
    """Count the try before it is made, so that many at once are many tries."""
    stage = seasons.locked_stage(session, stage_id)
    teller = _wanted(session, stage, actor)
    wait_between_tries(teller, now)
    assert teller.share is not None
    info = sealing.share_info(stage_id, teller.person_id) if counting.commitments(session, stage) else sealing.SHARE_V1
    return Try(stage_id, teller.wrapped_key, teller.is_peppered, teller.share, info)


def _wanted(session: Session, stage: StageRow, actor: Actor) -> Teller:
    """The teller whose share is still wanted."""
    require(actor, Permission.HOLD_SHARE, season=stage.season_id)
    teller = session.get(Teller, (stage.id, actor.person_id), populate_existing=True)
    if teller is None or stage.phase != Phase.CLOSED or stage.season.cancelled_at is not None:
        raise Conflict("no_share_wanted")
    if teller.is_refused:
        raise Conflict("share_refused")
    if teller.has_handed_in:
        raise Conflict("share_already_in")
    if teller.share is None:
        raise Conflict("no_share_wanted")
    return teller


def wait_between_tries(teller: Teller, now: datetime) -> None:
    """The first ones are free; after that each wait is twice as long."""
    if teller.tried_at is None or now - teller.tried_at > FORGOTTEN:
        teller.tries = 0
    if teller.tried_at is not None and teller.tries >= FREE_TRIES:
        wait = timedelta(minutes=min(2 ** (teller.tries - FREE_TRIES), MOST_MINUTES))
        if now < teller.tried_at + wait:
            left = teller.tried_at + wait - now
            raise TooMany("too_many_passphrases", minutes=-(-int(left.total_seconds()) // 60))
    teller.tries, teller.tried_at = teller.tries + 1, now


def _opened(tried: Try, passphrase: str, peppers: Peppers) -> bytes:
    pepper = peppers.find(tried.stage_id) if tried.is_peppered else b""
    if pepper is None:
        raise Conflict("pepper_missing")
    try:
        own = sealing.open_teller_key(tried.wrapped_key, passphrase, pepper)
    except sealing.WrongPassphrase:
        raise Invalid("wrong_passphrase", fields={"passphrase": "wrong_passphrase"}) from None
    return sealing.open_share(tried.share, own, tried.info)


def _finish(session: Session, stage_id: int, share: bytes, *, actor: Actor, now: datetime) -> bool:
    """Keep the share sealed to the count's key; False where it is bad."""
    stage = seasons.locked_stage(session, stage_id)
    teller = _wanted(session, stage, actor)
    teller.tries = 0
    try:
        counting.check(stage, teller, share, counting.commitments(session, stage))
    except sealing.BadShare:
        counting.refuse(session, stage, teller, now=now)
        return False
    found = counting.session_of(session, stage, now=now)
    teller.handed_in = counting.sealed(session, stage, found, teller, share)
    teller.has_handed_in, teller.has_lost = True, False
    public = {"key": teller.public_key.hex(), "session": found.public_key.hex()}
    record(session, events.SHARE_HANDED_IN, stage, public, actor=actor, now=now)
    return True
