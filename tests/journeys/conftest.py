"""Both databases, migrated as an installation is, for whole seasons."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from evalflow.engine import schema
from tests.databases import fresh_postgresql, fresh_sqlite, postgresql_server


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgresql_server() as url:
        yield url


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    with fresh_sqlite(tmp_path) as engine:
        schema.upgrade(engine)
        yield engine


@pytest.fixture
def postgresql(server: str) -> Iterator[Engine]:
    with fresh_postgresql(server) as engine:
        schema.upgrade(engine)
        yield engine


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty database with the schema its migrations give it."""
    found: Engine = request.getfixturevalue(request.param)
    return found
