"""Where randomness comes from: the system's, or, for rehearsals only, a seed.

A rehearsal must give the same bundle for the same seed, so everything random in an act (ids, salts, keys, envelopes,
the order in which ballots are mixed) is asked of the database handle's `Entropy`. Production uses `SystemEntropy`,
whose envelopes are sealed by the library. `SeededEntropy` is predictable by design: it must never guard a real vote.
"""

import hashlib
import secrets
from collections.abc import MutableSequence, Sequence
from typing import Any, Protocol

from Crypto.Protocol.SecretSharing import Shamir
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class Entropy(Protocol):
    def token(self, size: int) -> bytes:
        """`size` random bytes."""

    def seal(self, plaintext: bytes, public_key: X25519PublicKey, info: bytes) -> bytes:
        """An HPKE (RFC 9180) base-mode message, enc || ciphertext, which `SUITE.decrypt` opens with the same info."""

    def split(self, secret: bytes, *, needed: int, shares: int) -> list[bytes]:
        """16 bytes by Shamir's scheme over GF(2^128), as `Shamir.combine` wants them, those of number 1 first."""


def shuffle(entropy: Entropy, things: MutableSequence[Any]) -> None:
    """Mix in place, every order equally likely (Fisher and Yates; 128 bits a step make the bias negligible)."""
    for last in range(len(things) - 1, 0, -1):
        chosen = int.from_bytes(entropy.token(16)) % (last + 1)
        things[last], things[chosen] = things[chosen], things[last]


class SystemEntropy:
    """The operating system's randomness and the library's HPKE."""

    def token(self, size: int) -> bytes:
        return secrets.token_bytes(size)

    def seal(self, plaintext: bytes, public_key: X25519PublicKey, info: bytes) -> bytes:
        return SUITE.encrypt(plaintext, public_key, info)

    def split(self, secret: bytes, *, needed: int, shares: int) -> list[bytes]:
        return [share for _, share in Shamir.split(needed, shares, secret)]


class SeededEntropy:
    """A SHAKE-256 stream of a seed: for rehearsals, where the same seed must give the same bytes."""

    def __init__(self, seed: str) -> None:
        self._seed = hashlib.sha256(b"evalflow rehearsal\n" + seed.encode()).digest()
        self._drawn = 0

    def token(self, size: int) -> bytes:
        self._drawn += 1
        return hashlib.shake_256(self._seed + self._drawn.to_bytes(8)).digest(size)

    def seal(self, plaintext: bytes, public_key: X25519PublicKey, info: bytes) -> bytes:
        return seal_with(X25519PrivateKey.from_private_bytes(self.token(32)), plaintext, public_key, info)

    def split(self, secret: bytes, *, needed: int, shares: int) -> list[bytes]:
        factors = [self.token(16) for _ in range(needed - 1)]
        return split_with(factors, secret, shares)


def seal_with(
    ephemeral: X25519PrivateKey, plaintext: bytes, public_key: X25519PublicKey, info: bytes, aad: bytes = b""
) -> bytes:
    """HPKE base mode with a given ephemeral key (RFC 9180, sections 4.1 and 5.1), DHKEM(X25519), ChaCha20-Poly1305.

    The library draws its ephemeral key itself, so a repeatable rehearsal needs these lines; tests hold them to the
    RFC's vectors and let the library open the result.
    """
    enc = _raw(ephemeral.public_key())
    kem = b"KEM\x00\x20"
    eae_prk = _extract(kem, b"", b"eae_prk", ephemeral.exchange(public_key))
    shared = _expand(kem, eae_prk, b"shared_secret", enc + _raw(public_key), 32)
    hpke = b"HPKE\x00\x20\x00\x01\x00\x03"
    context = b"\x00" + _extract(hpke, b"", b"psk_id_hash", b"") + _extract(hpke, b"", b"info_hash", info)
    secret = _extract(hpke, shared, b"secret", b"")
    key = _expand(hpke, secret, b"key", context, 32)
    nonce = _expand(hpke, secret, b"base_nonce", context, 12)
    return enc + ChaCha20Poly1305(key).encrypt(nonce, plaintext, aad)


def split_with(factors: Sequence[bytes], secret: bytes, shares: int) -> list[bytes]:
    """The points of a polynomial over GF(2^128), x^128 + x^7 + x^2 + x + 1, whose factors are given, highest first.

    The library draws the factors itself; tests let it put the shares together again.
    """
    found = []
    for number in range(1, shares + 1):
        value = 0
        for factor in (*factors, secret):
            value = _times(value, number) ^ int.from_bytes(factor)
        found.append(value.to_bytes(16))
    return found


def _times(one: int, other: int) -> int:
    product = 0
    while other:
        if other & 1:
            product ^= one
        one = (one << 1) ^ ((1 << 128 | 0x87) if one >> 127 else 0)
        other >>= 1
    return product


def _raw(key: X25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    mac = HMAC(salt or bytes(32), SHA256())
    mac.update(b"HPKE-v1" + suite + label + ikm)
    return mac.finalize()


def _expand(suite: bytes, prk: bytes, label: bytes, info: bytes, size: int) -> bytes:
    return HKDFExpand(SHA256(), size, size.to_bytes(2) + b"HPKE-v1" + suite + label + info).derive(prk)
