"""What the organiser sees of a season: where it stands, what holds it up, and which buttons there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, may
from evalflow.config import WORKFLOWS, Config
from evalflow.engine import commands
from evalflow.errors import NotFound, Refused
from evalflow.kinds import KINDS
from evalflow.registry import LIFECYCLES
from evalflow.seasons import queries, timers, windows, workdays
from evalflow.seasons.models import Phase, Season, StageRow
from evalflow.seasons.rules import definition_of, legible
from evalflow.seasons.windows import Window
from evalflow.workflow import machine, reader
from evalflow.workflow.definition import Definition, Stage


@dataclass(frozen=True)
class StageLine:
    """One stage as its organiser sees it.

    triggers: what can be done now. missing: what speaks against closing early; waits: what settling waits for.
    timer_note: why time could not do what it should, None where it could.
    """

    row: StageRow
    rule: Stage
    triggers: tuple[str, ...]
    missing: tuple[Refused, ...]
    waits: tuple[Refused, ...]
    timer_note: Refused | None


@dataclass(frozen=True)
class SeasonLine:
    """A season on the organiser's list. current: the stage it is at, None when it is over.

    is_legible: whether its rules can be read. is_stuck: a step that time should take has broken.
    """

    season: Season
    current: StageRow | None
    is_legible: bool
    is_stuck: bool


@dataclass(frozen=True)
class Planned:
    stage: Stage
    window: Window


def seasons(session: Session, actor: Actor) -> list[SeasonLine]:
    """The seasons that the actor steers, with what needs the administrator's eye."""
    found = [one for one in queries.seasons(session) if may(actor, Permission.STEER, season=one.id)]
    whole, stuck = legible(found), {key for key, *_ in timers.failed(session)}
    return [SeasonLine(one, queries.current_stage(one), one in whole, one.key in stuck) for one in found]


def lines(session: Session, season: Season) -> list[StageLine]:
    """Every stage of a season with what can be done about it."""
    definition = definition_of(season)
    notes = {one.stage_id: timers.note_of(one) for one in timers.of_season(session, season) if not one.done_at}
    together = definition.heading.moves == "together"
    current = next((row for row in season.stages if row.phase != Phase.DONE), None)
    found = []
    for row in season.stages:
        acts = row.phase != Phase.DONE and (not together or row is current) and season.cancelled_at is None
        position = machine.at(row.key, row.phase)
        found.append(
            StageLine(
                row=row,
                rule=definition.stage(row.key),
                triggers=machine.triggers(definition, position) if acts else (),
                missing=LIFECYCLES[row.kind].missing(session, row) if row.phase == Phase.OPEN else (),
                waits=commands.unsettled(session, row) if row.phase == Phase.CLOSED else (),
                timer_note=notes.get(row.id),
            )
        )
    return found


def workflow_files(config: Config) -> dict[str, Path]:
    """{workflow key's file name: path}, those of this installation over the shipped ones."""
    folders = [WORKFLOWS, *([config.extra_workflows] if config.extra_workflows else [])]
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def read_workflow(config: Config, name: str) -> Definition:
    """The workflow of a file name without its ending. NotFound("no_such_workflow"), DefinitionError."""
    path = workflow_files(config).get(name)
    if path is None:
        raise NotFound("no_such_workflow", workflow=name)
    return reader.read(path.read_text(encoding="utf-8"), KINDS, file=path.name)


def planned(session: Session, definition: Definition, starts_on: date) -> Sequence[Planned]:
    """When the stages of a season that starts then would open and close."""
    plan = windows.plan(definition, starts_on, is_working=workdays.calendar(session))
    return [Planned(stage, window) for stage, window in zip(definition.stages, plan, strict=True)]
