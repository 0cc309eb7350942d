from fractions import Fraction

import pytest

from evalflow.tally.ranking import rank
from evalflow.tally.tiers import Straddle, Tier, Tiering, assign


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
