"""The key of a count: made in memory by whoever takes the first share, never written down.

While a count waits for further shares they are kept sealed to it, so that no copy of the database or of the disk holds
one in the clear. When the process that holds it ends, so do the shares that were sealed to it: tellers hand in again.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy.orm import Session

from evalflow.access import SYSTEM
from evalflow.db import entropy_of, kept_of
from evalflow.errors import Conflict
from evalflow.seasons.models import StageRow
from evalflow.seasons.record import record
from evalflow.stages.ballot import binding, events, queries, sealing
from evalflow.stages.ballot.models import BallotBox, CountSession, Teller

LOST = timedelta(seconds=60)  # whoever has not been heard of for so long holds no key any more
DOUBTFUL = timedelta(seconds=30)


def session_of(session: Session, stage: StageRow, *, now: datetime) -> CountSession:
    """The session that a share is sealed to now, begun by this process where there is none.

    Conflict("count_not_ready") while it is not clear whether the process that began it still lives.
    """
    found = session.get(CountSession, stage.id)
    if found is not None and binding.is_bound(session, found) is False:
        lose(session, stage, found, now=now)  # a row that no process of ours wrote: nothing is sealed to its key
        found = None
    if found is not None and not is_held(session, found):
        if now - found.alive_at < DOUBTFUL:
            return found
        if now - found.alive_at < LOST:
            raise Conflict("count_not_ready")
        lose(session, stage, found, now=now)
        found = None
    if found is None:
        key = sealing.new_key(entropy_of(session))
        found = CountSession(stage_id=stage.id, public_key=sealing.public_bytes(key), made_at=now, alive_at=now)
        binding.bind(session, found)
        _keys(session)[found.public_key] = key
        session.add(found)
    return found


def is_held(session: Session, found: CountSession) -> bool:
    """Whether this process has the key."""
    return found.public_key in _keys(session)


def lose(session: Session, stage: StageRow, found: CountSession, *, now: datetime) -> None:
    """Nobody has the key any more. Whoever had handed in has to do so again."""
    again = [teller for teller in queries.tellers(session, stage.id) if teller.has_handed_in]
    for teller in again:
        teller.handed_in, teller.has_handed_in, teller.has_lost = None, False, True
    public = {"session": found.public_key.hex(), "shares": len(again)}
    record(session, events.SESSION_LOST, stage, public, actor=SYSTEM, now=now)
    session.delete(found)
    session.flush()


def end(session: Session, stage: StageRow) -> None:
    """Forget the key: the box is opened."""
    found = session.get(CountSession, stage.id)
    if found is not None:
        _keys(session).pop(found.public_key, None)
        session.delete(found)


def forget(kept: dict[Any, Any], waiting: Collection[bytes]) -> None:
    """Forget the keys of counts that are over, in whatever process that was decided. waiting: public keys of others.

    A key that was just made may not be among them yet, so one is missed twice before it goes.
    """
    keys = kept.get("count_keys", {})
    missed = keys.keys() - set(waiting)
    for public_key in missed & kept.get("count_keys_missed", set()):
        keys.pop(public_key, None)
    kept["count_keys_missed"] = missed


def sealed(session: Session, stage: StageRow, found: CountSession, teller: Teller, share: bytes) -> bytes:
    """The share as it waits for the count."""
    info = sealing.count_info(stage.id, found.public_key, teller.person_id)
    return sealing.seal_share(share, found.public_key, info, entropy=entropy_of(session))


def box_key(session: Session, stage: StageRow, *, now: datetime) -> X25519PrivateKey | None:
    """The key that opens the box; None where it is not for this process to open, or shares are wanting.

    A share that is not the one the log committed to is refused, and named; the others go on.
    """
    found = session.get(CountSession, stage.id)
    key = _keys(session).get(found.public_key) if found is not None else None
    if key is None:
        return None
    shares = _shares(session, stage, key, now=now)
    needed = queries.options_of(stage).tellers.needed
    box = session.get_one(BallotBox, stage.id)
    for some in combinations(shares, needed):
        try:
            return sealing.combine(some, box.public_key)
        except ValueError:  # of boxes without commitments nobody knows which share is bad
            continue
    return None


def _shares(session: Session, stage: StageRow, key: X25519PrivateKey, *, now: datetime) -> list[bytes]:
    """Those handed in to this session, in the clear."""
    committed = commitments(session, stage)
    found: list[bytes] = []
    for teller in queries.tellers(session, stage.id):
        if teller.handed_in is None:
            continue
        info = sealing.count_info(stage.id, sealing.public_bytes(key), teller.person_id)
        try:
            share = sealing.open_share(teller.handed_in, key, info)
            check(stage, teller, share, committed)
        except sealing.BadShare:
            refuse(session, stage, teller, now=now)
        else:
            found.append(share)
    return found


def commitments(session: Session, stage: StageRow) -> Mapping[str, str]:
    """{teller's public key: the commitment to their share}, as the log has them; none of boxes that have none."""
    found = queries.opening(session, stage).get("shares", [])
    return {one["key"]: one["commitment"] for one in found}


def check(stage: StageRow, teller: Teller, share: bytes, committed: Mapping[str, str]) -> None:
    """BadShare unless it is the share that the log committed to."""
    expected = committed.get(teller.public_key.hex())
    if not share or (committed and sealing.commitment(stage.id, share) != expected):
        raise sealing.BadShare


def refuse(session: Session, stage: StageRow, teller: Teller, *, now: datetime) -> None:
    """Take a share for bad: it counts for nothing, and the log names the teller's key."""
    teller.handed_in, teller.has_handed_in, teller.is_refused = None, False, True
    record(session, events.SHARE_REFUSED, stage, {"key": teller.public_key.hex()}, actor=SYSTEM, now=now)


def _keys(session: Session) -> dict[bytes, X25519PrivateKey]:
    keys: dict[bytes, X25519PrivateKey] = kept_of(session).setdefault("count_keys", {})
    return keys
