"""A long proof: every inclusion and every consistency within every tree of up to 130 leaves."""

import pytest

from evalflow.audit import tree

LEAVES = [tree.leaf_hash(bytes([n])) for n in range(130)]


@pytest.mark.slow
def test_every_proof_within_130_leaves_is_accepted_and_none_serves_for_another_place() -> None:
    roots = [tree.root(LEAVES[:size]) for size in range(len(LEAVES) + 1)]
    for size in range(1, len(LEAVES) + 1):
        for index in range(size):
            proof = tree.prove_inclusion(LEAVES[:size], index)
            places = [n for n in range(size) if tree.check_inclusion(LEAVES[index], n, size, roots[size], proof)]
            assert places == [index]
        for old in range(1, size + 1):
            proof = tree.prove_consistency(LEAVES[:size], old)
            begun = [n for n in range(1, size + 1) if tree.check_consistency(n, roots[n], size, roots[size], proof)]
            assert old in begun
            assert all(n == old or (n in (old, size) and not proof) for n in begun)
