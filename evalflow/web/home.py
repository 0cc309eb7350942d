"""The first page: what is running, and what the person who asks has to do; and a season's own page."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, url_for

from evalflow.access import Permission
from evalflow.i18n import Text
from evalflow.reminding import queries as reminders
from evalflow.seasons import queries, visibility
from evalflow.seasons.models import Season, StageRow
from evalflow.seasons.rules import definition_of, legible
from evalflow.seasons.tasks import Task
from evalflow.web.current import actor, now, reading, site
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint
from evalflow.workflow.definition import Definition, StageRule


@dataclass(frozen=True)
class StageLine:
    """A stage in a season's timeline. url: "" before it has begun."""

    row: StageRow
    rule: StageRule
    is_current: bool
    shows_outcome: bool
    url: str


@dataclass(frozen=True)
class SeasonPage:
    """A season as the person who asks may see it. current: where it is; None once it is over or was cancelled."""

    season: Season
    summary: Text
    stages: Sequence[StageLine]
    current: StageLine | None
    tasks: Sequence[Task]
    is_final: bool


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    pages = [_page(season) for season in legible(queries.seasons(reading()))]
    return render_template(
        "web/home.html",
        running=[page for page in pages if page.current is not None],
        over=[page for page in pages if page.current is None],
        tasks=urgent_first([task for page in pages for task in page.tasks]),
        unread=reminders.count_unread(reading(), asking) if (asking := actor().person_id) else 0,
    )


@blueprint.get("/s/<season_key>")
@guarded(Permission.SEE_PUBLIC)
def season(season_key: str) -> str:
    return render_template("web/season.html", page=_page(queries.season_by_key(reading(), season_key)))


def _page(found: Season) -> SeasonPage:
    definition = definition_of(found)
    now_at = None if found.cancelled_at is not None else queries.current_stage(found)
    lines = [_line(row, definition, is_current=row is now_at) for row in found.stages]
    return SeasonPage(
        season=found,
        summary=definition.heading.summary,
        stages=lines,
        current=next((line for line in lines if line.is_current), None),
        tasks=_tasks(found),
        is_final=visibility.is_final(found),
    )


def _line(row: StageRow, definition: Definition, *, is_current: bool) -> StageLine:
    begun = row.opened_at is not None
    url = url_for(f"{row.kind}.home", season_key=row.season.key, stage_key=row.key) if begun else ""
    rule = definition.stage(row.key).rule
    return StageLine(row, rule, is_current, visibility.sees_outcome(actor(), row), url)


def _tasks(found: Season) -> list[Task]:
    """What the person has to do in a season that is running: what is late first, what is done last."""
    if not actor().is_authenticated or found.cancelled_at is not None:
        return []
    tasks = [task for stage in found.stages for task in site().tasks(reading(), stage, actor(), now())]
    return urgent_first(tasks)


def urgent_first(tasks: Sequence[Task]) -> list[Task]:
    """By when they are due, the most late first; then what has no date, last what is done."""
    return sorted(tasks, key=lambda task: (task.is_done, task.due is None, task.due.timestamp() if task.due else 0))
