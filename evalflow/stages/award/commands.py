"""Making the awards final."""

from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.errors import Conflict
from evalflow.funds import commands as fund
from evalflow.seasons import queries as seasons
from evalflow.seasons import timers
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.record import record
from evalflow.stages.award import events, queries
from evalflow.stages.award.models import Award


def finalise(session: Session, stage_id: int, *, actor: Actor, now: datetime) -> list[Award]:
    """Write the awards as decided and left standing; time then closes and settles the stage at once.

    Nothing is chosen here: what is final follows from the decision and the notice. Nothing is public until then.
    What the tiers bring is booked in the award fund in the same act.
    """
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.FINALISE, season=stage.season_id)
    if not queries.can_be_finalised(stage):
        raise Conflict("stage_not_open", stage=stage.key, phase=stage.phase)
    if queries.awards(session, stage_id):
        raise Conflict("already_final")
    made = [
        Award(stage_id=stage_id, entry_id=one.entry.id, place=one.place, tier=one.key)
        for one in queries.due(session, stage)
    ]
    if not made:
        raise Conflict("nothing_to_award")
    session.add_all(made)
    session.flush()
    fund.grant(session, stage, queries.grants(session, stage), actor=actor, now=now)
    _end(session, stage, now)
    public = {"awards": [[one.entry.key, one.place, one.tier] for one in queries.awards(session, stage_id)]}
    record(session, events.FINALISED, stage, public, actor=actor, now=now)
    return made


def _end(session: Session, stage: StageRow, now: datetime) -> None:
    """Let time close and settle the stage at once, before its deadline or after."""
    if stage.phase == Phase.CLOSED:
        timers.put(session, stage, "settle", now)
        return
    stage.closes_at = min(stage.closes_at or now, now)
    timers.put(session, stage, "close", now)
