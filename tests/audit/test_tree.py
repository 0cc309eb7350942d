"""The tree, against the reference roots of RFC 6962 and published proof vectors."""

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalflow.audit import tree
from tests.published import published

LEAVES = [tree.leaf_hash(bytes([n])) for n in range(130)]


def test_the_roots_are_the_reference_roots() -> None:
    vectors = json.loads(published("vectors", "rfc6962_reference_roots.json").read_text())
    leaves = [tree.leaf_hash(bytes.fromhex(entry)) for entry in vectors["leaf_inputs_hex"]]
    assert [tree.root(leaves[:size]).hex() for size in range(9)] == vectors["root_hex_by_size"]


def _cases(kind: str) -> list[dict[str, Any]]:
    files = sorted(published("vectors", "transparency-dev-merkle", kind).rglob("*.json"))
    return [json.loads(file.read_text()) for file in files]


def _bytes(text: object) -> bytes:
    return base64.b64decode(text or "")  # type: ignore[arg-type]


def test_every_published_inclusion_proof_is_judged_as_published() -> None:
    cases = _cases("inclusion")
    judged = [
        tree.check_inclusion(
            _bytes(case["leafHash"]), case["leafIdx"], case["treeSize"], _bytes(case["root"]), _proof(case)
        )
        for case in cases
    ]
    assert len(cases) == 98
    assert judged == [not case["wantErr"] for case in cases]


def test_every_published_consistency_proof_is_judged_as_published_but_one_with_a_dummy_root() -> None:
    """One case compares a root of 12 bytes with itself and is published as right; no tree has such a root."""
    judged = [
        (
            case["desc"],
            tree.check_consistency(case["size1"], old, case["size2"], new, _proof(case)),
            not case["wantErr"],
        )
        for case in _cases("consistency")
        for old, new in [(_bytes(case["root1"]), _bytes(case["root2"]))]
    ]
    assert len(judged) == 98
    assert [one for one in judged if one[1] != one[2]] == [("sizes are equal (one) and proof is empty", False, True)]


def _proof(case: dict[str, Any]) -> list[bytes]:
    return [_bytes(part) for part in case["proof"] or []]


def test_all_proofs_within_130_leaves_are_accepted_and_each_changed_one_is_refused() -> None:
    leaves = LEAVES[:33]
    for size in range(1, len(leaves) + 1):
        root = tree.root(leaves[:size])
        for index in range(size):
            proof = tree.prove_inclusion(leaves[:size], index)
            assert tree.check_inclusion(leaves[index], index, size, root, proof)
            assert not tree.check_inclusion(leaves[index], index, size, root, [*proof, root])
            assert not tree.check_inclusion(hashlib.sha256(b"other").digest(), index, size, root, proof)
        for old in range(1, size + 1):
            proof = tree.prove_consistency(leaves[:size], old)
            assert tree.check_consistency(old, tree.root(leaves[:old]), size, root, proof)
            assert not tree.check_consistency(old, hashlib.sha256(b"other").digest(), size, root, proof)


def test_subtree_hashes_agree_with_the_published_digest_over_all_trees_up_to_130() -> None:
    vectors = json.loads(published("vectors", "accumulated_subtree.json").read_text())
    lines = hashlib.sha256()
    for end in range(vectors["max"] + 1):
        for start in range(end + 1):
            if start == end or start % (1 << (end - start - 1).bit_length()) == 0:
                lines.update(f"[{start}, {end}) {tree.root(LEAVES[start:end]).hex()}\n".encode())
    assert lines.hexdigest() == vectors["subtree_hash_sha256"]


@given(st.lists(st.binary(max_size=8), max_size=70), st.integers(0, 70))
def test_a_frontier_grown_in_two_steps_is_the_frontier_of_the_whole(entries: list[bytes], cut: int) -> None:
    leaves = [tree.leaf_hash(entry) for entry in entries]
    grown = tree.Frontier.parse(tree.Frontier().extend(leaves[:cut]).format()).extend(leaves[cut:])
    assert grown == tree.Frontier().extend(leaves)


@pytest.mark.parametrize("text", ["", "1:", "0:aa", "x:", "1:" + "0" * 63, "01:" + "0" * 64])
def test_a_frontier_is_read_only_as_it_is_written(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        tree.Frontier.parse(text)
