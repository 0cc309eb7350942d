"""A sealed vote, before it opens and open; both databases, with the schema an installation has."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evalflow.audit import ledger
from evalflow.audit.signing import Signer
from evalflow.db import Database
from evalflow.engine import doctor
from tests.builders import House
from tests.databases import fresh_postgresql, fresh_sqlite, migrated
from tests.sealed import Vote, vote_of


@pytest.fixture
def vote(house: House) -> Vote:
    """The vote before it opens, its tellers without passphrases."""
    return vote_of(house)


@pytest.fixture
def opened(vote: Vote) -> Vote:
    """The vote open, its tellers with their shares."""
    vote.keep_keys()
    vote.house.open(vote.season, "vote")
    return vote


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def on_both(request: pytest.FixtureRequest, tmp_path: Path, signer: Signer) -> Iterator[Database]:
    server = request.getfixturevalue("server") if request.param == "postgresql" else ""
    with fresh_postgresql(server, migrated) if server else fresh_sqlite(tmp_path, migrated) as engine:
        database = Database(engine)
        ledger.entrust(database, signer)
        yield database
        with database.reading() as session:
            assert doctor.faults(session, signer) == []
