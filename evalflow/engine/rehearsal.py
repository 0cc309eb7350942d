"""Playing a season with simulated users, through the ordinary commands, on a simulated clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from evalflow import zone
from evalflow.audit import ledger
from evalflow.audit.note import SigningKey
from evalflow.audit.signing import ScratchSigner, Signer
from evalflow.db import Database
from evalflow.engine import commands, organisation
from evalflow.engine import rehearsal_steps as steps
from evalflow.engine.rehearsal_steps import Progress, silent
from evalflow.entropy import SeededEntropy
from evalflow.errors import Refused
from evalflow.kinds import KINDS
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.seasons import incidents
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.play import World
from evalflow.workflow.definition import Definition
from evalflow.workflow.when import next_day

YEAR = 2026  # in which rehearsed seasons begin, so that one seed always gives the same days
ORIGIN = "rehearsal.example/log"


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
    with_incidents: bool = False,
    progress: Progress = silent,
    worded: Callable[[Refused], str] = str,
) -> Rehearsed:
    """Found an organisation in an empty database and play a whole season; everything random comes from the seed.

    with_incidents: all that can go wrong does, once, to whom the seed says. worded: puts refusals into words.
    """
    database = Database(engine, SeededEntropy(seed))
    private_key = Ed25519PrivateKey.from_private_bytes(database.entropy.token(32))
    signer = ScratchSigner(SigningKey(ORIGIN, private_key))
    ledger.entrust(database, signer)
    starts_on = next_day(definition.heading.starts, date(YEAR, 1, 1))
    clock = zone.start_of(starts_on) - timedelta(days=7)
    with database.writing() as session:
        organisation.found(session, branches=branches, members=members, now=clock)
    world = organisation.world_of(database, seed=seed, now=clock)
    world.worded = worded
    if with_incidents:
        world.incidents = incidents.everything(seed, seats=_seats(definition))
    key = f"{definition.key}-rehearsal"
    play(world, definition, key=key, starts_on=starts_on, signer=signer, progress=progress)
    return Rehearsed(world, signer, key)


def _seats(definition: Definition) -> int:
    """At how many places the line runs; 0 where nothing is decided."""
    found = [stage.options.seats for stage in definition.stages if isinstance(stage.options, DecisionOptions)]
    return found[-1] if found else 0


def play(
    world: World,
    definition: Definition,
    *,
    key: str,
    starts_on: date,
    signer: Signer,
    stop_in: str = "",
    progress: Progress = silent,
) -> int:
    """Play a season from its opening to its end, or into the stage `stop_in`, which is left open; the season's id.

    A stage that does not move, whatever people do, is remembered in `world.stuck`; whatever can goes on.
    """
    named = {"key": key, "starts_on": starts_on, "actor": world.organiser, "confirmed": True}
    season = world.do(commands.create_season, definition, **named)
    steps.take_charge(world, season, signer, progress)
    if definition.heading.moves == "apart":
        _play_apart(world, definition, season.id, stop_in)
    else:
        _play_together(world, definition, season.id, stop_in)
    with world.database.writing() as session:
        ledger.seal(session, signer, now=world.clock)
    return int(season.id)


def _play_together(world: World, definition: Definition, season_id: int, stop_in: str) -> None:
    """One stage after the other; at one that is stuck the season ends."""
    for stage in definition.stages:
        if not steps.begin(world, season_id, stage.key) or stage.key == stop_in:
            return
        if not steps.finish(world, steps.row(world, season_id, stage.key)):
            return


def _play_apart(world: World, definition: Definition, season_id: int, stop_in: str) -> None:
    """Stages overlap: one that gathers all entries waits for those before it, any other for its own moment only."""
    for stage in definition.stages:
        _finish_before(world, steps.row(world, season_id, stage.key))
        steps.begin(world, season_id, stage.key)
        if stage.key == stop_in:
            return
    for stage in definition.stages:
        found = steps.row(world, season_id, stage.key)
        if found.phase != Phase.WAITING and stage.key not in world.stuck:
            steps.finish(world, found)


def _finish_before(world: World, row: StageRow) -> None:
    """What is over by the time a stage opens, or has to be, is brought to its end, in the order of the stages."""
    for earlier in row.season.stages[: row.position]:
        found = steps.row(world, row.season_id, earlier.key)
        over = row.opens_at and found.closes_at and found.closes_at <= row.opens_at
        is_wanted = over or KINDS[row.kind].gathers
        if is_wanted and found.phase not in (Phase.WAITING, Phase.DONE) and found.key not in world.stuck:
            steps.finish(world, found)
