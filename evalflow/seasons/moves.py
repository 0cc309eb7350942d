"""Moving one entry by itself, for workflows whose entries move apart."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit import ledger
from evalflow.errors import Conflict
from evalflow.seasons import queries
from evalflow.seasons.events import ENTRY_MOVED
from evalflow.seasons.models import Entry, EntryState, SentBack, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.workflow import machine

ADVANCE = ("close", "settle", "open")


def advance(session: Session, entry: Entry, *, actor: Actor, now: datetime) -> None:
    """On to the next stage, or to the end. Does nothing where the season moves together."""
    _move(session, entry, ADVANCE, actor=actor, now=now)


def advance_all(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """Everybody who takes part and is at this stage goes on: its outcome is fixed."""
    for entry in queries.entries(session, stage.season_id, EntryState.ACCEPTED):
        if machine.split(entry.position)[0] == stage.key:
            advance(session, entry, actor=actor, now=now)


def send_back(
    session: Session, entry: Entry, stage: StageRow, remarks: Mapping[str, str], *, actor: Actor, now: datetime
) -> None:
    """Back from a stage to the nearest earlier submission, to be amended there. remarks: see `SentBack`."""
    entry.state, entry.number = EntryState.RETURNED, None
    session.add(SentBack(entry_id=entry.id, stage_id=stage.id, remarks=dict(remarks), sent_at=now))
    _move(session, entry, ("return",), actor=actor, now=now)


def drop(session: Session, entry: Entry, trigger: str, *, actor: Actor, now: datetime) -> None:
    """Out of the season: trigger is "reject" or "withdraw"."""
    entry.state = EntryState.REJECTED if trigger == "reject" else EntryState.WITHDRAWN
    _move(session, entry, (trigger,), actor=actor, now=now)


def is_just_after(entry: Entry, stage: StageRow) -> bool:
    """Whether an entry that moves by itself stands at the stage behind this one."""
    keys = [one.key for one in definition_of(entry.season).stages]
    return machine.split(entry.position)[0] in keys[keys.index(stage.key) + 1 :][:1]


def bring_back(session: Session, entry: Entry, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """Back to a stage that sent it on, or out, by mistake."""
    before, entry.position = entry.position, machine.at(stage.key, "open")
    entry.version += 1
    public = {"entry": entry.key, "from": before, "to": entry.position}
    ledger.append(session, ENTRY_MOVED, actor=actor, now=now, season=entry.season.key, public=public)


def begin(entry: Entry) -> None:
    """Put a new entry at the first stage, where entries move apart."""
    definition = definition_of(entry.season)
    if definition.heading.moves == "apart":
        entry.position = machine.at(definition.stages[0].key, "open")


def _move(session: Session, entry: Entry, triggers: tuple[str, ...], *, actor: Actor, now: datetime) -> None:
    definition = definition_of(entry.season)
    if definition.heading.moves != "apart":
        return
    before = entry.position
    for trigger in triggers:
        if entry.position in machine.FINAL:
            break
        try:
            entry.position = machine.step(definition, entry.position, trigger, lambda _guard: True)
        except machine.NoSuchStep:
            raise Conflict("entry_cannot_move", entry=entry.title, trigger=trigger) from None
    entry.version += 1
    stage, _ = machine.split(entry.position)
    if stage:
        entry.came = {**(entry.came or {}), stage: now.isoformat()}
    public = {"entry": entry.key, "from": before, "to": entry.position}
    ledger.append(session, ENTRY_MOVED, actor=actor, now=now, season=entry.season.key, public=public)
