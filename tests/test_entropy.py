"""Seeded randomness for rehearsals: repeatable, and its envelopes are real ones."""

import pytest
from Crypto.Protocol.SecretSharing import Shamir
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evalflow.entropy import SUITE, Entropy, SeededEntropy, SystemEntropy, seal_with, shuffle

# RFC 9180, appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode, sequence number 0
INFO = bytes.fromhex("4f6465206f6e2061204772656369616e2055726e")
EPHEMERAL = bytes.fromhex("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600")
RECIPIENT = bytes.fromhex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
ENC = bytes.fromhex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
PLAINTEXT = bytes.fromhex("4265617574792069732074727574682c20747275746820626561757479")
AAD = bytes.fromhex("436f756e742d30")
CIPHERTEXT = bytes.fromhex("1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28")


def test_sealing_with_a_given_key_gives_the_message_of_the_rfc() -> None:
    ephemeral = X25519PrivateKey.from_private_bytes(EPHEMERAL)
    recipient = X25519PrivateKey.from_private_bytes(RECIPIENT)
    assert seal_with(ephemeral, PLAINTEXT, recipient.public_key(), INFO, AAD) == ENC + CIPHERTEXT


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_the_library_opens_what_the_seeded_source_sealed(plaintext: bytes, info: bytes) -> None:
    recipient = X25519PrivateKey.from_private_bytes(RECIPIENT)
    sealed = SeededEntropy("seed").seal(plaintext, recipient.public_key(), info)
    assert SUITE.decrypt(sealed, recipient, info) == plaintext


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    first, again, other = SeededEntropy("a"), SeededEntropy("a"), SeededEntropy("b")
    drawn = [first.token(16) for _ in range(3)]
    assert drawn == [again.token(16) for _ in range(3)]
    assert len({*drawn, *(other.token(16) for _ in range(3))}) == 6


def test_shuffling_keeps_every_thing_and_reaches_every_order() -> None:
    orders = set()
    for number in range(200):
        things = [1, 2, 3]
        shuffle(SeededEntropy(str(number)), things)
        orders.add(tuple(things))
    assert len(orders) == 6
    assert all(sorted(order) == [1, 2, 3] for order in orders)


def test_the_system_s_envelopes_differ_each_time() -> None:
    recipient = X25519PrivateKey.from_private_bytes(RECIPIENT).public_key()
    assert SystemEntropy().seal(b"x", recipient, b"") != SystemEntropy().seal(b"x", recipient, b"")


@pytest.mark.parametrize("entropy", [SystemEntropy(), SeededEntropy("shares")])
@pytest.mark.parametrize(("needed", "shares"), [(1, 1), (1, 3), (2, 3), (3, 3), (5, 9)])
def test_shares_give_the_secret_back_however_they_were_made(entropy: Entropy, needed: int, shares: int) -> None:
    secret = bytes(range(16))
    found = list(enumerate(entropy.split(secret, needed=needed, shares=shares), 1))
    assert Shamir.combine(found[:needed]) == Shamir.combine(found[-needed:]) == secret


def test_a_seed_always_makes_the_same_shares() -> None:
    split = {"needed": 2, "shares": 3}
    assert SeededEntropy("a").split(bytes(16), **split) == SeededEntropy("a").split(bytes(16), **split)
    assert SeededEntropy("a").split(bytes(16), **split) != SeededEntropy("b").split(bytes(16), **split)
