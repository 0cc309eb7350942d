"""What a person has to do, whatever the kinds of the stages."""

from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.registry import TASKS
from evalflow.seasons.models import Season, StageRow
from evalflow.seasons.tasks import Task


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """In one stage."""
    return list(TASKS[stage.kind](session, stage, actor, now))


def of_season(session: Session, season: Season, actor: Actor, now: datetime) -> list[Task]:
    """In all stages, done ones included: where entries move apart, one may have to be amended in the first for long.

    Nothing where the season was cancelled.
    """
    stages = season.stages if season.cancelled_at is None else ()
    return [task for stage in stages for task in tasks(session, stage, actor, now)]
