from fractions import Fraction

from evalflow.tally.ranking import break_ties, rank
from evalflow.tally.ties import TIE_LINKS, count_of_marks, earlier_number, number_of_givers

SHEETS = {"se": {"x": 12, "y": 10, "z": 0}, "fr": {"x": 10, "z": 12}, "it": {"y": 12, "x": 8, "z": 2}, "at": {}}


def test_a_giver_is_who_gave_more_than_nothing():
    assert number_of_givers(SHEETS) == {"se": 2, "fr": 2, "it": 3, "at": 0}


def test_marks_are_counted_from_the_highest_down():
    assert count_of_marks(SHEETS) == {"se": (1, 1, 0, 0), "fr": (1, 1, 0, 0), "it": (1, 0, 1, 1), "at": (0, 0, 0, 0)}


def test_more_twelves_beat_more_tens():
    sheets = {"a": {"x": 12, "y": 1, "z": 1}, "b": {"x": 10, "y": 2, "z": 2}}
    after = break_ties(rank({"a": Fraction(14), "b": Fraction(14)}), [("marks", count_of_marks(sheets))])
    assert ([place.entry for place in after.places], after.decided_by("a", "b")) == (["a", "b"], "marks")


def test_the_earlier_number_wins():
    after = break_ties(rank({"a": Fraction(1), "b": Fraction(1)}), [("number", earlier_number({"a": 7, "b": 3}))])
    assert [place.entry for place in after.places] == ["b", "a"]


def test_links_over_nothing_give_nothing():
    assert {name: link({}) for name, link in TIE_LINKS.items()} == dict.fromkeys(TIE_LINKS, {})


def test_the_smallest_mark_above_nothing_is_a_mark_and_a_deduction_is_none():
    sheets = {"a": {"x": 1, "y": Fraction(1, 2), "z": -1}, "b": {"x": 0, "y": -2}}
    assert number_of_givers(sheets) == {"a": 2, "b": 0}
    assert count_of_marks(sheets) == {"a": (1, 1), "b": (0, 0)}
