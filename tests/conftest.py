"""What every test may ask for: a real database, a clock that stands still, the application, visitors.

A test that used the database ends with the doctor's question whether everything in it still agrees.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import settings
from jinja2.bccache import Bucket, BytecodeCache

from evalflow import zone
from evalflow.app import create_app
from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.db import Database
from evalflow.engine import doctor
from tests.builders import Clock, House, entrusted, found_house, new_signer
from tests.databases import fresh_sqlite, modelled, postgresql_server
from tests.visitors import Visitor

# Machines are shared: how long an example takes says nothing about the rule it tests.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")


class Compiled(BytecodeCache):
    """Templates that one test has compiled, for the applications of all others."""

    def __init__(self) -> None:
        self.code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.code:
            bucket.bytecode_from_string(self.code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.code[bucket.key] = bucket.bytecode_to_string()


COMPILED = Compiled()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "breaks_the_database: leaves contradictions behind on purpose")


@pytest.fixture(autouse=True)
def _push_request_context() -> Iterator[None]:
    """In place of pytest-flask's, whose one context would make every client of a test the same person."""
    yield


@pytest.fixture(autouse=True)
def _usual_zone() -> Iterator[None]:
    """A test that means another time zone ends with its process meaning the usual one."""
    yield
    zone.use(zone.USUAL)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """As in production, but for the certificate that secure cookies need."""
    url = f"sqlite:///{tmp_path / 'evalflow.sqlite3'}"
    return Config(tmp_path / "instance", url, secure_cookies=False, log_origin="test.example/log")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A running PostgreSQL, one for all tests of a process."""
    with postgresql_server() as url:
        yield url


@pytest.fixture
def signer(config: Config) -> Signer:
    return new_signer(config)


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path, signer: Signer) -> Iterator[Database]:
    with fresh_sqlite(tmp_path, modelled) as engine:
        kept = entrusted(engine, signer)
        yield kept
        if request.node.get_closest_marker("breaks_the_database") is None:
            with kept.reading() as session:
                assert doctor.faults(session, signer) == []


@pytest.fixture
def house(database: Database, clock: Clock) -> House:
    return found_house(database, clock)


@pytest.fixture
def app(config: Config, database: Database, clock: Clock) -> Flask:
    made = create_app(config, database=database, clock=clock)
    made.jinja_env.bytecode_cache = COMPILED
    return made


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """A browser nobody is signed in at."""
    return Visitor(app)


@pytest.fixture
def signed_in(app: Flask, database: Database) -> Callable[[int], Visitor]:
    """A browser of its own for somebody: `signed_in(person_id).get("/")`."""
    return lambda person_id: Visitor(app).become(person_id, database)
