"""Starting and moving seasons. Every function is one act: check, write, append; time and actor are arguments."""

import hashlib
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalflow.access import SYSTEM, Actor, Permission, require
from evalflow.audit import holding, ledger
from evalflow.audit.event import digest
from evalflow.db import entropy_of
from evalflow.engine import arrows, closing, starting
from evalflow.errors import Conflict, Invalid, Refused
from evalflow.i18n import Text
from evalflow.kinds import KINDS
from evalflow.registry import LIFECYCLES
from evalflow.seasons import cases, events, guards, moves, queries, schedule, timers, windows, workdays
from evalflow.seasons.models import EntryState, Phase, Season, StageRow
from evalflow.seasons.record import record
from evalflow.seasons.rules import definition_of, stage_of
from evalflow.seasons.schedule import Collision
from evalflow.workflow.definition import Definition


def create_season(
    session: Session,
    definition: Definition,
    *,
    key: str,
    starts_on: date,
    actor: Actor,
    now: datetime,
    confirmed: bool = False,
    title: Text | None = None,
) -> Season:
    """A season with its rules pinned, every stage waiting and the first window's timer set.

    title: what it is called, by its workflow and year where none is given; with a number where another one is called
    so. Invalid("season_exists") where another one has this key, or had it before it was deleted. confirmed: what
    `starting.doubts` says was seen; else Invalid.
    """
    require(actor, Permission.START_SEASON)
    if starting.is_known(session, key):
        raise Invalid("season_exists", fields={"key": "season_exists"}, season=key)
    plan = windows.plan(definition, starts_on, is_working=workdays.calendar(session))
    for doubt in () if confirmed else starting.doubts(session, definition, plan, now):
        raise doubt
    title_zh, title_en = starting.called(session, definition, plan, title)
    season = Season(
        key=key,
        workflow=definition.key,
        title_zh=title_zh,
        title_en=title_en,
        definition=definition.text,
        digest=definition.digest,
        draw_seed=entropy_of(session).token(32).hex(),
        starts_on=starts_on,
    )
    for position, (stage, window) in enumerate(zip(definition.stages, plan, strict=True)):
        row = StageRow(
            position=position, key=stage.key, kind=stage.kind, opens_at=window.opens, closes_at=window.closes
        )
        season.stages.append(row)
    _add(session, season)
    schedule.replan(session, season)
    public = {
        "workflow": definition.key,
        "digest": definition.digest,
        "draw_seed": hashlib.sha256(bytes.fromhex(season.draw_seed)).hexdigest(),
        "starts_on": starts_on.isoformat(),
    }
    ledger.append(session, events.SEASON_CREATED, actor=actor, now=now, season=key, public=public)
    return season


def _add(session: Session, season: Season) -> None:
    session.add(season)
    try:
        session.flush()
    except IntegrityError as error:  # somebody else took the key at the same moment
        raise Invalid("season_exists", fields={"key": "season_exists"}, season=season.key) from error


def open_stage(session: Session, stage_id: int, *, actor: Actor, now: datetime, version: int | None = None) -> StageRow:
    """Open a waiting stage; its closing moment is worked out anew unless it was stated by hand."""
    stage = _taken(session, stage_id, actor=actor, version=version)
    arrows.fire(stage, "open", _opening_guard(session, stage))
    collided = _collisions(stage, now)
    stage.closes_at = schedule.preview(session, stage.season, stage, opened=now)[stage.position].closes
    stage.opened_at = stage.opens_at = now
    if stage.closes_at is not None and stage.closes_at <= now:
        raise Conflict("window_over", stage=stage_of(stage).rule.title, closes_at=stage.closes_at)
    if stage.closes_at is not None:
        _refuse_first(closing.against(session, stage, stage.closes_at, despite=True))
    timers.put(session, stage, "open", None)
    timers.put(session, stage, "close", stage.closes_at)
    particulars = LIFECYCLES[stage.kind].opened(session, stage, actor=actor, now=now)
    _replan(session, stage, collided, actor=actor, now=now)
    public = {
        "closes_at": stage.closes_at.isoformat() if stage.closes_at else None,
        "entries": queries.count_entries(session, stage.season_id, EntryState.ACCEPTED),
        "particulars": particulars,
    }
    record(session, events.STAGE_OPENED, stage, public, actor=actor, now=now)
    return stage


def close_stage(
    session: Session,
    stage_id: int,
    *,
    actor: Actor,
    now: datetime,
    note: str = "",
    version: int | None = None,
    despite: bool = False,
) -> StageRow:
    """Close an open stage: at its deadline, or before it by hand with a reason.

    despite: although something is missing, which was seen; see `closing.against`.
    """
    stage = _taken(session, stage_id, actor=actor, version=version)
    early, collided = stage.closes_at is not None and now < stage.closes_at, _collisions(stage, now)
    because = closing.against(session, stage, now, despite=despite)
    arrows.fire(stage, "close", lambda _guard: not because, because=because)
    if early and not note.strip():
        raise Invalid("reason_needed", fields={"reason": "reason_needed"})
    stage.closed_at = now
    holding.release(session, season=stage.season.key, stage=stage.key)
    timers.put(session, stage, "close", None)
    LIFECYCLES[stage.kind].closed(session, stage, actor=actor, now=now)
    timers.put(session, stage, "settle", now)
    _replan(session, stage, collided, actor=actor, now=now)
    public = {"by": "time" if actor is SYSTEM else "hand", "note": note}
    record(session, events.STAGE_CLOSED, stage, public, actor=actor, now=now)
    return stage


def settle_stage(
    session: Session, stage_id: int, *, actor: Actor, now: datetime, version: int | None = None
) -> StageRow:
    """Fix a closed stage's outcome; the next one waits for its window, entries that are still here go on."""
    stage = _taken(session, stage_id, actor=actor, version=version)
    waits = unsettled(session, stage)
    arrows.fire(stage, "settle", lambda _guard: not waits, because=waits)
    tables = LIFECYCLES[stage.kind].evidence(session, stage)
    outcome = KINDS[stage.kind].outcome(cases.case_of(session, stage, tables))
    stage.outcome, stage.settled_at = outcome.to_json(), now
    timers.put(session, stage, "settle", None)
    public = {"outcome_sha256": digest(outcome.to_json())}
    record(session, events.STAGE_SETTLED, stage, public, actor=actor, now=now)
    schedule.replan(session, stage.season)
    moves.advance_all(session, stage, actor=actor, now=now)
    return stage


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """What settling waits for: where entries move apart, that who takes part is fixed; then what the kind wants."""
    apart = definition_of(stage.season).heading.moves == "apart"
    admission = next((row for row in guards.admissions(stage.season) if row.position < stage.position), None)
    waits = (_not_settled(admission),) if apart and admission is not None else ()
    return (*waits, *LIFECYCLES[stage.kind].unsettled(session, stage))


def reopen_stage(
    session: Session,
    stage_id: int,
    *,
    reason: str,
    closes_at: datetime,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> StageRow:
    """Open a closed stage again, where its definition allows it and its outcome is not fixed yet."""
    stage = _taken(session, stage_id, actor=actor, version=version)
    _require_reason(reason)
    if closes_at <= now:
        raise Invalid("moment_passed", fields={"closes_at": "moment_passed"})
    collided = _collisions(stage, now)
    arrows.fire(stage, "reopen", lambda _guard: True)
    stage.closes_at, stage.closes_stated, stage.closed_at = closes_at, True, None
    timers.put(session, stage, "settle", None)
    timers.put(session, stage, "close", closes_at)
    _replan(session, stage, collided, actor=actor, now=now)
    public = {"reason": reason, "closes_at": closes_at.isoformat()}
    record(session, events.STAGE_REOPENED, stage, public, actor=actor, now=now)
    return stage


def reschedule_stage(
    session: Session,
    stage_id: int,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    closes_at: datetime | None = None,
    opens_at: datetime | None = None,
    version: int | None = None,
    despite: bool = False,
) -> StageRow:
    """State when a stage that waits opens, or when one that waits or is open closes; None leaves a moment as it is.

    Never in the past, and never less than is owed to the public. despite: as in `close_stage`.
    """
    stage = _taken(session, stage_id, actor=actor, version=version)
    if stage.phase not in ((Phase.WAITING,) if opens_at else (Phase.WAITING, Phase.OPEN)):
        raise Conflict("stage_not_open", stage=stage.key, phase=stage.phase)
    _require_reason(reason)
    for name, moment in (("opens_at", opens_at), ("closes_at", closes_at)):
        if moment is not None and moment <= now:
            raise Invalid("moment_passed", fields={name: "moment_passed"})
    if opens_at is None and closes_at is None:
        raise Invalid("moment_needed", fields={"closes_at": "moment_needed"})
    collided = _collisions(stage, now)
    if closes_at is not None:
        _refuse_first(closing.against(session, stage, closes_at, despite=despite))
        stage.closes_at, stage.closes_stated = closes_at, True
    if opens_at is not None:
        stage.opens_at, stage.opens_stated = opens_at, True
    if stage.phase == Phase.OPEN:
        timers.put(session, stage, "close", stage.closes_at)
    _replan(session, stage, collided, actor=actor, now=now)
    if stage.closes_stated and stage.closes_at is not None:
        _refuse_first(closing.against(session, stage, stage.closes_at, despite=True))
    public = {
        "opens_at": stage.opens_at.isoformat() if stage.opens_at else None,
        "closes_at": stage.closes_at.isoformat() if stage.closes_at else None,
        "reason": reason,
    }
    record(session, events.STAGE_RESCHEDULED, stage, public, actor=actor, now=now)
    return stage


def cancel_season(
    session: Session, stage_id: int, *, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> Season:
    """End a season without awards. `stage_id` is the stage at which it ends."""
    stage = _taken(session, stage_id, actor=actor, version=version)
    _require_reason(reason)
    arrows.fire(stage, "cancel", lambda _guard: True)
    season = stage.season
    season.cancelled_at, season.cancel_reason = now, reason
    for row in season.stages:
        for trigger in ("open", "close", "settle"):
            timers.put(session, row, trigger, None)
        holding.release(session, season=season.key, stage=row.key)
    public = {"reason": reason}
    ledger.append(session, events.SEASON_CANCELLED, actor=actor, now=now, season=season.key, public=public)
    return season


def _taken(session: Session, stage_id: int, *, actor: Actor, version: int | None = None) -> StageRow:
    """The stage with its season locked, the actor allowed, and the page they acted from up to date."""
    stage = queries.locked_stage(session, stage_id)
    require(actor, Permission.STEER, season=stage.season_id)
    if stage.season.cancelled_at is not None:
        raise Conflict("season_cancelled")
    if version is not None and version != stage.season.version:
        raise Conflict("someone_was_faster")
    stage.season.version += 1
    return stage


def _opening_guard(session: Session, stage: StageRow):  # type: ignore[no-untyped-def]
    needed = stage_of(stage).rule.min_entries
    if needed:
        found = queries.count_entries(session, stage.season_id, EntryState.ACCEPTED)
        if found < needed:
            raise Conflict("too_few_entries", needed=needed, found=found)
    if definition_of(stage.season).heading.moves == "apart" and KINDS[stage.kind].gathers:
        _after_all_before(stage)
    return lambda _guard: True


def _after_all_before(stage: StageRow) -> None:
    """What looks at all entries at once begins when every stage before it is done."""
    for row in stage.season.stages:
        if row.position < stage.position and row.phase != Phase.DONE:
            raise _not_settled(row)


def _not_settled(row: StageRow) -> Conflict:
    return Conflict("earlier_not_settled", stage=stage_of(row).rule.title)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("reason_needed", fields={"reason": "reason_needed"})


def _refuse_first(because: tuple[Refused, ...]) -> None:
    if because:
        raise because[0]


def _collisions(stage: StageRow, now: datetime) -> list[Collision]:
    """Those of the plan that everybody was told, before an act."""
    return schedule.collisions_of(stage.season, schedule.told(stage.season), now)


def _replan(session: Session, stage: StageRow, collided: list[Collision], *, actor: Actor, now: datetime) -> None:
    """Plan anew what still waits. A hand is refused a plan that can't be; time does not stop for it.

    collided: what could not be before the act already.
    """
    plan = schedule.replan(session, stage.season)
    worse = schedule.new_collisions(collided, schedule.collisions_of(stage.season, plan, now))
    if worse and actor is not SYSTEM:
        raise worse[0].refusal
