"""A ballot paper that was shown for a vote which was given up, and is sent while the vote is held again."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from evalflow.access import Role
from evalflow.engine import jobs
from evalflow.stages.ballot import upkeep
from evalflow.stages.ballot.models import UnopenedBox
from tests.builders import House
from tests.sealed import VOTE, vote_of
from tests.stages.ballot.test_unopenable import BALLOT, GALLERY, given_up
from tests.visitors import Visitor

SignIn = Callable[[int | None], Visitor]


@pytest.fixture
def people(house: House) -> dict[str, Any]:
    return {"organiser": house.actor("organiser", Role.ORGANISER), "auditor": house.actor("auditor", Role.AUDITOR)}


def test_a_form_of_the_vote_that_was_given_up_replaces_no_vote_of_the_one_held_again(
    house: House, people: dict[str, Any], signed_in: SignIn
) -> None:
    """It waited in another tab, or for a sign-in; what it holds comes back, on a form of the vote that runs."""
    vote = vote_of(house, VOTE + GALLERY)
    vote.keep_keys()
    house.open(vote.season, "vote")
    voter, form = signed_in(vote.members[0].person_id), {"entries": ["smelting"], "attempt": "a" * 32}
    voter.get(BALLOT)
    opening = voter.opening
    assert opening and voter.post(BALLOT, **form).status_code == 302
    house.close(vote.season, "vote")
    given_up(vote, people)
    jobs.tick(house.database, now=house.now)
    vote.keep_keys()
    house.clock.moment = vote.stage.opens_at or house.now
    jobs.tick(house.database, now=house.now)
    second = vote.cast(vote.members[0], "refining")
    for late in (opening, ""):
        answer = voter.post(BALLOT, **form, opening=late)
        assert (answer.status_code, [one.receipt for one in vote.envelopes()]) == (409, [second])
    assert re.findall(r'value="(\w+)" checked', answer.text) == ["smelting"]
    assert voter.opening != opening and voter.post(BALLOT, **form).status_code == 302
    assert [one.superseded for one in vote.envelopes()] == [second]


def test_a_row_that_calls_the_first_box_not_wiped_does_not_cost_the_second_its_key_file(
    house: House, people: dict[str, Any]
) -> None:
    vote = vote_of(house, VOTE + GALLERY)
    vote.keep_keys()
    house.open(vote.season, "vote")
    house.close(vote.season, "vote")
    given_up(vote, people)
    jobs.tick(house.database, now=house.now)
    vote.keep_keys()
    pepper = house.database.peppers.find(vote.stage.id)
    house.act(lambda session, now: session.execute(update(UnopenedBox).values(destroyed_at=None)))
    assert upkeep.wipe(house.database, now=house.now)
    assert pepper is not None and house.database.peppers.find(vote.stage.id) == pepper
