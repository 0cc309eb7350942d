"""A log that was touched anywhere is refused, and the complaint names the first bad leaf."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evalflow.audit import note, tree
from evalflow.audit.event import Event, canonical, commit, encode
from evalflow.audit.verify import Leaf, told_events
from evalflow.errors import LogBroken

SIGNER = note.SigningKey("example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
SALT, PAYLOAD = b"s" * 16, {"person": 7}
START = datetime(2026, 3, 1, tzinfo=UTC)
EVENTS = [
    Event(f"{n:032x}", START + timedelta(hours=n), "a.happened", "organiser", "s", "", {"n": n}, commit(SALT, PAYLOAD))
    for n in range(9)
]
LEAVES = [Leaf(n, encode(event), tree.leaf_hash(encode(event)).hex()) for n, event in enumerate(EVENTS)]
KEPT = {event.id: (SALT, canonical(PAYLOAD).decode()) for event in EVENTS}


def signed(size: int, leaves: list[Leaf] = LEAVES) -> str:
    root = tree.root([tree.leaf_hash(leaf.text) for leaf in leaves[:size]])
    return note.sign_note(note.format_checkpoint(SIGNER.name, size, root), SIGNER)


def verify(leaves=LEAVES, checkpoints=(4, 9), payloads=KEPT, kept=(), key=SIGNER.verifier):  # type: ignore[no-untyped-def]
    notes = [signed(size) if isinstance(size, int) else size for size in checkpoints]
    verified, _ = told_events(leaves, checkpoints=notes, kept=kept, key=key, payloads=payloads)
    return verified


def test_an_untouched_log_verifies() -> None:
    verified, events = told_events(LEAVES, checkpoints=[signed(4), signed(9)], key=SIGNER.verifier, payloads=KEPT)
    assert (verified.size, verified.checkpoints, events) == (9, 2, EVENTS)
    assert verified.root == tree.root([tree.leaf_hash(leaf.text) for leaf in LEAVES])


def test_it_still_verifies_when_personal_parts_were_erased() -> None:
    assert verify(payloads={}).size == 9


def test_a_changed_event_is_named() -> None:
    touched = list(LEAVES)
    touched[5] = replace(LEAVES[5], text=encode(replace(EVENTS[5], actor="auditor")))
    with pytest.raises(LogBroken, match="leaf 5: its event was changed"):
        verify(touched)


def test_an_event_changed_together_with_its_hash_is_caught_by_the_next_checkpoint() -> None:
    text = encode(replace(EVENTS[5], actor="auditor"))
    touched = [*LEAVES[:5], Leaf(5, text, tree.leaf_hash(text).hex()), *LEAVES[6:]]
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
        verify([*LEAVES, replace(LEAVES[8], number=9)])


def test_a_changed_personal_part_is_named() -> None:
    with pytest.raises(LogBroken, match="leaf 2: the personal part"):
        verify(payloads=KEPT | {EVENTS[2].id: (SALT, '{"person":8}')})


def test_two_checkpoints_of_one_size_must_agree() -> None:
    forged = note.sign_note(note.format_checkpoint(SIGNER.name, 4, tree.EMPTY), SIGNER)
    with pytest.raises(LogBroken, match="two checkpoints of 4 leaves contradict each other"):
        verify(checkpoints=(4, forged))


def test_a_leaf_that_no_checkpoint_covers_was_signed_by_nobody() -> None:
    with pytest.raises(LogBroken, match="leaf 4: no checkpoint covers it"):
        verify(checkpoints=(4,))
    with pytest.raises(LogBroken, match="leaf 0: no checkpoint covers it"):
        verify(checkpoints=())


def test_a_checkpoint_kept_elsewhere_has_to_fit_and_covers_nothing() -> None:
    assert verify(kept=[signed(7)]).size == 9
    with pytest.raises(LogBroken, match="leaf 4: no checkpoint covers it"):
        verify(checkpoints=(4,), kept=[signed(9)])
    other = [*LEAVES[:2], *(replace(leaf, number=leaf.number - 1) for leaf in LEAVES[3:])]
    with pytest.raises(LogBroken, match="leaf 7: the tree of 7 leaves has another root than its checkpoint"):
        verify(kept=[signed(7, other)])


def test_of_a_leaf_that_is_not_told_the_hash_is_enough() -> None:
    told = [leaf if leaf.number == 4 else replace(leaf, text=None) for leaf in LEAVES]
    verified, events = told_events(told, checkpoints=[signed(9)], key=SIGNER.verifier, payloads=KEPT)
    assert (verified.size, events) == (9, [EVENTS[4]])
    told[2] = replace(told[2], stored="00" * 32)
    with pytest.raises(LogBroken, match="leaf 4: the tree of 4 leaves has another root than its checkpoint"):
        verify(told)


def test_a_checkpoint_of_another_log_is_named() -> None:
    other = note.sign_note(note.format_checkpoint("other.example/log", 4, tree.EMPTY), SIGNER)
    with pytest.raises(LogBroken, match=r"a checkpoint of another log: other\.example/log, not example\.org/log"):
        verify(kept=[other])


NEW = note.SigningKey(SIGNER.name, Ed25519PrivateKey.from_private_bytes(bytes(32)))
ROTATION = Event(
    "f" * 32,
    START,
    "log.key_rotated",
    "system",
    "",
    "",
    {"old": note.format_verifier(SIGNER.verifier), "new": note.format_verifier(NEW.verifier)},
    "",
)
ROTATED = [*LEAVES[:4], Leaf(4, encode(ROTATION)), *(replace(leaf, number=leaf.number + 1) for leaf in LEAVES[4:])]


def rotated(*checkpoints: tuple[int, tuple[note.SigningKey, ...]], key: note.SigningKey = NEW) -> int:
    notes = []
    for size, keys in checkpoints:
        root = tree.root([tree.leaf_hash(leaf.text) for leaf in ROTATED[:size]])
        notes.append(note.sign_note(note.format_checkpoint(SIGNER.name, size, root), *keys))
    return verify(ROTATED, notes, key=key.verifier).size


def test_a_change_of_keys_is_signed_by_the_old_one_and_from_then_on_only_the_new_one_counts() -> None:
    assert rotated((3, (SIGNER,)), (5, (SIGNER, NEW)), (10, (NEW,))) == 10


@pytest.mark.parametrize(
    "checkpoints",
    [
        [(5, (NEW,)), (10, (NEW,))],  # whoever changes the key has to have the old one
        [(5, (SIGNER, NEW)), (10, (SIGNER,))],  # the old key has no say any more
        [(3, (NEW,)), (5, (SIGNER, NEW)), (10, (NEW,))],  # nor the new one before its time
    ],
)
def test_no_key_signs_out_of_its_time(checkpoints) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(LogBroken, match="the note bears no signature of a known key"):
        rotated(*checkpoints)


def test_a_key_that_the_log_does_not_lead_to_is_refused() -> None:
    with pytest.raises(LogBroken, match="the log says that another key signs it than example.org/log"):
        rotated((5, (SIGNER, NEW)), (10, (NEW,)), key=SIGNER)
