"""The first page: what is running, and what the person who asks has to do; and a season's own page."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template

from evalflow.access import Permission
from evalflow.seasons import queries, visibility
from evalflow.seasons.models import Phase, Season, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.seasons.tasks import Task
from evalflow.web.current import actor, now, reading, site
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint
from evalflow.workflow.definition import Definition


@dataclass(frozen=True)
class SeasonLine:
    """A season in a list. stage: where it is; None once it is over."""

    season: Season
    stage: StageRow | None
    tasks: Sequence[Task]
    is_final: bool


@dataclass(frozen=True)
class SeasonPage:
    """A season as the person who asks may see it."""

    season: Season
    definition: Definition
    stage: StageRow | None
    tasks: Sequence[Task]
    is_final: bool
    shows_proposal: bool
    shows_entries: bool


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    lines = [_line(season) for season in queries.seasons(reading())]
    running = [line for line in lines if line.stage is not None]
    over = [line for line in lines if line.stage is None]
    tasks = [task for line in running for task in line.tasks]
    return render_template("web/home.html", running=running, over=over, tasks=tasks)


@blueprint.get("/s/<season_key>")
@guarded(Permission.SEE_PUBLIC)
def season(season_key: str) -> str:
    found = queries.season_by_key(reading(), season_key)
    page = SeasonPage(
        season=found,
        definition=definition_of(found),
        stage=_stage_now(found),
        tasks=_tasks(found),
        is_final=visibility.is_final(found),
        shows_proposal=visibility.sees_proposal(actor(), found),
        shows_entries=visibility.sees_entries(actor(), found),
    )
    return render_template("web/season.html", page=page)


def _line(found: Season) -> SeasonLine:
    return SeasonLine(found, _stage_now(found), _tasks(found), visibility.is_final(found))


def _stage_now(found: Season) -> StageRow | None:
    return None if found.cancelled_at is not None else queries.current_stage(found)


def _tasks(found: Season) -> list[Task]:
    """What the person has to do in a season that is running, what is still to be done first."""
    if not actor().is_authenticated or found.cancelled_at is not None:
        return []
    asked = [stage for stage in found.stages if stage.phase != Phase.DONE]
    tasks = [task for stage in asked for task in site().tasks(reading(), stage, actor(), now())]
    return sorted(tasks, key=lambda task: task.is_done)
