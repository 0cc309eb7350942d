"""What somebody can do who has copies of every file of a database, of every moment, and some passphrases.

`attack` knows how the program works and tries what is left to try: the tellers' keys with the passphrases it was
given, and everything near a teller's public key, in any file, that might be a share in the clear.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from evalflow.entropy import SystemEntropy
from evalflow.stages.ballot import sealing

NEAR = 700  # bytes behind a public key in which the other columns of its row are


class RememberingEntropy(SystemEntropy):
    """The system's randomness, with a memory of all it gave: what a test looks for in files."""

    def __init__(self) -> None:
        self.tokens: list[bytes] = []
        self.halves: list[list[bytes]] = []

    def token(self, size: int) -> bytes:
        self.tokens.append(super().token(size))
        return self.tokens[-1]

    def split(self, secret: bytes, *, needed: int, shares: int) -> list[bytes]:
        self.halves.append(super().split(secret, needed=needed, shares=shares))
        return self.halves[-1]


@dataclass(frozen=True)
class Moment:
    """Copies made at one moment. rows: of the tellers and of the box. files: {kind of file: all bytes of that kind}."""

    tellers: Sequence[Any]
    envelopes: Sequence[Any] = ()
    files: dict[str, bytes] = field(default_factory=dict)


def holds(files: bytes, secret: bytes) -> bool:
    """Whether a secret is there, as it is, in hex or in base64."""
    forms = (secret, secret.hex().encode(), secret.hex().upper().encode(), base64.b64encode(secret).rstrip(b"="))
    return any(form in files for form in forms)


def attack(
    stage_id: int, public_key: bytes, needed: int, moments: Sequence[Moment], passphrases: dict[int, str], pepper: bytes
) -> int:
    """How many envelopes open. passphrases: {person: theirs}. pepper: b"" for whoever has none."""
    shares = {*_with_passphrases(stage_id, moments, passphrases, pepper)}
    key = _combined(shares, needed, public_key) or _with_one_in_the_clear(shares, needed, moments, public_key)
    if key is None:
        return 0
    found = {(row.person_id, row.sealed) for moment in moments for row in moment.envelopes}
    opened = [sealing.unseal(sealed, key, sealing.info_of(stage_id, person)) for person, sealed in found]
    return sum(number is not None for number in opened)


def _with_passphrases(
    stage_id: int, moments: Sequence[Moment], passphrases: dict[int, str], pepper: bytes
) -> Iterable[bytes]:
    kept = {(row.person_id, row.wrapped_key, row.share) for moment in moments for row in moment.tellers}
    for person, wrapped, share in kept:
        if person in passphrases and wrapped and share:
            try:
                own = sealing.open_teller_key(wrapped, passphrases[person], pepper)
                yield sealing.open_share(share, own, sealing.share_info(stage_id, person))
            except (sealing.WrongPassphrase, sealing.BadShare):
                continue


def _combined(shares: Iterable[bytes], needed: int, public_key: bytes) -> X25519PrivateKey | None:
    for some in combinations(sorted(shares), needed):
        try:
            return sealing.combine(some, public_key)
        except ValueError:
            continue
    return None


def _with_one_in_the_clear(
    shares: set[bytes], needed: int, moments: Sequence[Moment], public_key: bytes
) -> X25519PrivateKey | None:
    """With one passphrase too few: is a share of somebody else anywhere in the clear?"""
    if len(shares) != needed - 1:
        return None
    for candidate in _candidates(moments):
        if candidate[0] not in {share[0] for share in shares}:
            key = _combined({*shares, candidate}, needed, public_key)
            if key is not None:
                return key
    return None


def _candidates(moments: Sequence[Moment]) -> set[bytes]:
    keys = {row.public_key for moment in moments for row in moment.tellers}
    found = set()
    for content in {content for moment in moments for content in moment.files.values()}:
        for key in keys:
            place = content.find(key)
            while place >= 0:
                near = content[place + len(key) : place + len(key) + NEAR]
                found |= {near[at : at + 33] for at in range(len(near) - 32) if 1 <= near[at] <= len(keys)}
                place = content.find(key, place + 1)
    return found
