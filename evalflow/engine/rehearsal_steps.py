"""The steps of a rehearsed stage: opening, what people do, closing, settling; and why one did not move."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.audit.signing import Signer
from evalflow.engine import commands, jobs
from evalflow.errors import Refused
from evalflow.registry import PLAYS
from evalflow.seasons import queries, timers
from evalflow.seasons.incidents import Incident
from evalflow.seasons.models import EntryState, Phase, Season, StageRow
from evalflow.seasons.play import World
from evalflow.seasons.rules import stage_of

Progress = Callable[[str], None]
ATTEMPTS = 3  # how often people try again before a stage is called stuck
AGAIN = timedelta(days=7)  # for how long a stage is opened again, where its rules allow it
WHY_AGAIN = "期限内未能完成，重新开启。"
JUDGING = ("ballot", "scoring", "inspection")  # kinds in which entries can be made to tie


def silent(_line: str) -> None:
    """Nobody wants to be told."""


def take_charge(world: World, season: Season, signer: Signer, progress: Progress) -> None:
    """Give a world its clock and its organiser's hand, and tell each month of it."""
    told: set[str] = set()

    def tick(now: datetime) -> None:
        jobs.tick(world.database, now=now, signer=signer)
        _react(world, season.id)
        month = f"{now:%Y-%m}"
        if month not in told:
            told.add(month)
            world.progress(month)

    def extend(stage: StageRow, closes_at: datetime, reason: str) -> bool:
        named = {"closes_at": closes_at, "reason": reason, "actor": world.organiser}
        return not world.attempt(commands.reschedule_stage, stage.id, **named)

    world.tick, world.extend = tick, extend
    world.progress = lambda line: progress(f"{season.key}: {line}")
    world.over.clear()


def _react(world: World, season_id: int) -> None:
    """Where time closed a stage while people were busy elsewhere, those whom it concerns do what comes after."""
    for stage in world.ask(_closed, season_id):
        if stage.key not in world.over:
            world.over.add(stage.key)
            _act(world, stage, PLAYS[stage.kind].after)


def _closed(session: Session, season_id: int) -> list[StageRow]:
    query = select(StageRow.id).where(StageRow.season_id == season_id, StageRow.phase.in_((Phase.CLOSED, Phase.DONE)))
    return [queries.stage_by_id(session, stage_id) for stage_id in session.scalars(query.order_by(StageRow.position))]


def begin(world: World, season_id: int, key: str) -> bool:
    """Open a stage and let its people do their part; whoever was given something back does theirs again."""
    world.progress(key)
    stage = row(world, season_id, key)
    if not _open(world, stage):
        return False
    stage = row(world, season_id, key)
    _act(world, stage, PLAYS[stage.kind].during)
    if world.ask(queries.count_entries, season_id, EntryState.RETURNED):
        for earlier in stage.season.stages[: stage.position + 1]:
            found = row(world, season_id, earlier.key)
            _act(world, found, PLAYS[found.kind].during)
    return True


def finish(world: World, stage: StageRow) -> bool:
    """The deadline, or the organiser's hand where there is none; what comes after; again when that was not enough."""
    world.over.add(stage.key)
    for attempt in range(ATTEMPTS):
        stage = row(world, stage.season_id, stage.key)
        if stage.phase == Phase.DONE:
            return True
        if stage.phase == Phase.OPEN:
            _close(world, stage)
        _act(world, row(world, stage.season_id, stage.key), PLAYS[stage.kind].after)
        world.tick(world.clock)
        stage = row(world, stage.season_id, stage.key)
        if stage.phase == Phase.DONE:
            return True
        world.notes.append(f"{stage.key}: attempt {attempt + 1} did not settle it: {_reason(world, stage)}")
        if attempt + 1 < ATTEMPTS:
            _try_again(world, stage)
    world.stuck[stage.key] = _reason(world, stage)
    return False


def row(world: World, season_id: int, key: str) -> StageRow:
    """The stage as it is now."""

    def found(session: Session) -> StageRow:
        season = session.get_one(Season, season_id)
        stage = next(stage for stage in season.stages if stage.key == key)
        return queries.stage_by_id(session, stage.id)

    stage: StageRow = world.ask(found)
    return stage


def _open(world: World, stage: StageRow) -> bool:
    """What has to be done before, then the moment of opening."""
    if stage.kind in JUDGING:
        _choose_twins(world, stage)
    _act(world, stage, PLAYS[stage.kind].before)
    if stage.opens_at and stage.opens_at > world.clock:
        world.clock = stage.opens_at
    world.tick(world.clock)
    if row(world, stage.season_id, stage.key).phase != Phase.WAITING:
        return True
    world.stuck[stage.key] = _reason(world, stage)
    return False


def _choose_twins(world: World, stage: StageRow) -> None:
    """Two that take part can't be told apart from now on, where a tie is planned."""
    keys = [one.key for one in world.ask(queries.contenders, stage.season_id)]
    if not world.twins:
        world.twins = world.incidents.twins(sorted(keys, key=lambda key: (-world.quality(key), key)))
        if world.twins:
            world.tell(Incident.TIE, stage, " = ".join(world.twins), "everybody judges them alike")


def _act(world: World, stage: StageRow, part: Callable[[World, StageRow], None]) -> None:
    """What people do; where the rules refuse one of them, the others wait, and the reason is kept."""
    try:
        part(world, stage)
    except Refused as refusal:
        world.refused[stage.key] = world.worded(refusal)
        world.notes.append(f"{stage.key}: refused: {world.refused[stage.key]}")


def _close(world: World, stage: StageRow) -> None:
    if stage.closes_at is not None:
        world.clock = max(world.clock, stage.closes_at)
    else:
        refused = world.attempt(commands.close_stage, stage.id, actor=world.organiser)
        if refused:
            world.notes.append(f"{stage.key}: {refused}")
    world.tick(world.clock)


def _try_again(world: World, stage: StageRow) -> None:
    """Where the stage is open, or may be opened again, its people do their part once more."""
    if stage.phase == Phase.CLOSED and stage_of(stage).rule.reopen:
        again = {"reason": WHY_AGAIN, "closes_at": world.clock + AGAIN, "actor": world.organiser}
        world.attempt(commands.reopen_stage, stage.id, **again)
        stage = row(world, stage.season_id, stage.key)
    if stage.phase == Phase.OPEN:
        _act(world, stage, PLAYS[stage.kind].during)


def _reason(world: World, stage: StageRow) -> str:
    """Why nothing moved: what time was refused, what the kind still waits for, what people were refused."""

    def why(session: Session) -> list[str]:
        found = queries.stage_by_id(session, stage.id)
        refused = [timers.note_of(timer) for timer in timers.of_season(session, found.season)]
        waits = commands.unsettled(session, found) if found.opened_at else ()
        return [world.worded(refusal) for refusal in (*refused, *waits) if refusal is not None]

    reasons = [*world.ask(why), *filter(None, [world.refused.get(stage.key)])]
    return "; ".join(dict.fromkeys(reasons)) or "no reason was given"
