"""What the engine asks of a decision: who should attend, whether it was decided, and the meeting as evidence."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from evalflow.access import Actor, Role
from evalflow.errors import BundleError, Conflict, Refused
from evalflow.kinds import decision
from evalflow.people import rolls
from evalflow.seasons.models import Phase, StageRow
from evalflow.stages.decision import queries
from evalflow.stages.decision.models import Attendance, Meeting
from evalflow.workflow.outcome import Tables


def opened(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Today's committee should attend. Where nobody meets there is nothing to set up."""
    if queries.options_of(stage).quorum is None:
        return {"entitled": 0}
    members = rolls.holders(session, Role.COMMITTEE_MEMBER, season_id=stage.season_id)
    if not members:
        raise Conflict("no_committee")
    session.add(Meeting(stage_id=stage.id))
    session.add_all(
        Attendance(stage_id=stage.id, person_id=person.id, office=f"member-{number:02d}")
        for number, person in enumerate(members, 1)
    )
    session.flush()
    return {"entitled": len(members)}


def missing(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """It closes before its time once something has been decided."""
    if queries.options_of(stage).quorum is None or queries.decided(session, stage.id):
        return ()
    return (Conflict("nothing_decided"),)


def closed(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """Nothing beyond that the meeting has ended."""


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """A decision that breaks its own rules is not fixed; reopening is the way out."""
    if queries.options_of(stage).quorum is not None and not queries.decided(session, stage.id):
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
    if queries.meeting(session, stage.id) is None:
        return ["it has begun without a meeting"]
    try:
        case = queries.case(session, stage)
        decision.outcome(case) if case.rows("decided") else decision.proposed(case)
    except BundleError as wrong:
        return [str(wrong)]
    return []
