"""The database: one handle, two ways in, and the only place where anything is committed.

`Database.writing()` is one act: BEGIN (IMMEDIATE on SQLite, so that a reader never has to become a writer), the work,
COMMIT; an exception rolls all of it back. `Database.reading()` sees one snapshot and writes nothing.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, MetaData, Text, TypeDecorator, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session

from evalflow.entropy import Entropy, SystemEntropy

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is a bug and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON value kept as sorted text, the same bytes on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


@dataclass(frozen=True)
class Database:
    """A handle on one database.

    entropy: where its acts take their randomness from. kept: what never changes once read, such as ballot papers.
    """

    engine: Engine
    entropy: Entropy = field(default_factory=SystemEntropy)
    kept: dict[Any, Any] = field(default_factory=dict, compare=False)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One act. Commits when the block ends, rolls back when it raises."""
        with _turn(self.engine), self._session(writing=True) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot; whatever was changed in it is thrown away. Rows keep what was read of them when it ends."""
        with self._session(writing=False) as session:
            yield session  # closing rolls back; saying so here would empty the rows

    @contextmanager
    def _session(self, *, writing: bool) -> Iterator[Session]:
        engine = self.engine.execution_options(evalflow_writing=writing)
        with Session(engine, info={"entropy": self.entropy, "kept": self.kept}, expire_on_commit=False) as session:
            yield session


def entropy_of(session: Session) -> Entropy:
    """The randomness of the database this session belongs to."""
    entropy: Entropy = session.info["entropy"]
    return entropy


def kept_of(session: Session) -> dict[Any, Any]:
    """What this process keeps of the database; only for what never changes."""
    kept: dict[Any, Any] = session.info["kept"]
    return kept


def connect(url: str) -> Engine:
    """An engine for SQLite (made durable and strict) or PostgreSQL by psycopg 3."""
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        return create_engine(target.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if target.database:
        Path(target.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(target)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    for pragma in (
        "busy_timeout=10000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    writing = connection.get_execution_options().get("evalflow_writing", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Writers of one SQLite file queue on a side file: SQLite's own waiting is unfair between processes."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        yield
        return
    with Path(f"{engine.url.database}.turn").open("w") as side:
        fcntl.flock(side, fcntl.LOCK_EX)
        yield
