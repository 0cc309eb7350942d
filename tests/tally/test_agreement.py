"""Agreement among raters against published examples, and what it may not depend on."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalflow.tally.agreement import kendall_w, krippendorff_alpha
from evalflow.tally.rounding import round_half_up

# Krippendorff (2011), section E: four observers, twelve units, missing values.
ROWS = {
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}
PUBLISHED = {
    f"u{number}": {rater: int(marks[number]) for rater, row in ROWS.items() if (marks := row.split())[number] != "."}
    for number in range(12)
}
marks = st.dictionaries(
    st.sampled_from("abcdef"), st.dictionaries(st.sampled_from("xyz"), st.integers(0, 9), min_size=1), max_size=6
)


@pytest.mark.parametrize(
    ("metric", "alpha"), [("nominal", "0.743"), ("ordinal", "0.815"), ("interval", "0.849"), ("ratio", "0.797")]
)
def test_alpha_of_krippendorff_s_own_example(metric, alpha):
    found = krippendorff_alpha(PUBLISHED, metric)
    assert found is not None
    assert str(round_half_up(found, 3)) == alpha


def test_kendall_s_w_by_its_textbook_formula_with_ties():
    """m = 3 raters, n = 4 entries, one pair tied: W = 12 S / (m² (n³ - n) - m (t³ - t))."""
    sheets = {
        "a": {"x": 1, "y": 1, "z": 1},
        "b": {"x": 1, "y": 2, "z": 3},
        "c": {"x": 3, "y": 3, "z": 4},
        "d": {"x": 4, "y": 4, "z": 2},
    }
    ranks = {"a": [Fraction(3, 2), 1, 1], "b": [Fraction(3, 2), 2, 3], "c": [3, 3, 4], "d": [4, 4, 2]}
    squares = sum((sum(of) - Fraction(15, 2)) ** 2 for of in ranks.values())
    assert kendall_w(sheets) == 12 * squares / (9 * (64 - 4) - 3 * (8 - 2))


def test_opposite_orders_cancel_out():
    assert kendall_w({"a": {"x": 1, "y": 3}, "b": {"x": 2, "y": 2}, "c": {"x": 3, "y": 1}}) == 0


@pytest.mark.parametrize("sheets", [{}, {"a": {"x": 5}}, {"a": {"x": 5, "y": 5}, "b": {"x": 5, "y": 5}}])
def test_nothing_to_compare_is_no_figure(sheets):
    assert (kendall_w(sheets), krippendorff_alpha(sheets)) == (None, None)


def test_one_rater_who_tells_entries_apart_agrees_with_nobody():
    assert kendall_w({"a": {"x": 1, "y": 5}, "b": {"x": 2, "y": 5}}) is None


@given(marks)
def test_w_lies_from_0_to_1_and_alpha_is_never_above_1(sheets):
    w, alpha = kendall_w(sheets), krippendorff_alpha(sheets)
    assert w is None or 0 <= w <= 1
    assert alpha is None or alpha <= 1


@given(marks, st.permutations("xyz"), st.permutations("abcdef"))
def test_names_do_not_matter(sheets, raters, entries):
    new_rater, new_entry = dict(zip("xyz", raters, strict=True)), dict(zip("abcdef", entries, strict=True))
    renamed = {new_entry[e]: {new_rater[r]: mark for r, mark in of.items()} for e, of in sheets.items()}
    assert (kendall_w(renamed), krippendorff_alpha(renamed)) == (kendall_w(sheets), krippendorff_alpha(sheets))


@given(marks, st.integers(1, 5), st.integers(0, 20))
def test_w_looks_at_order_only_and_interval_alpha_at_differences_only(sheets, stretch, shift):
    moved = {e: {r: stretch * mark + shift for r, mark in of.items()} for e, of in sheets.items()}
    assert (kendall_w(moved), krippendorff_alpha(moved)) == (kendall_w(sheets), krippendorff_alpha(sheets))
