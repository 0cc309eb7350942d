from decimal import Decimal
from fractions import Fraction

import pytest

from evalflow.tally.rounding import RoundingRule, round_half_up


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (Fraction(1, 3), 2, "0.33"),
        (Fraction(5, 1000), 2, "0.01"),
        (Fraction(-5, 1000), 2, "-0.01"),
        (Fraction(-4, 1000), 2, "0.00"),
        (Fraction(0), 2, "0.00"),
        (Fraction(5, 2), 0, "3"),
        (Fraction(-5, 2), 0, "-3"),
    ],
)
def test_a_half_goes_away_from_zero_and_nothing_is_never_below_it(value, decimals, shown):
    assert str(round_half_up(value, decimals)) == shown


def test_a_negative_number_of_decimals_is_refused():
    with pytest.raises(ValueError, match="-1 decimals"):
        round_half_up(Fraction(1), -1)


def test_two_decimals_are_shown_and_exact_scores_compared_unless_said_otherwise():
    rule, value = RoundingRule(), Fraction(2, 3)
    assert (rule.to_show(value), rule.to_rank(value)) == (Decimal("0.67"), value)
