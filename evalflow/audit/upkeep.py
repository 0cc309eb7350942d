"""What rarely happens to a log: it is founded, its key is changed, it is set back to an older copy on purpose."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.audit import ledger, note
from evalflow.audit.event import decode
from evalflow.audit.events import KEY_ROTATED, ROLLBACK_ACCEPTED
from evalflow.audit.head import Head, beginning
from evalflow.audit.models import EventRow, Leaf
from evalflow.audit.note import Verifier
from evalflow.audit.signing import Signer
from evalflow.db import afterwards, entropy_of
from evalflow.errors import Conflict, Invalid, LogBroken


@dataclass(frozen=True)
class Rollback:
    """A time the log was set back. size: how many leaves were left. abandoned: the checkpoint given up, or ""."""

    at: datetime
    reason: str
    size: int
    abandoned: str

    @property
    def lost(self) -> int | None:
        """How many leaves had been signed before; None where nobody knows."""
        return note.parse_checkpoint(note.text_of(self.abandoned)).size if self.abandoned else None


def found(session: Session, signer: Signer, *, adopts: bool) -> None:
    """Make the signing key of a log that has none, and the head of one without leaves. Safe to repeat.

    adopts: whether the database is of a version that kept no head outside; then what it holds is verified and becomes
    the head. LogBroken where the key or the head of a log that has been signed is missing, empty or another one's.
    """
    ledger.one_at_a_time(session)
    head = signer.head()
    if head is None and _has_no_leaves(session):
        signer.make_key(entropy_of(session))
        afterwards(session, partial(signer.keep, beginning(signer.own_key().verifier)))
    elif head is None and adopts:
        afterwards(session, partial(signer.keep, _as_it_stands(session, signer)))
    else:
        head = ledger.last_head(session, signer)
        signer.key(head.key)


def _has_no_leaves(session: Session) -> bool:
    return ledger.latest_checkpoint(session) is None and session.scalars(select(Leaf.number).limit(1)).first() is None


def accept_rollback(session: Session, signer: Signer, reason: str, *, actor: Actor, now: datetime) -> Rollback:
    """Take the database as it stands for the log, after an older copy was restored on purpose. Logged, and sealed.

    The copy has to verify by itself. Conflict("log_not_set_back") where it agrees with the last head that was signed.
    """
    require(actor, Permission.ADMINISTER)
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": "reason_needed"})
    ledger.one_at_a_time(session)
    if _agrees(session, signer):
        raise Conflict("log_not_set_back")
    lost = signer.head()
    head = _as_it_stands(session, signer)
    done = Rollback(now, reason, head.size, lost.signed if lost else "")
    public = {"reason": done.reason, "size": done.size, "abandoned": done.abandoned}
    ledger.append(session, ROLLBACK_ACCEPTED, actor=actor, now=now, public=public)
    extended = ledger.extend(session, head, signer.own_key(), now=now)
    afterwards(session, partial(signer.go_back, extended))
    return done


def rotate_key(session: Session, signer: Signer, *, actor: Actor, now: datetime) -> Verifier:
    """Let another key sign from now on; its public half. The checkpoint that covers this is signed by both keys."""
    require(actor, Permission.ADMINISTER)
    ledger.one_at_a_time(session)
    head = ledger.last_head(session, signer)
    old = signer.key(head.key)
    new = signer.make_next(entropy_of(session))
    public = {"old": note.format_verifier(old.verifier), "new": note.format_verifier(new.verifier)}
    ledger.append(session, KEY_ROTATED, actor=actor, now=now, public=public)
    extended = ledger.extend(session, head, old, new, now=now)
    afterwards(session, signer.take_next)
    afterwards(session, partial(signer.keep, extended))
    return new.verifier


def rollbacks(session: Session) -> list[Rollback]:
    """Every time the log was set back, the latest first."""
    query = select(EventRow.leaf).where(EventRow.season == "", EventRow.type == ROLLBACK_ACCEPTED.name)
    events = [decode(leaf.encode()) for leaf in session.scalars(query.order_by(EventRow.at.desc()))]
    return [
        Rollback(event.at, event.public["reason"], event.public["size"], event.public["abandoned"]) for event in events
    ]


def _agrees(session: Session, signer: Signer) -> bool:
    try:
        ledger.last_head(session, signer)
    except LogBroken:
        return False
    return True


def _as_it_stands(session: Session, signer: Signer) -> Head:
    """The head that the database itself tells, once all of it is recomputed."""
    key = signer.own_key().verifier
    verified = ledger.recomputed(session, in_force=key)
    latest = ledger.latest_checkpoint(session)
    return Head(verified.frontier, key, latest.note if latest else "")
