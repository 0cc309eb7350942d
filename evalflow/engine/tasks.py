"""What a person has to do, whatever the kinds of the stages."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.registry import TASKS
from evalflow.seasons.models import Phase, Season, StageRow
from evalflow.seasons.tasks import Task


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """In one stage."""
    return list(TASKS[stage.kind](session, stage, actor, now))


def of_season(session: Session, season: Season, actor: Actor, now: datetime) -> list[Task]:
    """In all stages that are not over; nothing where the season was cancelled."""
    return list(of_stages(session, season.stages if season.cancelled_at is None else (), actor, now))


def of_stages(session: Session, stages: Iterable[StageRow], actor: Actor, now: datetime) -> Iterable[Task]:
    for stage in stages:
        if stage.phase != Phase.DONE:
            yield from tasks(session, stage, actor, now)
