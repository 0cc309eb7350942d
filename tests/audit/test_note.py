"""Signed notes, against the vectors of C2SP and of golang's sumdb/note."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evalflow.audit import note, tree
from evalflow.errors import LogBroken
from tests.published import published

SIGNER = note.SigningKey("example.org/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture(scope="module")
def vectors() -> Any:
    return json.loads(published("vectors", "signed_note.json").read_text())


def test_published_notes_open_with_their_keys(vectors: Any) -> None:
    for case in vectors["valid"]:
        verifier = note.parse_verifier(case["vkey"])
        assert note.format_verifier(verifier) == case["vkey"]
        assert note.open_note(case["note"], [verifier]) == case["note"].rsplit("\n\n", 1)[0] + "\n"


def test_published_bad_keys_are_refused(vectors: Any) -> None:
    for text in vectors["bad_vkeys"]:
        with pytest.raises(LogBroken, match="verifier key"):
            note.parse_verifier(text)


def test_published_malformed_notes_are_refused(vectors: Any) -> None:
    verifiers = [note.parse_verifier(case["vkey"]) for case in vectors["valid"]]
    for case in vectors["malformed_notes"]:
        with pytest.raises(LogBroken):
            note.open_note(case["note"], verifiers)


def test_a_checkpoint_survives_the_way_out_and_back() -> None:
    text = note.format_checkpoint(SIGNER.name, 7, tree.EMPTY)
    signed = note.sign_note(text, SIGNER)
    assert note.parse_checkpoint(note.open_note(signed, [SIGNER.verifier])) == note.CheckpointText(
        "example.org/log", 7, tree.EMPTY
    )


def test_a_changed_text_is_refused_by_name() -> None:
    signed = note.sign_note(note.format_checkpoint(SIGNER.name, 7, tree.EMPTY), SIGNER)
    with pytest.raises(LogBroken, match=r"the signature of example\.org/log does not fit"):
        note.open_note(signed.replace("\n7\n", "\n8\n"), [SIGNER.verifier])


def test_a_stranger_s_signature_is_not_enough() -> None:
    stranger = note.SigningKey("stranger", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    with pytest.raises(LogBroken, match="no signature of a known key"):
        note.open_note(note.sign_note("text\n", stranger), [SIGNER.verifier])


@pytest.mark.parametrize("text", ["o\n01\nAA==\n", "o\n1\nAA==\n", "\n1\n", "o\n1\n" + "A" * 43 + "=\nmore\n"])
def test_a_checkpoint_is_read_only_as_it_is_written(text: str) -> None:
    with pytest.raises(LogBroken, match="not a checkpoint"):
        note.parse_checkpoint(text)


def test_the_signing_key_is_read_back_and_never_quoted_in_a_complaint() -> None:
    text = note.format_key(SIGNER)
    assert note.parse_key(text).verifier == SIGNER.verifier
    with pytest.raises(LogBroken) as wrong:
        note.parse_key(text.replace("evalflow-key", "key"))
    assert str(wrong.value) == "not a signing key"
