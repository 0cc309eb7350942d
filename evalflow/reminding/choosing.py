"""Of all that a person has to do, what they are reminded of on a day."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from evalflow import zone
from evalflow.reminding.models import Cause
from evalflow.seasons.tasks import Task

IsWorking = Callable[[date], bool]
FROM, UNTIL = time(8), time(20)  # nobody gets a letter at night


def may_write(now: datetime, is_working: IsWorking) -> bool:
    """Whether letters go out at this moment: on working days, from eight in the morning to eight in the evening.

    >>> weekday = lambda day: day.weekday() < 5
    >>> [may_write(datetime(2026, 4, 1, hour, tzinfo=zone.USUAL), weekday) for hour in (7, 8, 19, 20)]
    [False, True, True, False]
    """
    local = zone.local(now)
    return FROM <= local.time() < UNTIL and is_working(local.date())


def next_working(day: date, is_working: IsWorking) -> date:
    """The first working day after a day.

    >>> next_working(date(2026, 4, 3), lambda day: day.weekday() < 5)
    datetime.date(2026, 4, 6)
    """
    after = day + timedelta(days=1)
    while not is_working(after):
        after += timedelta(days=1)
    return after


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def left(tasks: Iterable[Task]) -> list[Task]:
    """What is not done. Of a secret task nobody else may know, so it is always left: a reminder must not tell."""
    return [task for task in tasks if not task.is_done or task.is_secret]


def this_week(tasks: Iterable[Task], today: date) -> list[Task]:
    """Late, due until Sunday, or without a date; the most urgent first, what has no date last."""
    sunday = monday(today) + timedelta(days=6)
    return _ordered(task for task in left(tasks) if task.due is None or zone.last_day(task.due) <= sunday)


def by_next_day(tasks: Iterable[Task], today: date, is_working: IsWorking) -> list[Task]:
    """Due after today and no later than on the next working day."""
    until = next_working(today, is_working)
    return _ordered(task for task in left(tasks) if task.due is not None and today < zone.last_day(task.due) <= until)


def chosen(tasks: Sequence[Task], today: date, is_working: IsWorking, *, opens_week: bool) -> tuple[Cause, list[Task]]:
    """What a working day reminds of, and why; on the first of its week of the week and of the next day."""
    eve = by_next_day(tasks, today, is_working)
    if not opens_week:
        return Cause.EVE, eve
    week = this_week(tasks, today)
    return Cause.WEEK, week + [task for task in eve if task not in week]


def _ordered(tasks: Iterable[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: (task.due is None, task.due or datetime.max.replace(tzinfo=UTC)))
