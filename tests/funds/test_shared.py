"""A project of two branches and an institute: what its award brings is shared as the application says."""

from collections.abc import Callable

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Role
from evalflow.audit.signing import Signer
from evalflow.engine import jobs
from evalflow.funds import queries
from evalflow.people.models import Person
from evalflow.stages.award import commands as award
from evalflow.stages.ballot import casting
from evalflow.stages.ballot.papers import paper_of
from evalflow.stages.submission import commands as submission
from evalflow.stages.submission import confirming, reviewing
from evalflow.stages.submission.queries import entry_of
from tests.builders import House
from tests.decided import VOTE_AND_DECISION
from tests.declared import SUBMISSION, secretaries
from tests.funds.conftest import CEREMONY, Books, opened
from tests.visitors import Visitor

PARTNERS = """{ key = "partners", type = "partners", label = { zh = "参与单位", en = "Who takes part" } },
  { key = "slogan\""""
FORM = SUBMISSION.replace('{ key = "slogan"', PARTNERS, 1).replace('review = "none"', 'review = "organiser"')
SHARES = [
    {"branch": "refining", "unit": "", "share": "33.333"},
    {"branch": "", "unit": "冶金技术研究所", "share": "10"},
]


@pytest.fixture
def shared(house: House, signer: Signer) -> House:
    """The smelting branch's project alone is decided, and awarded in the first class."""
    by, member = secretaries(house), house.actor("member", Role.MEMBER)
    season = house.season(FORM + VOTE_AND_DECISION + CEREMONY, starts_on=house.now.date())
    stage = house.open(season, "declare")
    entry = house.act(submission.begin, stage.id, house.smelting, actor=by["smelting"])
    answers = {"name": "联合攻关", "partners": SHARES}
    saved = house.act(submission.save, stage.id, entry.id, answers, version=0, page="test", actor=by["smelting"])
    house.act(submission.submit, stage.id, entry.id, version=saved.version, actor=by["smelting"])
    yes = {"accepted": True, "version": house.ask(entry_of, entry.id).version}
    house.act(confirming.answer, stage.id, entry.id, **yes, actor=by["refining"])
    organiser = house.actor("reviewer", Role.ORGANISER)
    said = {"accepted": True, "version": house.ask(entry_of, entry.id).version, "actor": organiser}
    letter = confirming.Letter("冶研函〔2026〕5号", "2026-03-30")
    house.act(confirming.record, stage.id, entry.id, "冶金技术研究所", letter, **said)
    version = house.ask(entry_of, entry.id).version
    house.act(reviewing.accept, stage.id, entry.id, version=version, actor=organiser)
    for key in ("declare", "vote", "decide"):
        if key != "declare":
            house.open(season, key)
        if key == "vote":
            _vote(house, house.stage(season, key).id, member)
        house.close(season, key)
        house.settle(season, key)
    house.open(season, "ceremony")
    chair = house.actor("chair", Role.COMMITTEE_MEMBER)
    house.act(award.finalise, house.stage(season, "ceremony").id, actor=chair)
    jobs.tick(house.database, now=house.now, signer=signer)
    return house


def _vote(house: House, stage_id: int, member: Actor) -> None:
    with house.database.writing() as session:
        paper = paper_of(session, stage_id)
        casting.cast(session, paper, frozenset({"smelting"}), attempt="0" * 32, actor=member, clock=house.clock)


def test_each_branch_is_granted_its_share_and_the_lead_what_is_for_units(shared: House) -> None:
    found = shared.ask(queries.turnovers, 2026)
    assert {name: turnover.received for name, turnover in found.items() if name != "fund"} == {
        "branch:smelting": 666670,
        "branch:refining": 333330,
    }


def test_the_award_and_the_leads_account_say_what_is_for_the_unit(
    shared: House, visitor: Visitor, signed_in: Callable[[int], Visitor]
) -> None:
    page = visitor.get("/s/test-2026/ceremony/award/").text
    amounts = ("6,666.70", "3,333.30", "1,000.00")
    assert [amount in page for amount in amounts] == [True] * 3
    assert "冶金技术研究所" in page
    secretary = signed_in(shared.ask(_secretary))
    account = secretary.get("/fund/2026/smelting").text
    assert ("冶金技术研究所" in account, "1000.00" in account) == (True, True)


def _secretary(session: Session) -> int:
    return session.scalars(select(Person.id).where(Person.login == "smelting-secretary")).one()


def test_a_statement_asks_as_often_for_ten_bookings_as_for_one(
    house: House, signed_in: Callable[[int], Visitor]
) -> None:
    books: Books = opened(house)
    visitors = [signed_in(books.secretaries["smelting"].person_id or 0), signed_in(books.organiser.person_id or 0)]
    paths = ("/fund/2026/smelting", "/fund/2026")

    def counted() -> list[int]:
        seen: list[int] = [0, 0]
        for number, (visitor, path) in enumerate(zip(visitors, paths, strict=True)):

            def note(*_arguments: object, number: int = number) -> None:
                seen[number] += 1

            event.listen(house.database.engine, "before_cursor_execute", note)
            assert visitor.get(path).status_code == 200
            event.remove(house.database.engine, "before_cursor_execute", note)
        return seen

    books.spend("smelting", "1", "0")
    once = counted()
    for number in range(1, 10):
        books.spend("smelting", "1", str(number))
        books.appropriate("1", str(number))
    assert counted() == once
