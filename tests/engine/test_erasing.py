"""A person can be forgotten: no name is left anywhere in the database, the log verifies, the doctor is content."""

import pytest
from sqlalchemy import MetaData, select

from evalflow.access import Role
from evalflow.audit import ledger
from evalflow.audit.signing import Signer
from evalflow.engine import erasing
from evalflow.errors import Conflict, Forbidden
from evalflow.files import waiting
from evalflow.files.content import Cleaned
from evalflow.people import accounts
from evalflow.people.grants import actor_of
from evalflow.people.models import Person
from evalflow.reminding import commands as reminding
from tests.builders import ORGANISER, House
from tests.engine.test_steps import TWO_STAGES

LOGIN, ADDRESS = "forgotten.office", "forgotten@house.example"


@pytest.fixture
def person_id(house: House) -> int:
    """Somebody who has acted: invited, joined, given a role, told where to send mails, sent a file before its form."""
    person_id = house.joined(LOGIN, "a long enough phrase", Role.ORGANISER)
    actor = house.ask(lambda session: actor_of(session, session.get_one(Person, person_id)))
    house.act(reminding.choose_mailbox, ADDRESS, actor=actor)
    scan = Cleaned(f"{LOGIN}.pdf", "application/pdf", b"%PDF-1.7")
    house.act(waiting.put, scan, form="/fund/spend", field="voucher", actor=actor)
    house.season(TWO_STAGES)
    return person_id


def everything(house: House) -> str:
    """Every value of every table, as one text."""
    tables = MetaData()
    tables.reflect(house.database.engine)
    with house.database.engine.connect() as connection:
        rows = [row for table in tables.sorted_tables for row in connection.execute(select(table))]
    return "\n".join(str(value) for row in rows for value in row)


def test_nothing_says_any_more_who_it_was_and_the_log_still_verifies(
    house: House, person_id: int, signer: Signer
) -> None:
    assert LOGIN in everything(house) and ADDRESS in everything(house) and LOGIN.title() in everything(house)
    before = len(house.log())
    house.act(accounts.deactivate, person_id, actor=house.administrator)
    assert house.act(erasing.erase, person_id, actor=house.administrator) > 3
    left = everything(house)
    assert [word for word in (LOGIN, LOGIN.title(), ADDRESS) if word in left] == []
    assert len(house.log()) == before + 2  # no event is gone: deactivated and erased have come
    with house.database.writing() as session:
        ledger.seal(session, signer, now=house.now)
    with house.database.reading() as session:
        ledger.verify(session, signer)


def test_who_still_has_an_open_account_is_not_erased_and_nobody_twice(house: House, person_id: int) -> None:
    with pytest.raises(Conflict, match="person_not_deactivated"):
        house.act(erasing.erase, person_id, actor=house.administrator)
    house.act(accounts.deactivate, person_id, actor=house.administrator)
    house.act(erasing.erase, person_id, actor=house.administrator)
    with pytest.raises(Conflict, match="person_erased"):
        house.act(erasing.erase, person_id, actor=house.administrator)


def test_only_an_administrator_erases(house: House, person_id: int) -> None:
    with pytest.raises(Forbidden):
        house.act(erasing.erase, person_id, actor=ORGANISER)
