"""A forgotten passphrase is found before the vote opens, and the teller is replaced."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from evalflow.access import Role
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.stages.ballot import queries, readiness, tellers
from tests.builders import House
from tests.sealed import PASSPHRASE, Vote
from tests.visitors import Visitor

BALLOT = "/s/test-2026/vote/ballot/"
SignIn = Callable[[int | None], Visitor]


def tasks(vote: Vote, teller: int) -> list[tuple[str, bool]]:
    actor, house = vote.tellers[teller], vote.house
    found = house.ask(lambda session: queries.tasks(session, session.merge(vote.stage), actor, house.now))
    return [(task.title, task.is_done) for task in found]


def check(vote: Vote, teller: int, passphrase: str = PASSPHRASE) -> None:
    database, stage = vote.house.database, vote.stage.id
    readiness.check_passphrase(database, stage, passphrase, actor=vote.tellers[teller], clock=vote.house.clock)


@pytest.fixture
def early(vote: Vote) -> Vote:
    """The tellers' passphrases were set a month before the vote opens; now the opening is four days away."""
    opens_at = vote.stage.opens_at
    assert opens_at is not None
    vote.house.clock.moment = opens_at - timedelta(days=30)
    vote.keep_keys()
    vote.house.clock.moment = opens_at - timedelta(days=4)
    return vote


def test_some_days_before_the_opening_each_teller_is_asked_to_try_the_passphrase(early: Vote) -> None:
    asked = ("Check that you still have your passphrase", False)
    assert asked in tasks(early, 0)
    early.house.clock.wait(days=-3)
    assert asked not in tasks(early, 0)


def test_a_right_passphrase_does_the_task_and_a_wrong_one_does_not(early: Vote) -> None:
    with pytest.raises(Invalid, match="wrong_passphrase"):
        check(early, 0, "something else entirely")
    assert ("Check that you still have your passphrase", False) in tasks(early, 0)
    check(early, 0)
    assert ("Check that you still have your passphrase", True) in tasks(early, 0)
    assert [event[0] for event in early.house.log("teller.key_checked")] == ["teller.key_checked"]


def test_the_organiser_replaces_a_teller_with_a_reason_and_the_log_has_it(early: Vote, house: House) -> None:
    organiser, other = house.actor("organiser", Role.ORGANISER), house.actor("fourth", Role.TELLER)
    keep = (house.database, early.stage.id, PASSPHRASE)
    with pytest.raises(Conflict, match="tellers_complete"):
        tellers.keep_key(*keep, actor=other, clock=house.clock)
    gone = early.tellers[1].person_id
    with pytest.raises(Invalid, match="reason_needed"):
        house.act(readiness.release, early.stage.id, gone, "", actor=organiser)
    with pytest.raises(Forbidden, match="not_permitted"):
        house.act(readiness.release, early.stage.id, gone, "forgotten", actor=other)
    house.act(readiness.release, early.stage.id, gone, "The passphrase is forgotten.", actor=organiser)
    tellers.keep_key(*keep, actor=other, clock=house.clock)
    house.open(early.season, "vote")
    [(_, office, public, personal)] = house.log("teller.released")
    assert (office, public["reason"], personal["teller"]) == ("organiser", "The passphrase is forgotten.", gone)
    with pytest.raises(Conflict, match="too_late_for_tellers"):
        house.act(readiness.release, early.stage.id, early.tellers[0].person_id, "too late", actor=organiser)


def test_the_pages_of_checking_and_replacing(early: Vote, house: House, signed_in: SignIn) -> None:
    teller = signed_in(early.tellers[0].person_id)
    assert "请确认您仍持有口令" in teller.get(BALLOT + "teller").text
    assert teller.post(BALLOT + "teller/check", passphrase="not the right one").status_code == 422
    assert teller.post(BALLOT + "teller/check", passphrase=PASSPHRASE).status_code == 302
    organiser = signed_in(house.actor("organiser", Role.ORGANISER).person_id)
    assert "Teller-1" in organiser.get(BALLOT + "tellers").text
    assert teller.get(BALLOT + "tellers").status_code == 403
    gone = {"person": str(early.tellers[1].person_id), "reason": "口令遗忘。"}
    assert organiser.post(BALLOT + "tellers/release", **gone | {"reason": "x" * 501}).status_code == 422
    assert organiser.post(BALLOT + "tellers/release", **gone).status_code == 302
    assert "Teller-1" not in organiser.get(BALLOT + "tellers").text
