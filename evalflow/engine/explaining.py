"""What settled stages explain: computed once, beside the pages; kept with its digest, read by every page after."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalflow.analysis import record
from evalflow.analysis.explanation import Explanation, explain_stage
from evalflow.audit.event import digest
from evalflow.bundle.format import EntryLine
from evalflow.db import Database
from evalflow.errors import NotFound
from evalflow.kinds import KINDS
from evalflow.registry import LIFECYCLES
from evalflow.seasons import cases, queries
from evalflow.seasons.models import Entry, EntryState, ExplainedEntry, ExplainedStage, Phase, Season, StageRow
from evalflow.seasons.rules import definition_of


def explain_settled(database: Database, *, now: datetime) -> int:
    """Explain every settled stage that is not explained yet; how many. Others may write meanwhile, and do the same."""
    explained = 0
    with database.reading() as session:
        waiting = session.scalars(_unexplained()).all()
    for stage_id in waiting:
        with database.reading() as session:
            parts = parts_of(session, queries.stage_by_id(session, stage_id))
        with database.writing() as session:
            explained += _keep(session, stage_id, parts, now=now)
    return explained


def parts_of(session: Session, stage: StageRow) -> dict[str, Any]:
    """{entry key: its part as JSON} of a stage that is done, worked out from its evidence."""
    outcome = queries.outcome_of(stage)
    assert outcome is not None
    case = cases.case_of(session, stage, LIFECYCLES[stage.kind].evidence(session, stage))
    return {entry: record.to_json(part) for entry, part in explain_stage(case, outcome, case.keys).items()}


def explanations(
    session: Session, season: Season, keys: Collection[str] | None = None, *, kinds: Collection[str] = KINDS
) -> list[Explanation]:
    """Of the entries that take part, or of those named, by number: as far as stages are explained.

    kinds: of the stages whose parts are wanted; sheets and counts of all entries are thousands of figures.

    NotFound("no_such_entry") where one that is named takes no part.
    """
    definition = definition_of(season)
    lines = {one.key: _line(one) for one in queries.entries(session, season.id, EntryState.ACCEPTED)}
    for key in keys or ():
        if key not in lines:
            raise NotFound("no_such_entry", entry=key)
    wanted = [key for key in lines if keys is None or key in keys]
    query = (
        select(ExplainedEntry.entry, ExplainedEntry.part)
        .join(StageRow, StageRow.id == ExplainedEntry.stage_id)
        .where(StageRow.season_id == season.id, ExplainedEntry.entry.in_(wanted), StageRow.kind.in_(kinds))
        .order_by(StageRow.position)
    )
    parts: dict[str, list[Any]] = {key: [] for key in wanted}
    for row in session.execute(query):
        parts[row.entry].append(record.from_json(row.part, definition))
    return [Explanation(season.key, lines[key], tuple(told)) for key, told in parts.items()]


def is_whole(session: Session, season: Season) -> bool:
    """Whether every settled stage of a season is explained already."""
    return session.scalars(_unexplained().where(StageRow.season_id == season.id).limit(1)).first() is None


def faults(session: Session, stage: StageRow) -> Iterator[str]:
    """What is kept of a stage's explanation is what its evidence gives, and has the digest it was kept with."""
    kept = session.get(ExplainedStage, stage.id)
    if kept is None:
        return
    rows = session.execute(select(ExplainedEntry.entry, ExplainedEntry.part).filter_by(stage_id=stage.id))
    parts = {row.entry: row.part for row in rows}
    if digest(parts) != kept.digest:
        yield "its explanation does not have the digest it was kept with"
    if parts_of(session, stage) != parts:
        yield "its evidence explains it in another way than the kept explanation"


def _unexplained() -> Select[int]:
    known = select(ExplainedStage.stage_id)
    done = select(StageRow.id).where(StageRow.phase == Phase.DONE, StageRow.id.not_in(known))
    return done.order_by(StageRow.id)


def _keep(session: Session, stage_id: int, parts: Mapping[str, Any], *, now: datetime) -> bool:
    """Whether it was kept; another process may have been faster."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {"stage_id": stage_id, "digest": digest(parts), "explained_at": now}
    made = session.execute(
        insert(ExplainedStage).values(row).on_conflict_do_nothing().returning(ExplainedStage.stage_id)
    )
    if made.scalar() is None:
        return False
    session.add_all(ExplainedEntry(stage_id=stage_id, entry=entry, part=part) for entry, part in parts.items())
    return True


def _line(entry: Entry) -> EntryLine:
    return EntryLine(entry.key, entry.number, entry.branch.key, entry.title, entry.state)
