"""What the engine asks of an award: it ends when the committee has made it final, and not before."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.errors import BundleError, Conflict, Refused
from evalflow.funds import queries as fund
from evalflow.kinds import money
from evalflow.seasons.models import Phase, StageRow
from evalflow.stages.award import queries
from evalflow.workflow.outcome import Tables


def opened(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
    return {}


def missing(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """Where nobody is awarded there is nothing to make final: the ceremony ends by time or by hand."""
    is_final = queries.awards(session, stage.id) or not queries.due(session, stage)
    return () if is_final else (Conflict("not_final"),)


def closed(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """Nothing beyond that the awards stand."""


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    return missing(session, stage)


def evidence(session: Session, stage: StageRow) -> Tables:
    """Nothing before the awards are final: this is what outsiders get."""
    if stage.phase not in (Phase.CLOSED, Phase.DONE):
        return {}
    return queries.case(session, stage).tables


def faults(session: Session, stage: StageRow) -> list[str]:
    """Awards follow from the decision and the notice, and none stands before its stage has opened."""
    found = queries.awards(session, stage.id)
    if found and stage.phase == Phase.WAITING:
        return ["there are awards before it has begun"]
    strange = [f"{one.entry.key} is of another season" for one in found if one.entry.season_id != stage.season_id]
    if strange or not found:
        return strange
    try:
        due = queries.grants(session, stage)
    except BundleError as wrong:
        return [str(wrong)]
    return [] if _booked(session, stage) == due else ["the award fund has other grants booked than the awards bring"]


def _booked(session: Session, stage: StageRow) -> dict[str, dict[str, str]]:
    found = fund.granted(session, stage.id)
    return {entry: {key: money.written(amount) for key, amount in parts.items()} for entry, parts in found.items()}
