from fractions import Fraction

import pytest

from evalflow.tally.points import VOTE_POINTS, approvals_over_electors, head_count_fair, rank_points
from evalflow.tally.voting import Count, approval, extended

ENTRIES = ["b1", "b2", "b3"]


def test_an_empty_ballot_abstains_where_none_need_be_chosen():
    counted = approval([(frozenset(), 4), (frozenset({"b1"}), 1)], ENTRIES, minimum=0, maximum=2, electors=9)
    assert counted == Count({"b1": 1, "b2": 0, "b3": 0}, valid=1, abstentions=4, electors=9)


def test_an_empty_ballot_is_invalid_where_one_must_be_chosen():
    assert approval([(frozenset(), 4)], ENTRIES, minimum=1, maximum=2) == Count(dict.fromkeys(ENTRIES, 0), 0, invalid=4)


@pytest.mark.parametrize("chosen", [{"b1"}, {"b1", "b2", "b3"}, {"b1", "unknown"}])
def test_a_ballot_outside_the_bounds_or_with_an_unknown_entry_gives_nobody_a_vote(chosen):
    counted = approval([(frozenset(chosen), 1)], ENTRIES, minimum=2, maximum=2)
    assert counted == Count(dict.fromkeys(ENTRIES, 0), valid=0, invalid=1)


def test_more_ballots_than_voters_make_the_vote_void():
    assert approval([(frozenset({"b1"}), 3)], ENTRIES, minimum=1, maximum=1, electors=2).is_void
    assert not approval([(frozenset({"b1"}), 2)], ENTRIES, minimum=1, maximum=1, electors=2).is_void


def test_bounds_the_wrong_way_round_and_negative_ballots_are_refused():
    with pytest.raises(ValueError, match="no ballot can name 3 to 2 entries"):
        approval([], ENTRIES, minimum=3, maximum=2)
    with pytest.raises(ValueError, match="-1 ballots"):
        approval([(frozenset({"b1"}), -1)], ENTRIES, minimum=1, maximum=1)


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("rank_points", {"b1": Fraction(100), "b2": Fraction(99), "b3": Fraction(98)}),
        ("share_of_votes", {"b1": Fraction(80), "b2": Fraction(15), "b3": Fraction(5)}),
        ("approvals_over_electors", {"b1": Fraction(64), "b2": Fraction(12), "b3": Fraction(4)}),
        ("share_of_maximum", {"b1": Fraction(100), "b2": Fraction(75, 4), "b3": Fraction(25, 4)}),
        ("given_points", {"b1": Fraction(16), "b2": Fraction(3), "b3": Fraction(1)}),
    ],
)
def test_the_same_votes_become_very_different_points(name, points):
    assert VOTE_POINTS[name](Count({"b1": 16, "b2": 3, "b3": 1}, valid=16, electors=25)) == points


@pytest.mark.parametrize("name", sorted(VOTE_POINTS.keys() - {"rank_points", "head_count_fair"}))
def test_without_a_single_vote_every_entry_has_zero_points(name):
    heads = {"b1": Fraction(9), "b2": Fraction(9)}
    assert VOTE_POINTS[name](Count({"b1": 0, "b2": 0}, valid=0, electors=0, top=5, heads=heads)) == {"b1": 0, "b2": 0}


@pytest.mark.parametrize("name", sorted(VOTE_POINTS))
def test_without_an_entry_there_are_no_points(name):
    assert VOTE_POINTS[name](Count({}, valid=0, electors=5, top=5, heads={})) == {}


def test_rank_points_share_the_better_place_and_never_fall_below_zero():
    assert rank_points(Count({"b1": 4, "b2": 4, "b3": 1}, valid=5)) == {"b1": 100, "b2": 100, "b3": 98}
    crowd = rank_points(Count({f"{n:03}": 200 - n for n in range(110)}, valid=200))
    assert [crowd[f"{n:03}"] for n in (0, 99, 100, 101, 109)] == [100, 1, 0, 0, 0]


@pytest.mark.parametrize("electors", [None, 2])
def test_approvals_over_electors_needs_a_roll_that_can_give_the_votes(electors):
    with pytest.raises(ValueError, match="electors"):
        approvals_over_electors(Count({"b1": 3}, valid=3, electors=electors))


@pytest.mark.parametrize("name", ["share_of_full_marks", "head_count_fair"])
def test_points_that_need_what_the_count_does_not_tell_are_refused(name):
    with pytest.raises(ValueError, match="give no points|not known"):
        VOTE_POINTS[name](Count({"b1": 3}, valid=3))


def test_an_order_given_by_the_method_is_what_rank_points_follow_and_whoever_it_leaves_out_has_none():
    count = Count({"b1": 1, "b2": 9, "b3": 5}, valid=9, places={"b1": 1, "b3": 2})
    assert rank_points(count) == {"b1": 100, "b3": 99}


def test_more_votes_than_twice_the_headcount_earn_no_more_and_rank_decides_the_other_half():
    heads = {"b1": Fraction(10), "b2": Fraction(10), "b3": Fraction(40)}
    count = Count({"b1": 20, "b2": 60, "b3": 20}, valid=60, heads=heads)
    assert head_count_fair(count) == {"b1": Fraction(199, 2), "b2": 100, "b3": 62}


def test_a_ballot_with_a_name_that_is_not_on_offer_is_invalid_and_no_abstention():
    found = approval([(frozenset({"x"}), 1), (frozenset({"a", "x"}), 2), (frozenset(), 4)], ["a"], minimum=0, maximum=2)
    assert (found.votes, found.invalid, found.abstentions) == ({"a": 0}, 3, 4)


def test_a_branch_without_a_headcount_has_reached_the_full_half():
    count = Count({"b1": 1, "b2": 3}, valid=4, heads={"b1": Fraction(1), "b2": Fraction(0)})
    assert head_count_fair(count) == {"b1": Fraction(149, 2), "b2": 100}


def test_invalid_ballots_and_abstentions_of_both_rounds_are_added_up():
    first = Count({"b1": 3}, valid=4, invalid=1, electors=20)
    second = Count({"b1": 1}, valid=2, invalid=2, abstentions=1, electors=20)
    assert extended(first, second) == Count({"b1": 4}, valid=6, invalid=3, abstentions=1, electors=20)
