"""What speaks against a moment of closing: the same whether a stage is closed by hand or its closing is moved there."""

from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.errors import Conflict, Refused
from evalflow.kinds import KINDS
from evalflow.registry import LIFECYCLES
from evalflow.seasons import schedule, windows, workdays
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.rules import stage_of


def earliest(session: Session, stage: StageRow) -> datetime | None:
    """The first moment at which a stage whose days are owed may close; None where it may at any time."""
    opens = stage.opened_at or stage.opens_at
    if not KINDS[stage.kind].runs_in_full or opens is None:
        return None
    before, is_working = schedule.previous(stage), workdays.calendar(session)
    ended = (before.closed_at or before.closes_at) if before else None
    return windows.closing(stage_of(stage), stage.season.starts_on, opens, ended, is_working=is_working)


def missing(session: Session, stage: StageRow, closes_at: datetime) -> tuple[Refused, ...]:
    """What would be cut off by closing then, where that is before its time; one refusal for each kind of thing."""
    is_early = stage.closes_at is None or closes_at < stage.closes_at
    return LIFECYCLES[stage.kind].missing(session, stage) if stage.phase == Phase.OPEN and is_early else ()


def against(session: Session, stage: StageRow, closes_at: datetime, *, despite: bool) -> tuple[Refused, ...]:
    """Why it may not close then. despite: whether what would be cut off was seen and a reason is given.

    What is missing is a warning where time would close the stage anyway; where only a hand does, it is a bar.
    """
    first = earliest(session, stage)
    if first is not None and closes_at < first:
        return (Conflict("notice_runs", closes_at=first),)
    is_warning = stage.closes_at is not None
    return () if despite and is_warning else missing(session, stage, closes_at)
