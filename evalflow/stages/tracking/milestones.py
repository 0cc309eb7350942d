"""Milestones on the months of a season: whether each was reached, in time or late, and where the picture has it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from evalflow.stages.tracking.charts import Span


class Standing(StrEnum):
    """Of a milestone. ahead: reached before its day; done: on it; late: after it; overdue: not yet, and past it."""

    AHEAD = "ahead"
    DONE = "done"
    LATE = "late"
    OVERDUE = "overdue"
    COMING = "coming"


@dataclass(frozen=True)
class Milestone:
    """reached: the day it was, None while it isn't."""

    name: str
    due: date
    reached: date | None = None

    def standing(self, today: date) -> Standing:
        """How it stands at the end of a day.

        >>> due = date(2026, 6, 30)
        >>> [str(Milestone("trial run", due, day).standing(date(2026, 7, 9)))
        ...  for day in (date(2026, 6, 1), due, date(2026, 7, 1), None)]
        ['ahead', 'done', 'late', 'overdue']
        >>> str(Milestone("trial run", due).standing(due))
        'coming'
        """
        if self.reached is None:
            return Standing.OVERDUE if today > self.due else Standing.COMING
        if self.reached == self.due:
            return Standing.DONE
        return Standing.AHEAD if self.reached < self.due else Standing.LATE


@dataclass(frozen=True)
class Mark:
    """A milestone in the picture. x: its due day; reached_x: the day it was reached, where that is another one."""

    milestone: Milestone
    standing: Standing
    x: Decimal
    reached_x: Decimal | None


def marks(milestones: Iterable[Milestone], span: Span, today: date) -> tuple[Mark, ...]:
    """The milestones on their days, the earliest first."""
    found = []
    for milestone in sorted(milestones, key=lambda one: (one.due, one.name)):
        moved = milestone.reached is not None and milestone.reached != milestone.due
        reached = span.across(milestone.reached) if moved and milestone.reached else None
        found.append(Mark(milestone, milestone.standing(today), span.across(milestone.due), reached))
    return tuple(found)
