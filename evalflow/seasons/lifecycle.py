"""What the engine asks of a stage kind, whatever it is. Each kind answers in its `lifecycle.py`."""

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.db import Database
from evalflow.errors import Refused
from evalflow.seasons.models import StageRow
from evalflow.workflow.outcome import Tables


class Upkeep(Protocol):
    """What a kind does by itself beside its acts, every few seconds in every process that lives long."""

    def __call__(self, database: Database, *, now: datetime) -> None:
        """Any number at once; what can't be done yet is done the next time."""


class Lifecycle(Protocol):
    """A module with these functions. All run inside the engine's act; none commits; refusals stop the act."""

    def opened(self, session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
        """Set up what the stage needs; the public particulars that the log records of the opening."""

    def missing(self, session: Session, stage: StageRow) -> tuple[Refused, ...]:
        """What stands in the way of closing before the deadline; nobody may override it."""

    def closed(self, session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
        """What closing itself does, beyond that nothing may be put in any more."""

    def unsettled(self, session: Session, stage: StageRow) -> tuple[Refused, ...]:
        """What has still to happen before the outcome can be fixed."""

    def evidence(self, session: Session, stage: StageRow) -> Tables:
        """Everything the outcome depends on, as tables of text; empty before the stage is closed where it is secret."""

    def faults(self, session: Session, stage: StageRow) -> list[str]:
        """What contradicts itself in this stage's rows: one English sentence each, none when all is well."""
