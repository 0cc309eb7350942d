"""How values are written on pages."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from evalflow.i18n import Text
from evalflow.web import text

MORNING = datetime(2026, 7, 1, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai


@pytest.fixture(params=["zh_Hans", "en"])
def locale(app, request):
    with app.test_request_context(headers={"Cookie": f"locale={request.param}"}):
        yield request.param


def test_moments_and_days_are_written_as_offices_write_them(locale):
    expected = {
        "zh_Hans": ("2026年7月1日 09:30", "2026年7月1日", "2026年7月2日", "–"),
        "en": ("1 July 2026, 09:30", "1 July 2026", "2 July 2026", "–"),
    }
    late = datetime(2026, 7, 1, 16, tzinfo=UTC)  # past midnight in Shanghai
    assert (text.moment(MORNING), text.day(date(2026, 7, 1)), text.day(late), text.day(None)) == expected[locale]


def test_a_bilingual_text_is_told_in_the_pages_language(locale):
    assert text.text(Text("品牌", "brand")) == {"zh_Hans": "品牌", "en": "brand"}[locale]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Fraction(2, 3), "0.67"),
        (Decimal("87.50"), "87.5"),
        (Decimal("0.005"), "0.01"),
        (Fraction(-1, 3), "−0.33"),
        (Fraction(-1, 1000), "0"),
        (1234567, "1,234,567"),
        (100, "100"),
        (0, "0"),
        (None, "–"),
    ],
)
def test_numbers_are_rounded_half_up_without_trailing_zeros(value, written):
    assert text.number(value) == written


def test_numbers_may_have_more_places_and_none():
    assert (text.number("1/8", 3), text.number(Fraction(5, 2), 0)) == ("0.125", "3")
