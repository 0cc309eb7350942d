"""Taking back what was said of an entry, or that its branch took it out: before anything rests on it, with a reason.

Only where the season moves together. An entry that moves by itself is at its next stage at once, or gone; there the
committee returns or rejects it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.errors import Conflict, NotFound
from evalflow.seasons import guards, taking_back
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, Phase, StageRow, Withdrawal
from evalflow.stages.submission import events, queries
from evalflow.stages.submission.models import Draft, RevisionState

SAID = (EntryState.ACCEPTED, EntryState.REJECTED)


def can_be_reviewed_anew(entry: Entry, stage: StageRow) -> bool:
    """Whether its acceptance or rejection can be taken back: until the stage is settled."""
    is_asked = queries.options_of(stage).review != "none"
    return entry.state in SAID and is_asked and _is_running(stage, Phase.OPEN, Phase.CLOSED)


def can_be_restored(entry: Entry, stage: StageRow, now: datetime) -> bool:
    """Whether its branch can bring it back: as long as it could hand it in."""
    return entry.state == EntryState.WITHDRAWN and _is_running(stage, Phase.OPEN) and guards.is_open(stage, now)


def _is_running(stage: StageRow, *phases: Phase) -> bool:
    return stage.phase in phases and not queries.moves_apart(stage) and stage.season.cancelled_at is None


def review_anew(
    session: Session, stage_id: int, entry_id: int, *, reason: str, version: int, actor: Actor, now: datetime
) -> Entry:
    """Take an acceptance or a rejection back: the entry waits for a word again. Its number is not given to another."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.REVIEW, season=stage.season_id)
    entry = _of(session, stage, entry_id, version)
    revision = queries.last_revision(session, entry.id)
    if entry.state not in SAID or revision is None:
        raise Conflict("nothing_to_take_back")
    if not can_be_reviewed_anew(entry, stage):
        raise Conflict("too_late_to_take_back")
    public = {"entry": entry.key, "revision": revision.number, "was": entry.state}
    entry.state, entry.version = EntryState.SUBMITTED, entry.version + 1
    revision.state, revision.reviewed_at, revision.remarks = RevisionState.SUBMITTED, None, {}
    about = f"review:{entry.key}"
    taking_back.keep(session, stage, events.REVIEW_TAKEN_BACK, about, reason, public=public, actor=actor, now=now)
    return entry


def restore(
    session: Session, stage_id: int, entry_id: int, *, reason: str, version: int, actor: Actor, now: datetime
) -> Entry:
    """Bring back what the branch withdrew, as a draft of what was handed in last; the branch hands it in again."""
    stage = guards.open_stage(session, stage_id, now=now)
    entry = _of(session, stage, entry_id, version)
    require(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    if entry.state != EntryState.WITHDRAWN:
        raise Conflict("nothing_to_take_back")
    if not can_be_restored(entry, stage, now):
        raise Conflict("too_late_to_take_back")
    if not queries.places_left(seasons.entries(session, stage.season_id), entry.branch_id, stage):
        raise Conflict("no_more_entries")
    session.delete(session.get_one(Withdrawal, entry.id))
    session.add(Draft(entry_id=entry.id, answers=entry.answers, saved_at=now, page="", version=1))
    entry.state, entry.version = EntryState.DRAFT, entry.version + 1
    about, public = f"withdrawal:{entry.key}", {"entry": entry.key}
    taking_back.keep(session, stage, events.RESTORED, about, reason, public=public, actor=actor, now=now)
    return entry


def _of(session: Session, stage: StageRow, entry_id: int, version: int) -> Entry:
    entry = queries.entry_of(session, entry_id)
    if entry.season_id != stage.season_id:
        raise NotFound("no_such_entry", entry=entry_id)
    guards.unchanged(entry, version)
    return entry
