"""Annulling a division on an application that was recorded by mistake: what it made of the application is taken back.

Only where nothing rests on it yet. A merger has joined plans and money, and what was returned is in its branch's hands:
of these the motion that is put next says what is to be.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit.models import EventRow
from evalflow.errors import Conflict
from evalflow.kinds.meeting import Result, entries_of, subject_of
from evalflow.meetings import commands as meetings
from evalflow.meetings import queries as held
from evalflow.meetings.models import Motion
from evalflow.seasons import moves
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow, TargetChange
from evalflow.seasons.rules import definition_of
from evalflow.stages.approval.models import Ruling

ANNULLABLE = ("approve", "reject", "targets")  # of those carried; what was not carried had no effect


def annul(
    session: Session, stage_id: int, number: int, *, reason: str, version: int, actor: Actor, now: datetime
) -> Motion:
    """Say that a division was recorded by mistake. Conflict where something rests on what it made. version: as `rule`.

    An approved application comes before the committee again as long as nothing was recorded of it in a later stage; a
    rejected one takes part again; changed targets are what they were, unless they were changed once more.
    """
    stage, _ = meetings.held(session, stage_id, version=version, actor=actor, now=now)
    motion = next((one for one in held.valid(session, stage_id) if one.number == number), None)
    if motion is None:
        raise Conflict("nothing_to_take_back")
    if motion.result == Result.CARRIED:
        _undo(session, stage, motion, actor=actor, now=now)
    return meetings.annul(session, stage, number, reason, actor=actor, now=now)


def is_annullable(motion: Motion) -> bool:
    """Whether it can be, as far as its subject goes."""
    return motion.result != Result.CARRIED or subject_of(motion.about) in ANNULLABLE


def _undo(session: Session, stage: StageRow, motion: Motion, *, actor: Actor, now: datetime) -> None:
    if not is_annullable(motion):
        raise Conflict("motion_has_no_way_back")
    entry = seasons.entry_by_key(session, stage.season_id, entries_of(motion.about)[-1])
    later = [one for one in held.valid(session, stage.id) if one.number > motion.number and one.result == "carried"]
    if any(entry.key in entries_of(one.about) for one in later):
        raise Conflict("later_motion_rests_on_it")
    subject = subject_of(motion.about)
    if subject == "approve" and _went_on(session, stage, entry, motion):
        raise Conflict("too_late_to_take_back")
    wanted = (TargetChange.stage_id == stage.id, TargetChange.motion == str(motion.number))
    session.execute(delete(TargetChange).where(*wanted, TargetChange.entry_id == entry.id))
    session.execute(delete(Ruling).where(Ruling.stage_id == stage.id, Ruling.motion == motion.number))
    if subject != "targets":
        entry.state = EntryState.ACCEPTED
        moves.bring_back(session, entry, stage, actor=actor, now=now)


def _went_on(session: Session, stage: StageRow, entry: Entry, motion: Motion) -> bool:
    """Whether the entry has left the next stage too, or something was recorded of it after it had left this one."""
    if entry.state != EntryState.ACCEPTED or not moves.is_just_after(entry, stage):
        return True
    ruling = session.get_one(Ruling, (stage.id, motion.number))
    keys = [one.key for one in definition_of(stage.season).stages]
    later = keys[keys.index(stage.key) + 1 :]
    since = select(EventRow.leaf).where(EventRow.season == stage.season.key, EventRow.at >= ruling.ruled_at)
    leaves = (json.loads(leaf) for leaf in session.scalars(since))
    return any(_is_of(one["public"], entry) and one["stage"] in later for one in leaves)


def _is_of(public: Mapping[str, Any], entry: Entry) -> bool:
    return public.get("entry") == entry.key or entry.key in entries_of(str(public.get("about", "")))
