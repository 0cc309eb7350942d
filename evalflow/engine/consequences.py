"""What follows from an act of the desk, told before it is confirmed: the whole chain of stages, old beside new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.engine import closing
from evalflow.errors import Refused
from evalflow.seasons import schedule, windows, workdays
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.seasons.schedule import Collision
from evalflow.seasons.windows import IsWorking, Window
from evalflow.workflow.definition import Stage

FORESEEN = ("open", "close", "reopen", "reschedule")  # acts that move the chain


@dataclass(frozen=True)
class Link:
    """A stage of the chain. days: working days of its windows, None where only a hand closes it.

    is_fixed: whether it begins on a day of the year, whatever comes before. is_stated: whether its opening or closing
    was stated by hand.
    """

    stage: Stage
    old: Window
    new: Window
    old_days: int | None
    new_days: int | None
    is_fixed: bool
    is_stated: bool
    collision: Collision | None = None

    @property
    def is_moved(self) -> bool:
        return (self.old.opens, self.old.closes) != (self.new.opens, self.new.closes)


@dataclass(frozen=True)
class Consequences:
    """missing: what would be cut off, which is a warning. collisions: what can't be; new ones are refused.

    unknown_years: those it reaches into whose make-up days are not known.
    """

    links: Sequence[Link]
    missing: tuple[Refused, ...]
    collisions: Sequence[Collision]
    unknown_years: Sequence[int]


def of(
    session: Session,
    stage: StageRow,
    step: str,
    *,
    now: datetime,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> Consequences:
    """Of one of `FORESEEN`, without doing it."""
    season, definition = stage.season, definition_of(stage.season)
    plan = schedule.preview(session, season, stage, **_changes(stage, step, now, opens_at, closes_at))
    collisions = schedule.collisions_of(season, plan, now)
    by_stage = {one.stage: one for one in collisions}
    is_working = workdays.calendar(session)
    links = [
        Link(
            stage=rule,
            old=old,
            new=new,
            old_days=_days(old, is_working),
            new_days=_days(new, is_working),
            is_fixed=rule.rule.opens.anchor[0].isdigit(),
            is_stated=row.opens_stated or row.closes_stated,
            collision=by_stage.get(rule.key),
        )
        for rule, row, old, new in zip(definition.stages, season.stages, schedule.told(season), plan, strict=True)
    ]
    ends = {"close": now, "reschedule": closes_at}.get(step)
    missing = closing.missing(session, stage, ends) if ends else ()
    return Consequences(links, missing, collisions, workdays.unknown_years(session, plan))


def _changes(
    stage: StageRow, step: str, now: datetime, opens_at: datetime | None, closes_at: datetime | None
) -> dict[str, datetime | None]:
    """What would be known of the stage that is not known yet."""
    if step == "open":
        return {"opened": now}
    if step == "close":
        return {"closed": now}
    if step == "reopen":
        return {"closed": None, "closes": closes_at}
    stated = {"opens": opens_at if stage.phase == Phase.WAITING else None, "closes": closes_at}
    return {name: moment for name, moment in stated.items() if moment is not None}


def _days(window: Window, is_working: IsWorking) -> int | None:
    if window.closes is None:
        return None
    return len(windows.working_days(window.opens, window.closes, is_working))
