"""When stages open and close: the one derivation of a season's plan, from its rules and from what is known so far.

`plan` is asked by everything that tells a date: for a season still to be created, for what follows from an act before
it is confirmed, and for the rows after it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from evalflow import zone
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.when import Anchors

IsWorking = Callable[[date], bool]


@dataclass(frozen=True)
class Known:
    """What is known of a stage beside its rules.

    opened, closed: when it happened; settled: when its outcome was fixed. opens, closes: moments that stand whatever
    the rules say, because somebody stated them or the stage is open already.
    """

    opened: datetime | None = None
    closed: datetime | None = None
    settled: datetime | None = None
    opens: datetime | None = None
    closes: datetime | None = None


@dataclass(frozen=True)
class Window:
    """closes: None where only a hand closes it. about: whether the moment still depends on a stage that is not over."""

    opens: datetime
    closes: datetime | None
    opens_about: bool = False
    closes_about: bool = False


Plan = Sequence[Window]  # of every stage, in their order
NOTHING = Known()


def plan(definition: Definition, start: date, *, is_working: IsWorking, known: Sequence[Known] = ()) -> list[Window]:
    """The window of every stage. known: of each, in their order; none of them where nothing has happened yet."""
    planned: list[Window] = []
    together = definition.heading.moves == "together"
    before: tuple[Window, Known] | None = None
    for number, stage in enumerate(definition.stages):
        own = known[number] if known else NOTHING
        before = _window(stage, start, own, before, is_working=is_working, together=together), own
        planned.append(before[0])
    return planned


def _window(
    stage: Stage,
    start: date,
    own: Known,
    before: tuple[Window, Known] | None,
    *,
    is_working: IsWorking,
    together: bool,
) -> Window:
    ended = (before[0].closes or before[0].opens) if before else None
    is_over = before is None or (before[1].settled if together else before[1].closed) is not None
    opens = own.opened or own.opens or opening(stage, start, ended, is_working=is_working)
    if own.opened is None and before is not None and together and before[1].settled is not None:
        opens = max(opens, before[1].settled)
    is_derived = own.opened is None and own.opens is None
    opens_about = is_derived and stage.rule.opens.anchor == "previous" and not is_over
    if own.closed or own.closes:
        return Window(opens, own.closed or own.closes, opens_about)
    if stage.rule.closes is None:
        return Window(opens, None, opens_about)
    anchor = stage.rule.closes.anchor
    closes_about = opens_about if anchor == "opening" else anchor == "previous" and not is_over
    return Window(opens, closing(stage, start, opens, ended, is_working=is_working), opens_about, closes_about)


def year_of(plan: Plan) -> int:
    """The year after which a season is named: the one it is in halfway between its first and its last opening."""
    first, last = plan[0].opens, plan[-1].opens
    return zone.day_of(first + (last - first) / 2).year


def opening(stage: Stage, start: date, previous: datetime | None, *, is_working: IsWorking) -> datetime:
    """`previous` alone means the very moment the stage before closed."""
    if stage.rule.opens.text == "previous" and previous is not None:
        return previous
    anchors = Anchors(start, previous=_day(previous))
    return stage.rule.opens.moment(anchors, is_working, zone.here(), end_of_day=False)


def closing(
    stage: Stage, start: date, opened: datetime, previous: datetime | None, *, is_working: IsWorking
) -> datetime | None:
    """None where only a hand closes it."""
    if stage.rule.closes is None:
        return None
    anchors = Anchors(start, _day(opened), _day(previous))
    return stage.rule.closes.moment(anchors, is_working, zone.here(), end_of_day=True)


def working_days(opens: datetime, closes: datetime, is_working: IsWorking) -> list[date]:
    """The working days after the day of opening, up to the last before closing: how notices are counted.

    >>> friday, next_friday = (datetime(2026, 6, day, 18, tzinfo=zone.USUAL) for day in (19, 26))
    >>> [str(day) for day in working_days(friday, next_friday, lambda day: day.weekday() < 5)][::4]
    ['2026-06-22', '2026-06-26']
    """
    first, last = zone.day_of(opens), zone.last_day(closes)
    days = (first + timedelta(days=number) for number in range(1, (last - first).days + 1))
    return [day for day in days if is_working(day)]


def _day(moment: datetime | None) -> date | None:
    return zone.day_of(moment) if moment else None
