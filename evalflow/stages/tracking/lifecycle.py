"""What the engine asks of a tracking stage. Time opens and closes it; reports are welcome, never awaited."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.access import Actor
from evalflow.errors import Refused
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import EntryState, StageRow
from evalflow.stages.tracking import drafts, queries
from evalflow.stages.tracking.models import FollowUp, ProgressReport
from evalflow.workflow.outcome import Row, Tables


def opened(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
    return {}


def missing(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    return ()


def closed(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """Nothing beyond that no report is taken any more."""


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    return ()


def evidence(session: Session, stage: StageRow) -> Tables:
    """The reports on the entries that are still in, and their figures; when they were filed, where that counts."""
    counts = queries.options_of(stage).punctuality
    filed = [one for one in queries.reports(session, stage.id) if one.entry.state == EntryState.ACCEPTED]
    rows = [
        {
            "entry": one.entry.key,
            "number": str(one.number),
            "state": one.state,
            "day": one.day.isoformat(),
            "corrects": str(one.corrects or ""),
            "filed": zone.day_of(one.filed_at).isoformat() if counts else "",
        }
        for one in filed
    ]
    figures = [
        {
            "entry": one.entry.key,
            "report": str(one.number),
            "indicator": str(each.indicator),
            "value": each.value,
            "final": "yes" if each.is_final else "",
        }
        for one in filed
        for each in one.figures
    ]
    return {"reports": rows, "figures": figures, **({"followed": _followed(session, stage)} if counts else {})}


def _followed(session: Session, stage: StageRow) -> list[Row]:
    """From when to when each entry was tracked."""
    ends = stage.closed_at or stage.closes_at
    return [
        {
            "entry": one.key,
            "from": queries.since(stage, one).isoformat(),
            "until": queries.until(stage, one, zone.day_of(ends) if ends else date.max).isoformat(),
        }
        for one in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)
        if queries.has_come(one, stage)
    ]


def faults(session: Session, stage: StageRow) -> list[str]:
    """What reports, orders and plans are numbered or dated as no command would have it, or of another season."""
    reports = queries.reports(session, stage.id)
    found = _strangers(stage, "report", reports) + _gaps("reports", reports)
    orders = queries.orders(session, stage.id)
    found += _strangers(stage, "order", orders) + _gaps("orders", orders)
    found += [
        f"order {one.number} on {one.entry.key} was closed without an answer or a reason"
        for one in orders
        if one.closed_at is not None and one.answered_at is None and not one.closing
    ]
    for draft in drafts.waiting(session, stage.id):
        if draft.entry.season_id != stage.season_id:
            found.append(f"the draft for {draft.day} is on {draft.entry.key}, an entry of another season")
    for plan, entry in queries.month_plans(session, stage.id):
        if plan.month.day != 1:
            found.append(f"the plan of {entry.key} for {plan.month} is not for a month")
        if entry.season_id != stage.season_id:
            found.append(f"the plan for {plan.month} is that of {entry.key}, an entry of another season")
    return found


def _strangers(stage: StageRow, noun: str, rows: Sequence[ProgressReport] | Sequence[FollowUp]) -> list[str]:
    return [
        f"{noun} {one.number} is on {one.entry.key}, an entry of another season"
        for one in rows
        if one.entry.season_id != stage.season_id
    ]


def _gaps(nouns: str, rows: Sequence[ProgressReport] | Sequence[FollowUp]) -> list[str]:
    """They are numbered from 1 on, for each entry."""
    numbers: dict[str, list[int]] = {}
    for one in rows:
        numbers.setdefault(one.entry.key, []).append(one.number)
    return [
        f"the {nouns} on {key} are numbered {given}"
        for key, given in numbers.items()
        if given != list(range(1, len(given) + 1))
    ]
