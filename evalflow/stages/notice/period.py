"""The period of a notice as offices state it: first and last day, and how many working days that is."""

from dataclasses import dataclass
from datetime import date, datetime

from evalflow import zone
from evalflow.documents import in_words
from evalflow.i18n import say_count
from evalflow.seasons.windows import IsWorking, working_days


@dataclass(frozen=True)
class Period:
    """The first day counted is the first working day after the day of opening; both days belong to it."""

    first: date
    last: date
    working_days: int

    def to(self, locale: str) -> str:
        """In words; the year is said once.

        >>> Period(date(2026, 6, 22), date(2026, 6, 26), 5).to("en")
        '22 June 2026 to 26 June 2026, 5 working days in all'
        """
        if locale.startswith("en"):
            first, last = in_words(self.first, locale), in_words(self.last, locale)
        else:
            first, last = _in_figures(self.first), _in_figures(self.last, after=self.first)
        return say_count(
            locale,
            "%(first)s to %(last)s, %(num)s working day in all",
            "%(first)s to %(last)s, %(num)s working days in all",
            self.working_days,
            first=first,
            last=last,
        )


def period_of(opened: datetime, closes: datetime, *, is_working: IsWorking) -> Period:
    """From the moments of opening and closing; closing at 24:00 belongs to the day that ends then.

    A notice too short for a working day of its own is counted from its day of opening.
    """
    working = working_days(opened, closes, is_working)
    day_opened = zone.day_of(opened)
    return Period(working[0] if working else day_opened, max(zone.last_day(closes), day_opened), len(working))


def _in_figures(day: date, *, after: date | None = None) -> str:
    """2026年6月22日; without the year where it is that of the day it comes after."""
    year = "" if after is not None and after.year == day.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"
