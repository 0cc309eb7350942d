"""Both databases, migrated as an installation is, for whole seasons."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.databases import fresh_postgresql, fresh_sqlite, migrated


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    with fresh_sqlite(tmp_path, migrated) as engine:
        yield engine


@pytest.fixture
def postgresql(server: str) -> Iterator[Engine]:
    with fresh_postgresql(server, migrated) as engine:
        yield engine


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """An empty database with the schema its migrations give it."""
    found: Engine = request.getfixturevalue(request.param)
    return found
