"""Ballots on their side say what they say one by one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.tally.planes import planes, together
from evalflow.tally.preferences import definite, preferences
from evalflow.tally.profile import MAX_MARK, NO_OPINION, UNRANKED, Profile

ENTRIES = "abcde"
marks = st.sampled_from([0, 1, 2, 3, 4, 5, 6, 29, 30, MAX_MARK, UNRANKED, NO_OPINION])
low_marks = st.sampled_from([1, 2, 3, UNRANKED, NO_OPINION])
times = st.sampled_from([0, 1, 2, 3, 300])


@st.composite
def profiles(draw):
    size = draw(st.integers(1, 5))
    row = st.lists(draw(st.sampled_from([marks, low_marks])), min_size=size, max_size=size).map(bytes)
    ballots = draw(st.lists(st.tuples(row, times), max_size=20))
    return Profile(tuple(ENTRIES[:size]), tuple(row for row, _ in ballots), tuple(number for _, number in ballots))


def in_order(profile):
    """The ballots as they lie side by side: those cast most often first, those nobody cast not at all."""
    ballots = zip(profile.rows, profile.times, strict=True)
    return [(row, number) for row, number in sorted(ballots, key=lambda one: -one[1]) if number]


def places(ballots):
    return [place for place in range(ballots.bit_length()) if ballots >> place & 1]


def for_all(*strategies):
    return lambda test: settings(max_examples=150, deadline=None)(given(*strategies)(test))


@for_all(profiles())
def test_a_set_of_ballots_was_cast_as_often_as_all_in_it(profile):
    ballots, found = in_order(profile), planes(profile)
    assert found.votes((1 << len(ballots)) - 1) == sum(profile.times)
    assert [found.votes(1 << place) for place in range(len(ballots))] == [number for _, number in ballots]


@for_all(profiles())
def test_every_mark_stands_on_the_ballots_that_give_it(profile):
    ballots, found = in_order(profile), planes(profile)
    assert list(found.marks) == sorted({mark for row, _ in ballots for mark in row if mark <= MAX_MARK})
    for entry in range(len(profile.entries)):
        for mark in (*found.marks, UNRANKED):
            given_by = [place for place, (row, _) in enumerate(ballots) if row[entry] == mark]
            assert places(found.marked(entry, mark)) == given_by
        assert places(found.heard(entry)) == [n for n, (row, _) in enumerate(ballots) if row[entry] != NO_OPINION]


@for_all(profiles())
def test_two_entries_are_compared_on_the_ballots_that_have_an_opinion_of_both(profile):
    ballots, found = in_order(profile), planes(profile)
    for entry in range(len(profile.entries)):
        for other in range(entry):
            both = [(n, row[entry], row[other]) for n, (row, _) in enumerate(ballots)]
            heard = [(n, one, another) for n, one, another in both if NO_OPINION not in (one, another)]
            above, below = found.compared(entry, other)
            assert places(above) == [n for n, one, another in heard if one < another]
            assert places(below) == [n for n, one, another in heard if one > another]


@for_all(profiles())
def test_foremost_is_whoever_has_the_best_mark_of_those_a_ballot_stands_for(profile):
    ballots, found = in_order(profile), planes(profile)
    ranked = {
        entry: together(1 << n for n, (row, _) in enumerate(ballots) if row[entry] <= MAX_MARK)
        for entry in range(len(profile.entries))
    }
    best = [min(row) for row, _ in ballots]
    assert {entry: places(first) for entry, first in found.foremost(ranked).items()} == {
        entry: [n for n, (row, _) in enumerate(ballots) if row[entry] == best[n] <= MAX_MARK] for entry in ranked
    }


@for_all(profiles())
def test_all_papers_at_once_are_read_as_one_by_one(profile):
    ballots, ranked = in_order(profile), definite(planes(profile))
    for place, (row, number) in enumerate(ballots):
        orders, _ = preferences(Profile(profile.entries, (row,), (number,)))
        reached = {entry for entry, papers in enumerate(ranked) if papers >> place & 1}
        assert reached == {*b"".join(orders)}


@pytest.mark.parametrize("size", [1, 5, 6, 13, 14, 62, 253, 300])
def test_as_many_entries_as_you_like_are_told_apart(size):
    worst_first = bytes(max(1, min(size, MAX_MARK) - entry) for entry in range(size))
    entries = tuple(f"e{number:03d}" for number in range(size))
    found = planes(Profile(entries, (worst_first, worst_first[::-1]), (1, 2)))
    for entry in range(size - 1):
        level = worst_first[entry] == worst_first[entry + 1]
        assert found.compared(entry, entry + 1)[1] == (0 if level else 2)


def test_a_profile_of_nobody_or_nothing_is_empty():
    assert planes(Profile(())).digits == ()
    assert planes(Profile(("a",), (b"\1",), (0,))) == planes(Profile(("a",)))
    assert planes(Profile(("a",))).foremost({0: 0}) == {0: 0}


@pytest.mark.parametrize("times", [(1, 1), (1, -1), (1,)])
def test_ballots_that_fit_neither_entries_nor_times_are_refused(times):
    rows = (b"\1", b"\1\2") if times == (1, 1) else (b"\1", b"\1")
    with pytest.raises(ValueError, match=r"every row needs|shorter"):
        planes(Profile(("a",), rows, times))
