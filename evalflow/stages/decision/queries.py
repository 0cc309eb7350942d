"""What the dossier, the minutes and the engine ask of a meeting."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from evalflow.access import Actor, Permission, may
from evalflow.errors import BundleError, Conflict
from evalflow.kinds import decision
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.meeting import Base, Result, entries_of
from evalflow.kinds.meeting import base_of as base_by_rules
from evalflow.kinds.standing import Standing
from evalflow.seasons import cases
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.rules import stage_of
from evalflow.seasons.tasks import Task
from evalflow.stages.decision.models import Attendance, Decided, Meeting, Motion, Recusal
from evalflow.tally import quorum
from evalflow.tally.quorum import Attendance as Roll
from evalflow.workflow.outcome import Case, Tables


def options_of(stage: StageRow) -> DecisionOptions:
    options = stage_of(stage).options
    assert isinstance(options, DecisionOptions)
    return options


def meeting(session: Session, stage_id: int) -> Meeting | None:
    return session.get(Meeting, stage_id)


def attendance(session: Session, stage_id: int) -> Sequence[Attendance]:
    """Everybody who should attend, with their person, by office."""
    query = select(Attendance).where(Attendance.stage_id == stage_id).options(joinedload(Attendance.person))
    return session.scalars(query.order_by(Attendance.office)).all()


def recusals(session: Session, stage_id: int) -> Sequence[Recusal]:
    query = select(Recusal).where(Recusal.stage_id == stage_id).options(joinedload(Recusal.entry))
    return session.scalars(query.order_by(Recusal.person_id, Recusal.entry_id)).all()


def motions(session: Session, stage_id: int) -> Sequence[Motion]:
    return session.scalars(select(Motion).where(Motion.stage_id == stage_id).order_by(Motion.number)).all()


def voted_on(session: Session, stage_id: int) -> set[str]:
    """Keys of the entries whose award was put to the vote."""
    return {_awarded(one) for one in motions(session, stage_id) if one.about.startswith("award:")}


def carried(session: Session, stage_id: int) -> set[str]:
    """Keys of the entries whose award was carried."""
    found = [one for one in motions(session, stage_id) if one.result == Result.CARRIED]
    return {_awarded(one) for one in found if one.about.startswith("award:")}


def _awarded(motion: Motion) -> str:
    return entries_of(motion.about)[0]


def decided(session: Session, stage_id: int) -> Sequence[Decided]:
    """By place; those passed over last."""
    query = select(Decided).where(Decided.stage_id == stage_id).options(joinedload(Decided.entry))
    return session.scalars(query.order_by(Decided.place.nulls_last(), Decided.entry_id)).all()


def own_recusals(session: Session, stage_id: int, actor: Actor) -> set[int]:
    """Ids of the entries this person stepped back from."""
    query = select(Recusal.entry_id).where(Recusal.stage_id == stage_id, Recusal.person_id == actor.person_id)
    return set(session.scalars(query))


def evidence(session: Session, stage: StageRow) -> Tables:
    """The meeting as the arithmetic reads it, as far as it got."""
    offices = {one.person_id: one.office for one in attendance(session, stage.id)}
    counts = ("ayes", "noes", "abstentions", "recused", "entitled", "present")
    return {
        "attendance": [
            {"member": one.office, "present": "yes" if one.is_present else "no"}
            for one in attendance(session, stage.id)
        ],
        "recusals": [{"member": offices[one.person_id], "entry": one.entry.key} for one in recusals(session, stage.id)],
        "motions": [
            {
                "motion": str(one.number),
                "about": one.about,
                **{name: str(getattr(one, name)) for name in counts},
                "result": one.result,
            }
            for one in motions(session, stage.id)
        ],
        "decided": [
            {"entry": one.entry.key, "place": str(one.place or ""), "reason": one.reason}
            for one in decided(session, stage.id)
        ],
    }


def case(session: Session, stage: StageRow) -> Case:
    return cases.case_of(session, stage, evidence(session, stage))


def standing(session: Session, stage: StageRow) -> Standing:
    """Where the entries stand, with the motions so far. Conflict where the earlier outcomes rank nobody."""
    try:
        return decision.proposed(case(session, stage))
    except BundleError as wrong:
        raise Conflict("no_ranking", reason=str(wrong)) from wrong


def roll(session: Session, stage_id: int) -> Roll:
    """Who should attend and who does, by office."""
    everybody = attendance(session, stage_id)
    present = frozenset(one.office for one in everybody if one.is_present)
    return Roll(frozenset(one.office for one in everybody), present)


def base_of(session: Session, stage: StageRow, about: str) -> Base:
    """Who may vote on a motion about this, now."""
    return base_by_rules(about, roll(session, stage.id), _stepped_back(session, stage.id), decided=())


def bases(session: Session, stage: StageRow, entries: Sequence[str]) -> dict[str, Base]:
    """{entry key: who may vote on awarding it, now}."""
    there, stepped_back = roll(session, stage.id), _stepped_back(session, stage.id)
    return {key: base_by_rules(f"award:{key}", there, stepped_back, decided=()) for key in entries}


def _stepped_back(session: Session, stage_id: int) -> frozenset[tuple[str, str]]:
    offices = {one.person_id: one.office for one in attendance(session, stage_id)}
    return frozenset((offices[one.person_id], one.entry.key) for one in recusals(session, stage_id))


def needed(stage: StageRow, entitled: int) -> int:
    """How many have to attend; 0 where nobody meets."""
    rule = options_of(stage).quorum
    return quorum.needed(quorum.parse_presence(rule.present), entitled) if rule else 0


def is_in_session(stage: StageRow) -> bool:
    """Whether the meeting can still act: the deadline only tells the organiser to hurry."""
    return stage.phase == Phase.OPEN and stage.season.cancelled_at is None


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """The committee reads the dossier; the organiser keeps the minutes."""
    if not is_in_session(stage):
        return []
    is_done = bool(decided(session, stage.id))
    if may(actor, Permission.KEEP_MINUTES, season=stage.season_id):
        return [Task("Keep the minutes of the meeting", "decision.home", stage, due=stage.closes_at, is_done=is_done)]
    if may(actor, Permission.DECIDE, season=stage.season_id):
        return [Task("Read the dossier and declare conflicts", "decision.home", stage, due=stage.closes_at)]
    return []
