"""The period of a notice as it is stated."""

from datetime import date, datetime

import pytest

from evalflow.seasons.workdays import published
from evalflow.stages.notice.period import Period, period_of


def period(opened: str, closes: str) -> Period:
    """Of two moments in China."""
    first, last = (datetime.fromisoformat(f"{moment}+08:00") for moment in (opened, closes))
    return period_of(first, last, is_working=published)


def test_five_working_days_from_the_day_after_the_opening_on() -> None:
    found = period("2026-06-21 09:00", "2026-06-27 00:00")
    assert found == Period(date(2026, 6, 22), date(2026, 6, 26), 5)


def test_a_holiday_is_not_counted_and_a_make_up_sunday_is() -> None:
    """In 2026 the days 1 to 7 October are holidays; 20 September and 10 October are working days."""
    found = period("2026-09-29 09:00", "2026-10-11 00:00")
    assert found == Period(date(2026, 9, 30), date(2026, 10, 10), 4)


def test_closing_at_a_time_of_day_belongs_to_that_day() -> None:
    assert period("2026-06-22 09:00", "2026-06-24 12:00").last == date(2026, 6, 24)


def test_a_notice_without_a_working_day_is_counted_from_its_opening() -> None:
    assert period("2026-06-19 09:00", "2026-06-20 00:00") == Period(date(2026, 6, 19), date(2026, 6, 19), 0)


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (date(2026, 6, 22), date(2026, 6, 26), "22 June 2026 to 26 June 2026, 5 working days in all"),
        (date(2026, 12, 29), date(2027, 1, 5), "29 December 2026 to 5 January 2027, 5 working days in all"),
    ],
)
def test_it_is_told_in_words(first: date, last: date, told: str) -> None:
    assert Period(first, last, 5).to("en") == told
