"""What stating and inspecting have in common: the rows they write, what they may name, what the log says."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit.event import EventType
from evalflow.errors import Conflict, Invalid
from evalflow.seasons import guards
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.record import record
from evalflow.stages.inspection import queries
from evalflow.stages.inspection.models import AssessedFigure, AssessedFlag, Assessment
from evalflow.workflow import numbers


def takes_part(entry: Entry, stage: StageRow) -> None:
    """Refuse an act on an entry that is out, or not at this stage."""
    guards.here(entry, stage)
    if entry.state != EntryState.ACCEPTED:
        raise Conflict("entry_not_here", entry=entry.title, stage=stage.key)


def assessment(session: Session, stage: StageRow, entry: Entry, *, version: int) -> Assessment:
    """The entry's, made where there is none yet; Conflict where the page shows another version."""
    found = queries.assessment_of(session, stage.id, entry.id)
    if version != (found.version if found else 0):
        raise Conflict("changed_meanwhile", entry=entry.title)
    if found is None:
        found = Assessment(stage_id=stage.id, entry_id=entry.id, entry=entry, text="", files=[], version=0)
        session.add(found)
    return found


def figure(found: Assessment, indicator: int) -> AssessedFigure:
    """The row of an indicator, made where there is none yet."""
    row = queries.figure(found, indicator)
    if row is None:
        row = AssessedFigure(indicator=indicator, claimed="", value="", state="", reason="")
        found.figures.append(row)
    return row


def flag(found: Assessment, key: str) -> AssessedFlag:
    """The row of a flag, made where there is none yet."""
    row = queries.flag(found, key)
    if row is None:
        row = AssessedFlag(flag=key, declared="", found="", reason="")
        found.flags.append(row)
    return row


def check_known(
    session: Session, stage: StageRow, entry: Entry, *, figures: Collection[int], flags: Collection[str]
) -> None:
    """Refuse indicators that are not in the entry's plan, and flags that the rules do not have."""
    known = {one.number for one in queries.plans_of(session, [entry])[entry.id]}
    if set(figures) - known or set(flags) - {one.key for one in queries.options_of(stage).flag}:
        raise Invalid("form_incomplete")


def is_number(typed: str) -> bool:
    return numbers.is_figure(typed.strip())


def plain(typed: str) -> str:
    """A number as it is kept: without zeros, or the sign of a zero, that say nothing; "" stays "".

    >>> plain("098.50"), plain("100"), plain("-0"), plain(" ")
    ('98.5', '100', '0', '')
    """
    return format((Decimal(typed) + 0).normalize() + 0, "f") if typed.strip() else ""


def log(
    session: Session, event: EventType, stage: StageRow, public: Mapping[str, object], *, actor: Actor, now: datetime
) -> None:
    record(session, event, stage, public, actor=actor, now=now)
