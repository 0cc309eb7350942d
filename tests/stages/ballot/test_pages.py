"""The vote as a browser without JavaScript uses it."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask

from evalflow.access import Role
from tests.sealed import PASSPHRASE, Vote
from tests.visitors import Visitor

BALLOT = "/s/test-2026/vote/ballot/"
SignIn = Callable[[int | None], Visitor]


def attempt_of(visitor: Visitor) -> str:
    assert visitor.page is not None
    found = re.search(r'name="attempt" value="([0-9a-f]{32})"', visitor.page.text)
    assert found is not None
    return found.group(1)


@pytest.fixture
def voter(opened: Vote, signed_in: SignIn) -> Visitor:
    found = signed_in(opened.members[0].person_id)
    found.get(BALLOT)
    return found


def test_a_member_votes_and_sees_the_receipt(opened: Vote, voter: Visitor) -> None:
    answer = voter.send(BALLOT, entries=["smelting", "refining"], attempt=attempt_of(voter))
    [envelope] = opened.envelopes()
    groups = " ".join(envelope.receipt[start : start + 4] for start in range(0, 64, 4))
    assert answer.status_code == 200
    assert groups in answer.text


def test_the_button_pressed_twice_is_one_vote(opened: Vote, voter: Visitor) -> None:
    attempt = attempt_of(voter)
    first, second = (voter.post(BALLOT, entries=["smelting"], attempt=attempt) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert len(opened.envelopes()) == len(opened.house.log("ballot.cast")) == 1


def test_a_refused_choice_is_shown_again_as_it_was_chosen(opened: Vote, voter: Visitor) -> None:
    answer = voter.post(BALLOT, attempt=attempt_of(voter))
    assert (answer.status_code, opened.envelopes()) == (422, [])
    answer = voter.post(BALLOT, entries=["refining", "mining"], attempt=attempt_of(voter))
    assert answer.status_code == 422
    assert re.findall(r'value="(\w+)" checked', answer.text) == ["refining"]


def test_a_form_without_its_attempt_is_refused_and_keeps_the_choice(opened: Vote, voter: Visitor) -> None:
    for broken in ("", "A" * 32, "a" * 31):
        answer = voter.post(BALLOT, entries=["refining"], attempt=broken)
        assert (answer.status_code, opened.envelopes()) == (422, [])
        assert re.findall(r'value="(\w+)" checked', answer.text) == ["refining"]


def test_a_visitor_sees_the_paper_and_no_form(opened: Vote, visitor: Visitor) -> None:
    answer = visitor.get(BALLOT)
    assert answer.status_code == 200
    assert "smelting brand" in answer.text
    assert 'name="entries"' not in answer.text
    assert visitor.post(BALLOT, entries=["smelting"], attempt="0" * 32).status_code in (302, 401, 403)
    assert opened.envelopes() == []


def test_a_receipt_is_looked_up_as_it_was_written_down(opened: Vote, visitor: Visitor) -> None:
    receipt = opened.cast(opened.members[0], "smelting")
    typed = " ".join(receipt[start : start + 4] for start in range(0, 64, 4)).upper()
    found, missed = (visitor.get(BALLOT + "receipt", query_string={"envelope": one}) for one in (typed, "0" * 64))
    assert "bi-check-circle-fill" in found.text
    assert "bi-check-circle-fill" not in missed.text


def test_the_receipt_of_a_vote_that_was_replaced_says_so(opened: Vote, signed_in: SignIn, visitor: Visitor) -> None:
    """One's own while the vote runs; anybody's who has it once the votes are counted."""
    first, _ = opened.cast(opened.members[0], "smelting"), opened.cast(opened.members[0], "refining")
    own, address = signed_in(opened.members[0].person_id), f"{BALLOT}receipt?envelope={first}"
    assert "已被后来的一票替换" in own.get(address).text
    opened.house.close(opened.season, "vote")
    [opened.hand_in(teller) for teller in opened.tellers[:2]]
    assert "已被后来的一票替换" in visitor.get(address).text


def test_an_old_form_sent_again_is_told_that_a_later_vote_stays(opened: Vote, voter: Visitor) -> None:
    attempt = attempt_of(voter)
    voter.post(BALLOT, entries=["smelting"], attempt=attempt)
    opened.cast(opened.members[0], "refining")
    answer = voter.post(BALLOT, entries=["smelting"], attempt=attempt)
    assert (answer.status_code, "已被您后来的一票替换" in answer.text) == (409, True)


def test_receipts_of_all_are_listed_only_once_the_vote_is_closed(opened: Vote, visitor: Visitor) -> None:
    receipt = opened.cast(opened.members[0], "smelting")
    assert receipt not in visitor.get(BALLOT + "receipt?all=1").text
    opened.house.close(opened.season, "vote")
    assert receipt in visitor.get(BALLOT + "receipt?all=1").text


def test_turnout_is_for_those_who_follow_it_while_the_vote_runs(opened: Vote, signed_in: SignIn) -> None:
    opened.cast(opened.members[0], "smelting")
    organiser = signed_in(opened.house.actor("organiser", Role.ORGANISER).person_id)
    member = signed_in(opened.members[0].person_id)
    assert (organiser.get(BALLOT + "turnout").status_code, member.get(BALLOT + "turnout").status_code) == (200, 403)
    opened.house.close(opened.season, "vote")
    later = signed_in(opened.members[0].person_id)
    assert later.get(BALLOT + "turnout").status_code == 200


def test_votes_are_shown_to_nobody_before_the_stage_is_done_nor_to_members_then(
    opened: Vote, signed_in: SignIn
) -> None:
    committee_member = opened.house.actor("committee", Role.COMMITTEE_MEMBER)
    opened.cast(opened.members[0], "smelting")
    opened.house.close(opened.season, "vote")
    member, committee = (signed_in(one.person_id) for one in (opened.members[0], committee_member))
    [opened.hand_in(teller) for teller in opened.tellers[:2]]
    assert ['id="votes"' in one.get(BALLOT).text for one in (member, committee)] == [False, False]
    opened.house.settle(opened.season, "vote")
    assert ['id="votes"' in one.get(BALLOT).text for one in (member, committee)] == [False, True]


def test_tellers_set_their_passphrases_and_open_the_box_through_their_desk(
    vote: Vote, app: Flask, signed_in: SignIn
) -> None:
    tellers = [signed_in(teller.person_id) for teller in vote.tellers]
    for teller in tellers:
        assert teller.get(BALLOT + "teller").status_code == 200
        assert teller.post(BALLOT + "teller/key", passphrase=PASSPHRASE, again="another one").status_code == 422
        assert teller.post(BALLOT + "teller/key", passphrase=PASSPHRASE, again=PASSPHRASE).status_code == 302
    vote.house.open(vote.season, "vote")
    vote.cast(vote.members[0], "smelting")
    assert 'name="passphrase"' not in tellers[0].get(BALLOT + "teller").text
    vote.house.close(vote.season, "vote")
    tellers = [signed_in(teller.person_id) for teller in vote.tellers]  # days later
    for teller in tellers[:2]:
        assert 'name="passphrase"' in teller.get(BALLOT + "teller").text
        assert teller.post(BALLOT + "teller/share", passphrase="not the right one").status_code == 422
        assert teller.post(BALLOT + "teller/share", passphrase=PASSPHRASE).status_code == 302
    assert len(vote.ballots()) == 1
    assert html.unescape(tellers[2].get(BALLOT + "teller").text).count('name="passphrase"') == 0
