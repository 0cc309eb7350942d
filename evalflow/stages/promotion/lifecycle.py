"""What the engine asks of a promotion. Time does everything; closing fixes the views."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit.event import canonical
from evalflow.errors import Refused
from evalflow.seasons.models import Entry, StageRow
from evalflow.seasons.record import record
from evalflow.stages.promotion import events, queries
from evalflow.stages.promotion.models import PromotionView
from evalflow.workflow.outcome import Tables


def opened(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """What is shown from now on."""
    return {"shown": [entry.key for entry in queries.promoted(session, stage.season_id)]}


def missing(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    return ()


def closed(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """The pages stay; nothing is counted any more, and the log fixes what was."""
    if not queries.options_of(stage).views:
        return
    counted = queries.view_rows(session, stage.id)
    rows = [[key, day.isoformat(), views] for key, day, views in counted]
    digest = hashlib.sha256(canonical(rows)).hexdigest()
    public = {"views": sum(views for _, _, views in counted), "views_sha256": digest}
    record(session, events.VIEWS_COUNTED, stage, public, actor=actor, now=now)


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    return ()


def evidence(session: Session, stage: StageRow) -> Tables:
    if not queries.options_of(stage).views:
        return {"views": []}
    rows = queries.view_rows(session, stage.id)
    return {"views": [{"entry": key, "day": day.isoformat(), "views": str(views)} for key, day, views in rows]}


def faults(session: Session, stage: StageRow) -> list[str]:
    """Views are counts of this season's entries, and there are none before the opening."""
    query = (
        select(func.count())
        .select_from(PromotionView)
        .join(Entry, Entry.id == PromotionView.entry_id)
        .where(PromotionView.stage_id == stage.id)
    )
    strange = session.scalars(query.where((Entry.season_id != stage.season_id) | (PromotionView.views < 1))).one()
    found = [f"{strange} counts of views of other seasons' entries, or below 1"] if strange else []
    if stage.opened_at is None and session.scalars(query).one():
        found.append("views were counted before the opening")
    return found
