"""What the dossier, the minutes and the engine ask of a decision."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from evalflow.access import Actor, Permission, may
from evalflow.errors import BundleError, Conflict
from evalflow.kinds import decision, tiering
from evalflow.kinds.award_tiers import AwardTier
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.standing import Standing
from evalflow.kinds.tiering import Tiers
from evalflow.meetings import queries as meetings
from evalflow.seasons import cases
from evalflow.seasons.models import StageRow
from evalflow.seasons.rules import definition_of, stage_of
from evalflow.seasons.tasks import Task
from evalflow.stages.decision.models import Decided
from evalflow.workflow.outcome import Case, Tables


def options_of(stage: StageRow) -> DecisionOptions:
    options = stage_of(stage).options
    assert isinstance(options, DecisionOptions)
    return options


def decided(session: Session, stage_id: int) -> Sequence[Decided]:
    """By place; those passed over last."""
    query = select(Decided).where(Decided.stage_id == stage_id).options(joinedload(Decided.entry))
    return session.scalars(query.order_by(Decided.place.nulls_last(), Decided.entry_id)).all()


def is_nobody(session: Session, stage_id: int) -> bool:
    """Whether it was carried that nobody is awarded, and not revoked."""
    return decision.is_nobody((one.about, one.result) for one in meetings.motions(session, stage_id))


def may_be_nobody(session: Session, stage: StageRow) -> bool:
    """Whether it can be put to the vote that nobody is awarded.

    Not against the ranking, where the rules refuse deviations from it; but what was carried can always be revoked.
    """
    if options_of(stage).deviation != "refused" or is_nobody(session, stage.id):
        return True
    return not standing(session, stage).cut.winners


def is_decided(session: Session, stage: StageRow) -> bool:
    """Whether a decision was recorded. Where the ranking proposes nobody, the motion that says so is all of it."""
    if decided(session, stage.id):
        return True
    return is_nobody(session, stage.id) and not standing(session, stage).cut.winners


def evidence(session: Session, stage: StageRow) -> Tables:
    """The meeting as the arithmetic reads it, as far as it got, and what it decided."""
    lines = [
        {"entry": one.entry.key, "place": str(one.place or ""), "reason": one.reason}
        for one in decided(session, stage.id)
    ]
    return {**meetings.evidence(session, stage.id), "decided": lines}


def case(session: Session, stage: StageRow) -> Case:
    return cases.case_of(session, stage, evidence(session, stage))


def standing(session: Session, stage: StageRow) -> Standing:
    """Where the entries stand, with the motions so far. Conflict where the earlier outcomes rank nobody."""
    return standing_of(case(session, stage))


def standing_of(of: Case) -> Standing:
    """The same of a case that is at hand."""
    try:
        return decision.proposed(of)
    except BundleError as wrong:
        raise Conflict("no_ranking", reason=str(wrong)) from wrong


def tiers_after(stage: StageRow) -> tuple[AwardTier, ...]:
    """The tiers of the award that this decides which go by the ranking; none where it has none."""
    found = tiering.tiers_after(definition_of(stage.season), stage.key)
    return tuple(tier for tier in found if tier.full_mark_in is None)


def tiers(of: Case, stands: Standing, lines: Sequence[Decided]) -> Tiers:
    """The tiers of those decided; before there is a decision, of those that the ranking proposes."""
    decided_names = [{"entry": one.entry.key, "place": one.place} for one in lines if one.place]
    ranked = [
        {"entry": one.entry, "place": one.place} for one in stands.order.places if one.entry in stands.cut.winners
    ]
    return tiering.tiered(
        of.definition,
        of.stage.key,
        decided_names if lines else ranked,
        composite=stands.composite,
        field=len(of.contenders),
        outcomes=of.earlier,
    )


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """The committee reads the dossier; the organiser keeps the minutes."""
    if not meetings.is_in_session(stage):
        return []
    is_done = is_decided(session, stage)
    if may(actor, Permission.KEEP_MINUTES, season=stage.season_id):
        return [Task("Keep the minutes of the meeting", "decision.home", stage, due=stage.closes_at, is_done=is_done)]
    if may(actor, Permission.DECIDE, season=stage.season_id):
        return [Task("Read the dossier and declare conflicts", "decision.home", stage, due=stage.closes_at)]
    return []
