"""Python's steering councils: approval, five seats, at most two of one employer; an extension round."""

import json
from pathlib import Path

import pytest

from evalflow.tally.capping import cut_with_cap
from evalflow.tally.ranking import cut, rank
from evalflow.tally.voting import Count, extended

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "python_steering_council" / "elections.json"
ELECTIONS = json.loads(FILE.read_text(encoding="utf-8")) if FILE.is_file() else {}


@pytest.mark.skipif(not ELECTIONS, reason="the published counts are not at hand")
@pytest.mark.parametrize("key", ELECTIONS)
def test_the_five_with_most_approvals_are_those_who_were_elected(key):
    election = ELECTIONS[key]
    places = rank(election["votes"])
    assert sorted(cut(places, election["seats"]).winners) == sorted(election["winners"])


@pytest.mark.skipif(not ELECTIONS, reason="the published counts are not at hand")
@pytest.mark.parametrize("key", ELECTIONS)
def test_had_three_of_them_one_employer_the_last_of_the_three_would_give_way_to_the_sixth(key):
    election = ELECTIONS[key]
    places = rank(election["votes"])
    order = [place.entry for place in places]
    groups = dict.fromkeys([order[0], order[2], order[3]], "one employer")
    found = cut_with_cap(places, election["seats"], groups, 2)
    assert found.cut.winners == (order[0], order[1], order[2], order[4], order[5])
    assert list(found.passed_over) == [order[3]]


def test_an_extension_round_adds_to_the_first_whoever_had_not_voted():
    first = Count({"a": 30, "b": 20}, 40, invalid=1, electors=60)
    second = Count({"a": 2, "b": 9}, 10, abstentions=1, electors=60)
    assert extended(first, second) == Count({"a": 32, "b": 29}, 50, invalid=1, abstentions=1, electors=60)


def test_more_ballots_in_both_rounds_than_electors_and_other_entries_are_refused():
    first = Count({"a": 3}, 3, electors=4)
    with pytest.raises(ValueError, match="voted in both rounds"):
        extended(first, Count({"a": 2}, 2, electors=4))
    with pytest.raises(ValueError, match="not on the same entries"):
        extended(first, Count({"b": 1}, 1, electors=4))
