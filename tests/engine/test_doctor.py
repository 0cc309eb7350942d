"""The doctor finds every contradiction that a row could be made to hold; each test breaks one promise."""

import pytest
from sqlalchemy import text

from evalflow.audit.signing import Signer
from evalflow.engine import doctor
from evalflow.seasons.models import Season
from tests.builders import House
from tests.engine.test_steps import TWO_STAGES

pytestmark = pytest.mark.breaks_the_database


@pytest.fixture
def season(house: House) -> Season:
    found = house.season(TWO_STAGES)
    house.open(found, "declare")
    house.close(found, "declare")
    house.settle(found, "declare")
    return found


@pytest.mark.parametrize(
    ("statement", "complaint"),
    [
        ("UPDATE season SET digest = 'other'", "season test-2026: its rules are not those that the log pinned"),
        ("UPDATE stage SET opened_at = NULL WHERE key = 'declare'", "stage declare: stage.opened is in the rows or"),
        ("UPDATE stage SET settled_at = NULL WHERE key = 'declare'", "stage declare: stage.settled is in the rows or"),
        ("UPDATE stage SET phase = 'closed' WHERE key = 'declare'", "stage declare: it is done without an outcome, or"),
        ("UPDATE stage SET phase = 'open' WHERE key = 'gallery'", "stage gallery: it is open, which its moments"),
        (
            "UPDATE stage SET outcome = replace(outcome, '[]', '[1]') WHERE key = 'declare'",
            "stage declare: its outcome is not the one that the log recorded",
        ),
        ("UPDATE stage SET key = 'other' WHERE key = 'gallery'", "its stages are not those of its definition"),
        ("DELETE FROM pending WHERE number = 1", "the audit log: event"),
    ],
)
def test_a_broken_promise_is_found(
    house: House, season: Season, signer: Signer, statement: str, complaint: str
) -> None:
    with house.database.reading() as session:
        assert doctor.faults(session, signer) == []
    with house.database.engine.begin() as connection:
        connection.execute(text(statement))
    with house.database.reading() as session:
        faults = doctor.faults(session, signer)
    assert [fault for fault in faults if complaint in fault] != []
