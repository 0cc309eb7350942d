"""What the engine asks of a decision: who should attend, whether it was decided, and the meeting as evidence."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.errors import BundleError, Conflict, Refused
from evalflow.kinds import decision
from evalflow.meetings import commands as meetings
from evalflow.meetings import queries as meeting
from evalflow.seasons.models import Phase, StageRow
from evalflow.stages.decision import queries
from evalflow.workflow.outcome import Tables


def opened(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Today's committee should attend. Where nobody meets there is nothing to set up."""
    if queries.options_of(stage).quorum is None:
        return {"entitled": 0}
    return {"entitled": meetings.found(session, stage)}


def missing(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """It closes before its time once something has been decided."""
    if queries.options_of(stage).quorum is None or queries.is_decided(session, stage):
        return ()
    return (Conflict("nothing_decided"),)


def closed(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """Nothing beyond that the meeting has ended."""


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """A decision that breaks its own rules is not fixed; reopening is the way out."""
    if queries.options_of(stage).quorum is not None and not queries.is_decided(session, stage):
        return (Conflict("nothing_decided"),)
    return ()


def evidence(session: Session, stage: StageRow) -> Tables:
    """The meeting, once it is over."""
    if stage.phase not in (Phase.CLOSED, Phase.DONE):
        return {}
    if queries.options_of(stage).quorum is None:
        return {}
    return queries.evidence(session, stage)


def faults(session: Session, stage: StageRow) -> list[str]:
    """The meeting as it stands can be read back by the rules, and what it decided follows from it."""
    if stage.phase == Phase.WAITING or queries.options_of(stage).quorum is None:
        return []
    if meeting.meeting(session, stage.id) is None:
        return ["it has begun without a meeting"]
    try:
        case = queries.case(session, stage)
        decision.outcome(case) if queries.is_decided(session, stage) else decision.proposed(case)
    except BundleError as wrong:
        return [str(wrong)]
    return []
