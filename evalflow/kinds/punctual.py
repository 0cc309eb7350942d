"""Whether what was due came in time. It goes by the day of filing: what was filed late about an earlier day stays late.

What is due are the report and the figure of each indicator, each by its own period. Plain days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from evalflow.workflow import periods

REPORT = 0  # besides the numbers of indicators


@dataclass(frozen=True)
class Filing:
    """A report, or a figure in one. day: that it speaks of. stands: whether no later report took its place."""

    number: int
    what: int
    day: date
    filed: date
    stands: bool = True


@dataclass(frozen=True)
class Punctual:
    """How many times something was due, and how often it came in time."""

    due: int
    in_time: int

    @property
    def share(self) -> Fraction:
        """In per cent; 100 where nothing was due.

        >>> str(Punctual(3, 2).share), str(Punctual(0, 0).share)
        ('200/3', '100')
        """
        return Fraction(100 * self.in_time, self.due) if self.due else Fraction(100)


@dataclass(frozen=True)
class Terms:
    """every: how often each is due. since, until: periods that begin on or after the one and are over by the other.

    ended: {indicator: day of its final figure}. days_to_file: after the end of a period.
    """

    every: Mapping[int, str]
    since: date
    until: date
    ended: Mapping[int, date]
    days_to_file: int = 0


def punctual(terms: Terms, filings: Iterable[Filing]) -> Punctual:
    """What was taken back does not count, but whoever only mended it later was in time.

    >>> january, february = date(2026, 1, 31), date(2026, 2, 28)
    >>> told = [Filing(1, 0, january, january), Filing(2, 0, february, date(2026, 4, 2))]
    >>> punctual(Terms({0: "month"}, date(2026, 1, 1), date(2026, 4, 1), {}), told)
    Punctual(due=3, in_time=1)
    """
    due = in_time = 0
    known = list(filings)
    for what, how_often in terms.every.items():
        until = min(terms.until, terms.ended.get(what, terms.until))
        for first, last in periods.periods(how_often, terms.since, until):
            there = [one for one in known if one.what == what and first <= one.day <= last]
            due += 1
            in_time += _is_in_time(there, last + timedelta(days=terms.days_to_file))
    return Punctual(due, in_time)


def late(terms: Terms, filings: Iterable[Filing]) -> Mapping[int, date]:
    """{number of a report that was filed late: the day by which it was due}, where nothing before it was in time."""
    found: dict[int, date] = {}
    known = list(filings)
    for one in known:
        period = periods.current(terms.every.get(one.what, ""), one.day)
        if period is None or period[0] < terms.since:
            continue
        end = period[1] + timedelta(days=terms.days_to_file)
        same = [other for other in known if other.what == one.what and period[0] <= other.day <= period[1]]
        if one.filed > end and all(other.filed > end for other in same):
            found[one.number] = min(end, found.get(one.number, end))
    return found


def _is_in_time(there: Iterable[Filing], end: date) -> bool:
    known = list(there)
    return any(one.stands for one in known) and any(one.filed <= end for one in known)
