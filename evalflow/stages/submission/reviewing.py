"""What the organiser may do with what was handed in: accept it, return it for amendment, reject it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.errors import Conflict, Invalid, NotFound
from evalflow.seasons import guards, moves
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.stages.submission import acceptance, confirming, events, queries
from evalflow.stages.submission.acceptance import log
from evalflow.stages.submission.models import Revision, RevisionState

LONGEST_REMARK = 2000


def accept(session: Session, stage_id: int, entry_id: int, *, version: int, actor: Actor, now: datetime) -> Entry:
    """Let the entry take part, with the next free number. version: of the entry as the page showed it.

    Conflict("confirmations_awaited") until everybody it names has agreed.
    """
    stage, entry, revision = _under_review(session, stage_id, entry_id, version=version, actor=actor)
    awaited = confirming.awaited(session, entry.id)
    if awaited:
        raise Conflict("confirmations_awaited", entry=entry.title, count=awaited)
    acceptance.accept(session, stage, entry, revision, actor=actor, now=now)
    return entry


def return_entry(
    session: Session,
    stage_id: int,
    entry_id: int,
    remarks: Mapping[str, str],
    *,
    version: int,
    actor: Actor,
    now: datetime,
) -> Entry:
    """Send it back to its branch. remarks: {field key: what to amend}, under "" what concerns the whole.

    Invalid("remark_needed") without any; Conflict("too_late_to_return") once nothing may be put in any more.
    """
    stage, entry, revision = _under_review(session, stage_id, entry_id, version=version, actor=actor)
    if not guards.is_open(stage, now) and not queries.moves_apart(stage):
        raise Conflict("too_late_to_return", entry=entry.title)
    known = {field.key for field in queries.options_of(stage).field} | {""}
    said = {key: text.strip() for key, text in remarks.items() if key in known and text.strip()}
    if not said:
        raise Invalid("remark_needed", fields={"remark": "remark_needed"})
    if any(len(text) > LONGEST_REMARK for text in said.values()):
        raise Invalid("remark_too_long", most=LONGEST_REMARK)
    revision.remarks, revision.state, revision.reviewed_at = said, RevisionState.RETURNED, now
    entry.state = EntryState.RETURNED
    entry.version += 1
    public = {"entry": entry.key, "revision": revision.number, "fields": sorted(key for key in said if key)}
    log(session, events.RETURNED, stage, public, actor=actor, now=now, personal={"remarks": said})
    return entry


def reject(
    session: Session, stage_id: int, entry_id: int, reason: str, *, version: int, actor: Actor, now: datetime
) -> Entry:
    """Leave it out, for good, with a reason that its branch reads. Invalid("reason_needed") without one."""
    stage, entry, revision = _under_review(session, stage_id, entry_id, version=version, actor=actor)
    said = reason.strip()
    if not said:
        raise Invalid("reason_needed", fields={"reason": "reason_needed"})
    if len(said) > LONGEST_REMARK:
        raise Invalid("remark_too_long", fields={"reason": "remark_too_long"}, most=LONGEST_REMARK)
    revision.remarks, revision.state, revision.reviewed_at = {"": said}, RevisionState.REJECTED, now
    moves.drop(session, entry, "reject", actor=actor, now=now)
    entry.version += 1
    public = {"entry": entry.key, "revision": revision.number}
    log(session, events.REJECTED, stage, public, actor=actor, now=now, personal={"reason": said})
    return entry


def _under_review(
    session: Session, stage_id: int, entry_id: int, *, version: int, actor: Actor
) -> tuple[StageRow, Entry, Revision]:
    """The stage, locked, an entry that waits for a word, and what was handed in last."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.REVIEW, season=stage.season_id)
    entry = queries.entry_of(session, entry_id)
    if entry.season_id != stage.season_id:
        raise NotFound("no_such_entry", entry=entry_id)
    if stage.season.cancelled_at is not None:
        raise Conflict("season_cancelled")
    guards.unchanged(entry, version)
    revision = queries.last_revision(session, entry.id)
    if entry.state != EntryState.SUBMITTED or revision is None:
        raise Conflict("nothing_to_review", entry=entry.title)
    if not queries.is_admitting(stage):
        raise Conflict("admission_over", entry=entry.title)
    guards.here(entry, stage)
    return stage, entry, revision
