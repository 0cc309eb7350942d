"""Two acts at one moment: whatever comes of it must be what comes of one after the other.

A world is built once and copied for each try. First the two acts follow each other, in both orders, and one of them
between any two transactions of the other: nothing else may come of them. Then, on PostgreSQL, the first act is held
before each of its statements and commits while the second does what it can. On SQLite, where writers follow each
other, both begin at once.
"""

import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event, select, text
from sqlalchemy.orm import Session

from evalflow.audit import ledger
from evalflow.audit.models import EventRow
from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.db import Base, Database
from evalflow.engine import doctor, jobs
from evalflow.errors import Refused
from evalflow.peppers import PepperFiles
from tests.builders import Clock, House, found_house, new_signer
from tests.databases import fresh_postgresql, fresh_sqlite, postgresql_server

PATIENCE = 60  # seconds after which two acts have blocked each other for good
ORIGIN = "test.example/log"
Act = Callable[[House, Signer], object]
Acts = dict[str, Act]
Build = Callable[[House], Acts]
Ending = tuple[bool, bool, tuple[tuple[str, int], ...]]  # which of the two was done; {type: events} of both, sorted
_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@dataclass(frozen=True)
class Watched(Database):
    """A database that tells when it is about to write."""

    before_writing: Callable[[], None] = field(default=lambda: None, compare=False)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        self.before_writing()
        with super().writing() as session:
            yield session


@dataclass(frozen=True)
class TimePasses:
    """All that time causes at a moment; now where that is over."""

    at: datetime | None

    def __call__(self, house: House, signer: Signer) -> None:
        jobs.tick(house.database, now=max(house.now, self.at or house.now), signer=signer)


@dataclass(frozen=True)
class Copy:
    """A copy of a world, for one try."""

    house: House
    signer: Signer

    def is_done(self, act: Act, house: House | None = None) -> bool:
        """False where it was refused with a sentence."""
        try:
            act(house or self.house, self.signer)
        except Refused:
            return False
        return True

    def types(self) -> Counter[str]:
        return Counter(self.house.ask(lambda session: session.scalars(select(EventRow.type)).all()))

    def written(self, before: Counter[str], *acts: Act) -> tuple[tuple[str, int], ...]:
        """{type: events} since then, sorted. A tick may leave to the next one what it did not see: so that comes."""
        for act in acts:
            if isinstance(act, TimePasses):
                act(self.house, self.signer)
        return tuple(sorted((self.types() - before).items()))

    def faults(self) -> list[str]:
        found: list[str] = self.house.ask(doctor.faults, self.signer)
        return found


class World:
    """A world as it was built, and its copies, one at a time. server: of PostgreSQL, or "" for SQLite."""

    def __init__(self, build: Build, folder: Path, server: str = "") -> None:
        self._first, self._home, self._server = folder / "first", folder / "copy", server
        self._open = ExitStack()
        engine, self._engine = (
            self._open.enter_context(fresh_postgresql(server) if server else fresh_sqlite(_made(home)))
            for home in (self._first, self._home)
        )
        signer = new_signer(Config(_made(self._first), "sqlite://", log_origin=ORIGIN))
        Base.metadata.create_all(engine)
        self._house = found_house(_database(engine, signer, self._first), Clock())
        self.acts = build(self._house)
        self._moment, self._name = self._house.now, engine.url.database
        engine.dispose()

    def close(self) -> None:
        self._open.close()

    @contextmanager
    def copied(self) -> Iterator[Copy]:
        """The world as it was built, for one try. All copies have one engine, which keeps its compiled statements."""
        shutil.rmtree(self._home, ignore_errors=True)
        shutil.copytree(self._first, self._home)
        if self._server:
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {self._engine.url.database} WITH (FORCE)")
                connection.execute(f"CREATE DATABASE {self._engine.url.database} TEMPLATE {self._name}")
        signer = Signer(self._home, ORIGIN)
        database = _database(self._engine, signer, self._home)
        yield Copy(replace(self._house, database=database, clock=Clock(self._moment)), signer)
        self._engine.dispose()


@contextmanager
def hasty_server() -> Iterator[str]:
    """A PostgreSQL server whose databases outlive no crash, and are copied the faster for it."""
    with postgresql_server() as server:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _database(engine: Engine, signer: Signer, home: Path) -> Database:
    found = Database(engine, peppers=PepperFiles(home / "boxes"))
    ledger.entrust(found, signer)
    return found


def endings(world: World, first: str, second: str) -> set[Ending]:
    """All that may come of two acts: the one before the other, after it, or between two of its transactions."""
    found = set()
    for outer, inner in ((first, second), (second, first)):
        for moment in count():
            ending, is_last = _with_one_between(world, world.acts[outer], world.acts[inner], moment)
            found.add(ending if outer == first else (ending[1], ending[0], ending[2]))
            if is_last:
                break
    return found


def _with_one_between(world: World, outer: Act, inner: Act, moment: int) -> tuple[Ending, bool]:
    """`inner` before the transaction of `outer` with this number, or after all of them; whether that was so."""
    with world.copied() as copy:
        before, done, seen = copy.types(), [], count()

        def look() -> None:
            if next(seen) == moment:
                done.append(copy.is_done(inner))

        kept = copy.house.database
        watched = Watched(kept.engine, kept.entropy, kept.peppers, kept.kept, before_writing=look)
        is_done = copy.is_done(outer, replace(copy.house, database=watched))
        is_last = not done
        if is_last:
            done.append(copy.is_done(inner))
        return (is_done, done[0], copy.written(before, outer, inner)), is_last


class Holding:
    """Holds one thread before its statement or commit with a number, while another does what it can."""

    def __init__(self, engine: Engine, moment: int) -> None:
        self._engine, self._moment, self._thread = engine, moment, 0
        self.trace: list[str] = []
        self.held, self.go = threading.Event(), threading.Event()
        self._listeners = (("before_cursor_execute", self._statement), ("commit", self._commit))
        for name, listener in self._listeners:
            event.listen(engine, name, listener)

    def watch(self) -> None:
        """The thread to be held is this one."""
        self._thread = threading.get_ident()

    def leave(self) -> None:
        for name, listener in self._listeners:
            event.remove(self._engine, name, listener)

    def _statement(self, _connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        self._at(statement)

    def _commit(self, _connection: Connection) -> None:
        self._at("COMMIT")

    def _at(self, what: str) -> None:
        if threading.get_ident() != self._thread:
            return
        self.trace.append(what)
        if len(self.trace) == self._moment:
            self.held.set()
            self.go.wait(PATIENCE)

    def wait_for(self, other: threading.Thread) -> bool:
        """Until the other is done or waits for a lock; whether it is done."""
        with self._engine.connect() as connection:
            while other.is_alive():
                if connection.execute(text(_WAITS)).scalar_one():
                    return False
                connection.rollback()
                other.join(0.002)
        return True


@dataclass(frozen=True)
class Try:
    """One try to hold the first act. moment: before which statement; trace: all its statements and commits."""

    moment: int
    ending: Ending
    broken: list[str]
    trace: list[str]
    was_held: bool
    had_to_wait: bool


def tries(world: World, first: str, second: str) -> Iterator[Try]:
    """The first act held before its 1st, 2nd, 3rd, 5th, 8th, 13th, … statement or commit, to its end.

    Where the second had to wait, it would at all others up to the next commit, so it goes on after that.
    """
    moment, step = 1, 1
    while True:
        one = _held(world, first, second, moment)
        yield one
        if not one.was_held:
            return
        if one.had_to_wait:
            commits = [number for number, what in enumerate(one.trace, 1) if what == "COMMIT" and number >= moment]
            if not commits:
                return
            moment, step = commits[0] + 1, 1
        else:
            moment, step = moment + step, moment


def _held(world: World, first: str, second: str, moment: int) -> Try:
    with world.copied() as copy:
        before, done, broken = copy.types(), {0: False, 1: False}, []
        holding = Holding(copy.house.database.engine, moment)

        def run(place: int) -> None:
            if place == 0:
                holding.watch()
            try:
                done[place] = copy.is_done(world.acts[(first, second)[place]])
            except Exception as bug:
                broken.append(f"{(first, second)[place]}: {bug!r}")
            finally:
                if place == 0:
                    holding.held.set()

        one, other = (threading.Thread(target=run, args=(place,), daemon=True) for place in (0, 1))
        one.start()
        holding.held.wait(PATIENCE)
        was_held = len(holding.trace) >= moment
        other.start()
        had_to_wait = was_held and not holding.wait_for(other)
        holding.go.set()
        broken += _joined(one, other)
        holding.leave()
        broken += copy.faults()
        written = copy.written(before, world.acts[first], world.acts[second])
        return Try(moment, (done[0], done[1], written), broken, holding.trace, was_held, had_to_wait)


def at_once(world: World, first: str, second: str) -> tuple[Ending, list[str]]:
    """Both begin at the same moment; what came of it, and what broke."""
    with world.copied() as copy:
        before, done, broken = copy.types(), {0: False, 1: False}, []
        ready = threading.Barrier(2)

        def run(place: int) -> None:
            ready.wait(PATIENCE)
            try:
                done[place] = copy.is_done(world.acts[(first, second)[place]])
            except Exception as bug:
                broken.append(f"{(first, second)[place]}: {bug!r}")

        both = [threading.Thread(target=run, args=(place,), daemon=True) for place in (0, 1)]
        for thread in both:
            thread.start()
        broken += _joined(*both)
        broken += copy.faults()
        return (done[0], done[1], copy.written(before, world.acts[first], world.acts[second])), broken


def _joined(*threads: threading.Thread) -> list[str]:
    for thread in threads:
        thread.join(PATIENCE)
    return ["they block each other"] if any(thread.is_alive() for thread in threads) else []
