"""The audit log as the rest of the program uses it: `append` in every act, `seal` behind it, `verify` at any time.

`append` writes one event in the act's own transaction: no event without its act, no act without its event. It
touches no shared row. `seal` runs by itself: it takes the events that are pending, gives them leaf numbers, extends
the tree and signs a checkpoint. One sealer at a time: the row of the tree's head is locked.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit import note, tree
from evalflow.audit.event import Event, EventType, canonical, commit, encode
from evalflow.audit.models import Checkpoint, EventRow, Leaf, Pending, Personal, TreeHead
from evalflow.audit.note import Signer
from evalflow.audit.verify import Verified, verify_log
from evalflow.db import entropy_of
from evalflow.entropy import Entropy
from evalflow.errors import LogBroken

BATCH = 5000


def append(
    session: Session,
    event_type: EventType,
    *,
    actor: Actor,
    now: datetime,
    season: str = "",
    stage: str = "",
    public: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
) -> str:
    """Record one event; its id (32 hex digits). Who acted is personal: the log's own text says only their office.

    public and personal must hold exactly the fields the type declares; anything else is a bug (ValueError).
    """
    event_type.check(public or {}, personal or {})
    entropy = entropy_of(session)
    who = {} if actor.person_id is None else {"person": actor.person_id}
    payload = {**who, **(personal or {})}
    salt = entropy.token(16) if payload else b""
    event = Event(
        id=entropy.token(16).hex(),
        at=now,
        type=event_type.name,
        actor=actor.office,
        season=season,
        stage=stage,
        public=dict(public or {}),
        commitment=commit(salt, payload) if payload else "",
    )
    leaf = encode(event).decode()
    session.execute(insert(EventRow).values(id=event.id, at=now, type=event.type, season=season, leaf=leaf))
    if payload:
        session.execute(insert(Personal).values(event_id=event.id, salt=salt, payload=canonical(payload).decode()))
    return event.id


def seal(session: Session, signer: Signer, *, now: datetime) -> int:
    """Give every pending event its leaf and sign a checkpoint; how many leaves were added (0 signs nothing)."""
    head = session.execute(select(TreeHead).where(TreeHead.id == 1).with_for_update()).scalar_one_or_none()
    if head is None:
        head = TreeHead(id=1, frontier=tree.Frontier().format())
        session.add(head)
    frontier = tree.Frontier.parse(head.frontier)
    added = 0
    while batch := _pending(session):
        hashes = [tree.leaf_hash(leaf.encode()) for _, _, leaf in batch]
        rows = [
            {"number": frontier.size + offset, "event_id": event_id, "leaf_hash": digest.hex()}
            for offset, ((_, event_id, _), digest) in enumerate(zip(batch, hashes, strict=True))
        ]
        session.execute(insert(Leaf), rows)
        session.execute(delete(Pending).where(Pending.number.in_([number for number, _, _ in batch])))
        frontier = frontier.extend(hashes)
        added += len(batch)
    if added:
        head.frontier = frontier.format()
        body = note.format_checkpoint(signer.name, frontier.size, frontier.root())
        session.add(Checkpoint(size=frontier.size, at=now, note=note.sign_note(body, signer)))
    return added


def _pending(session: Session) -> list[tuple[int, str, str]]:
    query = select(Pending.number, Pending.event_id, EventRow.leaf).join(EventRow, EventRow.id == Pending.event_id)
    rows = session.execute(query.order_by(Pending.number).limit(BATCH))
    return [(number, event_id, leaf) for number, event_id, leaf in rows]


def verify(session: Session, signer: Signer) -> Verified:
    """Recompute everything from the rows; raises LogBroken naming the first bad one."""
    leaves = session.execute(
        select(Leaf.number, EventRow.leaf, Leaf.leaf_hash, Leaf.event_id, EventRow.id)
        .outerjoin(EventRow, EventRow.id == Leaf.event_id)
        .order_by(Leaf.number)
    )
    personal = {row.event_id: (row.salt, row.payload) for row in session.scalars(select(Personal))}
    checkpoints = session.scalars(select(Checkpoint.note).order_by(Checkpoint.size)).all()
    verified = verify_log(
        ((number, leaf.encode() if leaf else b"", stored) for number, leaf, stored, _, _ in leaves),
        checkpoints=checkpoints,
        verifiers=[signer.verifier],
        payloads=personal,
    )
    _nothing_beside(session, verified)
    return verified


def _nothing_beside(session: Session, verified: Verified) -> None:
    """Every event is in the tree or pending, and its columns say what its text says."""
    waiting = set(session.scalars(select(Pending.event_id)))
    sealed = set(session.scalars(select(Leaf.event_id)))
    for row in session.scalars(select(EventRow)):
        if row.id not in waiting and row.id not in sealed:
            raise LogBroken(f"event {row.id} is neither in the tree nor pending")
        event = verified.events.get(row.id)
        if event and (event.type, event.season, event.at) != (row.type, row.season, row.at):
            raise LogBroken(f"event {row.id}: its columns differ from its text")


def signer_of(folder: Path, origin: str, entropy: Entropy) -> Signer:
    """This installation's signing key, from `log.key` in the instance folder; made on first use, mode 600."""
    path = folder / "log.key"
    if path.exists():
        return note.parse_key(path.read_text().strip())
    folder.mkdir(parents=True, exist_ok=True)
    signer = Signer(origin, Ed25519PrivateKey.from_private_bytes(entropy.token(32)))
    path.touch(mode=0o600)
    path.write_text(note.format_key(signer) + "\n")
    return signer
