"""Moments of a definition as days and times: the grammar, the days of the year, working days over a long holiday."""

from collections.abc import Callable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalflow.seasons.workdays import published
from evalflow.workflow.when import GRAMMAR, Anchors, When, add_working_days, next_day, parse

ZONE = ZoneInfo("Asia/Shanghai")
ANCHORS = Anchors(start=date(2026, 3, 2), opening=date(2026, 4, 1), previous=date(2026, 3, 31))
NO_SUCH_DAY = "a day and time that exist"


def every_day(_day: date) -> bool:
    return True


def moment(text: str, *, end_of_day: bool = False, is_working: Callable[[date], bool] = every_day) -> datetime:
    return parse(text).moment(ANCHORS, is_working, ZONE, end_of_day=end_of_day)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start", When("start", "start")),
        ("previous", When("previous", "previous")),
        ("opening + 1 day", When("opening + 1 day", "opening", 1, "day")),
        ("opening - 2 weeks", When("opening - 2 weeks", "opening", -2, "week")),
        (
            "start + 5 working days 18:00",
            When("start + 5 working days 18:00", "start", 5, "working day", time(18)),
        ),
        ("07-01 09:30", When("07-01 09:30", "07-01", 0, "day", time(9, 30))),
        ("02-29", When("02-29", "02-29")),
    ],
)
def test_what_a_moment_may_say(text: str, expected: When) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", GRAMMAR),
        ("tomorrow", GRAMMAR),
        ("start+5 days", GRAMMAR),
        ("start + 5 months", GRAMMAR),
        ("start + 1000 days", GRAMMAR),
        ("start + ٥ days", GRAMMAR),
        ("start\n", GRAMMAR),
        ("2026-07-01", GRAMMAR),
        ("18:00", GRAMMAR),
        ("07-01 9:30", GRAMMAR),
        ("02-30", NO_SUCH_DAY),
        ("13-01", NO_SUCH_DAY),
        ("07-00", NO_SUCH_DAY),
        ("07-01 24:00", NO_SUCH_DAY),
        ("start 18:60", NO_SUCH_DAY),
        ("opening - 5 working days", "working days after, not before, the anchor"),
    ],
)
def test_what_a_moment_may_not_say(text: str, why: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse(text)
    assert str(caught.value) == why


@given(st.text(alphabet="startopeningprevious 0123456789-+:days weeks\n٣", max_size=30))
def test_any_other_text_is_refused_with_what_is_expected(text: str) -> None:
    try:
        assert parse(text).text == text
    except ValueError as wrong:
        assert str(wrong) in (GRAMMAR, NO_SUCH_DAY, "working days after, not before, the anchor")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start", date(2026, 3, 2)),
        ("opening", date(2026, 4, 1)),
        ("previous", date(2026, 3, 31)),
        ("start + 20 days", date(2026, 3, 22)),
        ("opening + 2 weeks", date(2026, 4, 15)),
        ("07-01", date(2026, 7, 1)),
        ("07-01 - 1 week", date(2026, 6, 24)),
        ("03-02", date(2026, 3, 2)),
        ("03-01", date(2027, 3, 1)),
    ],
)
def test_the_day_a_moment_falls_on(text: str, expected: date) -> None:
    assert parse(text).day(ANCHORS, every_day) == expected


def test_what_has_not_happened_yet_counts_from_the_start_of_the_season() -> None:
    anchors = Anchors(start=date(2026, 3, 2))
    assert [parse(text).day(anchors, every_day) for text in ("opening", "previous")] == [date(2026, 3, 2)] * 2


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2026, 3, 2), date(2028, 2, 29)),
        (date(2028, 2, 29), date(2028, 2, 29)),
        (date(2028, 3, 1), date(2032, 2, 29)),
        (date(2096, 3, 1), date(2104, 2, 29)),
    ],
    ids=["the next leap year", "the day itself", "a day late", "over 2100, which is no leap year"],
)
def test_the_29th_of_february_waits_for_a_leap_year(start: date, expected: date) -> None:
    assert next_day("02-29", start) == expected


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.dates(date(2024, 1, 1), date(2024, 12, 31)))
def test_a_day_of_the_year_is_the_first_such_day_not_before_the_start(start: date, day: date) -> None:
    found = next_day(f"{day:%m-%d}", start)
    assert (found.month, found.day) == (day.month, day.day)
    assert found >= start
    between = [year for year in range(start.year, found.year) if (day.month, day.day) != (2, 29) or year % 4 == 0]
    assert [year for year in between if date(year, day.month, day.day) >= start] == []


def test_without_a_time_an_opening_is_at_the_start_of_its_day_and_a_closing_at_its_end() -> None:
    assert moment("start + 1 day") == datetime(2026, 3, 3, tzinfo=ZONE)
    assert moment("start + 1 day", end_of_day=True) == datetime(2026, 3, 4, tzinfo=ZONE)


def test_with_a_time_both_are_at_that_time() -> None:
    both = [moment("start + 1 day 18:00", end_of_day=end) for end in (False, True)]
    assert both == [datetime(2026, 3, 3, 18, tzinfo=ZONE)] * 2


def test_a_moment_is_the_local_one_whatever_the_summer_does() -> None:
    """18:00 stays 18:00 over the night the clocks go forward."""
    berlin = ZoneInfo("Europe/Berlin")
    anchors = Anchors(start=date(2026, 3, 28))
    before, after = (
        parse(text).moment(anchors, every_day, berlin, end_of_day=True)
        for text in ("start 18:00", "start + 1 day 18:00")
    )
    assert (after.hour, after.timestamp() - before.timestamp()) == (18, 23 * 3600)


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2026, 9, 24), 5, date(2026, 10, 9)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 10, 8), 2, date(2026, 10, 10)),
        (date(2026, 10, 9), 1, date(2026, 10, 10)),
        (date(2026, 10, 9), 0, date(2026, 10, 9)),
    ],
    ids=[
        "over Mid-Autumn and National Day",
        "over National Day",
        "onto the Saturday that is worked",
        "onto that Saturday in one day",
        "no day is the same day",
    ],
)
def test_working_days_over_the_autumn_holidays_of_2026(start: date, count: int, expected: date) -> None:
    """Free: September 25th to 27th and October 1st to 7th; worked: Sunday September 20th and Saturday October 10th."""
    assert add_working_days(start, count, published) == expected


@given(st.dates(date(2025, 1, 1), date(2026, 11, 1)), st.integers(1, 12))
def test_as_many_working_days_lie_after_the_anchor_as_were_asked_for(start: date, count: int) -> None:
    last = add_working_days(start, count, published)
    days = [date.fromordinal(number) for number in range(start.toordinal() + 1, last.toordinal() + 1)]
    assert (sum(published(day) for day in days), published(last)) == (count, True)
