"""The log's tables: written once on both databases, sealed in order, erasable where they are personal."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.exc import DBAPIError

from evalflow.access import Actor
from evalflow.audit import ledger
from evalflow.audit.event import EventType
from evalflow.audit.models import Checkpoint, Leaf, Pending, Personal
from evalflow.audit.note import Signer
from evalflow.db import Base, Database
from evalflow.errors import LogBroken
from tests.databases import fresh_postgresql, fresh_sqlite, postgresql_server

HAPPENED = EventType("test.happened", zh="测试", en="something happened", public=("n",), personal=("who",))
NOW = datetime(2026, 4, 1, tzinfo=UTC)
OFFICE = Actor(7, "someone", "organiser")
SIGNER = Signer("test.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A log of three sealed events, with the tables as the models create them."""
    if request.param == "sqlite":
        opened = fresh_sqlite(tmp_path)
    else:
        opened = fresh_postgresql(request.getfixturevalue("server"))
    with opened as engine:
        Base.metadata.create_all(engine)
        database = Database(engine)
        for number in range(3):
            append(database, number)
        seal(database)
        yield database


def append(database: Database, number: int) -> str:
    with database.writing() as session:
        return ledger.append(
            session, HAPPENED, actor=OFFICE, now=NOW, season="s", public={"n": number}, personal={"who": f"p{number}"}
        )


def seal(database: Database) -> int:
    with database.writing() as session:
        return ledger.seal(session, SIGNER, now=NOW)


def verified_size(database: Database) -> int:
    with database.reading() as session:
        return ledger.verify(session, SIGNER).size


def run(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_events_are_sealed_in_order_and_each_batch_is_signed(log: Database) -> None:
    append(log, 3)
    assert (seal(log), seal(log)) == (1, 0)
    with log.reading() as session:
        assert session.scalars(select(Leaf.number).order_by(Leaf.number)).all() == [0, 1, 2, 3]
        assert session.scalars(select(Checkpoint.size).order_by(Checkpoint.size)).all() == [3, 4]
        assert session.scalars(select(Pending.event_id)).all() == []
    assert verified_size(log) == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET season = 'other'",
        "DELETE FROM event WHERE id IN (SELECT event_id FROM leaf WHERE number = 2)",
        "UPDATE leaf SET leaf_hash = 'x'",
        "DELETE FROM leaf WHERE number = 2",
        "UPDATE checkpoint SET note = 'x'",
        "DELETE FROM checkpoint",
    ],
)
def test_both_databases_refuse_to_change_what_was_recorded(log: Database, statement: str) -> None:
    with pytest.raises(DBAPIError, match="written once"):
        run(log.engine, statement)
    assert verified_size(log) == 3


@pytest.mark.parametrize("table", ["event", "leaf", "checkpoint"])
def test_insert_or_replace_is_refused_where_it_exists_and_truncate_where_that_does(log: Database, table: str) -> None:
    if log.engine.dialect.name == "sqlite":
        statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    else:
        statement = f"TRUNCATE {table} CASCADE"
    with pytest.raises(DBAPIError, match="written once"):
        run(log.engine, statement)
    assert verified_size(log) == 3


def _unprotected(database: Database, statement: str) -> None:
    """What an owner of the database can do: the evidence is the tree, not the trigger."""
    if database.engine.dialect.name == "sqlite":
        names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        with database.engine.begin() as connection:
            for name in connection.scalars(text(names)).all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql(statement)
    else:
        with database.engine.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            connection.exec_driver_sql(statement)
            connection.execute(text("SET session_replication_role = DEFAULT"))


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("UPDATE event SET leaf = replace(leaf, '\"n\":1', '\"n\":9')", "leaf 1: its event was changed"),
        ("DELETE FROM leaf WHERE number = 1", "leaf 1: the leaf is missing"),
        (
            "UPDATE event SET season = 'other' WHERE id IN (SELECT event_id FROM leaf WHERE number = 1)",
            "its columns differ from its text",
        ),
        ("UPDATE leaf SET leaf_hash = 'ff' WHERE number = 2", "leaf 2: its event was changed"),
        (
            "UPDATE personal SET payload = '{}' WHERE event_id IN (SELECT event_id FROM leaf WHERE number = 0)",
            "leaf 0: the personal part",
        ),
    ],
)
def test_an_owner_s_change_is_found_and_the_first_bad_row_is_named(
    log: Database, statement: str, complaint: str
) -> None:
    _unprotected(log, statement)
    with pytest.raises(LogBroken, match=complaint):
        verified_size(log)


def test_an_event_taken_out_of_the_queue_is_missed(log: Database) -> None:
    append(log, 3)
    with log.writing() as session:
        session.execute(delete(Pending))
    with pytest.raises(LogBroken, match="is neither in the tree nor pending"):
        verified_size(log)


def test_personal_parts_can_be_erased_and_the_log_still_verifies(log: Database) -> None:
    with log.writing() as session:
        session.execute(delete(Personal))
    assert verified_size(log) == 3


def test_an_act_that_is_rolled_back_leaves_no_event(log: Database) -> None:
    with pytest.raises(RuntimeError, match="the act fails"), log.writing() as session:
        ledger.append(session, HAPPENED, actor=OFFICE, now=NOW, public={"n": 9}, personal={"who": "x"})
        raise RuntimeError("the act fails")
    assert seal(log) == 0
