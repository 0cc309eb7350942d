"""What the engine asks of an inspection: nothing is fixed before every figure is inspected."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.errors import Conflict, Refused
from evalflow.files import queries as kept_files
from evalflow.i18n import Text, listed
from evalflow.kinds.inspection import ACCEPTED
from evalflow.seasons.models import StageRow
from evalflow.stages.inspection import queries
from evalflow.stages.inspection.models import Assessment
from evalflow.workflow.outcome import Tables


def opened(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
    return {}


def missing(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """Before the deadline it closes only when every figure is inspected."""
    return unsettled(session, stage)


def closed(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """What was not handed in does not count; the inspectors find the figures themselves."""


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    left = queries.left_by_entry(session, stage)
    count, who = sum(number for _, number in left), listed(Text(entry.title) for entry, _ in left)
    return (Conflict("figures_to_inspect", count=count, who=who),) if left else ()


def evidence(session: Session, stage: StageRow) -> Tables:
    """What was stated and found."""
    return queries.evidence(session, stage)


def faults(session: Session, stage: StageRow) -> list[str]:
    """Figures are of the plan, accepted ones as stated, corrected ones with a reason; files are there and handed in."""
    everything = queries.assessments(session, stage.id)
    plans = queries.plans_of(session, [one.entry for one in everything.values()])
    found = []
    for entry_id, one in everything.items():
        found += [f"{one.entry.key}: {fault}" for fault in _of_figures(one, {of.number for of in plans[entry_id]})]
        if one.entry.season_id != stage.season_id:
            found.append(f"{one.entry.key} is an entry of another season")
        if one.handed_in_at is not None:
            kept = kept_files.attachments(session, one.files)
            if any(number not in kept or not kept[number].is_handed_in for number in one.files):
                found.append(f"{one.entry.key}: a file of its assessment is not kept")
    return found


def _of_figures(one: Assessment, numbers: set[int]) -> list[str]:
    found = []
    for of in one.figures:
        if of.indicator not in numbers:
            found.append(f"indicator {of.indicator} is none of its plan")
        if of.state == ACCEPTED and of.value != of.claimed:
            found.append(f"indicator {of.indicator} is accepted as {of.value}, but was stated as {of.claimed}")
        if of.state not in ("", ACCEPTED) and not of.reason:
            found.append(f"indicator {of.indicator} is corrected without a reason")
    return found
