"""What pages, minutes and stages ask of a meeting."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from evalflow.access import Actor
from evalflow.kinds import meeting as rules
from evalflow.kinds.meeting import Base, Result
from evalflow.kinds.quorum_rule import QuorumRule
from evalflow.meetings.models import Attendance, Meeting, Motion, Recusal, Sitting
from evalflow.seasons import taking_back
from evalflow.seasons.models import Phase, StageRow, TakenBack
from evalflow.seasons.rules import stage_of
from evalflow.tally.quorum import Attendance as Roll
from evalflow.workflow.outcome import Tables

COUNTS = ("ayes", "noes", "abstentions", "recused", "entitled", "present")


@dataclass(frozen=True)
class Assembly:
    """The present sitting. earlier: those before it. attendance: who should attend this one; needed: how many must."""

    sitting: Sitting
    earlier: Sequence[Sitting]
    attendance: Sequence[Attendance]
    present: int
    needed: int
    has_voted: bool

    @property
    def is_quorate(self) -> bool:
        return self.present >= self.needed


def rule_of(stage: StageRow) -> QuorumRule | None:
    """The rule by which the committee of a stage meets; None where nobody does."""
    rule = getattr(stage_of(stage).options, "quorum", None)
    assert rule is None or isinstance(rule, QuorumRule)
    return rule


def meeting(session: Session, stage_id: int) -> Meeting | None:
    return session.get(Meeting, stage_id)


def sittings(session: Session, stage_id: int) -> Sequence[Sitting]:
    """The first one first; the last is the one that goes on."""
    return session.scalars(select(Sitting).where(Sitting.stage_id == stage_id).order_by(Sitting.number)).all()


def assembly(session: Session, stage: StageRow) -> Assembly | None:
    """The meeting as it is now; None where there is none."""
    held = sittings(session, stage.id)
    if not held:
        return None
    last = held[-1]
    there = attendance(session, stage.id, last.number)
    present = sum(one.is_present for one in there)
    has_voted = any(one.sitting == last.number for one in valid(session, stage.id))
    return Assembly(last, held[:-1], there, present, needed(stage, len(there)), has_voted)


def attendance(session: Session, stage_id: int, sitting: int | None = None) -> Sequence[Attendance]:
    """Everybody who should attend a sitting, or any, with their person, in the order of the roster."""
    query = select(Attendance).where(Attendance.stage_id == stage_id).options(joinedload(Attendance.person))
    if sitting is not None:
        query = query.where(Attendance.sitting == sitting)
    return session.scalars(query.order_by(Attendance.sitting, Attendance.person_id)).all()


def recusals(session: Session, stage_id: int) -> Sequence[Recusal]:
    query = select(Recusal).where(Recusal.stage_id == stage_id).options(joinedload(Recusal.entry))
    return session.scalars(query.order_by(Recusal.person_id, Recusal.entry_id)).all()


def own_recusals(session: Session, stage_id: int, actor: Actor) -> set[int]:
    """Ids of the entries this person stepped back from."""
    query = select(Recusal.entry_id).where(Recusal.stage_id == stage_id, Recusal.person_id == actor.person_id)
    return set(session.scalars(query))


def motions(session: Session, stage_id: int) -> Sequence[Motion]:
    return session.scalars(select(Motion).where(Motion.stage_id == stage_id).order_by(Motion.number)).all()


def valid(session: Session, stage_id: int) -> list[Motion]:
    """All but those that were annulled."""
    return [one for one in motions(session, stage_id) if one.result != Result.ANNULLED]


def annulments(session: Session, stage_id: int) -> dict[int, Sequence[TakenBack]]:
    """{number of a motion: why it was annulled, once}."""
    rows = taking_back.of_stage(session, stage_id, "motion")
    return {int(one.about.partition(":")[2]): (one,) for one in rows}


def voted_on(session: Session, stage_id: int, subject: str) -> set[str]:
    """Keys of the entries that a motion on a subject named."""
    found = valid(session, stage_id)
    return {key for one in found if rules.subject_of(one.about) == subject for key in rules.entries_of(one.about)}


def carried(session: Session, stage_id: int, subject: str) -> set[str]:
    """Keys of the entries that a carried motion on a subject named."""
    found = [one for one in motions(session, stage_id) if one.result == Result.CARRIED]
    return {key for one in found if rules.subject_of(one.about) == subject for key in rules.entries_of(one.about)}


def needed(stage: StageRow, entitled: int) -> int:
    """How many have to attend; 0 where nobody meets."""
    rule = rule_of(stage)
    return rule.needed(entitled) if rule else 0


def base_of(session: Session, stage: StageRow, about: str) -> Base:
    """Who may vote on a motion about this, now."""
    return bases(session, stage, [about])[about]


def bases(session: Session, stage: StageRow, abouts: Sequence[str]) -> dict[str, Base]:
    """{what a motion is about: who may vote on it, now}; nobody where nobody meets."""
    there = attendance(session, stage.id)
    stepped_back = _stepped_back(session, stage.id, there)
    last = max((one.sitting for one in there), default=rules.FIRST)
    rolls = {last: _roll([one for one in there if one.sitting == last])}
    return {about: rules.base_of(about, last, rolls, stepped_back) for about in abouts}


def _roll(there: Sequence[Attendance]) -> Roll:
    """Who should attend and who does, by office."""
    return Roll(frozenset(one.office for one in there), frozenset(one.office for one in there if one.is_present))


def _stepped_back(session: Session, stage_id: int, there: Sequence[Attendance]) -> rules.Recusals:
    offices = {one.person_id: one.office for one in there}
    return frozenset(
        rules.Recusal(offices[one.person_id], one.entry.key, one.sitting) for one in recusals(session, stage_id)
    )


def evidence(session: Session, stage_id: int) -> Tables:
    """The meeting as the arithmetic reads it, as far as it got."""
    there = attendance(session, stage_id)
    stepped_back = sorted(_stepped_back(session, stage_id, there))
    return {
        "attendance": [
            {"sitting": str(one.sitting), "member": one.office, "present": "yes" if one.is_present else "no"}
            for one in there
        ],
        "recusals": [{"sitting": str(one.sitting), "member": one.member, "entry": one.entry} for one in stepped_back],
        "motions": [
            {
                "motion": str(one.number),
                "sitting": str(one.sitting),
                "about": one.about,
                **{name: str(getattr(one, name)) for name in COUNTS},
                "result": one.result,
            }
            for one in motions(session, stage_id)
        ],
    }


def is_in_session(stage: StageRow) -> bool:
    """Whether the meeting can still act: the deadline only tells the organiser to hurry."""
    return stage.phase == Phase.OPEN and stage.season.cancelled_at is None
