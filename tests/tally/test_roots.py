"""Roots and logarithms, against what whole-number arithmetic knows for certain."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.tally.roots import DECIMALS, geometric, geometric_mean, natural_log

few = settings(max_examples=60, deadline=None)
points = st.fractions(min_value=0, max_value=100, max_denominator=30)


@few
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=5))
def test_a_root_that_is_a_whole_number_is_exact(factors):
    product = 1
    for factor in factors:
        product *= factor
    assert geometric_mean([product ** len(factors), *[1] * (len(factors) - 1)]) == product


@few
@given(st.lists(points, min_size=1, max_size=4))
def test_a_geometric_mean_is_off_by_less_than_half_a_unit_of_its_last_decimal(values):
    half, mean, product = Fraction(1, 2 * 10**DECIMALS), geometric_mean(values), Fraction(1)
    for value in values:
        product *= value
    assert max(mean - half, Fraction(0)) ** len(values) <= product < (mean + half) ** len(values)


@few
@given(st.lists(points, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_the_values_does_not_matter(values, chance):
    assert geometric_mean(chance.sample(values, len(values))) == geometric_mean(values)


def test_a_value_below_0_counts_as_0_and_a_missing_one_leaves_the_entry_out():
    columns = [{"a": Fraction(-1), "b": Fraction(2), "c": Fraction(3)}, {"a": Fraction(9), "b": Fraction(8)}]
    assert geometric(columns) == {"a": 0, "b": 4, "c": None}


@pytest.mark.parametrize("values", [[], [4, -1]])
def test_no_values_and_values_below_0_have_no_geometric_mean(values):
    with pytest.raises(ValueError, match="geometric mean"):
        geometric_mean(values)


def test_a_logarithm_has_sixty_digits():
    published = Decimal("0.693147180559945309417232121458176568075500134360255254120680009")  # OEIS A002162
    assert abs(natural_log(2) - Fraction(published)) < Fraction(1, 10**60)


@few
@given(st.fractions(min_value=Fraction(1, 50), max_value=10**6, max_denominator=50))
def test_the_logarithm_of_the_inverse_is_the_negative(value):
    assert abs(natural_log(value) + natural_log(1 / value)) < Fraction(1, 10**57)


@pytest.mark.parametrize("value", [0, -2])
def test_nothing_below_or_at_0_has_a_logarithm(value):
    with pytest.raises(ValueError, match="no logarithm"):
        natural_log(value)
