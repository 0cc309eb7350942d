"""At most so many winners of one group: who is passed over, who moves up, and what stays a tie."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.tally.capping import CappedCut, cut_with_cap
from evalflow.tally.ranking import Cut, cut, rank


def ranked(**scores):
    return rank({entry: None if score is None else Fraction(score) for entry, score in scores.items()})


def for_all(*strategies):
    return lambda test: settings(max_examples=150, deadline=None)(given(*strategies)(test))


entries = st.sampled_from("abcdefgh")
orders = st.dictionaries(entries, st.none() | st.integers(0, 4).map(Fraction)).map(rank)
groupings = st.dictionaries(entries, st.sampled_from("xyz"))


def test_the_next_of_another_group_moves_up():
    places = ranked(a=9, b=8, c=7, d=6, e=5)
    assert cut_with_cap(places, 3, {"a": "x", "b": "x", "c": "x", "d": "y", "e": "y"}, 2) == CappedCut(
        Cut(("a", "b", "d"), (), 0, ("c", "e")), ("c",)
    )


def test_nobody_is_passed_over_once_all_seats_are_taken():
    places = ranked(a=9, b=8, c=7)
    assert cut_with_cap(places, 1, {"a": "x", "b": "x"}, 1).passed_over == ()


def test_seats_stay_empty_where_only_full_groups_are_left():
    assert cut_with_cap(ranked(a=9, b=8), 2, {"a": "x", "b": "x"}, 1) == CappedCut(Cut(("a",), (), 1, ("b",)), ("b",))


def test_a_tie_within_a_group_is_not_broken_and_those_below_get_the_seats_it_can_not_take():
    places = ranked(a=9, b=9, c=8, d=7, e=6)
    assert cut_with_cap(places, 3, {"a": "x", "b": "x", "c": "x"}, 1) == CappedCut(
        Cut(("d", "e"), ("a", "b"), 1, ("c",)), ("c",)
    )


def test_a_tie_for_the_one_place_that_a_group_has_left_takes_one_seat_beside_those_without_a_group():
    places = ranked(a=9, b=8, c=8, d=8, e=7)
    assert cut_with_cap(places, 3, {"a": "x", "b": "x", "c": "x"}, 2) == CappedCut(
        Cut(("a", "d"), ("b", "c"), 1, ("e",)), ()
    )


def test_a_tie_across_the_line_leaves_out_who_has_no_room():
    places = ranked(a=9, b=8, c=8, d=8)
    assert cut_with_cap(places, 2, {"a": "x", "b": "x"}, 1) == CappedCut(Cut(("a",), ("c", "d"), 1, ("b",)), ("b",))


def test_the_unranked_are_below():
    assert cut_with_cap(ranked(a=9, b=None), 2, {}, 1).cut == Cut(("a",), (), 1, ("b",))


@pytest.mark.parametrize(("seats", "at_most"), [(-1, 1), (1, 0)])
def test_what_can_not_be_filled_is_refused(seats, at_most):
    with pytest.raises(ValueError, match="can't be filled"):
        cut_with_cap((), seats, {}, at_most)


@for_all(orders, st.integers(0, 6), groupings, st.integers(1, 3))
def test_no_group_ever_has_more_winners_than_the_cap(places, seats, groups, at_most):
    winners = cut_with_cap(places, seats, groups, at_most).cut.winners
    counts = Counter(groups[entry] for entry in winners if entry in groups)
    assert all(number <= at_most for number in counts.values())
    assert len(winners) <= seats


@for_all(orders, st.integers(0, 6), groupings)
def test_a_cap_that_binds_nobody_changes_nothing(places, seats, groups):
    assert cut_with_cap(places, seats, groups, 9) == CappedCut(cut(places, seats), ())


@for_all(orders, st.integers(0, 6), groupings, st.integers(1, 3))
def test_who_is_passed_over_stands_behind_a_full_group(places, seats, groups, at_most):
    found = cut_with_cap(places, seats, groups, at_most)
    above = [*found.cut.winners, *found.cut.tied]
    at = {place.entry: place.place for place in places}
    for entry in found.passed_over:
        ahead = [one for one in above if groups.get(one) == groups[entry] and at[one] < at[entry]]
        assert len(ahead) >= at_most


@for_all(orders, st.integers(0, 6), groupings, st.integers(1, 3))
def test_everybody_is_above_tied_or_below(places, seats, groups, at_most):
    found = cut_with_cap(places, seats, groups, at_most).cut
    assert sorted([*found.winners, *found.tied, *found.below]) == sorted(place.entry for place in places)
