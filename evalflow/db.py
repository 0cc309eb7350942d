"""The database: one handle, two ways in, and the only place where anything is committed.

`Database.writing()` is one act: BEGIN (IMMEDIATE on SQLite, so that a reader never has to become a writer), the work,
COMMIT; an exception rolls all of it back. `Database.reading()` sees one snapshot and writes nothing.
"""

import fcntl
import json
import os
import sqlite3
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    Text,
    TypeDecorator,
    create_engine,
    delete,
    event,
    or_,
    select,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from evalflow.config import Config
from evalflow.entropy import Entropy, SystemEntropy
from evalflow.errors import Busy
from evalflow.peppers import PepperFiles, Peppers, PeppersInMemory

THREADS = 16  # that answer requests in a process; each may hold a snapshot and an act at once
CONNECT_SECONDS = 5  # a server that does not answer is told at once, not after the network's two minutes
OVERFLOW = 2 * THREADS - 5  # beyond the 5 connections that stay open
BUSY_MILLISECONDS = 10_000
LOCKED, NOT_PERMITTED, UNDONE = "55P03", "42501", "40"  # of PostgreSQL; the last is a class: for another's sake
AWAY = ("08", "53", "57")  # PostgreSQL's classes: connection, resources (too many clients), operator (shutting down)
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

    entropy: where its acts take their randomness from. peppers: what of a box is kept outside of it. kept: what this
    process keeps in memory: what never changes once read, such as ballot papers, the signer of the log, and the
    keys of counts under way.
    """

    engine: Engine
    entropy: Entropy = field(default_factory=SystemEntropy)
    peppers: Peppers = field(default_factory=PeppersInMemory)
    kept: dict[Any, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def installed(cls, config: Config) -> "Database":
        """That of an installation: what must outlive this process is kept in its folder."""
        return cls(connect(config.database_url), peppers=PepperFiles(config.instance / "boxes"))

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One act. Commits when the block ends, rolls back when it raises; what is left for afterwards comes then."""
        with _turn(self.engine), self._session(writing=True) as session:
            yield session
            session.commit()
        for follow in session.info["afterwards"]:
            follow()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot; whatever was changed in it is thrown away. Rows keep what was read of them when it ends."""
        with self._session(writing=False) as session:
            yield session  # closing rolls back; saying so here would empty the rows

    @contextmanager
    def _session(self, *, writing: bool) -> Iterator[Session]:
        options: dict[str, Any] = {"evalflow_writing": writing}
        if not writing and self.engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"  # else each statement sees a snapshot of its own
        engine = self.engine.execution_options(**options)
        with Session(engine, info=self._info(), expire_on_commit=False) as session:
            yield session

    def _info(self) -> dict[str, Any]:
        return {"entropy": self.entropy, "peppers": self.peppers, "kept": self.kept, "afterwards": []}


def forget_older(database: Database, moment: InstrumentedAttribute[datetime], before: datetime) -> None:
    """Delete the rows of a table whose moment is earlier. Writers are made to wait only where there are any."""
    with database.reading() as session:
        if session.scalar(select(moment).where(moment < before).limit(1)) is None:
            return
    with database.writing() as session:
        session.execute(delete(moment.class_).where(moment < before))


def afterwards(session: Session, follow: Callable[[], object]) -> None:
    """Do something once the act is committed, and only then: what is outside of the database can't be rolled back."""
    session.info["afterwards"].append(follow)


def entropy_of(session: Session) -> Entropy:
    """The randomness of the database this session belongs to."""
    entropy: Entropy = session.info["entropy"]
    return entropy


def peppers_of(session: Session) -> Peppers:
    """What of its boxes is kept outside of the database this session belongs to."""
    peppers: Peppers = session.info["peppers"]
    return peppers


def kept_of(session: Session) -> dict[Any, Any]:
    """What this process keeps of the database in its memory."""
    kept: dict[Any, Any] = session.info["kept"]
    return kept


def connect(url: str) -> Engine:
    """An engine for SQLite (made durable and strict) or PostgreSQL by psycopg 3.

    Errors do not say what was being written: that may be a choice.
    """
    target = make_url(url)
    if target.get_backend_name() != "sqlite":
        wait = {} if "connect_timeout" in target.query else {"connect_timeout": CONNECT_SECONDS}
        server = target.set(drivername="postgresql+psycopg")
        options = {"pool_pre_ping": True, "connect_args": wait, "max_overflow": OVERFLOW}
        return create_engine(server, hide_parameters=True, **options)
    engine = create_engine(target, max_overflow=OVERFLOW, hide_parameters=True)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def levelled(text: str | None) -> str:
    """A text without the differences that nobody means who searches: width and case.

    >>> levelled("ＦＰ-01") == levelled("fp-01")
    True
    """
    return unicodedata.normalize("NFKC", text or "").lower()


class _Levelled(FunctionElement[str]):
    """`levelled` of a column, in the database."""

    inherit_cache = True
    type = String()


@compiles(_Levelled, "sqlite")
def _levelled_on_sqlite(element: _Levelled, compiler: SQLCompiler, **named: Any) -> str:
    return f"levelled({compiler.process(element.clauses, **named)})"


@compiles(_Levelled)
def _levelled_elsewhere(element: _Levelled, compiler: SQLCompiler, **named: Any) -> str:
    return f"lower(normalize({compiler.process(element.clauses, **named)}, NFKC))"


def finds(part: str, *columns: Any) -> ColumnElement[bool]:
    """Whether one of the columns has this part, whatever its width and case."""
    wanted = levelled(part.strip())
    return or_(*(_Levelled(column).contains(wanted, autoescape=True) for column in columns))


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.create_function("levelled", 1, levelled, deterministic=True)
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
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


def is_away(error: DBAPIError) -> bool:
    """Whether the database could not be reached or was too busy: the same again may succeed. Else it is a bug."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return cause.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_LOCKED"))
    state = getattr(cause, "sqlstate", None)
    if state == LOCKED or (state or "").startswith(UNDONE):
        return True
    return error.connection_invalidated or isinstance(error, OperationalError) and (state or "08")[:2] in AWAY


def telling_settings(engine: Engine) -> Sequence[str]:
    """Names of the settings by which PostgreSQL's log would hold values that are written; each is to be 0."""
    if engine.dialect.name == "sqlite":
        return ()
    with engine.connect() as connection:
        return connection.execute(text(_TELLING)).scalars().all()


_TELLING = """
SELECT name FROM pg_settings WHERE setting <> '0' AND (
    name = 'log_parameter_max_length_on_error'
    OR name = 'log_parameter_max_length' AND EXISTS (
        SELECT FROM pg_settings WHERE name = 'log_statement' AND setting IN ('mod', 'all')
        OR name IN ('log_min_duration_statement', 'log_min_duration_sample') AND setting <> '-1'
    )
) ORDER BY name
"""


def scrub(engine: Engine, tables: Sequence[str]) -> bool:
    """Make what was deleted unreadable in the database's own files; False where somebody who reads is in the way.

    tables: small ones from which secrets were deleted; a dropped table needs no more than this. On SQLite deleted
    bytes are zeros already (`secure_delete`), so the write-ahead log is moved over and cut off. On PostgreSQL deleted
    rows stay in a table's file until it is written anew, and the files of dropped tables until the next checkpoint,
    which a role without that right leaves to the server. PostgreSQL's own log keeps what it has until its segments
    are used again: out of reach here.
    """
    return _scrub_sqlite(engine) if engine.dialect.name == "sqlite" else _scrub_postgresql(engine, tables)


def _scrub_sqlite(engine: Engine) -> bool:
    with _turn(engine), engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA busy_timeout=0")
        try:
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            raw.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    return not busy


def _scrub_postgresql(engine: Engine, tables: Sequence[str]) -> bool:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET lock_timeout = '2s'")
        try:
            for table in tables:
                connection.exec_driver_sql(f"VACUUM (FULL) {table}")
            connection.exec_driver_sql("CHECKPOINT")
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", "")
            if state not in (NOT_PERMITTED, LOCKED):
                raise
            return bool(state == NOT_PERMITTED)
        finally:
            connection.exec_driver_sql("RESET lock_timeout")
    return True


class Turns:
    """The queue of those who want to write to one SQLite file.

    SQLite's own waiting is unfair between processes, so writers queue here: first among the threads of this process,
    then, by a lock on a side file, among the processes. Nobody waits longer than `most` seconds. When the first one
    has waited for `stuck` seconds, at most `places` go on waiting and the others are refused at once, so that threads
    are left to those who only read.
    """

    def __init__(self, path: str, *, most: float = 10, stuck: float = 2, places: int = 5) -> None:
        self._side = Path(f"{path}.turn")
        self._most, self._stuck, self._places = most, stuck, places
        self._writer = threading.Lock()
        self._since: dict[int, float] = {}  # {thread: when it began to wait}

    @contextmanager
    def taken(self) -> Iterator[None]:
        """One writer's turn; Busy where it does not come in time."""
        until = self._wait_from(time.monotonic())
        try:
            got = self._writer.acquire(timeout=self._most)
        finally:
            self._since.pop(threading.get_ident(), None)
        if not got:
            raise Busy("busy")
        try:
            with os.fdopen(os.open(self._side, os.O_RDWR | os.O_CREAT, 0o600)) as side:
                self._lock(side.fileno(), until)
                yield
        finally:
            self._writer.release()

    def _wait_from(self, now: float) -> float:
        """Join the queue; until when to wait."""
        longest = now - min(self._since.copy().values(), default=now)
        if longest > self._stuck and len(self._since) >= self._places:
            raise Busy("busy")
        self._since[threading.get_ident()] = now
        return now + self._most

    def _lock(self, side: int, until: float) -> None:
        pause = 0.001
        while True:
            try:
                fcntl.flock(side, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise Busy("busy") from None
                time.sleep(pause)
                pause = min(pause * 1.5, 0.02)
            else:
                return


_TURNS: dict[str, Turns] = {}  # one queue a file, however many engines of this process write to it


def _turn(engine: Engine) -> AbstractContextManager[None]:
    """The writer's turn where the database has but one; PostgreSQL has its own queues."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path:
        return nullcontext()
    return _TURNS.setdefault(path, Turns(path)).taken()
