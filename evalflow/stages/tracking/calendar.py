"""Which reports are due by the calendar: whole weeks or months since an entry came to the stage. Plain days."""

from collections.abc import Collection
from datetime import date, timedelta


def periods(every: str, since: date, until: date) -> tuple[tuple[date, date], ...]:
    """(first day, last day) of the weeks or months that begin on or after `since` and are over before `until`.

    every: "weekly" or "monthly"; of any other there is none.

    >>> [str(last) for _, last in periods("monthly", date(2026, 1, 20), date(2026, 4, 1))]
    ['2026-02-28', '2026-03-31']
    """
    found = []
    first = _start(every, since)
    while first is not None and (after := _next(every, first)) <= until:
        found.append((first, after - timedelta(days=1)))
        first = after
    return tuple(found)


def overdue(every: str, since: date, until: date, reported: Collection[date]) -> tuple[date, ...]:
    """The last days of the periods that are over without a report of a day in them."""
    return tuple(
        last for first, last in periods(every, since, until) if not any(first <= day <= last for day in reported)
    )


def current(every: str, day: date) -> tuple[date, date] | None:
    """The first and the last day of the period that a day is in; None where nothing is due."""
    last = current_end(every, day)
    if last is None:
        return None
    return (last - timedelta(days=6) if every == "weekly" else day.replace(day=1)), last


def current_end(every: str, day: date) -> date | None:
    """The last day of the period that a day is in; None where nothing is due."""
    if every == "weekly":
        return day + timedelta(days=6 - day.weekday())
    return _next(every, day.replace(day=1)) - timedelta(days=1) if every == "monthly" else None


def _start(every: str, since: date) -> date | None:
    if every == "weekly":
        return since + timedelta(days=-since.weekday() % 7)
    if every == "monthly":
        return since if since.day == 1 else _next(every, since.replace(day=1))
    return None


def _next(every: str, first: date) -> date:
    if every == "weekly":
        return first + timedelta(days=7)
    return (first + timedelta(days=31)).replace(day=1)
