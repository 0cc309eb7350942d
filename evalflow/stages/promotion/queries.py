"""What the gallery, the pages of the entries and the engine ask of a promotion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, may
from evalflow.errors import NotFound
from evalflow.kinds.promotion import PromotionOptions
from evalflow.kinds.submission import SubmissionOptions
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.rules import definition_of, stage_of
from evalflow.seasons.tasks import Task
from evalflow.stages.promotion.models import PromotionView
from evalflow.workflow.fields import Field


@dataclass(frozen=True)
class DayViews:
    day: date
    views: int


def options_of(stage: StageRow) -> PromotionOptions:
    options = stage_of(stage).options
    assert isinstance(options, PromotionOptions)
    return options


def fields_of(stage: StageRow) -> tuple[Field, ...]:
    """The fields of the declaration that are shown, in the order they are shown."""
    source = definition_of(stage.season).last("submission", before=stage.key)
    if source is None:
        return ()
    assert isinstance(source.options, SubmissionOptions)
    asked = {field.key: field for field in source.options.field}
    shown = options_of(stage).show
    return tuple(asked[key] for key in shown) if shown else tuple(asked.values())


def promoted(session: Session, season_id: int) -> Sequence[Entry]:
    """Everything that is shown, in the order of presentation."""
    return seasons.entries(session, season_id, EntryState.ACCEPTED)


def promoted_entry(session: Session, season_id: int, key: str) -> Entry:
    """NotFound unless it is shown."""
    entry = seasons.entry_by_key(session, season_id, key)
    if entry.state != EntryState.ACCEPTED:
        raise NotFound("no_such_entry", entry=key)
    return entry


def edition(session: Session, season_id: int) -> tuple[int, int]:
    """(entries shown, sum of their versions): changes whenever something shown changes."""
    query = select(func.count(), func.coalesce(func.sum(Entry.version), 0)).where(
        Entry.season_id == season_id, Entry.state == EntryState.ACCEPTED
    )
    shown, versions = session.execute(query).one()
    return shown, versions


def total_views(session: Session, stage_id: int) -> dict[int, int]:
    """{entry id: views over all days}; an entry nobody looked at is absent."""
    total = func.sum(PromotionView.views)
    query = select(PromotionView.entry_id, total).where(PromotionView.stage_id == stage_id)
    return {entry_id: int(views) for entry_id, views in session.execute(query.group_by(PromotionView.entry_id))}


def views_by_day(session: Session, stage_id: int, *, entry_id: int | None = None) -> list[DayViews]:
    """The views of one entry, or of all, of every day from the first one with a view to the last; 0 where none."""
    query = select(PromotionView.day, func.sum(PromotionView.views)).where(PromotionView.stage_id == stage_id)
    if entry_id is not None:
        query = query.where(PromotionView.entry_id == entry_id)
    found: Mapping[date, int] = {day: int(views) for day, views in session.execute(query.group_by(PromotionView.day))}
    if not found:
        return []
    first, last = min(found), max(found)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [DayViews(day, found.get(day, 0)) for day in days]


def view_rows(session: Session, stage_id: int) -> list[tuple[str, date, int]]:
    """(entry key, day, views), by entry and day; of entries that are still in."""
    query = (
        select(Entry.key, PromotionView.day, PromotionView.views)
        .join(Entry, Entry.id == PromotionView.entry_id)
        .where(PromotionView.stage_id == stage_id, Entry.state == EntryState.ACCEPTED)
        .order_by(Entry.key, PromotionView.day)
    )
    return [(key, day, views) for key, day, views in session.execute(query)]


def may_see_views(actor: Actor, entry: Entry) -> bool:
    """The organiser, the committee and auditors see all; a branch sees its own."""
    own = may(actor, Permission.DECLARE, season=entry.season_id, branch=entry.branch_id)
    return own or may(actor, Permission.READ_DOSSIER, season=entry.season_id)


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """Nobody has to do anything here."""
    return []
