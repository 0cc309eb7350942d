from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.tally.ranking import Place, rank
from evalflow.tally.tiers import Straddle, Tier, Tiering, assign, seats_of_shares, together


def ranked(**scores):
    return rank({entry: None if score is None else Fraction(score) for entry, score in scores.items()})


def test_places_are_filled_from_the_best_tier_down():
    tiers = [Tier("first", 1), Tier("second", 2)]
    assert assign(ranked(a=9, b=8, c=7, d=6, e=None), tiers) == Tiering(
        members={"first": ("a",), "second": ("b", "c")},
        empty={"first": 0, "second": 0},
        undecided=(),
        outside=("d", "e"),
    )


def test_places_stay_empty_where_nobody_reaches_the_score():
    tiers = [Tier("first", 2, 90), Tier("second", 2, 80)]
    assert assign(ranked(a=95, b=85, c=70), tiers) == Tiering(
        members={"first": ("a",), "second": ("b",)}, empty={"first": 1, "second": 1}, undecided=(), outside=("c",)
    )


def test_bands_without_seats_take_everybody_who_reaches_them():
    bands = [Tier("red_flag", at_least=90), Tier("model", at_least=80), Tier("standard", at_least=60)]
    assert assign(ranked(a=95, b=90, c=90, d=80, e=79, f=59), bands) == Tiering(
        members={"red_flag": ("a", "b", "c"), "model": ("d",), "standard": ("e",)},
        empty={},
        undecided=(),
        outside=("f",),
    )


def test_a_tie_across_a_line_is_undecided_and_keeps_its_seats():
    tiers = [Tier("first", 1), Tier("second", 2)]
    assert assign(ranked(a=9, b=9, c=8, d=8), tiers) == Tiering(
        members={"first": (), "second": ()},
        empty={"first": 0, "second": 0},
        undecided=(Straddle(("a", "b"), ("first", "second")), Straddle(("c", "d"), ("second", ""))),
        outside=(),
    )


def test_without_entries_every_place_stays_empty():
    assert assign((), [Tier("first", 3)]) == Tiering({"first": ()}, {"first": 3}, (), ())


@pytest.mark.parametrize(
    "tiers", [[Tier("first"), Tier("first")], [Tier("first", -1)], [Tier("first", 1, 80), Tier("second", 1, 90)]]
)
def test_tiers_that_can_not_be_meant_are_refused(tiers):
    with pytest.raises(ValueError, match="tier"):
        assign((), tiers)


def test_a_place_that_nobody_has_takes_the_seat_it_would_have_had():
    places = [Place("a", Fraction(9), 1), Place("c", Fraction(7), 3), Place("d", Fraction(6), 5)]
    assert assign(places, [Tier("first", 2), Tier("second", 2)]).members == {"first": ("a",), "second": ("c",)}


def test_nobody_is_in_a_better_tier_than_who_was_placed_before_him():
    moved = [Place("b", Fraction(85), 1), Place("a", Fraction(95), 2)]
    tiers = [Tier("first", 1, 90), Tier("second", 2, 80)]
    assert assign(moved, tiers).members == {"first": (), "second": ("b", "a")}


def test_places_without_scores_fill_tiers_that_take_none():
    places = [Place("a", None, 1), Place("b", None, 2), Place("c", None, None)]
    tiering = assign(places, [Tier("first", 1, 60), Tier("second", 2)])
    assert (tiering.members, tiering.outside) == ({"first": (), "second": ("a", "b")}, ("c",))


def test_half_of_the_field_gets_medals_in_the_ratio_of_one_to_two_to_three():
    assert seats_of_shares([Fraction(1, 12), Fraction(1, 6), Fraction(1, 4)], 24) == (2, 4, 6)
    assert seats_of_shares([Fraction(1, 12), Fraction(1, 6), Fraction(1, 4)], 23) == (1, 4, 6)
    assert seats_of_shares([Fraction(1, 3), Fraction(2, 3)], 0) == (0, 0)


@pytest.mark.parametrize("shares", [[0], [Fraction(-1, 2)], [Fraction(1, 2), Fraction(2, 3)]])
def test_shares_that_are_none_or_more_than_the_whole_are_refused(shares):
    with pytest.raises(ValueError, match="shares of a field"):
        seats_of_shares(shares, 10)


@st.composite
def fields(draw):
    scores = draw(st.dictionaries(st.sampled_from("abcdefghij"), st.none() | st.integers(0, 6).map(Fraction)))
    lines = sorted(draw(st.lists(st.none() | st.integers(0, 6), max_size=4)), key=lambda line: -(line or 0))
    seats = st.none() | st.integers(0, 4)
    return rank(scores), [Tier(str(number), draw(seats), line) for number, line in enumerate(lines)]


def for_all(strategy):
    return lambda test: settings(max_examples=100, deadline=None)(given(strategy)(test))


@for_all(fields())
def test_nobody_is_in_a_better_tier_than_someone_with_a_better_place(field):
    places, tiers = field
    found = together(assign(places, tiers))
    order = [int(found[place.entry]) for place in places if place.entry in found]
    assert order == sorted(order)


@for_all(fields())
def test_those_who_share_a_place_share_a_tier(field):
    places, tiers = field
    found = together(assign(places, tiers))
    by_place = {(place.place, found.get(place.entry, "")) for place in places if place.place is not None}
    assert len(by_place) == len({place for place, _ in by_place})


@for_all(fields())
def test_everybody_is_in_one_tier_undecided_or_outside_and_no_tier_has_more_than_its_seats(field):
    places, tiers = field
    tiering = assign(places, tiers)
    named = [entry for members in tiering.members.values() for entry in members] + list(tiering.outside)
    named += [entry for straddle in tiering.undecided for entry in straddle.entries]
    assert sorted(named) == sorted(place.entry for place in places)
    assert all(tier.seats is None or len(tiering.members[tier.name]) <= tier.seats for tier in tiers)
