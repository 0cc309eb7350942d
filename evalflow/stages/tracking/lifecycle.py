"""What the engine asks of a tracking stage. Time opens and closes it; reports are welcome, never awaited."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.errors import Refused
from evalflow.seasons.models import EntryState, StageRow
from evalflow.stages.tracking import queries
from evalflow.workflow.outcome import Tables


def opened(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
    return {}


def missing(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    return ()


def closed(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """Nothing beyond that no report is taken any more."""


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    return ()


def evidence(session: Session, stage: StageRow) -> Tables:
    """The reports on the entries that are still in, and their figures."""
    filed = [one for one in queries.reports(session, stage.id) if one.entry.state == EntryState.ACCEPTED]
    rows = [
        {
            "entry": one.entry.key,
            "number": str(one.number),
            "state": one.state,
            "day": one.day.isoformat(),
            "corrects": str(one.corrects or ""),
        }
        for one in filed
    ]
    figures = [
        {"entry": one.entry.key, "report": str(one.number), "indicator": str(each.indicator), "value": each.value}
        for one in filed
        for each in one.figures
    ]
    return {"reports": rows, "figures": figures}


def faults(session: Session, stage: StageRow) -> list[str]:
    """The reports on an entry are numbered without gaps, and the entry is one of this season."""
    numbers: dict[str, list[int]] = {}
    found = []
    for one in queries.reports(session, stage.id):
        numbers.setdefault(one.entry.key, []).append(one.number)
        if one.entry.season_id != stage.season_id:
            found.append(f"report {one.number} is on {one.entry.key}, an entry of another season")
    for key, given in numbers.items():
        if given != list(range(1, len(given) + 1)):
            found.append(f"the reports on {key} are numbered {given}")
    return found
