"""What pages and the engine ask of an inspection."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from evalflow.access import Actor, Permission, holds_anywhere, may
from evalflow.i18n import N_
from evalflow.kinds.inspection import InspectionOptions
from evalflow.kinds.plans import last_figures
from evalflow.seasons import guards, plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, Phase, StageRow
from evalflow.seasons.rules import definition_of, stage_of
from evalflow.seasons.tasks import Task
from evalflow.stages.inspection.models import AssessedFigure, AssessedFlag, Assessment
from evalflow.workflow.indicators import Indicator
from evalflow.workflow.outcome import Tables

_WHOLE = (selectinload(Assessment.figures), selectinload(Assessment.flags), joinedload(Assessment.entry))
Plans = Mapping[int, tuple[Indicator, ...]]  # by entry id


def options_of(stage: StageRow) -> InspectionOptions:
    options = stage_of(stage).options
    assert isinstance(options, InspectionOptions)
    return options


def assessments(session: Session, stage_id: int) -> Mapping[int, Assessment]:
    """{entry id: what was stated and found}; an entry nobody has worked on is absent."""
    query = select(Assessment).where(Assessment.stage_id == stage_id).options(*_WHOLE)
    return {one.entry_id: one for one in session.scalars(query.order_by(Assessment.id))}


def assessment_of(session: Session, stage_id: int, entry_id: int) -> Assessment | None:
    query = select(Assessment).where(Assessment.stage_id == stage_id, Assessment.entry_id == entry_id)
    return session.scalars(query.options(*_WHOLE)).one_or_none()


def plans_of(session: Session, entries: Sequence[Entry]) -> Plans:
    """{entry id: its indicators with the targets that hold}."""
    changed = plans.changes(session, entries)
    return {entry.id: plans.standing(entry, changed.get(entry.id, ())) for entry in entries}


def reported(stage: StageRow, entry: Entry) -> Mapping[int, Fraction]:
    """{indicator: the figure reported last}, where an earlier stage took reports."""
    return last_figures(definition_of(stage.season), seasons.outcomes(stage.season)).get(entry.key, {})


def figure(found: Assessment | None, indicator: int) -> AssessedFigure | None:
    return next((one for one in found.figures if one.indicator == indicator), None) if found else None


def flag(found: Assessment | None, key: str) -> AssessedFlag | None:
    return next((one for one in found.flags if one.flag == key), None) if found else None


def claimed(found: Assessment | None, indicator: int) -> str:
    """What the branch stated and handed in; "" where it did not."""
    of = figure(found, indicator)
    return of.claimed if of and found and found.handed_in_at is not None else ""


def declared(found: Assessment | None, key: str) -> str:
    """The same of a flag."""
    of = flag(found, key)
    return of.declared if of and found and found.handed_in_at is not None else ""


def is_inspected(found: Assessment) -> bool:
    """Whether anything of it was accepted or corrected."""
    return any(one.state for one in found.figures) or any(one.found for one in found.flags)


def is_here(entry: Entry, stage: StageRow) -> bool:
    """Whether an accepted entry is at this stage; where entries move together, all are."""
    return not entry.position or entry.position.startswith(f"{stage.key}.")


def here(session: Session, stage: StageRow) -> list[Entry]:
    """The entries whose figures are stated and inspected at this stage."""
    return [one for one in seasons.entries(session, stage.season_id, EntryState.ACCEPTED) if is_here(one, stage)]


def may_read(actor: Actor, entry: Entry) -> bool:
    """A branch reads its own; the organiser, the committee and auditors all of them."""
    own = may(actor, Permission.DECLARE, season=entry.season_id, branch=entry.branch_id)
    return own or may(actor, Permission.READ_DOSSIER, season=entry.season_id)


def can_inspect(stage: StageRow, found: Assessment | None, now: datetime) -> bool:
    """What is handed in as soon as it is; after the deadline everything, until the outcome is fixed."""
    if stage.season.cancelled_at is not None or stage.phase not in (Phase.OPEN, Phase.CLOSED):
        return False
    return not guards.is_open(stage, now) or (found is not None and found.handed_in_at is not None)


def left(stage: StageRow, plan: Sequence[Indicator], found: Assessment | None) -> int:
    """How many figures and flags of an entry nobody has inspected yet."""
    figures = [figure(found, one.number) for one in plan]
    flags = [flag(found, one.key) for one in options_of(stage).flag]
    return sum(not (row and row.state) for row in figures) + sum(not (row and row.found) for row in flags)


def left_by_entry(session: Session, stage: StageRow) -> list[tuple[Entry, int]]:
    """The same of each entry at this stage that anything is left of."""
    entries = here(session, stage)
    known, found = plans_of(session, entries), assessments(session, stage.id)
    counted = ((entry, left(stage, known[entry.id], found.get(entry.id))) for entry in entries)
    return [(entry, count) for entry, count in counted if count]


def evidence(session: Session, stage: StageRow) -> Tables:
    """What was stated and found of the entries that are still in."""
    found = sorted(assessments(session, stage.id).values(), key=lambda one: one.entry.key)
    kept = [one for one in found if one.entry.state == EntryState.ACCEPTED]
    figures = [(one, of) for one in kept for of in one.figures]
    flags = [(one, of) for one in kept for of in one.flags if of.found]
    return {
        "claims": [
            {"entry": one.entry.key, "indicator": str(of.indicator), "value": of.claimed}
            for one, of in figures
            if claimed(one, of.indicator)
        ],
        "inspected": [
            {
                "entry": one.entry.key,
                "indicator": str(of.indicator),
                "value": of.value,
                "state": of.state,
                "reason": of.reason,
            }
            for one, of in figures
            if of.state
        ],
        "flags": [
            {
                "entry": one.entry.key,
                "flag": of.flag,
                "declared": declared(one, of.flag),
                "inspected": of.found,
                "reason": of.reason,
            }
            for one, of in flags
        ],
    }


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """A branch assesses its own entries; the organiser inspects."""
    asked = (Permission.DECLARE, Permission.INSPECT)
    concerned = any(holds_anywhere(actor, permission, season=stage.season_id) for permission in asked)
    if stage.phase not in (Phase.OPEN, Phase.CLOSED) or not concerned:
        return []
    entries, found = here(session, stage), assessments(session, stage.id)
    if may(actor, Permission.INSPECT, season=stage.season_id):
        return _to_inspect(session, stage, entries, found, now)
    if not guards.is_open(stage, now):
        return []
    return [
        Task(
            "State the final figures",
            "inspection.entry",
            stage,
            detail=entry.title,
            due=stage.closes_at,
            is_done=entry.id in found and found[entry.id].handed_in_at is not None,
            args=(("entry_key", entry.key),),
        )
        for entry in entries
        if may(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    ]


def _to_inspect(
    session: Session, stage: StageRow, entries: Sequence[Entry], found: Mapping[int, Assessment], now: datetime
) -> list[Task]:
    """One task for all that can be inspected now, done when nothing is left of it."""
    known = plans_of(session, entries)
    ready = [entry for entry in entries if can_inspect(stage, found.get(entry.id), now)]
    if not ready:
        return []
    waiting = sum(left(stage, known[entry.id], found.get(entry.id)) for entry in ready)
    title = N_("Inspect the final figures")
    return [Task(title, "inspection.home", stage, due=None, is_done=waiting == 0)]
