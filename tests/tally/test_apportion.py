"""An amount divided by shares adds up to it exactly, whatever the shares are."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalflow.tally.apportion import parts

SHARES = st.lists(st.fractions(0, 100, max_denominator=1000), min_size=1, max_size=12).filter(any)


@given(st.integers(0, 10**12), SHARES)
def test_parts_add_up_and_none_is_a_unit_away_from_its_quota(total: int, shares: list[Fraction]) -> None:
    found = parts(total, shares)
    quotas = [total * share / sum(shares) for share in shares]
    assert sum(found) == total
    assert [part for part, quota in zip(found, quotas, strict=True) if abs(part - quota) >= 1] == []


@given(st.integers(0, 10**12), SHARES)
def test_a_larger_share_never_has_less_and_of_equal_ones_the_first_has_no_less(
    total: int, shares: list[Fraction]
) -> None:
    ordered = sorted(zip(shares, range(0, -len(shares), -1), parts(total, shares), strict=True))
    assert [part for *_, part in ordered] == sorted(part for *_, part in ordered)


@given(st.integers(0, 10**12), SHARES, st.integers(1, 50))
def test_only_the_proportion_of_shares_matters(total: int, shares: list[Fraction], factor: int) -> None:
    assert parts(total, shares) == parts(total, [share * factor for share in shares])


def test_among_equal_remainders_the_share_stated_first_has_the_cent() -> None:
    assert parts(10, [25, 25, 25, 25]) == (3, 3, 2, 2)
    assert parts(100000, [Fraction(100, 3)] * 3) == (33334, 33333, 33333)


@pytest.mark.parametrize(("total", "shares"), [(-1, [1]), (10, []), (10, [0, 0]), (10, [2, -1])])
def test_what_can_not_be_divided_is_refused(total: int, shares: list[int]) -> None:
    with pytest.raises(ValueError, match="can't be divided"):
        parts(total, shares)


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError):
        parts(10, [0.5])  # type: ignore[list-item]
