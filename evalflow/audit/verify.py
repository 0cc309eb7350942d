"""Recomputing the whole log from its leaves: for the house, and for anyone who has a copy.

Nothing is believed: every leaf's bytes are read back and hashed, every checkpoint's root is recomputed at its size and
its signature checked, every personal payload still there is held against its commitment. A leaf that no checkpoint
covers was signed by nobody, and is a fault. Of a leaf that did not leave the house only the hash is known.

The key that signs may change: an event says so, and the checkpoint that covers it is signed by both keys. From then on
only the new one counts, whoever has the old one.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from evalflow.audit import note, tree
from evalflow.audit.event import Event, decode
from evalflow.audit.events import KEY_ROTATED
from evalflow.audit.note import CheckpointText, Verifier
from evalflow.errors import LogBroken


@dataclass(frozen=True)
class Leaf:
    """A leaf as told. text: its event's bytes, None where only the hash is. stored: the hash, hex, or ""."""

    number: int
    text: bytes | None
    stored: str = ""


@dataclass(frozen=True)
class Verified:
    """frontier: of the whole tree. checkpoints: at how many sizes one fitted."""

    frontier: tree.Frontier
    checkpoints: int

    @property
    def size(self) -> int:
        return self.frontier.size

    @property
    def root(self) -> bytes:
        return self.frontier.root()


@dataclass(frozen=True)
class _Rotation:
    """From the leaf `number` on another key signs."""

    number: int
    old: Verifier
    new: Verifier


def told_events(
    leaves: Iterable[Leaf],
    *,
    checkpoints: Sequence[str],
    kept: Sequence[str] = (),
    key: Verifier,
    payloads: Mapping[str, tuple[bytes, str]],
) -> tuple[Verified, list[Event]]:
    """As `verify_log`, with the events of the log in their order, each once.

    payloads: {event id: (salt, canonical text)} of what was not erased.
    """
    events: dict[str, Event] = {}

    def see(number: int, event: Event) -> None:
        if event.id in events:
            raise LogBroken(f"event {event.id} stands twice", index=number)
        check_payload(event, payloads.get(event.id), number)
        events[event.id] = event

    verified = verify_log(leaves, checkpoints=checkpoints, kept=kept, key=key, see=see)
    return verified, list(events.values())


def verify_log(
    leaves: Iterable[Leaf],
    *,
    checkpoints: Sequence[str],
    kept: Sequence[str] = (),
    key: Verifier,
    see: Callable[[int, Event], None],
) -> Verified:
    """Recompute everything; LogBroken names the first bad leaf. Nothing is kept of a leaf, however many there are.

    leaves: by number from 0. checkpoints: the log's signed notes; together they cover all leaves. kept: notes that
    were kept elsewhere; they have to fit too, and cover nothing. key: in force at the end. see: is shown each event
    with its leaf's number before the next leaf is asked for, to look at whatever else has to be right about it.
    """
    signed = _said([*checkpoints, *kept], key)
    covered = max((size for size in _said(checkpoints, key)), default=0)
    frontier = tree.Frontier()
    rotations: list[_Rotation] = []
    _compare(frontier, signed)
    for leaf in leaves:
        digest, event = _read(frontier.size, leaf)
        if event is not None:
            see(leaf.number, event)
            if event.type == KEY_ROTATED.name:
                rotations.append(_rotation(event, leaf.number))
        frontier = frontier.extend([digest])
        _compare(frontier, signed)
    beyond = [size for size in signed if size > frontier.size]
    if beyond:
        raise LogBroken(f"a checkpoint speaks of {min(beyond)} leaves, there are {frontier.size}", index=frontier.size)
    if covered < frontier.size:
        raise LogBroken("no checkpoint covers it: it was signed by nobody", index=covered)
    _check_signatures([*checkpoints, *kept], rotations, key)
    return Verified(frontier, len(signed))


def _said(notes: Sequence[str], key: Verifier) -> dict[int, CheckpointText]:
    """{size: what a note says of it}; the signatures are looked at when it is known which keys were in force."""
    found: dict[int, CheckpointText] = {}
    for signed in notes:
        said = note.parse_checkpoint(note.text_of(signed))
        if said.origin != key.name:
            raise LogBroken(f"a checkpoint of another log: {said.origin}, not {key.name}")
        if found.setdefault(said.size, said) != said:
            raise LogBroken(f"two checkpoints of {said.size} leaves contradict each other")
    return found


def _read(expected: int, leaf: Leaf) -> tuple[bytes, Event | None]:
    """A leaf's hash, and its event where that is told."""
    if leaf.number != expected:
        raise LogBroken(f"the leaf is missing: {leaf.number} follows {expected - 1}", index=expected)
    if leaf.text is None:
        return bytes.fromhex(leaf.stored), None
    digest = tree.leaf_hash(leaf.text)
    if leaf.stored and digest.hex() != leaf.stored:
        raise LogBroken("its event was changed: the hash differs from the one stored", index=leaf.number)
    try:
        return digest, decode(leaf.text)
    except LogBroken as broken:
        raise LogBroken(broken.reason, index=leaf.number) from None


def check_payload(event: Event, kept: tuple[bytes, str] | None, number: int) -> None:
    """LogBroken unless the personal part, (salt, canonical text), is the one committed to; None where it was erased."""
    if kept is None:
        return
    salt, text = kept
    if not event.commitment or hashlib.sha256(salt + text.encode()).hexdigest() != event.commitment:
        raise LogBroken("the personal part is not the one committed to", index=number)


def _compare(frontier: tree.Frontier, signed: Mapping[int, CheckpointText]) -> None:
    said = signed.get(frontier.size)
    if said is not None and said.root != frontier.root():
        raise LogBroken(f"the tree of {frontier.size} leaves has another root than its checkpoint", index=frontier.size)


def next_key(event: Event, present: Verifier) -> Verifier:
    """The key that follows the present one by this change of keys. LogBroken where it follows another one."""
    old, new = _keys(event)
    if old != present:
        raise LogBroken(f"event {event.id} changes another key than {note.format_verifier(present)}")
    return new


def _keys(event: Event) -> tuple[Verifier, Verifier]:
    public = event.public if isinstance(event.public, Mapping) else {}
    return note.parse_verifier(str(public.get("old"))), note.parse_verifier(str(public.get("new")))


def _rotation(event: Event, number: int) -> _Rotation:
    try:
        return _Rotation(number, *_keys(event))
    except LogBroken as broken:
        raise LogBroken(broken.reason, index=number) from None


def _check_signatures(notes: Sequence[str], rotations: Sequence[_Rotation], key: Verifier) -> None:
    """Each note bears the signature of the key in force at its size; a change of keys was signed by the old one too."""
    in_force = [rotations[0].old if rotations else key, *(one.new for one in rotations)]
    if in_force != [*(one.old for one in rotations), key]:
        raise LogBroken(f"the log says that another key signs it than {note.format_verifier(key)}")
    sizes = [(note.parse_checkpoint(note.text_of(signed)).size, signed) for signed in notes]
    for size, signed in sizes:
        note.open_note(signed, [in_force[sum(one.number < size for one in rotations)]])
    for one in rotations:
        covering = min((size, signed) for size, signed in sizes if size > one.number)
        note.open_note(covering[1], [one.old])
