"""Simulated users: who plays, on which clock, through which ordinary commands.

One mechanism makes the demo, the journey test of every workflow file and `evalflow rehearse`. Each kind's `play.py`
says what its people do `before` the stage opens, `during` it, and `after` it has closed; the engine's rehearsal moves
the clock and lets time cause the rest.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Protocol

from evalflow.access import Actor
from evalflow.db import Database
from evalflow.errors import Refused
from evalflow.seasons import incidents
from evalflow.seasons.incidents import Happening, Incident, Incidents
from evalflow.seasons.models import StageRow

WEEK = timedelta(days=7)


def _nothing(_now: datetime) -> None:
    """Time passes and causes nothing."""


def _unheard(_line: str) -> None:
    """Nobody waits for the end."""


def _never(_stage: StageRow, _closes_at: datetime, _reason: str) -> bool:
    """No organiser who would move a deadline."""
    return False


@dataclass
class World:
    """Everything a simulated user needs.

    clock: the simulated moment; `wait` moves it on. chance: seeded, the only randomness of behaviour.
    secretaries: {branch key: actor}. passphrases: of the tellers, {person id: passphrase}.
    turnout: the share of members who vote.
    until: where the clock stops within a long stage; None at its deadline.
    tick: lets time do its work at a moment, as the engine gives it; nothing in a world of its own.
    progress: tells whoever waits how far it is.
    extend: asks for more time for a stage, as the engine gives it; whether it was given.
    incidents: what is to go wrong. happened: what did, in its order. twins: two entries that people can't tell apart.
    refused: {stage key: why its people could not do their part, most lately}. stuck: {stage key: why it did not move}.
    worded: puts a refusal into words for reports; by its code and facts where nobody gives another.
    over: keys of the stages after whose closing people have done what they do then.
    notes: what a reader of the rehearsal should know.
    """

    database: Database
    clock: datetime
    chance: Random
    organiser: Actor
    secretaries: Mapping[str, Actor]
    members: Sequence[Actor]
    committee: Sequence[Actor]
    tellers: Sequence[Actor]
    passphrases: Mapping[int, str]
    seed: str = ""
    turnout: float = 0.86
    leaders: Sequence[Actor] = ()
    until: datetime | None = None
    tick: Callable[[datetime], object] = _nothing
    progress: Callable[[str], None] = _unheard
    extend: Callable[[StageRow, datetime, str], bool] = _never
    incidents: Incidents = incidents.NOTHING
    happened: list[Happening] = field(default_factory=list)
    twins: tuple[str, ...] = ()
    refused: dict[str, str] = field(default_factory=dict)
    stuck: dict[str, str] = field(default_factory=dict)
    worded: Callable[[Refused], str] = str
    over: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def quality(self, key: str) -> int:
        """How good the simulated work of an entry or branch is, 35 to 94: what voters and raters lean towards."""
        key = self.twins[0] if key in self.twins else key
        return 35 + int.from_bytes(hashlib.sha256(f"{self.seed}:{key}".encode()).digest()[:4]) % 60

    def wait(self, **span: float) -> datetime:
        """Let time pass, e.g. `wait(minutes=5)`; the new moment."""
        self.clock += timedelta(**span)
        return self.clock

    def pass_time(self, until: datetime, step: timedelta = WEEK) -> Iterator[datetime]:
        """Let time really pass: every moment that comes before `until`, after time has done its work there."""
        while self.clock + step < until:
            self.clock += step
            self.tick(self.clock)
            yield self.clock

    def pick(self, incident: Incident, stage: StageRow, among: Iterable[str], number: int = 1) -> tuple[str, ...]:
        """Whom a planned incident befalls in a stage; nobody where none is planned."""
        return self.incidents.pick(incident, stage.key, list(among), number)

    def tell(self, incident: Incident, stage: StageRow, about: str = "", came: str = "") -> None:
        """Remember that it happened."""
        self.happened.append(Happening(self.clock, stage.key, incident, about, came))

    def was_told(self, incident: Incident, stage: StageRow) -> bool:
        """Whether it happened in this stage already."""
        return bool(self.befell(incident, stage))

    def befell(self, incident: Incident, stage: StageRow) -> set[str]:
        """Whom it befell in this stage so far."""
        return {one.about for one in self.happened if (one.incident, one.stage) == (incident, stage.key)}

    def attempt(self, command: Callable[..., Any], *args: Any, **named: Any) -> str:
        """An act that the rules may refuse: the refusal in words, "" where it was done."""
        try:
            self.do(command, *args, **named)
        except Refused as refusal:
            return self.worded(refusal)
        return ""

    def do(self, command: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """One act through an ordinary command, in a transaction of its own, at the clock's moment."""
        with self.database.writing() as session:
            return command(session, *args, now=self.clock, **named)

    def ask(self, query: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """The answer of a query, from a snapshot of its own."""
        with self.database.reading() as session:
            return query(session, *args, **named)


class Play(Protocol):
    """A module with these functions; `stage` is a detached row, to be read only."""

    def before(self, world: World, stage: StageRow) -> None:
        """What has to be done before the stage can open."""

    def during(self, world: World, stage: StageRow) -> None:
        """What people do while it is open."""

    def after(self, world: World, stage: StageRow) -> None:
        """What has to be done between closing and settling."""
