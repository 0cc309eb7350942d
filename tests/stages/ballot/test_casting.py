"""What goes into the box: whose, how often, until when."""

import hashlib
import threading

import pytest

from evalflow.access import Actor, Role
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.stages.ballot import sealing
from tests.builders import House
from tests.sealed import VOTE, Vote, vote_of


def test_a_vote_puts_one_envelope_into_the_box_and_its_digest_is_the_receipt(opened: Vote) -> None:
    receipt = opened.cast(opened.members[0], "smelting")
    [envelope] = opened.envelopes()
    assert (envelope.person_id, envelope.receipt) == (opened.members[0].person_id, receipt)
    info = sealing.info_of(opened.stage.id, envelope.person_id)
    assert receipt == sealing.receipt(envelope.sealed, info)


def test_the_log_tells_the_envelope_and_neither_the_voter_nor_the_choice(opened: Vote) -> None:
    receipt = opened.cast(opened.members[0], "smelting")
    assert opened.house.log("ballot.cast") == [
        ("ballot.cast", "member", {"envelope": receipt, "replaces": None}, None),
    ]


def test_the_same_form_again_gets_the_same_receipt_and_changes_nothing(opened: Vote) -> None:
    first = opened.cast(opened.members[0], "smelting", attempt="a" * 32)
    kept = [envelope.sealed for envelope in opened.envelopes()]
    assert opened.cast(opened.members[0], "smelting", attempt="a" * 32) == first
    assert [envelope.sealed for envelope in opened.envelopes()] == kept
    assert len(opened.house.log("ballot.cast")) == 1


def test_the_same_form_with_another_choice_is_another_vote_and_not_dropped(opened: Vote) -> None:
    first = opened.cast(opened.members[0], "smelting", attempt="a" * 32)
    second = opened.cast(opened.members[0], "refining", attempt="a" * 32)
    assert second != first
    assert [envelope.receipt for envelope in opened.envelopes()] == [second]
    assert opened.house.log("ballot.cast")[1][2] == {"envelope": second, "replaces": first}


def test_an_old_form_sent_again_does_not_bring_an_earlier_vote_back(opened: Vote) -> None:
    """A, then B, then the form of A once more: B stays."""
    opened.cast(opened.members[0], "smelting", attempt="a" * 32)
    second = opened.cast(opened.members[0], "refining", attempt="b" * 32)
    with pytest.raises(Conflict, match="replaced_by_later_vote"):
        opened.cast(opened.members[0], "smelting", attempt="a" * 32)
    assert [envelope.receipt for envelope in opened.envelopes()] == [second]
    assert len(opened.house.log("ballot.cast")) == 2


def test_the_database_keeps_nothing_by_which_a_form_and_its_choice_could_be_tried(opened: Vote) -> None:
    secret = "5e" * 16
    opened.cast(opened.members[0], "smelting", attempt=secret)
    forms = {secret, hashlib.sha256(secret.encode()).hexdigest(), hashlib.sha256(bytes.fromhex(secret)).hexdigest()}
    dump = "\n".join(opened.house.database.engine.raw_connection().driver_connection.iterdump())  # type: ignore[union-attr]
    assert [form for form in forms if form in dump.lower()] == []


def test_the_same_form_again_after_the_deadline_still_gets_its_receipt(opened: Vote) -> None:
    first = opened.cast(opened.members[0], "smelting", attempt="a" * 32)
    opened.house.close(opened.season, "vote")
    assert opened.cast(opened.members[0], "smelting", attempt="a" * 32) == first


def test_a_form_sent_by_many_presses_at_once_is_one_envelope(opened: Vote) -> None:
    receipts: list[str] = []
    together = threading.Barrier(4)

    def press() -> None:
        together.wait()
        receipts.append(opened.cast(opened.members[0], "smelting", attempt="b" * 32))

    presses = [threading.Thread(target=press) for _ in range(4)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    [envelope] = opened.envelopes()
    assert receipts == [envelope.receipt] * 4
    assert len(opened.house.log("ballot.cast")) == 1


def test_voting_again_replaces_the_envelope_and_the_log_says_which(opened: Vote) -> None:
    first = opened.cast(opened.members[0], "smelting")
    second = opened.cast(opened.members[0], "refining")
    assert [envelope.receipt for envelope in opened.envelopes()] == [second]
    assert opened.house.log("ballot.cast")[1][2] == {"envelope": second, "replaces": first}


def test_where_a_vote_is_final_nobody_votes_again(house: House) -> None:
    vote = vote_of(house, VOTE + "revote = false\n")
    vote.keep_keys()
    house.open(vote.season, "vote")
    receipt = vote.cast(vote.members[0], "smelting")
    with pytest.raises(Conflict, match="already_voted"):
        vote.cast(vote.members[0], "refining")
    with pytest.raises(Conflict, match="already_voted"):
        vote.cast(vote.members[0], "refining", attempt="a" * 32)
    assert [envelope.receipt for envelope in vote.envelopes()] == [receipt]


def test_who_became_a_member_after_the_opening_is_not_on_the_roll(opened: Vote) -> None:
    newcomer = opened.house.actor("newcomer", Role.MEMBER)
    with pytest.raises(Forbidden, match="not_on_the_roll"):
        opened.cast(newcomer, "smelting")
    assert opened.envelopes() == []


def test_only_members_vote(opened: Vote) -> None:
    with pytest.raises(Forbidden, match="not_permitted"):
        opened.cast(opened.tellers[0], "smelting")
    with pytest.raises(Forbidden, match="not_on_the_roll"):
        opened.cast(Actor(None, "", "member", grants=opened.members[0].grants), "smelting")


def test_an_empty_choice_is_refused_where_one_has_to_be_made(opened: Vote) -> None:
    with pytest.raises(Invalid) as refused:
        opened.cast(opened.members[0])
    assert (refused.value.code, refused.value.facts) == ("wrong_number_chosen", {"low": 1, "high": 2, "chosen": 0})


def test_more_choices_than_allowed_are_refused(house: House) -> None:
    vote = vote_of(house, VOTE.replace("max = 2", "max = 1"))
    vote.keep_keys()
    house.open(vote.season, "vote")
    with pytest.raises(Invalid) as refused:
        vote.cast(vote.members[0], "smelting", "refining")
    assert (refused.value.code, refused.value.facts) == ("wrong_number_chosen", {"low": 1, "high": 1, "chosen": 2})
    assert vote.envelopes() == []


def test_what_is_not_on_the_paper_is_refused(opened: Vote) -> None:
    with pytest.raises(Invalid, match="not_on_the_paper"):
        opened.cast(opened.members[0], "smelting", "mining")


def test_a_vote_counts_until_the_last_microsecond_and_not_at_the_deadline(opened: Vote) -> None:
    clock, closes_at = opened.house.clock, opened.stage.closes_at
    assert closes_at is not None
    clock.moment = closes_at
    with pytest.raises(Conflict, match="stage_not_open"):
        opened.cast(opened.members[0], "smelting")
    clock.wait(microseconds=-1)
    opened.cast(opened.members[0], "smelting")
    assert len(opened.envelopes()) == 1


def test_a_vote_that_had_to_wait_for_its_turn_past_the_deadline_is_refused(opened: Vote) -> None:
    clock, closes_at = opened.house.clock, opened.stage.closes_at
    assert closes_at is not None
    clock.moment = closes_at
    clock.wait(seconds=-1)
    refusals: list[str] = []

    def late() -> None:
        try:
            opened.cast(opened.members[0], "smelting", attempt="c" * 32)
        except Conflict as refusal:
            refusals.append(refusal.code)

    with opened.house.database.writing():
        waiting = threading.Thread(target=late)
        waiting.start()
        waiting.join(0.3)
        clock.wait(seconds=2)
    waiting.join()
    assert (refusals, opened.envelopes()) == (["stage_not_open"], [])


def test_nobody_votes_before_it_opens_or_after_it_has_closed(vote: Vote) -> None:
    with pytest.raises(Conflict, match="stage_not_open"):
        vote.cast(vote.members[0], "smelting")
    vote.keep_keys()
    vote.house.open(vote.season, "vote")
    vote.house.close(vote.season, "vote")
    with pytest.raises(Conflict, match="stage_not_open"):
        vote.cast(vote.members[0], "smelting")
