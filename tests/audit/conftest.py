"""A log in a database of its own, on both databases, with the folder that keeps its key and head."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from evalflow.access import Actor
from evalflow.audit import ledger, upkeep
from evalflow.audit.event import EventType
from evalflow.audit.signing import Signer
from evalflow.db import Database
from tests.databases import fresh_postgresql, fresh_sqlite, modelled

HAPPENED = EventType("test.happened", zh="测试", en="something happened", public=("n",), personal=("who",))
NOW = datetime(2026, 4, 1, tzinfo=UTC)
OFFICE = Actor(7, "someone", "organiser")


@dataclass(frozen=True)
class Log:
    """database: where its rows are. signer: its key and head, in a folder beside it."""

    database: Database
    signer: Signer

    def append(self, number: int) -> str:
        with self.database.writing() as session:
            return ledger.append(
                session,
                HAPPENED,
                actor=OFFICE,
                now=NOW,
                season="s",
                public={"n": number},
                personal={"who": f"p{number}"},
            )

    def seal(self) -> int:
        with self.database.writing() as session:
            return ledger.seal(session, self.signer, now=NOW)

    def verified_size(self, *kept: str) -> int:
        with self.database.reading() as session:
            return ledger.verify(session, self.signer, kept=kept).size

    def checkpoint(self) -> str:
        """The latest one, as somebody may keep it."""
        with self.database.reading() as session:
            latest = ledger.latest_checkpoint(session)
            return latest.note if latest else ""

    def run(self, *statements: str) -> None:
        with self.database.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def unprotected(self, *statements: str) -> None:
        """What an owner of the database can do: the evidence is the tree, not the trigger."""
        sqlite = self.database.engine.dialect.name == "sqlite"
        with self.database.engine.begin() as connection:
            if sqlite:
                names = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name <> 'event_pending'"
                for name in connection.scalars(text(names)).all():
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")
            else:
                connection.execute(text("SET session_replication_role = replica"))
            for statement in statements:
                connection.exec_driver_sql(statement)
            if not sqlite:
                connection.execute(text("SET session_replication_role = DEFAULT"))


@pytest.fixture(params=["sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """Three sealed events, with the tables as the models create them."""
    if request.param == "sqlite":
        opened = fresh_sqlite(tmp_path, modelled)
    else:
        opened = fresh_postgresql(request.getfixturevalue("server"), modelled)
    with opened as engine:
        made = Log(Database(engine), Signer(tmp_path / "instance", "test.example/log"))
        with made.database.writing() as session:
            upkeep.found(session, made.signer, adopts=False)
        for number in range(3):
            made.append(number)
        made.seal()
        yield made
