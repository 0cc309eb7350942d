"""A box that can't be opened, as too few tellers still have their passphrases: the vote is held again.

The organiser states why, and when to vote again; an auditor confirms it. Then the box is done away with, nothing is
counted, and the stage waits for tellers and for another opening. It can't be taken back.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.errors import Conflict, Invalid
from evalflow.seasons import queries as seasons
from evalflow.seasons import repeating
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.record import record
from evalflow.stages.ballot import agreement, events, examining, queries, unopened
from evalflow.stages.ballot.models import BoxStatement


def may_be_stated(session: Session, stage: StageRow) -> bool:
    """Whether a box is closed and neither counted nor about to be."""
    box = queries.box_of(session, stage.id)
    if box is None or box.is_counted or stage.phase != Phase.CLOSED or stage.season.cancelled_at is not None:
        return False
    handed_in, needed = _shares(session, stage)
    return handed_in < needed or examining.is_stopped(session, stage.id)


def state(
    session: Session,
    stage_id: int,
    reason: str,
    *,
    opens_at: datetime,
    closes_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> BoxStatement:
    """Say why the box can't be opened, and when the vote is held again; closes_at: None for as the rules say.

    An auditor has to confirm it. Refused where the plan of the season could not be; see `repeating.foreseen`.
    """
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.STEER, season=stage.season_id)
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": "reason_needed"})
    _require_waiting(session, stage)
    repeating.foreseen(session, stage, opens_at=opens_at, closes_at=closes_at, now=now)
    statement = examining.pending(session, stage_id) or BoxStatement(stage_id=stage_id)
    statement.kind, statement.reason, statement.differences_sha256 = "unopenable", reason.strip(), ""
    statement.opens_at, statement.closes_at = opens_at, closes_at
    statement.stated_by, statement.stated_at = actor.person_id, now
    session.add(statement)
    session.flush()
    handed_in, needed = _shares(session, stage)
    public = {
        "reason": statement.reason,
        "handed_in": handed_in,
        "needed": needed,
        "opens_at": opens_at.isoformat(),
        "closes_at": closes_at.isoformat() if closes_at else None,
    }
    record(session, events.UNOPENABLE_STATED, stage, public, actor=actor, now=now)
    return statement


def confirm(session: Session, stage_id: int, seen: str, *, actor: Actor, now: datetime) -> None:
    """Do away with the box and let the vote be held again. seen: `digest_of` the statement that the page showed."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.AUDIT, season=stage.season_id)
    statement = examining.to_confirm(
        session, stage, "unopenable", events.UNOPENABLE_STATED, _is_as_logged, by=actor.person_id
    )
    if statement.opens_at is None:
        raise Conflict("no_statement")
    if seen != digest_of(statement):
        raise Conflict("changed_meanwhile")
    _require_waiting(session, stage)
    reason, opens_at, closes_at = statement.reason, statement.opens_at, statement.closes_at
    differences = len(examining.examine(session, stage, now=now).differences)
    away = unopened.put_away(session, stage, reason=reason, now=now, is_repeated=True)
    public = {
        "reason": reason,
        "envelopes": away.envelopes,
        "receipts_sha256": away.receipts_sha256,
        "differences": differences,
    }
    record(session, events.UNOPENABLE, stage, public, actor=actor, now=now)
    repeating.wait_again(session, stage, reason=reason, opens_at=opens_at, closes_at=closes_at, actor=actor, now=now)


def digest_of(statement: BoxStatement) -> str:
    """By which an auditor says which statement they have seen."""
    moments = [moment.isoformat() if moment else None for moment in (statement.opens_at, statement.closes_at)]
    return agreement.digest_of([{"reason": statement.reason, "window": moments}])


def _is_as_logged(statement: BoxStatement, told: Mapping[str, Any]) -> bool:
    texts = (told.get("opens_at"), told.get("closes_at"))
    window = [datetime.fromisoformat(text) if text else None for text in texts]
    return (told.get("reason"), window) == (statement.reason, [statement.opens_at, statement.closes_at])


def _require_waiting(session: Session, stage: StageRow) -> None:
    if not may_be_stated(session, stage):
        raise Conflict("box_not_waiting")


def _shares(session: Session, stage: StageRow) -> tuple[int, int]:
    """(handed in, needed)."""
    handed_in = sum(teller.has_handed_in for teller in queries.tellers(session, stage.id))
    return handed_in, queries.options_of(stage).tellers.needed
