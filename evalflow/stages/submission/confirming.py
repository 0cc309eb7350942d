"""Whoever a declaration names has to agree: the leader in command, and each branch that takes part."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.seasons import guards, plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.stages.submission import events, queries
from evalflow.stages.submission.acceptance import log
from evalflow.stages.submission.models import Asked, Confirmation, RevisionState

LONGEST_REASON = 2000


def ask(session: Session, entry: Entry) -> None:
    """After handing in: whoever is named now is asked; who has agreed already is not asked again."""
    named = {(Asked.PART, row["branch"]) for row in plans.rows_of(entry, "partners") if row["branch"]}
    leader = plans.answer_of(entry, "leader")
    named |= {(Asked.COMMAND, leader)} if leader else set()
    known = {(Asked(row.what), row.name): row for row in of(session, entry.id)}
    for key, row in known.items():
        if key not in named:
            session.delete(row)
        elif row.accepted is False:
            row.accepted, row.reason, row.answered_at = None, "", None
    for what, name in sorted(named - known.keys()):
        session.add(Confirmation(entry_id=entry.id, what=what, name=name))
    session.flush()


def of(session: Session, entry_id: int) -> Sequence[Confirmation]:
    """The leader's first, then the branches by their keys."""
    query = select(Confirmation).where(Confirmation.entry_id == entry_id)
    return session.scalars(query.order_by(Confirmation.what, Confirmation.name)).all()


def awaited(session: Session, entry_id: int) -> int:
    """How many have not agreed."""
    return sum(not row.accepted for row in of(session, entry_id))


def concerning(rows: Sequence[Confirmation], actor: Actor) -> list[Confirmation]:
    """Those that this person can answer."""
    return [
        row
        for row in rows
        if (row.what == Asked.COMMAND and row.name == actor.login)
        or (row.what == Asked.PART and row.name in actor.speaks_for)
    ]


def answer(
    session: Session,
    stage_id: int,
    entry_id: int,
    *,
    accepted: bool,
    reason: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> Entry:
    """Agree, or decline with a reason; declining gives the entry back to its branch.

    version: of the entry as the page showed it. Forbidden for whoever is not named in it.
    """
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.USE_ACCOUNT)
    entry = queries.entry_of(session, entry_id)
    own = concerning(of(session, entry_id), actor)
    if not own or entry.season_id != stage.season_id:
        raise Forbidden("not_permitted")
    guards.unchanged(entry, version)
    if entry.state != EntryState.SUBMITTED or all(row.accepted is not None for row in own):
        raise Conflict("nothing_to_confirm", entry=entry.title)
    said = reason.strip()
    if not accepted and not said:
        raise Invalid("reason_needed", fields={"reason": "reason_needed"})
    if len(said) > LONGEST_REASON:
        raise Invalid("remark_too_long", fields={"reason": "remark_too_long"}, most=LONGEST_REASON)
    for row in own:
        row.accepted, row.reason, row.answered_at = accepted, said, now
        branch = row.name if row.what == Asked.PART else ""
        public = {"entry": entry.key, "what": row.what, "branch": branch, "accepted": accepted}
        log(session, events.CONFIRMED, stage, public, actor=actor, now=now, personal={"reason": said})
    entry.version += 1
    if not accepted:
        _give_back(session, stage, entry, said, now=now)
    return entry


def _give_back(session: Session, stage: StageRow, entry: Entry, reason: str, *, now: datetime) -> None:
    revision = queries.last_revision(session, entry.id)
    assert revision is not None
    revision.remarks, revision.state, revision.reviewed_at = {"": reason}, RevisionState.RETURNED, now
    entry.state = EntryState.RETURNED
