"""Bringing a database up to date that people have worked with: nothing in it gets lost on the way."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, MetaData, Table, func, insert, select, text
from sqlalchemy.types import Boolean, Date, DateTime, Integer, LargeBinary, String, Text

from evalflow.engine import schema
from tests.databases import fresh_postgresql, fresh_sqlite, postgresql_server

REVISIONS = [script.revision for script in reversed(list(ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()))]
MOMENT = datetime(2026, 3, 2, tzinfo=UTC)
EMPTY = {"fund_booking", "fund_document"}  # a booking needs two accounts
RENAMED = {"envelope": "mark"}  # what is left of the envelopes of a vote that was counted
VALUES: Mapping[Any, Any] = {
    Boolean: True,
    Integer: 1,
    Date: MOMENT.date(),
    DateTime: MOMENT,
    LargeBinary: b"1",
    Text: "{}",
    String: "1",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        with fresh_sqlite(tmp_path) as engine:
            yield engine
    else:
        with postgresql_server() as server, fresh_postgresql(server) as engine:
            yield engine


def test_every_migration_keeps_what_a_database_holds(engine: Engine) -> None:
    held: set[str] = set()
    for revision in REVISIONS:
        schema.upgrade(engine, revision)
        tables = _tables(engine)
        with engine.begin() as connection:
            there = {table.name for table in tables}
            kept = {name if name in there else RENAMED[name] for name in held}
            assert kept <= {table.name for table in tables if _count(connection, table) == 1}
            _fill(connection, tables)
        held = {table.name for table in tables} - EMPTY
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def _tables(engine: Engine) -> list[Table]:
    """Those there are now, but for alembic's own; whatever is referred to first."""
    found = MetaData()
    found.reflect(engine)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _count(connection: Connection, table: Table) -> int:
    found: int = connection.execute(select(func.count()).select_from(table)).scalar_one()
    return found


def _fill(connection: Connection, tables: list[Table]) -> None:
    """One row in every table that has none; some have one by now, because a trigger put it there."""
    for table in tables:
        if table.name not in EMPTY and not _count(connection, table):
            connection.execute(insert(table).values(_row(table)))


def _row(table: Table) -> dict[str, Any]:
    """What has to be there."""
    return {column.name: _value(column) for column in table.columns if not column.nullable}


def _value(column: Column[Any]) -> Any:
    """Something of its type; numbers are 1, so that rows refer to each other."""
    found = next((value for kind, value in VALUES.items() if isinstance(column.type, kind)), None)
    assert found is not None, f"{column}: {column.type!r}"
    return found


def test_what_was_merged_before_says_where_it_went(engine: Engine) -> None:
    schema.upgrade(engine, "0036")
    tables = _tables(engine)
    with engine.begin() as connection:
        _fill(connection, tables)
        entry = next(table for table in tables if table.name == "entry")
        connection.execute(insert(entry).values({**_row(entry), "id": 2, "key": "second"}))
        connection.execute(text("UPDATE ruling SET state = 'merged', entry_id = 2, into_id = 1"))
    schema.upgrade(engine, "0037")
    with engine.connect() as connection:
        told = connection.execute(text("SELECT key, merged_into FROM entry ORDER BY id")).all()
    assert [tuple(row) for row in told] == [("1", ""), ("second", "1")]
