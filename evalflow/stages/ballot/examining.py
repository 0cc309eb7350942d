"""Comparing a box with the log before anything in it is opened, and keeping what came of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalflow.audit import ledger
from evalflow.audit.event import EventType
from evalflow.errors import Conflict, LogBroken
from evalflow.seasons.models import StageRow
from evalflow.stages.ballot import agreement, envelopes
from evalflow.stages.ballot.agreement import Difference
from evalflow.stages.ballot.logged import decided, logged, stated
from evalflow.stages.ballot.models import BoxExamination, BoxStatement


def examine(session: Session, stage: StageRow, *, now: datetime) -> BoxExamination:
    """Seal and verify the log, compare the box with it, and write down what was found, all in the present act."""
    found: list[Difference] = []
    size = 0
    try:
        size = ledger.sealed_and_verified(session, now=now)
    except LogBroken as broken:
        found.append(Difference("log_broken", {"reason": str(broken)}))
    found += agreement.of_box(session, stage, logged(session, stage))
    box = envelopes.table_of(stage.id)
    kept = session.get(BoxExamination, stage.id) or BoxExamination(stage_id=stage.id)
    kept.examined_at, kept.log_size = now, size
    kept.envelopes = session.scalars(select(func.count()).select_from(box)).one()
    kept.differences = [one.to_json() for one in found]
    session.add(kept)
    session.flush()
    return kept


def may_be_opened(session: Session, examination: BoxExamination) -> bool:
    """Whether all agreed, or two persons have decided to go on in view of exactly these differences."""
    if not examination.differences:
        return True
    return decision(session, examination) is not None


def is_stopped(session: Session, stage_id: int) -> bool:
    """Whether the count waits for people, because the box was found to differ from the log."""
    examination = session.get(BoxExamination, stage_id)
    return examination is not None and not may_be_opened(session, examination)


def decision(session: Session, examination: BoxExamination) -> Mapping[str, Any] | None:
    """What the log says of the decision to count the box in view of what was found; None where there is none."""
    stage = session.get_one(StageRow, examination.stage_id)
    return decided(session, stage, agreement.digest_of(examination.differences))


def pending(session: Session, stage_id: int) -> BoxStatement | None:
    """The statement that waits for an auditor; a later one takes its place."""
    query = select(BoxStatement).where(BoxStatement.stage_id == stage_id, BoxStatement.confirmed_at.is_(None))
    return session.scalars(query.order_by(BoxStatement.id.desc()).limit(1)).first()


def to_confirm(
    session: Session,
    stage: StageRow,
    kind: str,
    event_type: EventType,
    is_as_logged: Callable[[BoxStatement, Mapping[str, Any]], bool],
    *,
    by: int | None,
) -> BoxStatement:
    """The statement that waits for a second person. event_type: by which the log has it; by: the one who confirms.

    Conflict("no_statement") where none of this kind waits, or its row was written beside the program;
    Conflict("two_persons_needed") for whoever made it.
    """
    statement = pending(session, stage.id)
    told, person = stated(session, stage, event_type)
    if statement is None or statement.kind != kind or not is_as_logged(statement, told):
        raise Conflict("no_statement")
    if by is None or by in (statement.stated_by, person):
        raise Conflict("two_persons_needed")
    return statement
