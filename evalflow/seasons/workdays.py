"""Which days are working days in China: a kept library, and over it what the organiser has stated.

The library knows the statutory holidays ahead, but the make-up days of a year only once the State Council has
published them; until then they must be stated (`evalflow calendar state`), and pages that tell dates say so.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

import holidays
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.access import Actor, Permission, require
from evalflow.audit import ledger
from evalflow.seasons.events import CALENDAR_STATED
from evalflow.seasons.models import CalendarDay
from evalflow.seasons.windows import Window

WEEKEND = (6, 7)


@functools.cache
def _china(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=[year])


def published(day: date) -> bool:
    """Whether a day is a working day as the library knows it."""
    year = _china(day.year)
    return day in year.weekend_workdays or (day.weekday() < 5 and day not in year)


def calendar(session: Session) -> Callable[[date], bool]:
    """The rule for this installation: stated days first, the library's for the rest."""
    stated: Mapping[date, bool] = dict(session.execute(select(CalendarDay.day, CalendarDay.is_working)).all())
    return lambda day: stated[day] if day in stated else published(day)


def is_unknown(session: Session, year: int) -> bool:
    """Whether nobody has made a year's make-up days known here. Every year has some: weekends that are worked."""
    if any(day.year == year for day in _china(year).weekend_workdays):
        return False
    worked = select(CalendarDay.day).where(CalendarDay.is_working)
    return not any(day.year == year and day.isoweekday() in WEEKEND for day in session.scalars(worked))


def unknown_years(session: Session, windows: Iterable[Window]) -> list[int]:
    """The years that these windows reach into and whose make-up days are not known."""
    reached: set[int] = set()
    for one in windows:
        last = zone.last_day(one.closes) if one.closes else zone.day_of(one.opens)
        reached |= set(range(zone.day_of(one.opens).year, last.year + 1))
    return sorted(year for year in reached if is_unknown(session, year))


def state(session: Session, day: date, *, is_working: bool, note: str, actor: Actor, now: datetime) -> None:
    """Say what a day is, whatever the library believes."""
    require(actor, Permission.STATE_CALENDAR)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    told = {"is_working": is_working, "note": note}
    first = insert(CalendarDay).values(day=day, **told)
    session.execute(first.on_conflict_do_update(index_elements=[CalendarDay.__table__.c.day], set_=told))
    public = {"day": day.isoformat(), "is_working": is_working, "note": note}
    ledger.append(session, CALENDAR_STATED, actor=actor, now=now, public=public)
