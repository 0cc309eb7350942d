"""Sealed envelopes and the tellers' shares of the key that opens them. PURE: bytes in, bytes out.

An envelope is an HPKE message (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305) of a ballot padded to one length,
bound to its ballot and its voter by the `info` string. The private key exists only while it is split: Shamir's scheme
over GF(2^128) (the library splits 16 bytes at a time, so a key has two halves). Each share is sealed to a teller's own
key, and that key is wrapped with what Argon2id makes of the teller's passphrase and a pepper that is in no database.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw
from Crypto.Protocol.SecretSharing import Shamir
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from evalflow.entropy import SUITE, Entropy, seal_with

BALLOT_BYTES = 64  # every ballot is padded to this, so that its length says nothing
ENVELOPE_BYTES = 32 + BALLOT_BYTES + 16  # ephemeral key, ballot, tag
SHARE_V1 = b"evalflow/share/v1"
_HALF = 16
_NONCE = bytes(12)  # each wrapping key is used once: its salt is fresh


class WrongPassphrase(Exception):
    """The passphrase does not open the teller's key."""


class BadShare(Exception):
    """This is not the share that was made for this teller of this box."""


@dataclass(frozen=True)
class TellerKey:
    """A teller's own key: the public part as 32 bytes, the private part wrapped (16 bytes of salt, then ciphertext)."""

    public: bytes
    wrapped: bytes


def new_key(entropy: Entropy) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(entropy.token(32))


def public_bytes(key: X25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def seal(number: int, public_key: bytes, info: bytes, *, form: str, form_key: bytes) -> bytes:
    """The envelope of a ballot written as a number (see `kinds.marking`); always ENVELOPE_BYTES long.

    form: the secret of the form, as random as the envelope is to be. form_key: 32 secret bytes of the box. The
    envelope's one-time key follows from both and the ballot, so that the same form with the same choice is the same
    envelope, and nothing stored tells whether two envelopes hold the same choice. The form's secret alone would let a
    voter who kept it prove to others what is inside; the box's key alone opens nothing.
    """
    plaintext = number.to_bytes(BALLOT_BYTES)
    once = hmac.digest(form_key, b"evalflow/envelope/v2 " + info + b"\n" + form.encode() + b"\n" + plaintext, "sha256")
    ephemeral = X25519PrivateKey.from_private_bytes(once)
    return seal_with(ephemeral, plaintext, X25519PublicKey.from_public_bytes(public_key), info)


def unseal(envelope: bytes, private_key: X25519PrivateKey, info: bytes) -> int | None:
    """The number, or None for an envelope that does not open with this key for this ballot and voter."""
    try:
        return int.from_bytes(SUITE.decrypt(envelope, private_key, info))
    except (InvalidTag, ValueError):
        return None


def info_of(stage_id: int, person_id: int) -> bytes:
    """What an envelope is bound to: nobody can put a copy of another voter's envelope in as their own."""
    return f"evalflow/ballot/v1 stage={stage_id} voter={person_id}".encode()


def receipt(envelope: bytes, info: bytes) -> str:
    """SHA-256, hex, of whose it is and the envelope: proves that it is in the box and nothing about what is in it.

    Whose it is belongs to it, so that two envelopes can't change their voters unseen.
    """
    return hashlib.sha256(info + envelope).hexdigest()


def is_receipt(text: str, envelope: bytes, info: bytes) -> bool:
    """Whether this is the envelope's receipt; older versions hashed the envelope alone."""
    return text in (receipt(envelope, info), hashlib.sha256(envelope).hexdigest())


def teller_key(passphrase: str, pepper: bytes, *, entropy: Entropy) -> TellerKey:
    """A new key for a teller, its private part readable with the passphrase and the box's pepper only."""
    private, salt = new_key(entropy), entropy.token(16)
    wrapping = _wrapping_key(passphrase, salt, pepper)
    wrapped = ChaCha20Poly1305(wrapping).encrypt(_NONCE, private.private_bytes_raw(), b"")
    return TellerKey(public_bytes(private), salt + wrapped)


def open_teller_key(wrapped: bytes, passphrase: str, pepper: bytes) -> X25519PrivateKey:
    """pepper: b"" for keys that older versions wrapped without one. Raises WrongPassphrase."""
    try:
        wrapping = _wrapping_key(passphrase, wrapped[:16], pepper)
        raw = ChaCha20Poly1305(wrapping).decrypt(_NONCE, wrapped[16:], b"")
    except InvalidTag:
        raise WrongPassphrase from None
    return X25519PrivateKey.from_private_bytes(raw)


def split(key: X25519PrivateKey, *, needed: int, shares: int, entropy: Entropy) -> list[bytes]:
    """The key's shares in the clear: a number, then two halves. Any `needed` of them give the key back.

    Tried before anybody forgets the key: every share takes part in putting it together again, RuntimeError else.
    """
    raw = key.private_bytes_raw()
    halves = [entropy.split(raw[start : start + _HALF], needed=needed, shares=shares) for start in (0, _HALF)]
    found = [bytes([number]) + first + second for number, (first, second) in enumerate(zip(*halves, strict=True), 1)]
    for start in {*range(0, shares - needed + 1, needed), shares - needed}:
        try:
            combine(found[start : start + needed], public_bytes(key))
        except ValueError:
            raise RuntimeError("the shares just made do not give the key back") from None
    return found


def commitment(stage_id: int, share: bytes) -> str:
    """What the log says of a share, hex. A share has 256 random bits, so that nobody finds it by guessing."""
    return hashlib.sha256(b"evalflow/share/v2" + stage_id.to_bytes(8) + share).hexdigest()


def share_info(stage_id: int, person_id: int) -> bytes:
    """What a teller's sealed share is bound to; SHARE_V1 in boxes of older versions."""
    return f"evalflow/share/v2 stage={stage_id} teller={person_id}".encode()


def count_info(stage_id: int, count_key: bytes, person_id: int) -> bytes:
    """What a share that waits for the count is bound to."""
    return f"evalflow/count/v1 stage={stage_id} session={count_key.hex()} teller={person_id}".encode()


def seal_share(share: bytes, public_key: bytes, info: bytes, *, entropy: Entropy) -> bytes:
    """To a teller's key for the time of the vote, to the count's key from the handing in on."""
    return entropy.seal(share, X25519PublicKey.from_public_bytes(public_key), info)


def open_share(sealed: bytes, key: X25519PrivateKey, info: bytes) -> bytes:
    """The share in the clear. Raises BadShare for what was not sealed so."""
    try:
        return bytes(SUITE.decrypt(sealed, key, info))
    except (InvalidTag, ValueError):
        raise BadShare from None


def combine(shares: Sequence[bytes], public_key: bytes) -> X25519PrivateKey:
    """The private key of `public_key`. ValueError when these shares do not give it."""
    parts: Mapping[int, bytes] = {share[0]: share[1:] for share in shares}
    halves = [
        Shamir.combine([(number, part[start : start + _HALF]) for number, part in parts.items()])
        for start in (0, _HALF)
    ]
    key = X25519PrivateKey.from_private_bytes(b"".join(halves))
    if public_bytes(key) != public_key:
        raise ValueError("these shares do not give the key of this ballot")
    return key


def _wrapping_key(passphrase: str, salt: bytes, pepper: bytes) -> bytes:
    stretched = hash_secret_raw(
        passphrase.encode(), salt, time_cost=3, memory_cost=64 * 1024, parallelism=1, hash_len=32, type=Type.ID
    )
    if not pepper:
        return stretched
    return HKDF(SHA256(), 32, None, b"evalflow/teller/v2").derive(stretched + pepper)
