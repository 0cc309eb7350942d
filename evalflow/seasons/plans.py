"""An entry's plan as it stands: what was declared, with every change of a target that a motion made since."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.access import Actor, Permission, may
from evalflow.seasons.models import Entry, Season, TargetChange
from evalflow.seasons.rules import definition_of
from evalflow.workflow import indicators
from evalflow.workflow.indicators import Indicator
from evalflow.workflow.rows import with_joined

MOMENT = timedelta(microseconds=1)  # a window that closes at 24:00 ends on the day before the next
TRACKING = "tracking"  # the kind of stage on which figures are reported
Rows = Sequence[Mapping[str, str]]


def rows_of(entry: Entry, field_type: str) -> Rows:
    """The rows of the first field of a type that is a table: "indicators", "milestones" or "partners"; none is ()."""
    asked = (field for stage in definition_of(entry.season).stages for field in getattr(stage.options, "field", ()))
    key = next((field.key for field in asked if field.type == field_type), "")
    answer = entry.answers.get(key) if key else None
    return cast(Rows, answer) if isinstance(answer, list) else ()


def partners(entry: Entry) -> Rows:
    """Who takes part: as declared, and those who came with the entries that were merged into this one."""
    return with_joined(rows_of(entry, "partners"), entry.joined)


def answer_of(entry: Entry, field_type: str) -> str:
    """The answer to the first question of a type that is answered by a text; "" where there is none."""
    asked = (field for stage in definition_of(entry.season).stages for field in getattr(stage.options, "field", ()))
    key = next((field.key for field in asked if field.type == field_type), "")
    answer = entry.answers.get(key) if key else None
    return answer if isinstance(answer, str) else ""


def leads(entry: Entry, reader: Actor) -> bool:
    """Whether this person is the entry's leader in command."""
    may_lead = may(reader, Permission.ACCEPT_COMMAND, season=entry.season_id)
    return may_lead and bool(reader.login) and reader.login == answer_of(entry, "leader")


def names(entry: Entry, reader: Actor) -> bool:
    """Whether an entry names this person: as its leader in command, or their branch among those that take part."""
    return leads(entry, reader) or any(row["branch"] in reader.speaks_for(entry.season_id) for row in partners(entry))


def declared(entry: Entry) -> tuple[Indicator, ...]:
    """The indicators as the branch handed them in last."""
    return indicators.indicators(rows_of(entry, "indicators"))


def standing(entry: Entry, changes: Sequence[TargetChange]) -> tuple[Indicator, ...]:
    """The indicators with the targets that hold now. changes: of this entry, the oldest first."""
    held = {indicator.number: indicator for indicator in declared(entry)}
    for change in changes:
        held[change.indicator] = replace(
            held[change.indicator], work=Decimal(change.work), stretch=Decimal(change.stretch)
        )
    return tuple(held.values())


def days(season: Season) -> tuple[date, date]:
    """The first and the last day that figures are reported on; where no end of tracking is known yet, `date.max`."""
    ends = [stage.closes_at for stage in season.stages if stage.kind == TRACKING]
    known = [zone.last_day(moment) for moment in ends if moment is not None]
    return season.starts_on, max(known) if known and None not in ends else date.max


def milestones(entry: Entry) -> tuple[tuple[str, date], ...]:
    """(name, due day), the earliest first."""
    found = ((row["name"], date.fromisoformat(row["due"])) for row in rows_of(entry, "milestones"))
    return tuple(sorted(found, key=lambda milestone: milestone[1]))


def changes(session: Session, entries: Sequence[Entry]) -> dict[int, list[TargetChange]]:
    """{entry id: its changed targets, the oldest first}."""
    query = (
        select(TargetChange)
        .where(TargetChange.entry_id.in_([entry.id for entry in entries]))
        .order_by(TargetChange.entry_id, TargetChange.id)
    )
    found: dict[int, list[TargetChange]] = {}
    for change in session.scalars(query):
        found.setdefault(change.entry_id, []).append(change)
    return found
