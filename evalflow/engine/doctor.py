"""Every invariant of the database, checked from its rows: run it in production, and after every test that writes."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.audit import ledger
from evalflow.audit.event import decode, digest
from evalflow.audit.models import EventRow
from evalflow.audit.signing import Signer
from evalflow.engine import explaining
from evalflow.errors import BundleError, EvalflowError
from evalflow.funds import checks as fund
from evalflow.kinds import KINDS
from evalflow.registry import LIFECYCLES
from evalflow.seasons import cases, queries, timers
from evalflow.seasons.models import Entry, EntryState, Phase, Season, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.workflow import machine


def faults(session: Session, signer: Signer) -> list[str]:
    """One English sentence for each contradiction found; none when all is well."""
    found = [*_log_faults(session, signer), *(f"the award fund: {fault}" for fault in fund.faults(session))]
    for season_key, stage_key, trigger, note in timers.failed(session):
        found.append(f"season {season_key}: stage {stage_key}: time could not {trigger} it: {note}")
    logged = _logged(session)
    for season in queries.seasons(session):
        found += [f"season {season.key}: {fault}" for fault in _whole(session, season, logged)]
    return found


def _whole(session: Session, season: Season, logged: dict) -> list[str]:  # type: ignore[type-arg]
    """A season's faults; one that is so broken that looking at it fails has that fault, and the others are checked."""
    try:
        return list(_season_faults(session, season, logged))
    except Exception as broken:
        return [f"it can't be checked: {type(broken).__name__}: {broken}"]


def _log_faults(session: Session, signer: Signer) -> Iterator[str]:
    try:
        ledger.verify(session, signer)
    except EvalflowError as broken:
        yield f"the audit log: {broken}"


def _logged(session: Session) -> dict[tuple[str, str, str], list[dict[str, object]]]:
    """{(event type, season, stage): public parts, in the order of the log}."""
    found: dict[tuple[str, str, str], list[dict[str, object]]] = {}
    query = select(EventRow.leaf).where(EventRow.type.startswith("stage.") | (EventRow.type == "season.created"))
    for leaf in session.scalars(query.order_by(EventRow.at)):
        event = decode(leaf.encode())
        found.setdefault((event.type, event.season, event.stage), []).append(dict(event.public))
    return found


def _season_faults(session: Session, season: Season, logged: dict) -> Iterator[str]:  # type: ignore[type-arg]
    created = logged.get(("season.created", season.key, ""), [])
    if [event["digest"] for event in created] != [season.digest]:
        yield "its rules are not those that the log pinned"
    try:
        definition = definition_of(season)
    except (EvalflowError, RuntimeError) as broken:
        yield str(broken)
        return
    if [stage.key for stage in definition.stages] != [row.key for row in season.stages]:
        yield "its stages are not those of its definition"
        return
    for stage in season.stages:
        yield from (f"stage {stage.key}: {fault}" for fault in _stage_faults(session, stage, logged))
    yield from _entry_faults(session, season)


def _stage_faults(session: Session, stage: StageRow, logged: dict) -> Iterator[str]:  # type: ignore[type-arg]
    place = (stage.season.key, stage.key)
    times = {name: len(logged.get((name, *place), ())) for name in ("stage.opened", "stage.repeated", "stage.settled")}
    if (stage.opened_at is not None) != (times["stage.opened"] > times["stage.repeated"]):
        yield "stage.opened is in the rows or in the log, not in both"
    if (stage.settled_at is not None) != bool(times["stage.settled"]):
        yield "stage.settled is in the rows or in the log, not in both"
    moments = [moment is not None for moment in (stage.opened_at, stage.closed_at, stage.settled_at)]
    if moments != [number < list(Phase).index(Phase(stage.phase)) for number in range(3)]:
        yield f"it is {stage.phase}, which its moments of opening, closing and settling deny"
    if (stage.phase == Phase.DONE) != (stage.outcome is not None):
        yield "it is done without an outcome, or has one without being done"
    if definition_of(stage.season).heading.moves == "together" and stage.phase != Phase.WAITING:
        earlier = [row for row in stage.season.stages if row.position < stage.position]
        if any(row.phase != Phase.DONE for row in earlier):
            yield "it has begun before an earlier stage was done"
    yield from LIFECYCLES[stage.kind].faults(session, stage)
    if stage.outcome is not None:
        yield from _outcome_faults(session, stage, logged.get(("stage.settled", *place), []))
        yield from explaining.faults(session, stage)


def _outcome_faults(session: Session, stage: StageRow, settled: list[dict[str, object]]) -> Iterator[str]:
    """The stored outcome is what its evidence comes to, and what the log recorded."""
    stored = queries.outcome_of(stage)
    assert stored is not None
    if [event["outcome_sha256"] for event in settled][-1:] != [digest(stored.to_json())]:
        yield "its outcome is not the one that the log recorded"
    tables = LIFECYCLES[stage.kind].evidence(session, stage)
    try:
        again = KINDS[stage.kind].outcome(cases.case_of(session, stage, tables))
    except BundleError as strange:
        yield f"its evidence can't be: {strange}"
        return
    if again.to_json() != stored.to_json():
        yield "its evidence comes to another outcome than the stored one"


def _entry_faults(session: Session, season: Season) -> Iterator[str]:
    definition = definition_of(season)
    positions = {move.source for move in machine.moves(definition)} | set(machine.FINAL)
    for entry in session.scalars(select(Entry).where(Entry.season_id == season.id)):
        if entry.position and entry.position not in positions:
            yield f"entry {entry.key}: no such position: {entry.position}"
        if (entry.number is not None) and entry.state not in (EntryState.ACCEPTED, EntryState.WITHDRAWN, "rejected"):
            yield f"entry {entry.key}: numbered but {entry.state}"
