"""An installation of before is brought up to this version: its log goes on, and what it held is verified first."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from evalflow.audit import ledger, note, tree
from evalflow.audit.event import Event, encode
from evalflow.audit.models import Checkpoint, EventRow, Leaf, Pending
from evalflow.audit.signing import Signer
from evalflow.db import Database
from evalflow.engine import founding, schema
from evalflow.entropy import SystemEntropy
from evalflow.errors import LogBroken
from tests.databases import fresh_sqlite

NOW = datetime(2026, 4, 1, tzinfo=UTC)
HEAD_IN_THE_DATABASE = "0022"  # the last revision of which the frontier stood in the database alone
EVENTS = [Event(f"{n:032x}", NOW, "test.happened", "organiser", "s", "", {"n": n}, "") for n in range(3)]


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    made = Signer(tmp_path / "instance", "test.example/log")
    made.make_key(SystemEntropy())
    return made


@pytest.fixture
def database(tmp_path: Path, signer: Signer) -> Iterator[Database]:
    """Three events, sealed by a version that kept the head in the database."""
    with fresh_sqlite(tmp_path) as engine:
        schema.upgrade(engine, HEAD_IN_THE_DATABASE)
        hashes = [tree.leaf_hash(encode(event)) for event in EVENTS]
        frontier = tree.Frontier().extend(hashes)
        key = signer.own_key()
        signed = note.sign_note(note.format_checkpoint(key.name, frontier.size, frontier.root()), key)
        with engine.begin() as connection:
            for number, (event, digest) in enumerate(zip(EVENTS, hashes, strict=True)):
                row = {"id": event.id, "at": NOW, "type": event.type, "season": "s", "leaf": encode(event).decode()}
                connection.execute(insert(EventRow).values(row))
                connection.execute(insert(Leaf).values(number=number, event_id=event.id, leaf_hash=digest.hex()))
            connection.execute(Pending.__table__.delete())
            connection.execute(insert(Checkpoint).values(size=3, at=NOW, note=signed))
            connection.exec_driver_sql(f"INSERT INTO tree_head (id, frontier) VALUES (1, '{frontier.format()}')")
        yield Database(engine)


def test_a_log_that_was_sealed_before_goes_on_with_the_same_key(database: Database, signer: Signer) -> None:
    key = signer.own_key().verifier
    founding.bring_up(database, signer)
    founding.bring_up(database, signer)
    with database.reading() as session:
        assert (ledger.verify(session, signer).size, signer.verifier) == (3, key)


def test_a_log_that_was_changed_before_is_not_taken_over(database: Database, signer: Signer, tmp_path: Path) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER checkpoint_no_delete")
        connection.exec_driver_sql("DELETE FROM checkpoint")
    with pytest.raises(LogBroken, match="leaf 0: no checkpoint covers it"):
        founding.bring_up(database, signer)
    assert not (tmp_path / "instance" / "log.head").exists()


def test_once_it_is_taken_over_a_lost_head_is_not_made_anew(database: Database, signer: Signer, tmp_path: Path) -> None:
    founding.bring_up(database, signer)
    (tmp_path / "instance" / "log.head").unlink()
    with pytest.raises(LogBroken, match="the last head that was signed is missing"):
        founding.bring_up(database, signer)
