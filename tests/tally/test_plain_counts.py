"""Votes on names, by approval and plurality, and points, against a count that takes up ballot after ballot.

Each runs on some boxes in every build and on 100,000 in the long proofs.
"""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.tally.graded import Totals, score
from evalflow.tally.profile import NO_OPINION, Profile
from evalflow.tally.ranking import cut, rank
from evalflow.tally.voting import Count, approval

FEW, MANY = 100, 100_000
ENTRIES = ("a", "b", "c", "d", "e")
STRANGE = "x"
MAXIMUM = 5


def boxes(choices):
    return st.lists(st.tuples(choices, st.integers(0, 4)), max_size=9)


names = boxes(st.frozensets(st.sampled_from([*ENTRIES, STRANGE])))
points = boxes(st.lists(st.sampled_from([*range(MAXIMUM + 1), NO_OPINION]), min_size=5, max_size=5).map(bytes))


def one_by_one(box, *, minimum, maximum):
    """A pile for each kind of ballot, and a stroke for each name on a valid one."""
    strokes, valid, invalid, abstained = dict.fromkeys(ENTRIES, 0), 0, 0, 0
    for chosen in (chosen for chosen, times in box for _ in range(times)):
        if len(chosen) == 0 and minimum == 0:
            abstained += 1
        elif STRANGE in chosen or len(chosen) < minimum or len(chosen) > maximum:
            invalid += 1
        else:
            valid += 1
            for entry in chosen:
                strokes[entry] += 1
    return Count(strokes, valid, invalid, abstained)


def approvals_are_those_of_a_count_ballot_by_ballot(chance):
    box, minimum, maximum = chance.draw(names), chance.draw(st.integers(0, 2)), chance.draw(st.integers(2, 5))
    counted = approval(box, ENTRIES, minimum=minimum, maximum=maximum)
    assert counted == one_by_one(box, minimum=minimum, maximum=maximum)


def a_plurality_goes_to_those_whom_nobody_has_more_strokes_than(chance):
    box = chance.draw(names)
    counted = approval(box, ENTRIES, minimum=1, maximum=1)
    expected = one_by_one(box, minimum=1, maximum=1)
    most = max(expected.votes.values())
    first = tuple(entry for entry in ENTRIES if expected.votes[entry] == most)
    line = cut(rank({entry: Fraction(votes) for entry, votes in counted.votes.items()}), 1)
    assert counted == expected
    assert (line.winners, line.tied) == ((first, ()) if len(first) == 1 else ((), first))


def points_add_up_ballot_by_ballot(chance):
    box = chance.draw(points)
    sums, givers = dict.fromkeys(ENTRIES, Fraction(0)), dict.fromkeys(ENTRIES, 0)
    for row in (row for row, times in box for _ in range(times)):
        for entry, mark in zip(ENTRIES, row, strict=True):
            if mark != NO_OPINION:
                sums[entry] += mark
                givers[entry] += 1
    profile = Profile(ENTRIES, tuple(row for row, _ in box), tuple(times for _, times in box))
    assert score(profile, maximum=MAXIMUM) == Totals(sums, givers)


COUNTS = (
    approvals_are_those_of_a_count_ballot_by_ballot,
    a_plurality_goes_to_those_whom_nobody_has_more_strokes_than,
    points_add_up_ballot_by_ballot,
)


def check(promise, boxes_tried):
    settings(max_examples=boxes_tried, deadline=None, database=None)(given(st.data())(promise))()


@pytest.mark.parametrize("promise", COUNTS, ids=lambda promise: promise.__name__)
def test_on_any_ballots(promise):
    check(promise, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("promise", COUNTS, ids=lambda promise: promise.__name__)
def test_on_very_many_ballots(promise):
    check(promise, MANY)
