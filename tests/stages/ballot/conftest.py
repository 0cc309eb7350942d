"""A sealed vote, before it opens and open."""

import pytest

from tests.builders import House
from tests.sealed import Vote, vote_of


@pytest.fixture
def vote(house: House) -> Vote:
    """The vote before it opens, its tellers without passphrases."""
    return vote_of(house)


@pytest.fixture
def opened(vote: Vote) -> Vote:
    """The vote open, its tellers with their shares."""
    vote.keep_keys()
    vote.house.open(vote.season, "vote")
    return vote
