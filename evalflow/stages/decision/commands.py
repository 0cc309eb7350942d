"""What a meeting does: attendance, recusals, divisions, the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.audit import ledger
from evalflow.audit.event import EventType
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.kinds import decision, meeting
from evalflow.kinds.decision import Choice, Deviation
from evalflow.kinds.standing import Standing
from evalflow.seasons import guards
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.stages.decision import events, queries
from evalflow.stages.decision.models import Decided, Meeting, Motion, Recusal


@dataclass(frozen=True)
class Division:
    """The votes on one motion. about: "award:ENTRY" or "tie:ENTRY>ENTRY"."""

    about: str
    ayes: int
    noes: int
    abstentions: int


@dataclass(frozen=True)
class Line:
    """What is decided of an entry; place None passes it over."""

    entry: str
    place: int | None
    reason: str = ""


def take_attendance(
    session: Session, stage_id: int, present: frozenset[int], *, venue: str, version: int, actor: Actor, now: datetime
) -> Meeting:
    """Say who is there (person ids). It stands once the first motion has been put to the vote."""
    stage, held = _held(session, stage_id, version=version, actor=actor, now=now)
    if queries.motions(session, stage_id):
        raise Conflict("meeting_has_voted")
    everybody = queries.attendance(session, stage_id)
    if present - {one.person_id for one in everybody}:
        raise Invalid("not_entitled")
    for one in everybody:
        one.is_present = one.person_id in present
    held.venue, held.held_at = venue.strip()[:120], held.held_at or now
    _log(
        session,
        events.ATTENDANCE_TAKEN,
        stage,
        public={"entitled": len(everybody), "present": len(present)},
        personal={"offices": [one.office for one in everybody if one.is_present]},
        actor=actor,
        now=now,
    )
    return held


def recuse(session: Session, stage_id: int, entry_key: str, *, actor: Actor, now: datetime) -> None:
    """Step back from whatever concerns an entry, before it has been put to the vote."""
    stage = guards.open_stage(session, stage_id, now=now)
    require(actor, Permission.DECIDE, season=stage.season_id)
    own = next((one for one in queries.attendance(session, stage_id) if one.person_id == actor.person_id), None)
    if own is None:
        raise Forbidden("not_entitled")
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    if entry.id in queries.own_recusals(session, stage_id, actor):
        raise Conflict("already_recused", entry=entry.title)
    if any(entry.key in meeting.entries_of(one.about) for one in queries.motions(session, stage_id)):
        raise Conflict("already_voted_on", entry=entry.title)
    session.add(Recusal(stage_id=stage_id, person_id=own.person_id, entry_id=entry.id))
    _moved(session, stage_id)
    _log(
        session,
        events.RECUSED,
        stage,
        public={"entry": entry.key},
        personal={"office": own.office},
        actor=actor,
        now=now,
    )


def divide(
    session: Session, stage_id: int, divisions: Sequence[Division], *, version: int, actor: Actor, now: datetime
) -> list[Motion]:
    """Record divisions, each with the base of its own item. All of them or, at the first impossible one, none."""
    stage, _ = _held(session, stage_id, version=version, actor=actor, now=now)
    if queries.decided(session, stage_id):
        raise Conflict("already_decided")
    attendance = queries.roll(session, stage_id)
    rule = queries.options_of(stage).quorum
    if rule is None:
        raise Conflict("nobody_meets")
    needed = queries.needed(stage, len(attendance.entitled))
    if len(attendance.present) < needed:
        raise Conflict("no_quorum", present=len(attendance.present), needed=needed)
    taken = []
    number = len(queries.motions(session, stage_id))
    for division in divisions:
        number += 1
        motion = _divided(session, stage, division, number)
        session.add(motion)
        taken.append(motion)
        _log(session, events.DIVIDED, stage, public=_public(motion), actor=actor, now=now)
    session.flush()
    if any(one.about.startswith("tie:") for one in divisions):
        _check_ties(session, stage)
    return taken


def _divided(session: Session, stage: StageRow, division: Division, number: int) -> Motion:
    _check_entries(session, stage, division.about)
    base = queries.base_of(session, stage, division.about)
    rule = queries.options_of(stage).quorum
    assert rule is not None
    try:
        result = meeting.divide(base, rule, ayes=division.ayes, noes=division.noes, abstentions=division.abstentions)
    except ValueError:
        raise Invalid(
            "more_votes_than_present", fields={division.about: "more_votes_than_present"}, present=base.present
        ) from None
    return Motion(
        stage_id=stage.id,
        number=number,
        about=division.about,
        ayes=division.ayes,
        noes=division.noes,
        abstentions=division.abstentions,
        entitled=base.entitled,
        present=base.present,
        recused=base.recused,
        result=result.value,
    )


def _check_entries(session: Session, stage: StageRow, about: str) -> None:
    names = meeting.entries_of(about)
    known = {entry.key for entry in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)}
    subject = about.partition(":")[0]
    fits = {"award": len(names) == 1, "tie": len(names) >= 2}.get(subject, False)
    if not fits or not set(names) <= known or len(set(names)) < len(names):
        raise Invalid("motion_not_understood")


def _check_ties(session: Session, stage: StageRow) -> None:
    """A motion about entries that do not tie would make the ranking unreadable: refused before it is kept."""
    try:
        queries.standing(session, stage)
    except Conflict as wrong:
        raise Invalid("motion_no_tie") from wrong


def decide(
    session: Session,
    stage_id: int,
    lines: Sequence[Line],
    *,
    leaves_empty: bool = False,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Say who is awarded which place. Each needs a carried motion; a deviation from the ranking a written reason.

    leaves_empty: seats that are not given stay empty on purpose. Again replaces what was decided before.
    """
    stage, _ = _held(session, stage_id, version=version, actor=actor, now=now)
    entries = {entry.key: entry for entry in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)}
    _check_lines(session, stage, lines, entries)
    stands = queries.standing(session, stage)
    _check_order(session, stage, lines, stands)
    found = _deviations(stage, lines, stands)
    empty = queries.options_of(stage).seats - sum(one.place is not None for one in lines)
    if empty and not leaves_empty:
        raise Invalid("seats_empty", fields={"leaves_empty": "seats_empty"}, empty=empty)
    session.execute(delete(Decided).where(Decided.stage_id == stage_id))
    session.add_all(
        Decided(stage_id=stage_id, entry_id=entries[one.entry].id, place=one.place, reason=one.reason.strip())
        for one in lines
    )
    session.flush()
    public = {
        "decided": [[one.entry, one.place] for one in lines if one.place is not None],
        "deviations": len(found),
        "left_empty": empty,
    }
    _log(session, events.DECIDED, stage, public=public, actor=actor, now=now)


def _check_order(session: Session, stage: StageRow, lines: Sequence[Line], stands: Standing) -> None:
    """Entries that share a place wait for the motion the chain asks for, unless all but one were voted down."""
    placed = {one.entry for one in lines if one.place is not None}
    voted_down = queries.voted_on(session, stage.id) - queries.carried(session, stage.id)
    for group in decision.open_ties(stands, queries.options_of(stage)):
        if placed & set(group) and len(set(group) - voted_down) > 1:
            raise Conflict("ties_open")


def _deviations(stage: StageRow, lines: Sequence[Line], stands: Standing) -> tuple[Deviation, ...]:
    """Invalid, by entry, where one is kept out of the ranking, is refused by the rules or lacks its reason."""
    barred = {one.entry for one in stands.barred}
    vetoed = {one.entry: "entry_vetoed" for one in lines if one.place is not None and one.entry in barred}
    if vetoed:
        raise Invalid("decision_not_possible", fields=vetoed)
    choices = tuple(Choice(one.entry, one.place, one.reason.strip(), 0) for one in lines)
    found = decision.deviations(stands, choices)
    refused = queries.options_of(stage).deviation == "refused"
    faults = {
        one.entry: "deviation_refused" if refused else "reason_needed" for one in found if refused or not one.reason
    }
    if faults:
        raise Invalid("deviation_needs_reason", fields=faults)
    return found


def _check_lines(session: Session, stage: StageRow, lines: Sequence[Line], entries: Mapping[str, Entry]) -> None:
    seats = queries.options_of(stage).seats
    placed = [one for one in lines if one.place is not None]
    places = [one.place for one in placed]
    names = {one.entry for one in lines}
    if names - set(entries) or len(names) < len(lines):
        raise Invalid("motion_not_understood")
    if not placed:
        raise Invalid("nothing_decided")
    wrong = {one.entry: "place_not_possible" for one in placed if not 1 <= (one.place or 0) <= seats}
    twice = {one.entry: "place_twice" for one in placed if places.count(one.place) > 1}
    carried = queries.carried(session, stage.id)
    without = {one.entry: "motion_needed" for one in placed if one.entry not in carried}
    faults = {**wrong, **twice, **without}
    if faults:
        raise Invalid("decision_not_possible", fields=faults)


def _held(session: Session, stage_id: int, *, version: int, actor: Actor, now: datetime) -> tuple[StageRow, Meeting]:
    """The open stage and its meeting, changed by nobody since the page was shown."""
    stage = guards.open_stage(session, stage_id, now=now)
    require(actor, Permission.KEEP_MINUTES, season=stage.season_id)
    held = session.get_one(Meeting, stage_id)
    if held.version != version:
        raise Conflict("someone_was_faster")
    held.version += 1
    return stage, held


def _moved(session: Session, stage_id: int) -> None:
    session.get_one(Meeting, stage_id).version += 1


def _public(motion: Motion) -> dict[str, Any]:
    return {name: getattr(motion, name) for name in events.DIVIDED.public}


def _log(
    session: Session,
    event_type: EventType,
    stage: StageRow,
    *,
    public: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    personal: Mapping[str, Any] | None = None,
) -> None:
    ledger.append(
        session,
        event_type,
        actor=actor,
        now=now,
        season=stage.season.key,
        stage=stage.key,
        public=public,
        personal=personal,
    )
