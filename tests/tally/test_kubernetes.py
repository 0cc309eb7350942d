"""Committee elections of the Kubernetes project in 2018 and 2024: the whole ranking and the winners as published.

The cap per employer changed no seat in either; `test_capping` shows it on examples worked by hand.
"""

import csv
import json

import pytest

from evalflow.tally.condorcet import schulze
from evalflow.tally.profile import NO_OPINION, UNRANKED, profile_of
from evalflow.tally.ranking import cut
from tests.published import PUBLISHED

FOLDER = PUBLISHED / "data" / "kubernetes_elections"
ELECTIONS = ("steering_2018", "steering_2024")
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published elections of Kubernetes are not at hand")


@pytest.fixture(scope="module")
def official():
    return json.loads((FOLDER / "official_results.json").read_text(encoding="utf-8"))


def cast(name, *, without_opinion=NO_OPINION):
    with (FOLDER / f"{name}_ballots.csv").open(encoding="utf-8", newline="") as lines:
        candidates, *ballots = csv.reader(lines)
    ranks = (dict(zip(candidates, ballot, strict=True)) for ballot in ballots)
    known = ({who: int(rank) for who, rank in ballot.items() if rank != "No opinion"} for ballot in ranks)
    return profile_of(candidates, ((ballot, 1) for ballot in known), left_out=without_opinion)


def test_the_elections_at_hand_are_those_of_2018_and_2024(official):
    assert tuple(official) == ELECTIONS


@pytest.mark.parametrize("name", ELECTIONS)
def test_the_ranking_is_the_published_one_to_the_last_place(official, name):
    profile = cast(name)
    assert profile.ballots == official[name]["ballots"]
    assert schulze(profile).order == tuple((candidate,) for candidate in official[name]["ranking"])


@pytest.mark.parametrize("name", ELECTIONS)
def test_the_seats_go_to_those_who_got_them(official, name):
    line = cut(schulze(cast(name)).places, official[name]["seats"])
    assert (list(line.winners), line.tied) == (official[name]["winners"], ())


def test_no_opinion_taken_for_the_last_place_would_have_ranked_2018_wrongly(official):
    wrong = schulze(cast("steering_2018", without_opinion=UNRANKED)).order
    ranking = official["steering_2018"]["ranking"]
    assert [candidate for group in wrong for candidate in group] == [*ranking[:4], ranking[-1], *ranking[4:-1]]
