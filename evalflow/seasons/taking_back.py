"""Taking an act back: with a reason, in the log, and for everybody to see who sees the act. `docs/undoing.md` has all.

What each act needs to be undone its own command knows; here is what all of them keep.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit.event import EventType
from evalflow.errors import Invalid
from evalflow.seasons.models import StageRow, TakenBack
from evalflow.seasons.record import record

LONGEST = 500


def because(reason: str) -> str:
    """A reason as it is kept. Invalid("reason_needed") without one."""
    said = reason.strip()
    if not said:
        raise Invalid("reason_needed", fields={"reason": "reason_needed"})
    if len(said) > LONGEST:
        raise Invalid("remark_too_long", fields={"reason": "remark_too_long"}, most=LONGEST)
    return said


def keep(
    session: Session,
    stage: StageRow,
    event: EventType,
    about: str,
    reason: str,
    *,
    public: Mapping[str, object],
    personal: Mapping[str, object] | None = None,
    actor: Actor,
    now: datetime,
) -> TakenBack:
    """Write down that an act was taken back. about: the act and what it was on, such as "motion:3"."""
    said = because(reason)
    row = TakenBack(stage_id=stage.id, about=about, reason=said, taken_back_at=now)
    session.add(row)
    session.flush()
    record(session, event, stage, public, {"reason": said, **(personal or {})}, actor=actor, now=now)
    return row


def of_stage(session: Session, stage_id: int, act: str) -> Sequence[TakenBack]:
    """What was taken back of one sort of act ("motion", "recusal" …), the first one first."""
    query = select(TakenBack).where(TakenBack.stage_id == stage_id, TakenBack.about.startswith(f"{act}:"))
    return session.scalars(query.order_by(TakenBack.id)).all()


def of(session: Session, stage_id: int, about: str) -> Sequence[TakenBack]:
    """The same of one act."""
    query = select(TakenBack).where(TakenBack.stage_id == stage_id, TakenBack.about == about)
    return session.scalars(query.order_by(TakenBack.id)).all()


def erase(session: Session, stage_id: int, about: str) -> None:
    """Forget the reasons that were given; that something was taken back stays."""
    session.execute(update(TakenBack).where(TakenBack.stage_id == stage_id, TakenBack.about == about).values(reason=""))
