"""What is due on an entry by the calendar: reports as often as the stage says, figures as their indicators say.

A report is `REPORT`, a figure the number of its indicator. Whatever is due on the same day counts once: one report can
bring it all. Plain values.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from evalflow.kinds.punctual import REPORT as REPORT
from evalflow.workflow import periods

Every = Mapping[int, str]  # how often each is due: "week", "month", "quarter"; anything else is never
Days = Mapping[int, Collection[date]]  # the days on which there is something of it

Ends = Mapping[int, date]  # since when nothing more comes of it


@dataclass(frozen=True)
class Due:
    """What is missing of what is due on one day: the last of a period."""

    day: date
    missing: tuple[int, ...]


def overdue(
    every: Every, since: date, until: date, reported: Days, ended: Ends = MappingProxyType({})
) -> tuple[Due, ...]:
    """Of the periods that began on or after `since` and are over those of which something is missing, the oldest first.

    ended: of what has ended nothing is due any more after that day.

    >>> [(str(one.day), one.missing) for one in
    ...  overdue({REPORT: "month", 1: "month", 2: "quarter"}, date(2026, 1, 1), date(2026, 4, 1),
    ...          {REPORT: [date(2026, 2, 9), date(2026, 3, 9)], 1: [date(2026, 2, 9)]})]
    [('2026-01-31', (0, 1)), ('2026-03-31', (1, 2))]
    """
    found: dict[date, list[int]] = {}
    for what, how_often in every.items():
        for last in periods.overdue(how_often, since, min(until, ended.get(what, until)), reported.get(what, ())):
            found.setdefault(last, []).append(what)
    return tuple(Due(last, tuple(found[last])) for last in sorted(found))


def current(every: Every, today: date, reported: Days, ended: Ends = MappingProxyType({})) -> tuple[Due, ...]:
    """Of the periods that today is in, by their last days; also those of which nothing is missing.

    >>> current({REPORT: "month", 1: "quarter"}, date(2026, 5, 9), {REPORT: [date(2026, 5, 4)]})
    (Due(day=datetime.date(2026, 5, 31), missing=()), Due(day=datetime.date(2026, 6, 30), missing=(1,)))
    """
    found: dict[date, list[int]] = {}
    for what, how_often in every.items():
        period = periods.current(how_often, today)
        if period is not None and what not in ended:
            missing = found.setdefault(period[1], [])
            if not any(period[0] <= day <= period[1] for day in reported.get(what, ())):
                missing.append(what)
    return tuple(Due(last, tuple(found[last])) for last in sorted(found))
