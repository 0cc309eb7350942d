"""The count: the box is opened once, and all ballots are written together."""

from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import Session

from evalflow.access import SYSTEM
from evalflow.db import entropy_of
from evalflow.entropy import shuffle
from evalflow.kinds import marking
from evalflow.seasons import timers
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.record import record
from evalflow.stages.ballot import agreement, counting, envelopes, events, examining, queries, sealing
from evalflow.stages.ballot.models import Ballot, BallotBox, Elector, Mark, Superseded, Teller


def count_if_ready(session: Session, stage: StageRow, *, now: datetime) -> bool:
    """Count where there is a key to open the box with; whether that was done."""
    box = session.get(BallotBox, stage.id, populate_existing=True)
    if box is None or box.is_counted or stage.phase != Phase.CLOSED or stage.season.cancelled_at is not None:
        return False
    if examining.is_stopped(session, stage.id):
        return False
    if box.private_key is not None:
        key: X25519PrivateKey | None = X25519PrivateKey.from_private_bytes(box.private_key)
    else:
        key = counting.box_key(session, stage, now=now)
    if key is None:
        return False
    return count(session, stage, key, now=now)


def count(session: Session, stage: StageRow, key: X25519PrivateKey, *, now: datetime) -> bool:
    """Open every envelope and write all ballots at once, mixed; then nothing is left that could be opened again.

    Nothing is opened, and False comes back, where the box differs from the log and nobody has decided to go on. What
    lies in the box for somebody who is not on the roll is no vote.
    """
    examination = examining.examine(session, stage, now=now)
    if not examining.may_be_opened(session, examination):
        return False
    box = session.get_one(BallotBox, stage.id)
    named = box.private_key is not None
    weights = dict(session.execute(select(Elector.person_id, Elector.weight).where(Elector.stage_id == stage.id)).all())
    paper = marking.Paper(tuple(box.paper), queries.options_of(stage))
    entropy = entropy_of(session)
    rows: list[dict[str, Any]] = []
    sealed = envelopes.table_of(stage.id)
    on_roll = sealed.c.person_id.in_(select(Elector.person_id).where(Elector.stage_id == stage.id))
    for envelope in session.execute(select(sealed).where(on_roll).order_by(sealed.c.receipt)):
        number = sealing.unseal(envelope.sealed, key, sealing.info_of(stage.id, envelope.person_id))
        voter = envelope.person_id if named else None
        row: dict[str, Any] = {"stage_id": stage.id, "votes": weights[envelope.person_id], "person_id": voter}
        rows.append(row | _columns(paper, number))
    shuffle(entropy, rows)
    for row in rows:
        row["id"] = entropy.token(8).hex()
    if rows:
        session.execute(insert(Ballot), rows)
    forgotten = {"share": None, "handed_in": None, "wrapped_key": b""}
    session.execute(update(Teller).where(Teller.stage_id == stage.id).values(forgotten))
    counting.end(session, stage)
    box.is_counted, box.private_key, box.form_key = True, None, None
    session.flush()
    timers.put(session, stage, "settle", now)
    marks = _mark(session, stage.id)
    public = {
        "envelopes": len(rows),
        "unreadable": sum(row["mask"] is row["marks"] is None for row in rows),
        "ballots_sha256": agreement.ballots_digest(session, stage.id),
        "box_sha256": agreement.box_digest(receipt for _, receipt in marks),
        "marks_sha256": agreement.marks_digest(marks),
        "log_size": examination.log_size,
        "differences": len(examination.differences),
    }
    record(session, events.COUNTED, stage, public, actor=SYSTEM, now=now)
    envelopes.drop(session, stage.id)
    return True


def _mark(session: Session, stage_id: int) -> list[tuple[int, str]]:
    """Write down who has voted, with the receipts, in an order that says nothing: (person, receipt)."""
    sealed = envelopes.table_of(stage_id)
    on_roll = sealed.c.person_id.in_(select(Elector.person_id).where(Elector.stage_id == stage_id))
    marks = select(literal(stage_id), sealed.c.person_id, sealed.c.receipt).where(on_roll).order_by(sealed.c.receipt)
    session.execute(insert(Mark).from_select(["stage_id", "person_id", "receipt"], marks))
    kept = session.scalars(select(sealed.c.superseded).where(sealed.c.superseded != ""))
    before = sorted(receipt for one in kept for receipt in envelopes.superseded(one))
    if before:
        session.execute(insert(Superseded), [{"stage_id": stage_id, "receipt": receipt} for receipt in before])
    written = select(Mark.person_id, Mark.receipt).where(Mark.stage_id == stage_id)
    return [(person, receipt) for person, receipt in session.execute(written)]


def _columns(paper: marking.Paper, number: int | None) -> dict[str, int | bytes | None]:
    """Where a ballot's number is kept: a mask as it is, even one with bits beyond the paper, so that it is invalid."""
    if paper.options.form == "names":
        return {"mask": number if number is not None and number < 1 << 63 else None, "marks": None}
    return {"mask": None, "marks": paper.from_number(number) if number is not None else None}
