"""Recomputing the whole log from its leaves: for the house, and for anyone who has a copy.

Nothing is believed: every leaf's bytes are read back and hashed, every checkpoint's root is recomputed at its size and
its signature checked, every personal payload still there is held against its commitment.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evalflow.audit import note, tree
from evalflow.audit.event import Event, decode
from evalflow.audit.note import CheckpointText, Verifier
from evalflow.errors import LogBroken


@dataclass(frozen=True)
class Verified:
    """size, root: of the whole tree. checkpoints: how many fitted. events: {id: event} in the order of the leaves."""

    size: int
    root: bytes
    checkpoints: int
    events: Mapping[str, Event]


def verify_log(
    leaves: Iterable[tuple[int, bytes, str]],
    *,
    checkpoints: Sequence[str],
    verifiers: Sequence[Verifier],
    payloads: Mapping[str, tuple[bytes, str]],
) -> Verified:
    """Recompute everything; LogBroken names the first bad leaf.

    leaves: (number, bytes, stored hash in hex; "" where only the bytes are known), by number from 0.
    checkpoints: signed notes by size. payloads: {event id: (salt, canonical text)} of what was not erased.
    """
    signed = _opened(checkpoints, verifiers)
    frontier = tree.Frontier()
    events: dict[str, Event] = {}
    _compare(frontier, signed)
    for number, text, stored in leaves:
        event = _leaf(frontier.size, number, text, stored)
        if event.id in events:
            raise LogBroken(f"event {event.id} stands twice", index=number)
        _check_payload(event, payloads, number)
        events[event.id] = event
        frontier = frontier.extend([tree.leaf_hash(text)])
        _compare(frontier, signed)
    beyond = [size for size in signed if size > frontier.size]
    if beyond:
        raise LogBroken(f"a checkpoint speaks of {min(beyond)} leaves, there are {frontier.size}", index=frontier.size)
    return Verified(frontier.size, frontier.root(), len(checkpoints), events)


def _opened(checkpoints: Sequence[str], verifiers: Sequence[Verifier]) -> dict[int, CheckpointText]:
    found: dict[int, CheckpointText] = {}
    for signed in checkpoints:
        said = note.parse_checkpoint(note.open_note(signed, verifiers))
        if found.setdefault(said.size, said) != said:
            raise LogBroken(f"two checkpoints of {said.size} leaves contradict each other")
    return found


def _leaf(expected: int, number: int, text: bytes, stored: str) -> Event:
    if number != expected:
        raise LogBroken(f"the leaf is missing: {number} follows {expected - 1}", index=expected)
    if stored and tree.leaf_hash(text).hex() != stored:
        raise LogBroken("its event was changed: the hash differs from the one stored", index=number)
    try:
        return decode(text)
    except LogBroken as broken:
        raise LogBroken(broken.reason, index=number) from None


def _check_payload(event: Event, payloads: Mapping[str, tuple[bytes, str]], number: int) -> None:
    kept = payloads.get(event.id)
    if kept is None:
        return
    salt, text = kept
    if not event.commitment or hashlib.sha256(salt + text.encode()).hexdigest() != event.commitment:
        raise LogBroken("the personal part is not the one committed to", index=number)


def _compare(frontier: tree.Frontier, signed: Mapping[int, CheckpointText]) -> None:
    said = signed.get(frontier.size)
    if said is not None and said.root != frontier.root():
        raise LogBroken(f"the tree of {frontier.size} leaves has another root than its checkpoint", index=frontier.size)
