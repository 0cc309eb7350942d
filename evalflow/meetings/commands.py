"""What a committee does, whatever it meets about: come together, attend, step back, divide."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, Role, require
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.kinds import meeting as rules
from evalflow.meetings import events, queries
from evalflow.meetings.models import Attendance, Meeting, Motion, Recusal, Sitting
from evalflow.people import rolls
from evalflow.seasons import guards, taking_back
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, StageRow
from evalflow.seasons.record import record


@dataclass(frozen=True)
class Division:
    """The votes on one motion. about: a subject and the entries it names."""

    about: str
    ayes: int
    noes: int
    abstentions: int


def found(session: Session, stage: StageRow) -> int:
    """Set up the meeting of a stage that opens, with its first sitting; how many should attend."""
    session.add(Meeting(stage_id=stage.id))
    session.flush()
    return _call(session, stage)


def convene(session: Session, stage_id: int, *, version: int, actor: Actor, now: datetime) -> Sitting:
    """Call another sitting, to which today's committee should come. The one before has to have been held."""
    stage, _ = held(session, stage_id, version=version, actor=actor, now=now)
    last = queries.sittings(session, stage_id)[-1]
    if last.held_at is None:
        raise Conflict("sitting_not_held", sitting=last.number)
    entitled = _call(session, stage)
    record(
        session,
        events.CONVENED,
        stage,
        public={"sitting": last.number + 1, "entitled": entitled},
        actor=actor,
        now=now,
    )
    return queries.sittings(session, stage_id)[-1]


def _call(session: Session, stage: StageRow) -> int:
    """The next sitting; whoever sat before keeps their office, others get the next free one."""
    members = rolls.holders(session, Role.COMMITTEE_MEMBER, season_id=stage.season_id)
    if not members:
        raise Conflict("no_committee")
    offices = {one.person_id: one.office for one in queries.attendance(session, stage.id)}
    number = len(queries.sittings(session, stage.id)) + 1
    session.add(Sitting(stage_id=stage.id, number=number))
    for person in members:
        office = offices.setdefault(person.id, f"member-{len(offices) + 1:02d}")
        session.add(Attendance(stage_id=stage.id, sitting=number, person_id=person.id, office=office))
    session.flush()
    return len(members)


def take_attendance(
    session: Session, stage_id: int, present: frozenset[int], *, venue: str, version: int, actor: Actor, now: datetime
) -> Meeting:
    """Say who is there (person ids). It stands once the sitting has put its first motion to the vote."""
    stage, kept = held(session, stage_id, version=version, actor=actor, now=now)
    there = queries.assembly(session, stage)
    assert there is not None
    if there.has_voted:
        raise Conflict("meeting_has_voted")
    if present - {one.person_id for one in there.attendance}:
        raise Invalid("not_entitled")
    for one in there.attendance:
        one.is_present = one.person_id in present
    there.sitting.venue, there.sitting.held_at = venue.strip()[:120], there.sitting.held_at or now
    record(
        session,
        events.ATTENDANCE_TAKEN,
        stage,
        public={"sitting": there.sitting.number, "entitled": len(there.attendance), "present": len(present)},
        personal={"offices": [one.office for one in there.attendance if one.is_present]},
        actor=actor,
        now=now,
    )
    return kept


def recuse(session: Session, stage_id: int, entry_key: str, *, actor: Actor, now: datetime) -> None:
    """Step back from whatever concerns an entry, before this sitting has put it to the vote."""
    stage = guards.open_stage(session, stage_id, now=now)
    require(actor, Permission.DECIDE, season=stage.season_id)
    there = queries.assembly(session, stage)
    own = next((one for one in there.attendance if one.person_id == actor.person_id), None) if there else None
    if there is None or own is None:
        raise Forbidden("not_entitled")
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    if entry.id in queries.own_recusals(session, stage_id, actor):
        raise Conflict("already_recused", entry=entry.title)
    sitting = there.sitting.number
    _not_voted_on(session, stage_id, entry, since=sitting)
    session.add(Recusal(stage_id=stage_id, person_id=own.person_id, entry_id=entry.id, sitting=sitting))
    session.get_one(Meeting, stage_id).version += 1
    public = {"entry": entry.key, "sitting": sitting}
    record(session, events.RECUSED, stage, public=public, personal={"office": own.office}, actor=actor, now=now)


def rejoin(session: Session, stage_id: int, entry_key: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Take back that one stepped back from an entry, before it was put to the vote without them."""
    stage = guards.open_stage(session, stage_id, now=now)
    require(actor, Permission.DECIDE, season=stage.season_id)
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    own = next((one for one in queries.recusals(session, stage_id) if _is(one, actor, entry)), None)
    if own is None:
        raise Conflict("nothing_to_take_back")
    _not_voted_on(session, stage_id, entry, since=own.sitting)
    session.delete(own)
    session.get_one(Meeting, stage_id).version += 1
    office = next(one.office for one in queries.attendance(session, stage_id) if one.person_id == own.person_id)
    taking_back.keep(
        session,
        stage,
        events.RECUSAL_TAKEN_BACK,
        f"recusal:{entry.key}:{office}",
        reason,
        public={"entry": entry.key, "sitting": own.sitting},
        personal={"office": office},
        actor=actor,
        now=now,
    )


def _is(recusal: Recusal, actor: Actor, entry: Entry) -> bool:
    return recusal.person_id == actor.person_id and recusal.entry_id == entry.id


def _not_voted_on(session: Session, stage_id: int, entry: Entry, *, since: int) -> None:
    """Conflict where a sitting from this one on has put the entry to the vote."""
    voted = [one for one in queries.valid(session, stage_id) if one.sitting >= since]
    if any(entry.key in rules.entries_of(one.about) for one in voted):
        raise Conflict("already_voted_on", entry=entry.title)


def annul(session: Session, stage: StageRow, number: int, reason: str, *, actor: Actor, now: datetime) -> Motion:
    """Say of a division of a stage that is `held` that it was recorded by mistake. It keeps its number and its votes,
    and says nothing any more. What followed from it the kind has to take back.
    """
    found = next((one for one in queries.valid(session, stage.id) if one.number == number), None)
    if found is None:
        raise Conflict("nothing_to_take_back")
    public = {name: getattr(found, name) for name in events.ANNULLED.public}
    found.result = rules.Result.ANNULLED.value
    about = f"motion:{number}"
    taking_back.keep(session, stage, events.ANNULLED, about, reason, public=public, actor=actor, now=now)
    return found


def held(session: Session, stage_id: int, *, version: int, actor: Actor, now: datetime) -> tuple[StageRow, Meeting]:
    """The open stage and its meeting, changed by nobody since the page was shown. Whoever asks keeps the minutes."""
    stage = guards.open_stage(session, stage_id, now=now)
    require(actor, Permission.KEEP_MINUTES, season=stage.season_id)
    kept = queries.meeting(session, stage_id)
    if kept is None:
        raise Conflict("nobody_meets")
    if kept.version != version:
        raise Conflict("someone_was_faster")
    kept.version += 1
    return stage, kept


def divide(
    session: Session,
    stage: StageRow,
    divisions: Sequence[Division],
    *,
    subjects: rules.Subjects,
    known: Collection[str],
    actor: Actor,
    now: datetime,
) -> list[Motion]:
    """Record divisions of a stage that is `held`, each with the base of its own motion; at an impossible one, none.

    subjects: what may be divided on; known: keys of the entries that motions may name.
    """
    there = queries.assembly(session, stage)
    assert there is not None
    if not there.is_quorate:
        raise Conflict("no_quorum", present=there.present, needed=there.needed)
    taken = []
    number = len(queries.motions(session, stage.id))
    for division in divisions:
        if not rules.fits(division.about, subjects) or not set(rules.entries_of(division.about)) <= set(known):
            raise Invalid("motion_not_understood")
        number += 1
        motion = _divided(session, stage, division, number, there.sitting.number)
        session.add(motion)
        taken.append(motion)
        public = {name: getattr(motion, name) for name in events.DIVIDED.public}
        record(session, events.DIVIDED, stage, public=public, actor=actor, now=now)
    session.flush()
    return taken


def _divided(session: Session, stage: StageRow, division: Division, number: int, sitting: int) -> Motion:
    base = queries.base_of(session, stage, division.about)
    rule = queries.rule_of(stage)
    assert rule is not None
    try:
        result = rules.divide(base, rule, ayes=division.ayes, noes=division.noes, abstentions=division.abstentions)
    except ValueError:
        raise Invalid(
            "more_votes_than_present", fields={division.about: "more_votes_than_present"}, present=base.present
        ) from None
    return Motion(
        stage_id=stage.id,
        sitting=sitting,
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
