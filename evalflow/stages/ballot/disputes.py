"""When the box and the log differ: look again, go on in spite of it (the organiser states, an auditor confirms)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.errors import Conflict, Invalid
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.record import record
from evalflow.stages.ballot import agreement, commands, events, examining
from evalflow.stages.ballot.models import BoxExamination, BoxStatement

MOST_LISTED = 200  # differences that an event holds; of more it has the number and the digest


def compare_again(session: Session, stage_id: int, *, actor: Actor, now: datetime) -> BoxExamination:
    """Compare a stopped box anew, for instance after a backup was restored; where all agrees, the count goes on."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.STEER, season=stage.season_id)
    examination = _stopped(session, stage, now=now)
    if not examination.differences:
        commands.count_if_ready(session, stage, now=now)
    return examination


def state(session: Session, stage_id: int, reason: str, *, actor: Actor, now: datetime) -> BoxStatement:
    """Say why the votes are to be counted although the box and the log differ. An auditor has to confirm it."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.STEER, season=stage.season_id)
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": "reason_needed"})
    examination = _stopped(session, stage, now=now)
    if not examination.differences:
        raise Conflict("box_agrees")
    digest = agreement.digest_of(examination.differences)
    statement = examining.pending(session, stage_id) or BoxStatement(stage_id=stage_id)
    statement.kind, statement.reason, statement.differences_sha256 = "disputed", reason.strip(), digest
    statement.stated_by, statement.stated_at = actor.person_id, now
    session.add(statement)
    session.flush()
    public = {
        "reason": statement.reason,
        "differences": len(examination.differences),
        "differences_sha256": digest,
    }
    record(session, events.DISPUTE_STATED, stage, public, actor=actor, now=now)
    return statement


def confirm(session: Session, stage_id: int, seen: str, *, actor: Actor, now: datetime) -> None:
    """Let the count go on. seen: the digest of the differences that the page showed; with others, nothing is done."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.AUDIT, season=stage.season_id)
    statement = examining.to_confirm(
        session, stage, "disputed", events.DISPUTE_STATED, _is_as_logged, by=actor.person_id
    )
    examination = _stopped(session, stage, now=now)
    if {agreement.digest_of(examination.differences), seen} != {statement.differences_sha256}:
        raise Conflict("changed_meanwhile")
    statement.confirmed_by, statement.confirmed_at = actor.person_id, now
    session.flush()
    public = {
        "reason": statement.reason,
        "differences": len(examination.differences),
        "differences_sha256": statement.differences_sha256,
        "listed": examination.differences[:MOST_LISTED],
    }
    record(session, events.BOX_DISPUTED, stage, public, actor=actor, now=now)
    commands.count_if_ready(session, stage, now=now)


def _is_as_logged(statement: BoxStatement, told: Mapping[str, Any]) -> bool:
    return (told.get("reason"), told.get("differences_sha256")) == (statement.reason, statement.differences_sha256)


def _stopped(session: Session, stage: StageRow, *, now: datetime) -> BoxExamination:
    """The stage's box compared anew. Conflict unless its count was stopped."""
    if stage.phase != Phase.CLOSED or not examining.is_stopped(session, stage.id):
        raise Conflict("count_not_stopped")
    return examining.examine(session, stage, now=now)
