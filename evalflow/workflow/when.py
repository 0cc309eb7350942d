"""Moments as a definition writes them, relative to a season.

    ANCHOR [+ N days | + N weeks | + N working days] [HH:MM]

ANCHOR is `start` (the season's first day), `opening` (when this stage opened), `previous` (when the stage before
closed) or MM-DD, the first such day from the season's start on. Without a time of day an opening is at 00:00 and a
closing at 24:00.

>>> from datetime import date
>>> parse("07-01 09:30").day(Anchors(start=date(2026, 3, 2)), lambda day: True)
datetime.date(2026, 7, 1)
"""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from evalflow.i18n import phrase

GRAMMAR = phrase("start | opening | previous | MM-DD, then optionally + N days | weeks | working days, then HH:MM")
_PATTERN = re.compile(
    r"(?P<anchor>start|opening|previous|[0-9]{2}-[0-9]{2})"
    r"(?: (?P<sign>[+-]) (?P<count>[0-9]{1,3}) (?P<unit>days?|weeks?|working days?))?"
    r"(?: (?P<time>[0-9]{2}:[0-9]{2}))?"
)


@dataclass(frozen=True)
class Anchors:
    """The days a moment may be relative to; `opening` and `previous` are unknown until they have happened."""

    start: date
    opening: date | None = None
    previous: date | None = None

    def of(self, anchor: str) -> date:
        if anchor in ("start", "opening", "previous"):
            return getattr(self, anchor) or self.start
        return next_day(anchor, self.start)


@dataclass(frozen=True)
class When:
    """A parsed moment; `text` is what the definition says."""

    text: str
    anchor: str
    offset: int = 0
    unit: Literal["day", "week", "working day"] = "day"
    at: time | None = None

    def day(self, anchors: Anchors, is_working: Callable[[date], bool]) -> date:
        start = anchors.of(self.anchor)
        if self.unit == "working day":
            return add_working_days(start, self.offset, is_working)
        return start + timedelta(days=self.offset * (7 if self.unit == "week" else 1))

    def moment(
        self, anchors: Anchors, is_working: Callable[[date], bool], zone: ZoneInfo, *, end_of_day: bool
    ) -> datetime:
        """The aware moment; without a time of day, the start or the end of that day in the zone."""
        day = self.day(anchors, is_working)
        if self.at is not None:
            return datetime.combine(day, self.at, zone)
        return datetime.combine(day + timedelta(days=1 if end_of_day else 0), time(), zone)


def parse(text: str) -> When:
    """Raise ValueError naming the grammar when the text is not a moment."""
    found = _PATTERN.fullmatch(text)
    if not found:
        raise ValueError(GRAMMAR)
    try:
        at = time.fromisoformat(found["time"]) if found["time"] else None
        if found["anchor"][0].isdigit():
            date(2024, *(int(part) for part in found["anchor"].split("-")))  # a leap year: 02-29 is a day
    except ValueError:
        raise ValueError(phrase("a day and time that exist")) from None
    count = int(found["count"] or 0) * (-1 if found["sign"] == "-" else 1)
    unit = (found["unit"] or "day").removesuffix("s")
    if unit == "working day" and count < 0:
        raise ValueError(phrase("working days after, not before, the anchor"))
    return When(text, found["anchor"], count, unit, at)  # type: ignore[arg-type]


def next_day(month_and_day: str, start: date) -> date:
    """The first day with this month and day ("MM-DD") that is not before `start`; 02-29 waits for a leap year.

    >>> next_day("07-01", date(2026, 3, 2)), next_day("07-01", date(2026, 10, 8))
    (datetime.date(2026, 7, 1), datetime.date(2027, 7, 1))
    """
    month, day = (int(part) for part in month_and_day.split("-"))
    for year in range(start.year, start.year + 9):
        if (month, day) == (2, 29) and not calendar.isleap(year):
            continue
        if date(year, month, day) >= start:
            return date(year, month, day)
    raise ValueError(f"no such day: {month_and_day}")


def add_working_days(start: date, count: int, is_working: Callable[[date], bool]) -> date:
    """The day on which `count` working days after `start` have passed; the first day counted is the one after.

    >>> from datetime import date
    >>> weekday = lambda day: day.weekday() < 5
    >>> add_working_days(date(2026, 6, 19), 5, weekday)
    datetime.date(2026, 6, 26)
    """
    day = start
    for _ in range(count):
        day += timedelta(days=1)
        while not is_working(day):
            day += timedelta(days=1)
    return day
