"""Votes of the Debian project: matrix, Schwartz set and winner as published.

Neither a quorum nor a majority dropped anybody in these; `test_condorcet` shows both on examples worked by hand.
"""

import json
from decimal import Decimal

import pytest

from evalflow.tally.condorcet import pairwise, schulze
from evalflow.tally.profile import UNRANKED, Profile
from tests.published import PUBLISHED, published

VOTES = ("2008_vote_001", "2014_vote_003")
FOLDER = PUBLISHED / "data" / "debian_votes"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published votes of Debian are not at hand")


def read():
    text = published("data", "debian_votes", "debian_votes.json").read_text(encoding="utf-8")
    return {vote["id"]: vote for vote in json.loads(text, parse_float=Decimal)}


@pytest.fixture(scope="module")
def votes():
    return read()


def profile_of(vote):
    """Options as "1", "2", …; each ballot is a character per option, its rank in base 36 or "-" for none."""
    rows = tuple(bytes(UNRANKED if mark == "-" else int(mark, 36) for mark in marks) for marks, _ in vote["ballots"])
    names = tuple(str(number) for number, _ in enumerate(vote["options"], 1))
    return Profile(names, rows, tuple(times for _, times in vote["ballots"]))


def elected(vote):
    ratios = {str(number): ratio for number, ratio in enumerate(vote["majority_required"], 1) if ratio is not None}
    return schulze(profile_of(vote), default=str(vote["default_option"]), quorum=vote["quorum"], majority=ratios)


def schwartz_set(step):
    """Whom nobody reaches by defeats without being reached back."""
    paths, everyone = step["strengths"], range(len(step["entries"]))
    return [step["entries"][i] for i in everyone if all(paths[i][j] or not paths[j][i] for j in everyone)]


def test_the_two_votes_at_hand_are_tested(votes):
    assert tuple(votes) == VOTES


@pytest.mark.parametrize("name", VOTES)
def test_the_matrix_is_the_published_one_on_every_cell(votes, name):
    vote = votes[name]
    assert profile_of(vote).ballots == vote["n_ballots"]
    assert [list(row) for row in pairwise(profile_of(vote)).votes] == vote["official"]["beat_matrix"]


@pytest.mark.parametrize("name", VOTES)
def test_who_leads_and_who_wins_is_as_published_and_that_quorum_and_majority_drop_nobody(votes, name):
    official, election = votes[name]["official"], elected(votes[name])
    assert [int(entry) for entry in election.out] == official["dropped_for_majority"]
    assert [int(entry) for entry in schwartz_set(election.steps[-1])] == official["schwartz_set"]
    assert [int(entry) for entry in election.order[0]] == official["winners"]


@pytest.mark.parametrize("name", VOTES)
def test_the_default_stands_below_every_option_that_was_not_dropped(votes, name):
    assert elected(votes[name]).order[-1] == (str(votes[name]["default_option"]),)
