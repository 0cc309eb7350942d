"""When stages open and close: the definition's moments made absolute for one season."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from evalflow.seasons.models import StageRow
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.when import Anchors

ZONE = ZoneInfo("Asia/Shanghai")  # in which the days of rules and reports are meant
IsWorking = Callable[[date], bool]
Plan = Sequence[tuple[datetime, datetime | None]]  # (opens, closes) of every stage, in their order


def plan(
    definition: Definition, start: date, *, is_working: IsWorking, zone: ZoneInfo
) -> list[tuple[datetime, datetime | None]]:
    """(opens, closes) of every stage if all goes as written."""
    planned: list[tuple[datetime, datetime | None]] = []
    previous: datetime | None = None
    for stage in definition.stages:
        opens = opening(stage, start, previous, is_working=is_working, zone=zone)
        closes = closing(stage, start, opens, previous, is_working=is_working, zone=zone)
        planned.append((opens, closes))
        previous = closes or opens
    return planned


def year_of(plan: Plan) -> int:
    """The year after which a season is named: the one it is in halfway between its first and its last opening."""
    first, last = plan[0][0], plan[-1][0]
    return (first + (last - first) / 2).astimezone(ZONE).year


def opening(stage: Stage, start: date, previous: datetime | None, *, is_working: IsWorking, zone: ZoneInfo) -> datetime:
    """`previous` alone means the very moment the stage before closed."""
    if stage.rule.opens.text == "previous" and previous is not None:
        return previous
    anchors = Anchors(start, previous=_day(previous, zone))
    return stage.rule.opens.moment(anchors, is_working, zone, end_of_day=False)


def closing(
    stage: Stage, start: date, opened: datetime, previous: datetime | None, *, is_working: IsWorking, zone: ZoneInfo
) -> datetime | None:
    if stage.rule.closes is None:
        return None
    anchors = Anchors(start, _day(opened, zone), _day(previous, zone))
    return stage.rule.closes.moment(anchors, is_working, zone, end_of_day=True)


def before(stage: StageRow) -> StageRow | None:
    """The stage before this one."""
    return next((row for row in reversed(stage.season.stages) if row.position < stage.position), None)


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return moment.astimezone(zone).date() if moment else None
