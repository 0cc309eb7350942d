"""The Merkle tree of RFC 6962, section 2.1: pure arithmetic that knows no storage.

    leaf    SHA-256(0x00 || entry)
    node    SHA-256(0x01 || left || right)
    root    of n > 1 leaves: split at k, the largest power of two below n; node(root(first k), root(the rest))
            of none: SHA-256 of nothing

An inclusion proof shows that a leaf stands at an index of a tree; a consistency proof that one tree is the beginning
of another. Each comes as a pair: `prove_…` makes it, `check_…` believes nothing. A `Frontier` holds the roots of the
complete subtrees of a growing tree, all that is needed to extend it.

>>> leaves = [leaf_hash(bytes([n])) for n in range(5)]
>>> check_inclusion(leaves[3], 3, 5, root(leaves), prove_inclusion(leaves, 3))
True
>>> Frontier().extend(leaves).root() == root(leaves)
True
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, in order."""
    return Frontier().extend(leaves).root()


@dataclass(frozen=True)
class Frontier:
    """A tree of `size` leaves as the roots of its complete subtrees, largest first: one for each bit set in size."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def extend(self, leaves: Iterable[bytes]) -> "Frontier":
        """The frontier after these leaf hashes."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            peak, carry = leaf, size
            while carry & 1:
                peak, carry = node_hash(peaks.pop(), peak), carry >> 1
            peaks.append(peak)
            size += 1
        return Frontier(size, tuple(peaks))

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node_hash(peak, found)
        return found

    def format(self) -> str:
        """ "size:hex,hex,…", which `parse` reads back."""
        return f"{self.size}:{','.join(peak.hex() for peak in self.peaks)}"

    @classmethod
    def parse(cls, text: str) -> "Frontier":
        """ValueError for a text that `format` would not have written."""
        size, _, peaks = text.partition(":")
        found = cls(int(size), tuple(bytes.fromhex(peak) for peak in peaks.split(",") if peak))
        sound = len(found.peaks) == found.size.bit_count() and all(len(peak) == 32 for peak in found.peaks)
        if not sound or found.format() != text:
            raise ValueError(f"not a frontier: {text!r}")
        return found


def prove_inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes beside the way from a leaf up to the root, lowest first. IndexError outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*prove_inclusion(leaves[:split], index), root(leaves[split:])]
    return [*prove_inclusion(leaves[split:], index - split), root(leaves[:split])]


def check_inclusion(leaf: bytes, index: int, size: int, tree_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows this leaf hash at this index of the tree (RFC 9162, section 2.1.3.2)."""
    if not (0 <= index < size and _are_hashes(leaf, tree_root, *proof)):
        return False
    here, last, found = index, size - 1, leaf
    for beside in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(beside, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, beside)
        here, last = here >> 1, last >> 1
    return last == 0 and found == tree_root


def prove_consistency(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """The hashes that show the first `size` leaves to be the beginning of all. ValueError unless 0 < size ≤ all."""
    if not 0 < size <= len(leaves):
        raise ValueError(f"no tree of {size} within one of {len(leaves)}")
    return _subproof(leaves, size, whole=True)


def _subproof(leaves: Sequence[bytes], size: int, *, whole: bool) -> list[bytes]:
    if size == len(leaves):
        return [] if whole else [root(leaves)]
    split = _split(len(leaves))
    if size <= split:
        return [*_subproof(leaves[:split], size, whole=whole), root(leaves[split:])]
    return [*_subproof(leaves[split:], size - split, whole=False), root(leaves[:split])]


def check_consistency(old_size: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows the old tree to be the beginning of the new one (RFC 9162, section 2.1.4.2)."""
    if not (0 <= old_size <= size and _are_hashes(old_root, new_root, *proof)):
        return False
    if old_size in (0, size):
        return not proof and (old_root == new_root if old_size == size else old_root == EMPTY)
    path = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    if not path:
        return False
    here, last = old_size - 1, size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = path[0]
    for beside in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        here, last = here >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _are_hashes(*found: bytes) -> bool:
    return all(len(one) == len(EMPTY) for one in found)


def _split(size: int) -> int:
    """The largest power of two below size (which is 2 or more)."""
    return 1 << (size - 1).bit_length() - 1
