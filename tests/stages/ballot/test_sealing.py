"""Envelopes and shares for every choice, every number of tellers and every group of them."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evalflow.entropy import SeededEntropy, SystemEntropy
from evalflow.stages.ballot import sealing

KEY = sealing.new_key(SeededEntropy("box"))
OTHER = sealing.new_key(SeededEntropy("another box"))
PUBLIC = sealing.public_bytes(KEY)
FORM_KEY = bytes(range(32))
masks = st.integers(min_value=0, max_value=256**sealing.BALLOT_BYTES - 1)
ids = st.integers(min_value=1, max_value=2**31 - 1)


def sealed(mask: int, stage_id: int, person_id: int) -> bytes:
    form = SystemEntropy().token(16).hex()
    return sealing.seal(mask, PUBLIC, sealing.info_of(stage_id, person_id), form=form, form_key=FORM_KEY)


@given(masks, ids, ids)
def test_what_was_sealed_is_what_is_opened_and_every_envelope_is_as_long(mask: int, stage: int, person: int) -> None:
    envelope = sealed(mask, stage, person)
    assert len(envelope) == sealing.ENVELOPE_BYTES
    assert sealing.unseal(envelope, KEY, sealing.info_of(stage, person)) == mask


@given(masks, st.tuples(ids, ids), st.tuples(ids, ids))
def test_an_envelope_opens_neither_as_anothers_nor_in_another_vote_nor_with_another_key(
    mask: int, own: tuple[int, int], other: tuple[int, int]
) -> None:
    envelope = sealed(mask, *own)
    opened = sealing.unseal(envelope, KEY, sealing.info_of(*other))
    assert opened == (mask if own == other else None)
    assert sealing.unseal(envelope, OTHER, sealing.info_of(*own)) is None


forms = st.binary(min_size=16, max_size=16).map(bytes.hex)


@given(masks, masks, forms, forms)
def test_an_envelope_is_the_same_again_for_the_same_form_and_choice_only(
    mask: int, other_mask: int, form: str, other_form: str
) -> None:
    info = sealing.info_of(1, 2)

    def made(mask: int, form: str, form_key: bytes = FORM_KEY) -> bytes:
        return sealing.seal(mask, PUBLIC, info, form=form, form_key=form_key)

    assert made(mask, form) == made(mask, form)
    assert (made(other_mask, form) == made(mask, form)) is (other_mask == mask)
    assert (made(mask, other_form) == made(mask, form)) is (other_form == form)
    assert made(mask, form, bytes(32)) != made(mask, form)


def test_who_knows_form_and_choice_but_not_the_key_of_the_box_can_not_show_that_an_envelope_holds_it() -> None:
    """Else a voter who kept the form could prove to others how they voted."""
    info, form = sealing.info_of(1, 2), "ab" * 16
    envelope = sealing.seal(0b101, PUBLIC, info, form=form, form_key=FORM_KEY)
    assert envelope not in [sealing.seal(0b101, PUBLIC, info, form=form, form_key=guess) for guess in (b"", bytes(32))]


@given(st.integers(min_value=0, max_value=sealing.ENVELOPE_BYTES * 8 - 1))
@example(255)
def test_an_envelope_with_one_bit_turned_does_not_open(bit: int) -> None:
    """The example is the highest bit of the ephemeral key, which X25519 itself overlooks (RFC 7748, section 5)."""
    envelope = bytearray(sealed(0b101, 1, 2))
    envelope[bit // 8] ^= 1 << bit % 8
    assert sealing.unseal(bytes(envelope), KEY, sealing.info_of(1, 2)) is None


@given(st.binary(max_size=2 * sealing.ENVELOPE_BYTES))
def test_what_is_no_envelope_is_unreadable_and_no_error(thing: bytes) -> None:
    assert sealing.unseal(thing, KEY, sealing.info_of(1, 2)) is None


@settings(max_examples=30)
@given(st.data())
def test_exactly_as_many_shares_as_needed_give_the_key_whoever_brings_them(data: st.DataObject) -> None:
    tellers = data.draw(st.integers(min_value=1, max_value=9), label="tellers")
    needed = data.draw(st.integers(min_value=1, max_value=tellers), label="needed")
    clear = sealing.split(KEY, needed=needed, shares=tellers, entropy=SystemEntropy())
    brought = data.draw(st.permutations(clear), label="order")
    assert sealing.combine(brought[:needed], PUBLIC).private_bytes_raw() == KEY.private_bytes_raw()
    if needed > 1:
        for too_few in (brought[: needed - 1], brought[: needed - 1] + brought[:1]):  # fewer, and one of them twice
            with pytest.raises(ValueError, match="do not give the key"):
                sealing.combine(too_few, PUBLIC)


def test_a_tellers_key_opens_with_its_passphrase_and_the_boxes_pepper_and_with_no_other() -> None:
    pepper = bytes(range(32))
    kept = sealing.teller_key("a passphrase 监票", pepper, entropy=SystemEntropy())
    assert sealing.public_bytes(sealing.open_teller_key(kept.wrapped, "a passphrase 监票", pepper)) == kept.public
    for wrong in ("a passphrase 监", "A passphrase 监票", ""):
        with pytest.raises(sealing.WrongPassphrase):
            sealing.open_teller_key(kept.wrapped, wrong, pepper)
    for other in (b"", bytes(32)):
        with pytest.raises(sealing.WrongPassphrase):
            sealing.open_teller_key(kept.wrapped, "a passphrase 监票", other)


def test_a_share_opens_only_as_this_tellers_of_this_box() -> None:
    own = sealing.new_key(SystemEntropy())
    info = sealing.share_info(1, 2)
    sealed = sealing.seal_share(b"share", sealing.public_bytes(own), info, entropy=SystemEntropy())
    assert sealing.open_share(sealed, own, info) == b"share"
    for key, other in ((own, sealing.share_info(2, 2)), (own, sealing.share_info(1, 3)), (KEY, info)):
        with pytest.raises(sealing.BadShare):
            sealing.open_share(sealed, key, other)


def test_shares_that_do_not_give_the_key_back_are_noticed_while_it_is_still_there() -> None:
    class Careless(SystemEntropy):
        """Whose last share is wrong."""

        def split(self, secret: bytes, *, needed: int, shares: int) -> list[bytes]:
            return [*super().split(secret, needed=needed, shares=shares)[:-1], bytes(16)]

    for needed, shares in ((2, 3), (2, 4), (3, 3), (3, 7)):
        with pytest.raises(RuntimeError, match="do not give the key back"):
            sealing.split(KEY, needed=needed, shares=shares, entropy=Careless())
