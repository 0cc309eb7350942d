"""A log that was touched anywhere is refused, and the complaint names the first bad leaf."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evalflow.audit import note, tree
from evalflow.audit.event import Event, canonical, commit, encode
from evalflow.audit.verify import verify_log
from evalflow.errors import LogBroken

SIGNER = note.Signer("example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
SALT, PAYLOAD = b"s" * 16, {"person": 7}
START = datetime(2026, 3, 1, tzinfo=UTC)
EVENTS = [
    Event(f"{n:032x}", START + timedelta(hours=n), "a.happened", "organiser", "s", "", {"n": n}, commit(SALT, PAYLOAD))
    for n in range(9)
]
LEAVES = [(n, encode(event), tree.leaf_hash(encode(event)).hex()) for n, event in enumerate(EVENTS)]
KEPT = {event.id: (SALT, canonical(PAYLOAD).decode()) for event in EVENTS}


def signed(size: int, leaves: list[tuple[int, bytes, str]] = LEAVES) -> str:
    root = tree.root([tree.leaf_hash(text) for _, text, _ in leaves[:size]])
    return note.sign_note(note.format_checkpoint(SIGNER.name, size, root), SIGNER)


def verify(leaves=LEAVES, checkpoints=(4, 9), payloads=KEPT):  # type: ignore[no-untyped-def]
    notes = [signed(size) if isinstance(size, int) else size for size in checkpoints]
    return verify_log(leaves, checkpoints=notes, verifiers=[SIGNER.verifier], payloads=payloads)


def test_an_untouched_log_verifies() -> None:
    verified = verify()
    assert (verified.size, verified.checkpoints, list(verified.events.values())) == (9, 2, EVENTS)
    assert verified.root == tree.root([tree.leaf_hash(text) for _, text, _ in LEAVES])


def test_it_still_verifies_when_personal_parts_were_erased() -> None:
    assert verify(payloads={}).size == 9


def test_a_changed_event_is_named() -> None:
    touched = list(LEAVES)
    touched[5] = (5, encode(replace(EVENTS[5], actor="auditor")), LEAVES[5][2])
    with pytest.raises(LogBroken, match="leaf 5: its event was changed"):
        verify(touched)


def test_an_event_changed_together_with_its_hash_is_caught_by_the_next_checkpoint() -> None:
    text = encode(replace(EVENTS[5], actor="auditor"))
    touched = [*LEAVES[:5], (5, text, tree.leaf_hash(text).hex()), *LEAVES[6:]]
    with pytest.raises(LogBroken, match="leaf 9: the tree of 9 leaves has another root than its checkpoint"):
        verify(touched)


def test_a_missing_leaf_is_named() -> None:
    with pytest.raises(LogBroken, match="leaf 3: the leaf is missing: 4 follows 2"):
        verify([*LEAVES[:3], *LEAVES[4:]])


def test_a_tail_cut_off_is_caught_by_the_checkpoint_that_saw_it() -> None:
    with pytest.raises(LogBroken, match="leaf 7: a checkpoint speaks of 9 leaves, there are 7"):
        verify(LEAVES[:7])


def test_a_repeated_event_is_named() -> None:
    with pytest.raises(LogBroken, match="leaf 9: event 0+8 stands twice"):
        verify([*LEAVES, (9, LEAVES[8][1], LEAVES[8][2])])


def test_a_changed_personal_part_is_named() -> None:
    with pytest.raises(LogBroken, match="leaf 2: the personal part"):
        verify(payloads=KEPT | {EVENTS[2].id: (SALT, '{"person":8}')})


def test_two_checkpoints_of_one_size_must_agree() -> None:
    forged = note.sign_note(note.format_checkpoint(SIGNER.name, 4, tree.EMPTY), SIGNER)
    with pytest.raises(LogBroken, match="two checkpoints of 4 leaves contradict each other"):
        verify(checkpoints=(4, forged))
