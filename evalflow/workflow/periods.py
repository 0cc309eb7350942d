"""Whole weeks, months and quarters since an entry came to the stage. Plain days."""

from collections.abc import Collection
from datetime import date, timedelta

MONTHS = {"month": 1, "quarter": 3}
EVERY = ("week", *MONTHS)


def periods(every: str, since: date, until: date) -> tuple[tuple[date, date], ...]:
    """(first day, last day) of the periods that begin on or after `since` and are over before `until`.

    every: one of EVERY; of any other there is none.

    >>> [str(last) for _, last in periods("month", date(2026, 1, 20), date(2026, 4, 1))]
    ['2026-02-28', '2026-03-31']
    """
    if every not in EVERY:
        return ()
    found = []
    first = _first(every, since)
    if first < since:
        first = _next(every, first)
    while (after := _next(every, first)) <= until:
        found.append((first, after - timedelta(days=1)))
        first = after
    return tuple(found)


def overdue(every: str, since: date, until: date, reported: Collection[date]) -> tuple[date, ...]:
    """The last days of the periods that are over without a report of a day in them."""
    return tuple(
        last for first, last in periods(every, since, until) if not any(first <= day <= last for day in reported)
    )


def current(every: str, day: date) -> tuple[date, date] | None:
    """The first and the last day of the period that a day is in; None where nothing is due.

    >>> [str(day) for day in current("quarter", date(2026, 5, 9)) or ()]
    ['2026-04-01', '2026-06-30']
    """
    if every not in EVERY:
        return None
    first = _first(every, day)
    return first, _next(every, first) - timedelta(days=1)


def _first(every: str, day: date) -> date:
    if every == "week":
        return day - timedelta(days=day.weekday())
    return date(day.year, (day.month - 1) // MONTHS[every] * MONTHS[every] + 1, 1)


def _next(every: str, first: date) -> date:
    if every == "week":
        return first + timedelta(days=7)
    months = first.month - 1 + MONTHS[every]
    return date(first.year + months // 12, months % 12 + 1, 1)
