"""Playing a season with simulated users, through the ordinary commands, on a simulated clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from evalflow.audit import ledger
from evalflow.audit.note import Signer
from evalflow.db import Database
from evalflow.engine import commands, jobs, organisation
from evalflow.entropy import SeededEntropy
from evalflow.errors import Refused
from evalflow.kinds import KINDS
from evalflow.registry import LIFECYCLES, PLAYS
from evalflow.seasons import queries, timers
from evalflow.seasons.models import EntryState, Phase, Season, StageRow
from evalflow.seasons.play import World
from evalflow.seasons.windows import ZONE
from evalflow.workflow.definition import Definition
from evalflow.workflow.when import next_day

YEAR = 2026  # in which rehearsed seasons begin, so that one seed always gives the same days
ORIGIN = "rehearsal.example/log"
ATTEMPTS = 3  # how often people try again before a stage is called a dead end


class DeadEnd(Exception):
    """The rules led nowhere: people did all they could and the stage did not move."""


@dataclass(frozen=True)
class Rehearsed:
    """A season that was played in a database of its own."""

    world: World
    signer: Signer
    season_key: str


def rehearse(
    engine: Engine,
    definition: Definition,
    *,
    branches: int,
    members: int,
    seed: str,
    progress: Callable[[str], None] = lambda _line: None,
) -> Rehearsed:
    """Found an organisation in an empty database and play a whole season; everything random comes from the seed."""
    database = Database(engine, SeededEntropy(seed))
    signer = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(database.entropy.token(32)))
    starts_on = next_day(definition.heading.starts, date(YEAR, 1, 1))
    clock = datetime.combine(starts_on, datetime.min.time(), ZONE) - timedelta(days=7)
    with database.writing() as session:
        organisation.found(session, branches=branches, members=members, now=clock)
    world = organisation.world_of(database, seed=seed, now=clock)
    key = f"{definition.key}-rehearsal"
    play(world, definition, key=key, starts_on=starts_on, signer=signer, progress=progress)
    return Rehearsed(world, signer, key)


def play(
    world: World,
    definition: Definition,
    *,
    key: str,
    starts_on: date,
    signer: Signer,
    stop_in: str = "",
    progress: Callable[[str], None] = lambda _line: None,
) -> int:
    """Play a season from its opening to its end, or into the stage `stop_in`, which is left open; the season's id."""
    world.tick = lambda now: jobs.tick(world.database, now=now, signer=signer)
    season = world.do(commands.create_season, definition, key=key, starts_on=starts_on, actor=world.organiser)
    for stage in definition.stages:
        progress(f"{key}: {stage.key}")
        row = _row(world, season.id, stage.key)
        if definition.heading.moves == "apart":
            _finish_before(world, row, signer)
        _open(world, row, signer)
        row = _row(world, season.id, stage.key)
        PLAYS[row.kind].during(world, row)
        if world.ask(_has_returned, season.id):
            _once_more(world, row)
        if stage.key == stop_in:
            break
        if definition.heading.moves == "together":
            _finish(world, row, signer)
    if definition.heading.moves == "apart" and not stop_in:
        for stage in definition.stages:
            _finish(world, _row(world, season.id, stage.key), signer)
    with world.database.writing() as session:
        ledger.seal(session, signer, now=world.clock)
    return int(season.id)


def _has_returned(session: Session, season_id: int) -> bool:
    return queries.count_entries(session, season_id, EntryState.RETURNED) > 0


def _once_more(world: World, row: StageRow) -> None:
    """Whoever was given something back does their part again, and then the stage that gave it back."""
    for earlier in row.season.stages[: row.position + 1]:
        found = _row(world, row.season_id, earlier.key)
        PLAYS[found.kind].during(world, found)


def _finish_before(world: World, row: StageRow, signer: Signer) -> None:
    """What is over by the time a stage opens, or has to be, is brought to its end, in the order of the stages."""
    for earlier in row.season.stages[: row.position]:
        found = _row(world, row.season_id, earlier.key)
        over = row.opens_at and found.closes_at and found.closes_at <= row.opens_at
        if (over or KINDS[row.kind].gathers) and found.phase != Phase.DONE:
            _finish(world, found, signer)


def _open(world: World, row: StageRow, signer: Signer) -> None:
    """What has to be done before, then the moment of opening."""
    PLAYS[row.kind].before(world, row)
    if row.opens_at and row.opens_at > world.clock:
        world.clock = row.opens_at
    jobs.tick(world.database, now=world.clock, signer=signer)
    if _row(world, row.season_id, row.key).phase == Phase.WAITING:
        raise DeadEnd(f"{row.key} does not open: {_note(world, row)}")


def _finish(world: World, row: StageRow, signer: Signer) -> None:
    """The deadline, or the organiser's hand where there is none; what comes after; again when that was not enough."""
    for attempt in range(ATTEMPTS):
        row = _row(world, row.season_id, row.key)
        if row.phase == Phase.OPEN:
            _close(world, row)
        PLAYS[row.kind].after(world, _row(world, row.season_id, row.key))
        jobs.tick(world.database, now=world.clock, signer=signer)
        row = _row(world, row.season_id, row.key)
        if row.phase == Phase.DONE:
            return
        world.notes.append(f"{row.key}: attempt {attempt + 1} did not settle it: {_note(world, row)}")
        if row.phase == Phase.OPEN:
            PLAYS[row.kind].during(world, row)
    raise DeadEnd(f"{row.key} does not settle: {_note(world, row)}")


def _close(world: World, row: StageRow) -> None:
    if row.closes_at is not None:
        world.clock = max(world.clock, row.closes_at)
        jobs.tick(world.database, now=world.clock)
        return
    try:
        world.do(commands.close_stage, row.id, actor=world.organiser)
    except Refused as refusal:
        world.notes.append(f"{row.key}: {refusal}")
    jobs.tick(world.database, now=world.clock)


def _row(world: World, season_id: int, key: str) -> StageRow:
    def found(session: Session) -> StageRow:
        season = session.get_one(Season, season_id)
        row = next(stage for stage in season.stages if stage.key == key)
        return queries.stage_by_id(session, row.id)

    stage: StageRow = world.ask(found)
    return stage


def _note(world: World, row: StageRow) -> str:
    """Why nothing moved: what time was refused, or what the kind still waits for."""

    def why(session: Session) -> str:
        stage = queries.stage_by_id(session, row.id)
        refused = [timer.note for timer in timers.of_season(session, stage.season) if timer.note]
        waits = [str(reason) for reason in LIFECYCLES[stage.kind].unsettled(session, stage)] if stage.opened_at else []
        return "; ".join([*refused, *waits]) or "no reason was given"

    return str(world.ask(why))
