"""What else may happen to a ballot: tellers keep their keys and hand their shares in; the box is opened once."""

import hashlib
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import Session

from evalflow.access import SYSTEM, Actor, Permission, holds_anywhere, require
from evalflow.audit import ledger
from evalflow.audit.event import canonical
from evalflow.db import entropy_of
from evalflow.entropy import shuffle
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.kinds import marking
from evalflow.seasons import queries as seasons
from evalflow.seasons import timers
from evalflow.seasons.models import Phase, StageRow
from evalflow.stages.ballot import agreement, envelopes, events, queries, sealing
from evalflow.stages.ballot.models import Ballot, BallotBox, Elector, Mark, Teller

PASSPHRASE_MIN = 12


def keep_key(session: Session, stage_id: int, passphrase: str, *, actor: Actor, now: datetime) -> Teller:
    """Make the actor a teller of this ballot, with a key only their passphrase opens; again replaces it."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.HOLD_SHARE, season=stage.season_id)
    if actor.person_id is None or holds_anywhere(actor, Permission.DECLARE):
        raise Forbidden("candidate_cannot_be_teller")
    if stage.phase != Phase.WAITING:
        raise Conflict("too_late_for_tellers")
    if len(passphrase) < PASSPHRASE_MIN:
        raise Invalid("passphrase_too_short", fields={"passphrase": "passphrase_too_short"}, at_least=PASSPHRASE_MIN)
    kept = {teller.person_id: teller for teller in queries.tellers(session, stage_id)}
    if actor.person_id not in kept and len(kept) >= queries.options_of(stage).tellers.shares:
        raise Conflict("tellers_complete")
    key = sealing.teller_key(passphrase, entropy=entropy_of(session))
    teller = kept.get(actor.person_id) or Teller(stage_id=stage_id, person_id=actor.person_id)
    teller.public_key, teller.wrapped_key = key.public, key.wrapped
    session.add(teller)
    _log(session, events.KEY_KEPT, stage, {"key": key.public.hex()}, actor=actor, now=now)
    return teller


def hand_in(session: Session, stage_id: int, passphrase: str, *, actor: Actor, now: datetime) -> bool:
    """Hand the actor's share in after closing; whether that opened the box (the last share needed does)."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.HOLD_SHARE, season=stage.season_id)
    teller = session.get(Teller, (stage_id, actor.person_id))
    if teller is None or stage.phase != Phase.CLOSED:
        raise Conflict("no_share_wanted")
    if teller.has_handed_in or teller.share is None:
        raise Conflict("share_already_in")
    try:
        own = sealing.open_teller_key(teller.wrapped_key, passphrase)
    except sealing.WrongPassphrase:
        raise Invalid("wrong_passphrase", fields={"passphrase": "wrong_passphrase"}) from None
    teller.handed_in, teller.has_handed_in = sealing.open_share(teller.share, own), True
    session.flush()
    _log(session, events.SHARE_HANDED_IN, stage, {"key": teller.public_key.hex()}, actor=actor, now=now)
    shares = [t.handed_in for t in queries.tellers(session, stage_id) if t.handed_in is not None]
    if len(shares) < queries.options_of(stage).tellers.needed:
        return False
    box = session.get_one(BallotBox, stage_id)
    count(session, stage, sealing.combine(shares, box.public_key), now=now)
    return True


def count(session: Session, stage: StageRow, key: X25519PrivateKey, *, now: datetime) -> None:
    """Open every envelope and write all ballots at once, mixed; then nothing is left that could be opened again."""
    agreement.check_box(session, stage)
    box = session.get_one(BallotBox, stage.id)
    named = box.private_key is not None
    weights = dict(session.execute(select(Elector.person_id, Elector.weight).where(Elector.stage_id == stage.id)).all())
    paper = marking.Paper(tuple(box.paper), queries.options_of(stage))
    entropy = entropy_of(session)
    rows: list[dict[str, Any]] = []
    sealed = envelopes.table_of(stage.id)
    for envelope in session.execute(select(sealed).order_by(sealed.c.receipt)):
        number = sealing.unseal(envelope.sealed, key, sealing.info_of(stage.id, envelope.person_id))
        voter = envelope.person_id if named else None
        row: dict[str, Any] = {"stage_id": stage.id, "votes": weights[envelope.person_id], "person_id": voter}
        rows.append(row | _columns(paper, number))
    shuffle(entropy, rows)
    for row in rows:
        row["id"] = entropy.token(8).hex()
    if rows:
        session.execute(insert(Ballot), rows)
    session.execute(update(Teller).where(Teller.stage_id == stage.id).values(share=None, handed_in=None))
    box.is_counted, box.private_key = True, None
    session.flush()
    timers.put(session, stage, "settle", now)
    public = {
        "envelopes": len(rows),
        "unreadable": sum(row["mask"] is row["marks"] is None for row in rows),
        "ballots_sha256": ballots_digest(session, stage.id),
    }
    _log(session, events.COUNTED, stage, public, actor=SYSTEM, now=now)
    _empty(session, stage.id)


def _empty(session: Session, stage_id: int) -> None:
    """Of the envelopes only who has voted is left, with the receipts; in an order that says nothing."""
    sealed = envelopes.table_of(stage_id)
    marks = select(literal(stage_id), sealed.c.person_id, sealed.c.receipt).order_by(sealed.c.receipt)
    session.execute(insert(Mark).from_select(["stage_id", "person_id", "receipt"], marks))
    envelopes.drop(session, stage_id)


def _columns(paper: marking.Paper, number: int | None) -> dict[str, int | bytes | None]:
    """Where a ballot's number is kept: a mask as it is, even one with bits beyond the paper, so that it is invalid."""
    if paper.options.form == "names":
        return {"mask": number if number is not None and number < 1 << 63 else None, "marks": None}
    return {"mask": None, "marks": paper.from_number(number) if number is not None else None}


def ballots_digest(session: Session, stage_id: int) -> str:
    """SHA-256, hex, of all ballots as counted, in the order of their ids."""
    rows = [
        [ballot.id, ballot.mask if ballot.marks is None else ballot.marks.hex(), ballot.votes]
        for ballot in queries.ballots(session, stage_id)
    ]
    return hashlib.sha256(canonical(rows)).hexdigest()


def _log(session: Session, event_type, stage: StageRow, public, *, actor: Actor, now: datetime) -> None:  # type: ignore[no-untyped-def]
    ledger.append(session, event_type, actor=actor, now=now, season=stage.season.key, stage=stage.key, public=public)
