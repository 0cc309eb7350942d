"""What the engine asks of an approval: whether every application has its word, and the meeting as evidence."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.errors import BundleError, Conflict, Refused
from evalflow.i18n import Text, listed
from evalflow.kinds import approval, meeting
from evalflow.meetings import commands as meetings
from evalflow.meetings import queries as held
from evalflow.seasons.models import Phase, StageRow
from evalflow.stages.approval import queries
from evalflow.workflow.outcome import Tables


def opened(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """Today's committee should attend the first sitting."""
    return {"entitled": meetings.found(session, stage)}


def missing(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    return unsettled(session, stage)


def closed(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """Nothing beyond that no motion is put any more."""


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """Applications that wait for the committee, or for the organiser, and those that the committee returned.

    Rejecting or withdrawing them ends it too.
    """
    waiting = [*queries.waiting(session, stage), *queries.coming(session, stage)]
    who = listed(Text(entry.title) for entry in waiting)
    return (Conflict("applications_undecided", count=len(waiting), who=who),) if waiting else ()


def evidence(session: Session, stage: StageRow) -> Tables:
    """The meeting, once it is over."""
    return queries.evidence(session, stage) if stage.phase in (Phase.CLOSED, Phase.DONE) else {}


def faults(session: Session, stage: StageRow) -> list[str]:
    """What stands of each application follows from the motions, and changed targets from the plans."""
    if stage.phase == Phase.WAITING:
        return []
    if held.meeting(session, stage.id) is None:
        return ["it has begun without a meeting"]
    if not queries.rulings(session, stage.id):
        return []
    try:
        case = queries.case(session, stage)
        if stage.phase in (Phase.CLOSED, Phase.DONE) and not unsettled(session, stage):
            approval.outcome(case)
        else:
            known = [row["entry"] for row in case.rows("approved")]
            approval.fates_of(
                meeting.read(case, queries.options_of(stage).quorum, approval.SUBJECTS, known=known).motions
            )
    except BundleError as wrong:
        return [str(wrong)]
    return []
