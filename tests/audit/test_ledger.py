"""The log's tables: written once on both databases, sealed in order, erasable where they are personal."""

import threading

import pytest
from sqlalchemy import delete, event, select
from sqlalchemy.exc import DBAPIError

from evalflow.audit import ledger
from evalflow.audit.models import Checkpoint, Leaf, Pending, Personal
from evalflow.errors import LogBroken
from tests.audit.conftest import HAPPENED, NOW, OFFICE, Log


def test_events_are_sealed_in_order_and_each_batch_is_signed(log: Log) -> None:
    log.append(3)
    assert (log.seal(), log.seal()) == (1, 0)
    with log.database.reading() as session:
        assert session.scalars(select(Leaf.number).order_by(Leaf.number)).all() == [0, 1, 2, 3]
        assert session.scalars(select(Checkpoint.size).order_by(Checkpoint.size)).all() == [3, 4]
        assert session.scalars(select(Pending.event_id)).all() == []
    assert log.verified_size() == 4


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
def test_both_databases_refuse_to_change_what_was_recorded(log: Log, statement: str) -> None:
    with pytest.raises(DBAPIError, match="written once"):
        log.run(statement)
    assert log.verified_size() == 3


@pytest.mark.parametrize("table", ["event", "leaf", "checkpoint"])
def test_insert_or_replace_is_refused_where_it_exists_and_truncate_where_that_does(log: Log, table: str) -> None:
    if log.database.engine.dialect.name == "sqlite":
        statement = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    else:
        statement = f"TRUNCATE {table} CASCADE"
    with pytest.raises(DBAPIError, match="written once"):
        log.run(statement)
    assert log.verified_size() == 3


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
def test_an_owner_s_change_is_found_and_the_first_bad_row_is_named(log: Log, statement: str, complaint: str) -> None:
    log.unprotected(statement)
    with pytest.raises(LogBroken, match=complaint):
        log.verified_size()


def test_an_event_taken_out_of_the_queue_is_missed(log: Log) -> None:
    log.append(3)
    with log.database.writing() as session:
        session.execute(delete(Pending))
    with pytest.raises(LogBroken, match="is neither in the tree nor pending"):
        log.verified_size()


def test_personal_parts_can_be_erased_and_the_log_still_verifies(log: Log) -> None:
    with log.database.writing() as session:
        session.execute(delete(Personal))
    assert log.verified_size() == 3


def test_a_log_that_grows_while_it_is_verified_verifies(log: Log) -> None:
    def grow() -> None:
        for number in range(30):
            log.append(number)
            log.seal()

    grower = threading.Thread(target=grow)
    grower.start()
    sizes = []
    while grower.is_alive():
        sizes.append(log.verified_size())
    grower.join()
    assert sizes == sorted(sizes)
    assert log.verified_size() == 33


def test_an_act_that_is_rolled_back_leaves_no_event(log: Log) -> None:
    with pytest.raises(RuntimeError, match="the act fails"), log.database.writing() as session:
        ledger.append(session, HAPPENED, actor=OFFICE, now=NOW, public={"n": 9}, personal={"who": "x"})
        raise RuntimeError("the act fails")
    assert log.seal() == 0


@pytest.mark.parametrize("log", ["postgresql"], indirect=True)
def test_what_is_written_while_the_log_is_sealed_and_verified_is_no_fault_of_it(log: Log) -> None:
    """There each statement sees what others have committed before it."""
    ledger.entrust(log.database, log.signer)
    written: dict[str, str] = {}  # {before which statement: event}
    beside = threading.local()

    def write_beside(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement not in written and not getattr(beside, "writes", False):
            beside.writes = True
            written[statement] = log.append(len(written))
            beside.writes = False

    with log.database.writing() as session:
        event.listen(log.database.engine, "before_cursor_execute", write_beside)
        ledger.sealed_and_verified(session, now=NOW)
        event.remove(log.database.engine, "before_cursor_execute", write_beside)
    log.seal()
    assert (log.verified_size(), len(written) > 10) == (3 + len(written), True)
