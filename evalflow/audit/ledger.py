"""The audit log as the rest of the program uses it: `append` in every act, `seal` behind it, `verify` at any time.

`append` writes one event in the act's own transaction: no event without its act, no act without its event. It
touches no shared row. `seal` runs by itself: it takes the events that are pending, gives them leaf numbers, extends
the tree and signs a checkpoint. One sealer at a time: the row of the tree is locked.

The sealer extends the head that it signed last, as it is kept outside the database (see `signing`), and never a tree
that the database tells it: whatever rows were changed, no root over them is signed. Before it signs it holds the
database against that head, see `last_head`; `verify` recomputes everything.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Row, delete, except_, func, insert, select, text
from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit import note, tree
from evalflow.audit.event import Event, EventType, canonical, commit, decode, encode
from evalflow.audit.events import HELD_NOTED, KEY_ROTATED
from evalflow.audit.head import Head
from evalflow.audit.models import Checkpoint, EventRow, Leaf, Pending, Personal, TreeHead
from evalflow.audit.note import SigningKey, Verifier
from evalflow.audit.signing import Signer
from evalflow.audit.verify import Leaf as Told
from evalflow.audit.verify import Verified, check_payload, next_key, verify_log
from evalflow.db import Database, afterwards, entropy_of, kept_of
from evalflow.errors import LogBroken

BATCH = 5000
WAY_OUT = "after a restore on purpose see `evalflow log accept-rollback`"


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
    told = event_type.moment(now)
    event = Event(
        id=entropy.token(16).hex(),
        at=told,
        type=event_type.name,
        actor=actor.office,
        season=season,
        stage=stage,
        public=dict(public or {}),
        commitment=commit(salt, payload) if payload else "",
    )
    leaf = encode(event).decode()
    session.execute(insert(EventRow).values(id=event.id, at=told, type=event.type, season=season, leaf=leaf))
    if payload:
        session.execute(insert(Personal).values(event_id=event.id, salt=salt, payload=canonical(payload).decode()))
    return event.id


def seal(session: Session, signer: Signer, *, now: datetime) -> int:
    """Give every pending event its leaf and sign a checkpoint; how many leaves were added (0 signs nothing).

    LogBroken, and nothing is signed, where the database is not what the last head that was signed says.
    """
    one_at_a_time(session)
    head = last_head(session, signer)
    extended = extend(session, head, signer.key(head.key), now=now)
    afterwards(session, partial(signer.keep, extended))
    return extended.size - head.size


def one_at_a_time(session: Session) -> None:
    """Wait until no other act seals, rotates the key or sets the log back; until this one ends none will."""
    session.execute(text("INSERT INTO tree_head (id) VALUES (1) ON CONFLICT DO NOTHING"))
    session.execute(select(TreeHead.id).where(TreeHead.id == 1).with_for_update()).one()


def extend(session: Session, head: Head, *keys: SigningKey, now: datetime) -> Head:
    """The head after all pending events, signed by the keys, of which the last one is in force from then on."""
    frontier = head.frontier
    while batch := _pending(session):
        hashes = [tree.leaf_hash(leaf.encode()) for _, _, leaf in batch]
        rows = [
            {"number": frontier.size + offset, "event_id": event_id, "leaf_hash": digest.hex()}
            for offset, ((_, event_id, _), digest) in enumerate(zip(batch, hashes, strict=True))
        ]
        session.execute(insert(Leaf), rows)
        session.execute(delete(Pending).where(Pending.number.in_([number for number, _, _ in batch])))
        frontier = frontier.extend(hashes)
    if frontier.size == head.size:
        return head
    body = note.format_checkpoint(keys[0].name, frontier.size, frontier.root())
    signed = note.sign_note(body, *keys)
    session.add(Checkpoint(size=frontier.size, at=now, note=signed))
    session.flush()
    return Head(frontier, keys[-1].verifier, signed)


def _pending(session: Session) -> list[tuple[int, str, str]]:
    query = select(Pending.number, Pending.event_id, EventRow.leaf).join(EventRow, EventRow.id == Pending.event_id)
    rows = session.execute(query.where(Pending.held_by.is_(None)).order_by(Pending.number).limit(BATCH))
    return [(number, event_id, leaf) for number, event_id, leaf in rows]


def last_head(session: Session, signer: Signer) -> Head:
    """The last head that was signed, with which the database agrees as far as its counts and last checkpoint tell.

    LogBroken where the database went back behind it, where leaves or events are missing or too many, or where it goes
    on otherwise. The file is behind where a crash came between commit and file, or where another machine sealed: then
    what came since is recomputed, and must be what the key in force has signed.
    """
    head = _head_kept(signer)
    latest = latest_checkpoint(session)
    size = latest.size if latest else 0
    if size < head.size:
        raise LogBroken(f"the log went back: {head.size} leaves were signed, the database knows {size}; {WAY_OUT}")
    counted, highest = session.execute(select(func.count(), func.max(Leaf.number)).select_from(Leaf)).one()
    if (counted, highest) != (size, size - 1 if size else None):
        raise LogBroken(f"{size} leaves were signed, there are {counted}, up to leaf {highest}")
    if latest is None or latest.size == head.size:
        if latest is not None and latest.note != head.signed:
            raise LogBroken(
                f"another history: the checkpoint of {size} leaves is not the one that was signed; {WAY_OUT}"
            )
        found = head
    else:
        found = _caught_up(session, head, latest)
    waiting, events = _waiting_and_all(session)
    if events != size + waiting:
        raise LogBroken(f"{size} events were signed and {waiting} wait, there are {events}")
    return found


def _waiting_and_all(session: Session) -> tuple[int, int]:
    """How many events wait, and how many there are: counted in one statement, between two others may write."""
    waiting = select(func.count()).select_from(Pending).scalar_subquery()
    events = select(func.count()).select_from(EventRow).scalar_subquery()
    row = session.execute(select(waiting, events)).one()
    return int(row[0]), int(row[1])


def _head_kept(signer: Signer) -> Head:
    head = signer.head()
    if head is None:
        raise LogBroken(f"the last head that was signed is missing: put log.head back from a backup; {WAY_OUT}")
    return head


def _caught_up(session: Session, head: Head, latest: Checkpoint) -> Head:
    """The head after what was sealed since, by whoever had the key in force."""
    frontier, key = head.frontier, head.key
    query = select(EventRow.leaf).join(Leaf, Leaf.event_id == EventRow.id).where(Leaf.number >= head.size)
    for leaf in session.scalars(query.order_by(Leaf.number)):
        frontier = frontier.extend([tree.leaf_hash(leaf.encode())])
        if leaf.endswith(f'"type":"{KEY_ROTATED.name}"}}'):  # the last key of an event's canonical text
            key = next_key(decode(leaf.encode()), key)
    said = note.parse_checkpoint(note.open_note(latest.note, [key]))
    if (said.size, said.root) != (frontier.size, frontier.root()):
        raise LogBroken(
            f"another history: the {said.size} leaves of the last checkpoint do not continue the {head.size} that were "
            f"signed; {WAY_OUT}"
        )
    return Head(frontier, key, latest.note)


def latest_checkpoint(session: Session) -> Checkpoint | None:
    return session.scalars(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)).first()


def verify(session: Session, signer: Signer, *, kept: Sequence[str] = ()) -> Verified:
    """Recompute everything from the rows; raises LogBroken naming the first bad one.

    kept: checkpoints that somebody has kept; the log has to continue each of them, and the last head that was signed.
    The head is read before anything else: a session that has read already may see less than was signed meanwhile.
    """
    head = _head_kept(signer)
    return recomputed(session, in_force=_in_force(session, head), kept=[*([head.signed] if head.size else []), *kept])


def recomputed(session: Session, *, in_force: Verifier, kept: Sequence[str] = ()) -> Verified:
    """As `verify`, held against nothing but this key, which signs now, and against the checkpoints kept."""
    checkpoints = session.scalars(select(Checkpoint.note).order_by(Checkpoint.size)).all()
    query = (
        select(EventRow.__table__, Leaf.number, Leaf.leaf_hash, Personal.salt, Personal.payload)
        .select_from(Leaf)
        .outerjoin(EventRow, EventRow.id == Leaf.event_id)
        .outerjoin(Personal, Personal.event_id == Leaf.event_id)
        .order_by(Leaf.number)
    )
    row: Row[Any] | None = None  # of the leaf that is looked at: a million of them must not be in memory at once

    def leaves() -> Iterator[Told]:
        nonlocal row
        for row in session.execute(query.execution_options(yield_per=BATCH)):
            yield Told(row.number, row.leaf.encode() if row.leaf else b"", row.leaf_hash)

    def see(number: int, event: Event) -> None:
        assert row is not None
        if (event.id, event.type, event.season, event.at) != (row.id, row.type, row.season, row.at):
            raise LogBroken(f"event {row.id}: its columns differ from its text", index=number)
        check_payload(event, None if row.payload is None else (row.salt, row.payload), number)

    verified = verify_log(leaves(), checkpoints=checkpoints, kept=kept, key=in_force, see=see)
    _nothing_beside(session)
    _nothing_noted_is_gone(session)
    return verified


def _in_force(session: Session, head: Head) -> Verifier:
    """The key that signs now: the head's, or what it was changed to since the head was written down."""
    key = head.key
    query = select(EventRow.leaf).join(Leaf, Leaf.event_id == EventRow.id).where(Leaf.number >= head.size)
    for leaf in session.scalars(query.where(EventRow.type == KEY_ROTATED.name).order_by(Leaf.number)):
        key = next_key(decode(leaf.encode()), key)
    return key


def entrust(database: Database, signer: Signer) -> None:
    """Let acts of this database seal and verify the log in their own transaction, as `sealed_and_verified` does."""
    database.kept["signer"] = signer


def sealed_and_verified(session: Session, *, now: datetime) -> int:
    """Seal what is pending and recompute the whole log up to that checkpoint, within the act; how many leaves it has.

    Raises LogBroken. A handle that nobody entrusted with a signer is a bug (RuntimeError): the application, commands
    and rehearsals always do, and nothing that asks for a verified log may go on without one.
    """
    signer: Signer | None = kept_of(session).get("signer")
    if signer is None:
        raise RuntimeError("nobody entrusted this database with a signer: its log can't be sealed and verified")
    seal(session, signer, now=now)
    session.flush()
    return verify(session, signer).size


def _nothing_beside(session: Session) -> None:
    """Every event is in the tree, once, or pending.

    Asked in one statement: acts that verify see what others have committed between two of their own.
    """
    beside = except_(select(EventRow.id), select(Leaf.event_id), select(Pending.event_id)).limit(1)
    if (event_id := session.scalar(beside)) is not None:
        raise LogBroken(f"event {event_id} is neither in the tree nor pending")
    twice = select(Leaf.event_id).group_by(Leaf.event_id).having(func.count() > 1).limit(1)
    if (event_id := session.scalar(twice)) is not None:
        raise LogBroken(f"event {event_id} stands twice")


def _nothing_noted_is_gone(session: Session) -> None:
    """What was committed to while it waited for the end of a vote waits still or is in the tree, with the same text."""
    query = select(EventRow.id, Personal.payload).outerjoin(Personal, Personal.event_id == EventRow.id)
    noted: dict[bytes, str] = {}  # {hash of a leaf: the event that commits to it}
    for event_id, payload in session.execute(query.where(EventRow.season == "", EventRow.type == HELD_NOTED.name)):
        if payload is None:
            raise LogBroken(f"event {event_id}: what it commits to was erased")
        noted |= {bytes.fromhex(leaf): event_id for leaf in json.loads(payload)["leaves"]}
    if not noted:
        return
    lean = {"yield_per": BATCH}
    for leaf_hash in session.scalars(select(Leaf.leaf_hash).execution_options(**lean)):
        noted.pop(bytes.fromhex(leaf_hash), None)
    waiting = select(EventRow.leaf).join(Pending, Pending.event_id == EventRow.id)
    for leaf in session.scalars(waiting.execution_options(**lean)):
        noted.pop(tree.leaf_hash(leaf.encode()), None)
    for event_id, gone in Counter(noted.values()).items():
        raise LogBroken(f"{gone} events that waited for the end of a vote are gone: event {event_id} commits to them")
