"""Accepting an entry, by the organiser's word or, without review, by handing it in; and how this stage logs."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit import ledger
from evalflow.audit.event import EventType
from evalflow.errors import Conflict
from evalflow.kinds.ballot_check import room
from evalflow.people.models import Branch
from evalflow.seasons import moves
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.stages.submission import events
from evalflow.stages.submission.models import Revision, RevisionState


def accept(session: Session, stage: StageRow, entry: Entry, revision: Revision, *, actor: Actor, now: datetime) -> None:
    """The caller has locked the stage and asked every question but one: whether every vote's paper has room for it.

    Conflict("paper_full") where one has not: as long as entries come in, something can still be done about it.
    """
    most = room(definition_of(stage.season))
    if most is not None and seasons.count_entries(session, entry.season_id, EntryState.ACCEPTED) >= most:
        raise Conflict("paper_full", entry=entry.title, most=most)
    entry.state = EntryState.ACCEPTED
    entry.number = number_of(session, entry)
    entry.version += 1
    revision.state, revision.reviewed_at = RevisionState.ACCEPTED, now
    session.flush()
    public = {"entry": entry.key, "revision": revision.number, "number": entry.number}
    log(session, events.ACCEPTED, stage, public, actor=actor, now=now)
    moves.advance(session, entry, actor=actor, now=now)


def number_of(session: Session, entry: Entry) -> int:
    """An entry's place in the order of presentation, which is that of the roster, whoever is accepted first.

    Every branch has as many numbers as it may have entries, so that some stay free; its own entries take them in the
    order in which they were begun. Where that one is taken, as by an entry withdrawn, the next one after all these.
    """
    taken = select(Entry.number).where(Entry.season_id == entry.season_id, Entry.id != entry.id)
    given = {number for number in session.scalars(taken) if number is not None}
    before = session.scalars(select(func.count()).where(Branch.id < entry.branch_id)).one()
    own = select(func.count()).where(
        Entry.season_id == entry.season_id, Entry.branch_id == entry.branch_id, Entry.id < entry.id
    )
    each = definition_of(entry.season).heading.entry.per_owner
    number = before * each + min(session.scalars(own).one(), each - 1) + 1
    if number not in given:
        return number
    branches = session.scalars(select(func.count()).select_from(Branch)).one()
    return max(branches * each, *given) + 1


def log(
    session: Session,
    event_type: EventType,
    stage: StageRow,
    public: Mapping[str, object],
    *,
    actor: Actor,
    now: datetime,
    personal: Mapping[str, object] | None = None,
) -> None:
    """One event of this stage."""
    place = {"season": stage.season.key, "stage": stage.key}
    ledger.append(session, event_type, actor=actor, now=now, **place, public=public, personal=personal)
