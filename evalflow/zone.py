"""The time zone of this installation: the one place where moments become days and hours, and what people type moments.

The zone is set once, when a process starts (`use`). Everything that reads a day out of a moment, or puts a typed time
on the clock, asks here, so that no two pages can mean different hours.

>>> local(datetime(2026, 12, 31, 16, tzinfo=UTC)).isoformat()
'2027-01-01T00:00:00+08:00'
>>> day_of(datetime(2026, 12, 31, 16, tzinfo=UTC)), last_day(datetime(2026, 12, 31, 16, tzinfo=UTC))
(datetime.date(2027, 1, 1), datetime.date(2026, 12, 31))
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

USUAL = ZoneInfo("Asia/Shanghai")
_chosen = [USUAL]
_INSTANT = timedelta(microseconds=1)


def use(zone: ZoneInfo) -> None:
    """From now on this process means this zone."""
    _chosen[0] = zone


def here() -> ZoneInfo:
    """The zone that this process means."""
    return _chosen[0]


def local(moment: datetime) -> datetime:
    """A moment on the clock of this zone."""
    return moment.astimezone(here())


def day_of(moment: datetime) -> date:
    """The day that a moment is in; midnight belongs to the day that begins."""
    return local(moment).date()


def last_day(deadline: datetime) -> date:
    """The last day before a deadline: midnight belongs to the day that ends."""
    return local(deadline.astimezone(UTC) - _INSTANT).date()


def start_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), here())


def end_of(day: date) -> datetime:
    """The end of a day, which is the first moment of the next."""
    return start_of(day + timedelta(days=1))


def read(typed: datetime) -> datetime:
    """The moment that a day and time without a zone mean here; of a time that the clock shows twice the first.

    ValueError for a time that the clock leaves out, and for one so early or late that no clock of UTC shows it.

    >>> use(ZoneInfo("America/New_York"))
    >>> read(datetime(2026, 11, 1, 1, 30)).isoformat()
    '2026-11-01T01:30:00-04:00'
    >>> read(datetime(2026, 3, 8, 2, 30))
    Traceback (most recent call last):
    ValueError: the clock leaves out 2026-03-08T02:30:00
    >>> use(USUAL)
    >>> read(datetime(1, 1, 1))
    Traceback (most recent call last):
    ValueError: the clock leaves out 0001-01-01T00:00:00
    """
    moment = typed.replace(tzinfo=here())
    try:
        is_shown = local(moment.astimezone(UTC)).replace(tzinfo=None) == typed
    except OverflowError:
        is_shown = False
    if not is_shown:
        raise ValueError(f"the clock leaves out {typed.isoformat()}")
    return moment


def day_words(day: date, locale: str) -> str:
    """2026年7月1日, or 1 July 2026."""
    if locale.startswith("en"):
        return str(format_date(day, "d MMMM y", locale="en"))
    return f"{day.year}年{day.month}月{day.day}日"


def moment_words(moment: datetime, locale: str) -> str:
    """When something is or was; a time that the clock shows twice says by how much it differs from UTC.

    >>> moment_words(datetime(2026, 7, 1, 1, 30, tzinfo=UTC), "en")
    '1 July 2026, 09:30'
    """
    there = local(moment)
    gap = ", " if locale.startswith("en") else " "
    return f"{day_words(there.date(), locale)}{gap}{there:%H:%M}{_which(there)}"


def deadline_words(deadline: datetime, locale: str) -> str:
    """Until when something can be done; midnight is the end of the day before.

    >>> [deadline_words(datetime(2025, 12, 31, 16, tzinfo=UTC), locale) for locale in ("zh_Hans", "en")]
    ['2025年12月31日24时', 'end of 31 December 2025']
    """
    day = last_day(deadline)
    if deadline != end_of(day):
        return moment_words(deadline, locale)
    written = day_words(day, locale)
    return f"end of {written}" if locale.startswith("en") else f"{written}24时"


def _which(there: datetime) -> str:
    """The difference from UTC where the clock shows this time twice, else nothing."""
    twice = there.replace(fold=0).utcoffset() != there.replace(fold=1).utcoffset()
    return f" ({there.tzname()}, UTC{there:%z})" if twice else ""
