"""A closed stage is held again: it waits for another opening, as if it had never been open.

What was put into it before is the kind's to do away with. The stages behind it are planned anew.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.errors import Conflict, Invalid
from evalflow.seasons import schedule, timers
from evalflow.seasons.events import STAGE_REPEATED
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.record import record
from evalflow.seasons.rules import definition_of
from evalflow.seasons.windows import Known, Window
from evalflow.workflow import machine


def foreseen(
    session: Session, stage: StageRow, *, opens_at: datetime, closes_at: datetime | None, now: datetime
) -> list[Window]:
    """The windows of all stages if this one were held again then. closes_at: None as the rules say.

    Invalid("moment_passed"); Conflict where that makes a plan that can't be, as for every act of a hand.
    """
    for name, moment in (("opens_at", opens_at), ("closes_at", closes_at)):
        if moment is not None and moment <= now:
            raise Invalid("moment_passed", fields={name: "moment_passed"})
    season = stage.season
    plan = schedule.plan(session, season, {stage.key: Known(opens=opens_at, closes=closes_at)})
    before = schedule.collisions_of(season, schedule.told(season), now)
    over = [
        row.key
        for row, window in zip(season.stages, plan, strict=True)
        if row is not stage and (row.phase != Phase.WAITING or window.opens <= now)
    ]
    worse = schedule.new_collisions(before, schedule.collisions(definition_of(season), plan, over))
    if worse:
        raise worse[0].refusal
    return plan


def wait_again(
    session: Session,
    stage: StageRow,
    *,
    reason: str,
    opens_at: datetime,
    closes_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a closed stage back to waiting, with a window of its own. See `foreseen`."""
    foreseen(session, stage, opens_at=opens_at, closes_at=closes_at, now=now)
    definition = definition_of(stage.season)
    try:
        position = machine.step(definition, machine.at(stage.key, stage.phase), "repeat", lambda _guard: True)
    except machine.NoSuchStep:
        raise Conflict("no_such_step", stage=stage.key, phase=stage.phase, trigger="repeat") from None
    stage.phase = Phase(machine.split(position)[1])
    stage.opened_at = stage.closed_at = None
    stage.opens_at, stage.opens_stated = opens_at, True
    stage.closes_at, stage.closes_stated = closes_at, closes_at is not None
    stage.season.version += 1
    timers.put(session, stage, "settle", None)
    schedule.replan(session, stage.season)
    public = {
        "reason": reason,
        "opens_at": opens_at.isoformat(),
        "closes_at": stage.closes_at.isoformat() if stage.closes_at else None,
    }
    record(session, STAGE_REPEATED, stage, public, actor=actor, now=now)
