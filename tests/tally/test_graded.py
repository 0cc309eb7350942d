"""Marks that are worth points: what nobody may change by naming, ordering or splitting ballots."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalflow.tally.graded import cumulative, grades, positional, score
from evalflow.tally.profile import NO_OPINION, UNRANKED, Profile, profile_of

ENTRIES = ("a", "b", "c")
marks = st.dictionaries(st.sampled_from(ENTRIES), st.integers(0, 5))
boxes = st.lists(st.tuples(marks, st.integers(0, 4)), max_size=10)


def scored(box, entries=ENTRIES):
    return score(profile_of(entries, box, left_out=NO_OPINION), maximum=5)


@given(boxes)
def test_sums_and_givers_are_those_of_a_plain_loop(box):
    sums, givers = Counter(), Counter()
    for ballot, times in box:
        for entry, mark in ballot.items():
            sums[entry] += mark * times
            givers[entry] += times
    found = scored(box)
    assert (dict(found.sums), dict(found.givers)) == (
        {entry: sums[entry] for entry in ENTRIES},
        {entry: givers[entry] for entry in ENTRIES},
    )
    assert all(type(points) is Fraction for points in found.sums.values())


@given(boxes, st.permutations(ENTRIES))
def test_renaming_the_entries_renames_the_sums(box, names):
    new = dict(zip(ENTRIES, names, strict=True))
    renamed = [({new[entry]: mark for entry, mark in ballot.items()}, times) for ballot, times in box]
    assert {new[entry]: points for entry, points in scored(box).sums.items()} == scored(renamed).sums


@given(boxes, st.randoms(use_true_random=False))
def test_neither_the_order_of_ballots_nor_their_splitting_matters(box, chance):
    single = [(ballot, 1) for ballot, times in box for _ in range(times)]
    chance.shuffle(single)
    assert scored(single) == scored(box)


@given(boxes, marks, st.sampled_from(ENTRIES))
def test_a_higher_mark_never_lowers_an_entry(box, ballot, entry):
    lower, higher = {**ballot, entry: 2}, {**ballot, entry: 4}
    before, after = scored([*box, (lower, 1)]).sums, scored([*box, (higher, 1)]).sums
    assert after == {**before, entry: before[entry] + 2}


def test_no_opinion_is_not_a_nought():
    found = scored([({"a": 0, "b": 5}, 2), ({"b": 1}, 1)])
    assert (found.sums, found.givers) == ({"a": 0, "b": 11, "c": 0}, {"a": 2, "b": 3, "c": 0})


def test_without_ballots_everybody_has_nothing():
    assert scored([]).sums == dict.fromkeys(ENTRIES, 0)


@pytest.mark.parametrize(
    ("count", "row", "told"),
    [
        (lambda profile: score(profile, maximum=5), bytes([6, 0]), "a mark of 6 is worth nothing"),
        (lambda profile: grades(profile, worth=[100, 60]), bytes([0, 2]), "a mark of 2 is worth nothing"),
        (lambda profile: cumulative(profile, budget=5), bytes([3, 3]), "hands out more than 5"),
        (lambda profile: positional(profile, points=[3, 2]), bytes([1, 3]), "a mark of 3 is worth nothing"),
        (lambda profile: positional(profile, points=[3, 2]), bytes([1, 1]), "two entries have one rank"),
    ],
)
def test_marks_that_can_not_be_are_refused(count, row, told):
    with pytest.raises(ValueError, match=told):
        count(Profile(("a", "b"), (row,), (1,)))


def test_a_budget_may_be_kept_back_and_unranked_entries_get_nothing():
    assert cumulative(Profile(("a", "b"), (bytes([5, 0]), bytes([1, 0])), (1, 2)), budget=5).sums == {"a": 7, "b": 0}
    ranked = Profile(("a", "b", "c"), (bytes([2, 1, UNRANKED]),), (4,))
    assert positional(ranked, points=[3, 2, 1]).sums == {"a": 8, "b": 12, "c": 0}


def test_grades_very_good_100_good_80_fair_60_poor_40():
    profile = Profile(("a", "b"), (bytes([0, 3]), bytes([1, 2])), (1, 3))
    assert grades(profile, worth=[100, 80, 60, 40]).sums == {"a": 340, "b": 220}
