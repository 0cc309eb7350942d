"""Bloc STAR against a plain recount of every seat, and the rules for ties one by one."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.tally.profile import NO_OPINION, Profile, profile_of
from evalflow.tally.star import Finalist, bloc_star, runoff

ENTRIES = ("a", "b", "c", "d")
ballots = st.dictionaries(st.sampled_from(ENTRIES), st.integers(0, 5))
boxes = st.lists(st.tuples(ballots, st.integers(1, 3)), min_size=1, max_size=9)


def counted(box, entries=ENTRIES):
    return bloc_star(profile_of(entries, box, left_out=0))


def naive(box, left):
    """The order by the rules said plainly, or up to the first tie."""
    if not left:
        return ()
    if len(left) == 1:
        return (tuple(left),)
    stars = {e: sum(times * ballot.get(e, 0) for ballot, times in box) for e in left}
    full = {e: sum(times for ballot, times in box if ballot.get(e, 0) == 5) for e in left}

    def above(one, other):
        return sum(times for ballot, times in box if ballot.get(one, 0) > ballot.get(other, 0))

    def key(entry):
        equals = [e for e in left if stars[e] == stars[entry] and e != entry]
        return stars[entry], sum(above(entry, e) > above(e, entry) for e in equals), full[entry]

    ranked = sorted(left, key=key, reverse=True)
    if len(ranked) > 2 and key(ranked[1]) == key(ranked[2]):
        return (tuple(sorted(left)),)
    first, second = ranked[:2]
    keys = [(above(x, y), stars[x], full[x]) for x, y in ((first, second), (second, first))]
    if keys[0] == keys[1]:
        return (tuple(sorted(left)),)
    winner = first if keys[0] > keys[1] else second
    return ((winner,), *naive(box, [e for e in left if e != winner]))


@given(boxes)
def test_every_seat_is_what_the_plain_rules_say(box):
    assert counted(box).order == naive(box, list(ENTRIES))


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None)
@given(boxes)
def test_every_seat_is_what_the_plain_rules_say_very_often(box):
    assert counted(box).order == naive(box, list(ENTRIES))


@given(boxes, st.permutations(ENTRIES))
def test_renaming_the_entries_renames_the_order(box, names):
    new = dict(zip(ENTRIES, names, strict=True))
    renamed = [({new[entry]: mark for entry, mark in ballot.items()}, times) for ballot, times in box]
    before = [sorted(new[entry] for entry in group) for group in counted(box).order]
    assert before == [sorted(group) for group in counted(renamed).order]


@given(boxes, st.randoms(use_true_random=False))
def test_neither_the_order_of_ballots_nor_their_splitting_matters(box, chance):
    single = [(ballot, 1) for ballot, times in box for _ in range(times)]
    chance.shuffle(single)
    assert counted(single) == counted(box)


def test_the_runoff_goes_to_whom_more_ballots_prefer_and_not_to_whoever_has_more_stars():
    box = [({"a": 5, "b": 4}, 3), ({"b": 5}, 2)]
    election = counted(box, ("a", "b"))
    assert election.order == (("a",), ("b",))
    assert election.steps[0] == {
        "finding": "seat",
        "stars": {"a": "15", "b": "22"},
        "finalists": ["b", "a"],
        "for": [2, 3],
        "winner": "a",
    }


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        ((50, 10, 0), (60, 9, 9), "first"),
        ((60, 9, 0), (50, 9, 9), "first"),
        ((50, 9, 1), (50, 9, 2), "second"),
        ((50, 9, 1), (50, 9, 1), None),
    ],
)
def test_an_even_runoff_goes_to_more_stars_then_to_more_full_marks(first, second, winner):
    one, other = (
        Finalist(name, Fraction(stars), preferred, full)
        for name, (stars, preferred, full) in (("first", first), ("second", second))
    )
    found = runoff(one, other)
    assert (found.entry if found else None) == winner


def test_a_tie_that_no_rule_parts_ends_the_count_and_says_who_is_level():
    election = counted([({"a": 5, "b": 3, "c": 3}, 1), ({"a": 5, "c": 3, "b": 3}, 1)], ("a", "b", "c"))
    assert (election.order, election.steps[0]["finding"], election.steps[0]["level"]) == (
        (("a", "b", "c"),),
        "tie",
        ["b", "c"],
    )


def test_of_three_with_equal_stars_the_two_that_win_more_comparisons_meet():
    box = [({"a": 5, "b": 0, "c": 2}, 1), ({"a": 1, "b": 2, "c": 3}, 1), ({"a": 1, "b": 5, "c": 2}, 1)]
    seat = counted(box, ("a", "b", "c")).steps[0]
    assert (seat["stars"], seat["finalists"], seat["winner"]) == ({"a": "7", "b": "7", "c": "7"}, ["c", "b"], "c")


def test_of_two_level_in_stars_and_comparisons_the_one_with_more_full_marks_meets_the_first():
    election = counted([({"a": 5, "b": 3, "c": 5}, 1), ({"a": 5, "b": 4, "c": 2}, 1)], ("a", "b", "c"))
    assert (election.steps[0]["stars"], election.steps[0]["finalists"]) == ({"a": "10", "b": "7", "c": "7"}, ["a", "c"])
    assert election.order == (("a",), ("c",), ("b",))


def test_an_entry_left_open_has_no_stars():
    open_and_nought = Profile(("a", "b"), (bytes([NO_OPINION, 1]), bytes([0, 1])), (1, 1))
    assert bloc_star(open_and_nought).order == (("b",), ("a",))


def test_without_ballots_all_are_tied_and_one_alone_is_first():
    assert counted([], ("a", "b")).order == (("a", "b"),)
    assert counted([], ("a",)).order == (("a",),)
