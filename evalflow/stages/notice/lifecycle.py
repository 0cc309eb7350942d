"""What the engine asks of a notice: nobody ends it early, and it waits for its answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.errors import Conflict, Refused
from evalflow.seasons.models import Entry, StageRow
from evalflow.stages.notice import queries
from evalflow.stages.notice.models import Objection, ObjectionState
from evalflow.workflow.outcome import Tables


def opened(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """The names that are made public."""
    return {"names": [[one.entry.key, one.place] for one in queries.proposed(session, stage)]}


def missing(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """Nothing: its days are owed to the public, and the engine lets nobody cut them."""
    return ()


def closed(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """Nobody can object any more; answers are still given."""


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    waiting = queries.states(session, stage.id)[ObjectionState.OPEN]
    return (Conflict("objections_open", count=waiting),) if waiting else ()


def evidence(session: Session, stage: StageRow) -> Tables:
    names = [{"entry": one.entry.key, "place": str(one.place)} for one in queries.proposed(session, stage)]
    return {"names": names, "objections": [_row(one) for one in queries.objections(session, stage.id)]}


def _row(one: Objection) -> dict[str, str]:
    return {
        "number": str(one.number),
        "entry": one.entry.key if one.entry else "",
        "state": one.state,
        "decided": one.decided_at.date().isoformat() if one.decided_at else "",
        "published": one.published,
    }


def faults(session: Session, stage: StageRow) -> list[str]:
    """Numbers without gaps, decisions with a moment, answers where something was decided, own entries only."""
    found = []
    objections = queries.objections(session, stage.id)
    if [one.number for one in objections] != list(range(1, len(objections) + 1)):
        found.append("the objections are not numbered 1, 2, 3, …")
    for one in objections:
        is_open = one.state == ObjectionState.OPEN
        if is_open != (one.decided_at is None):
            found.append(f"objection {one.number} is {one.state}, with {one.decided_at} as its decision's moment")
        answered = one.state in (ObjectionState.UPHELD, ObjectionState.REJECTED)
        if answered and not one.answer and one.erased_at is None:
            found.append(f"objection {one.number} was decided without an answer")
    strange = (
        select(func.count())
        .select_from(Objection)
        .join(Entry, Entry.id == Objection.entry_id)
        .where(Objection.stage_id == stage.id, Entry.season_id != stage.season_id)
    )
    if session.scalars(strange).one():
        found.append("an objection names an entry of another season")
    return found
