"""Ballots kept small: what can't be one is refused by name, and the last mark that ranks still does."""

from fractions import Fraction

import pytest

from evalflow.tally.profile import MAX_MARK, UNRANKED, Profile, first_preferences, profile_of


def test_an_entry_that_is_not_on_offer_is_named():
    with pytest.raises(ValueError, match=r"^not on offer: \['x', 'y'\]$"):
        profile_of("ab", [({"a": 1, "y": 2, "x": 3}, 1)], left_out=UNRANKED)


def test_fewer_than_no_ballots_are_refused_and_none_are_not():
    with pytest.raises(ValueError, match=r"^-1 ballots can't have been cast$"):
        profile_of("ab", [({"a": 1}, -1)], left_out=UNRANKED)
    assert profile_of("ab", [({"a": 1}, 0)], left_out=UNRANKED).ballots == 0


def test_the_last_rank_there_is_is_a_preference_and_what_follows_it_is_none():
    assert (MAX_MARK, UNRANKED) == (253, 254)
    ballots = Profile(("a", "b"), (bytes([253, 254]), bytes([254, 254]), bytes([254, 255])), (2, 3, 4))
    assert first_preferences(ballots) == {"a": Fraction(2), "b": Fraction(0)}


def test_a_ballot_that_does_not_fit_the_entries_or_has_no_number_is_refused():
    with pytest.raises(ValueError, match="zip"):
        first_preferences(Profile(("a", "b"), (bytes([1]),), (1,)))
    with pytest.raises(ValueError, match="zip"):
        first_preferences(Profile(("a",), (bytes([1]),), ()))
