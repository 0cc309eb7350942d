"""Money runs out by votes: what fits, what is skipped, and where equal votes leave it open."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalflow.tally.budget import Funded, greedy

VOTES = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 4))


def test_what_no_longer_fits_is_skipped_and_the_next_that_fits_is_not():
    found = greedy({"a": 9, "b": 8, "c": 5, "d": 4}, {"a": 60, "b": 50, "c": 50, "d": 40}, 100)
    assert found == Funded(("a", "d"), ("b", "c"), Fraction(0))


@pytest.mark.parametrize(
    ("budget", "found"),
    [
        (100, Funded(("a", "b", "c"), ("d",), Fraction(10))),
        (70, Funded(("a",), (), Fraction(40), ("b", "c"), ("d",))),
        (41, Funded(("a", "d"), ("b", "c"), Fraction(0))),
    ],
)
def test_equal_votes_are_a_tie_only_where_some_of_them_fit(budget, found):
    assert greedy({"a": 9, "b": 8, "c": 8, "d": 1}, {"a": 30, "b": 30, "c": 30, "d": 11}, budget) == found


def test_of_equal_votes_those_who_cost_more_than_is_left_have_no_part_in_the_tie():
    costs = {"a": 60, "b": 60, "c": 150, "d": 10}
    assert greedy({"a": 9, "b": 9, "c": 9, "d": 1}, costs, 100) == Funded((), ("c",), Fraction(100), ("a", "b"), ("d",))


def test_a_tie_after_some_were_skipped_leaves_open_what_comes_behind_it():
    votes = {"z": 9, "y": 8, "d": 7, "c": 7, "b": 2, "a": 1}
    costs = {"z": 200, "y": 50, "d": 40, "c": 40, "b": 1, "a": 1}
    assert greedy(votes, costs, 100) == Funded(("y",), ("z",), Fraction(50), ("c", "d"), ("b", "a"))


@pytest.mark.parametrize(
    ("seats", "found"),
    [
        (0, Funded((), (), Fraction(100), undecided=("a", "b", "c", "d"))),
        (1, Funded(("a",), (), Fraction(70), undecided=("b", "c", "d"))),
        (2, Funded(("a",), (), Fraction(70), ("b", "c"), ("d",))),
        (3, Funded(("a", "b", "c"), (), Fraction(10), undecided=("d",))),
    ],
)
def test_no_more_are_chosen_than_there_are_seats_and_equal_votes_for_the_last_tie(seats, found):
    costs = {"a": 30, "b": 30, "c": 30, "d": 1}
    assert greedy({"a": 9, "b": 8, "c": 8, "d": 1}, costs, 100, seats=seats) == found


def test_the_most_voted_for_goes_first_whatever_it_is_called():
    assert greedy({"a": 1, "b": 9}, {"a": 60, "b": 60}, 100) == Funded(("b",), ("a",), Fraction(40))


@given(VOTES, st.lists(st.integers(0, 50), min_size=6, max_size=6), st.integers(0, 120))
def test_nothing_is_spent_twice_and_everybody_is_somewhere(votes, costs, budget):
    cost = dict(zip("abcdef", costs, strict=True))
    found = greedy(votes, cost, budget)
    assert found.left == budget - sum(cost[entry] for entry in found.chosen) >= 0
    assert sorted([*found.chosen, *found.skipped, *found.tied, *found.undecided]) == sorted(votes)


@pytest.mark.parametrize(("costs", "budget"), [({}, 1), ({"a": -1}, 1), ({"a": 1}, -1)])
def test_a_cost_or_a_budget_that_can_not_be_is_refused(costs, budget):
    with pytest.raises(ValueError, match="0 or more"):
        greedy({"a": 1}, costs, budget)
