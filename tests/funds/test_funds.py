"""The award fund balances whatever happens; nobody spends what they have not, and nothing is granted twice."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from evalflow.errors import Conflict, Forbidden, Invalid, NotFound
from evalflow.funds import checks, commands, queries
from evalflow.funds.models import Act
from evalflow.funds.queries import Turnover
from evalflow.funds.words import taken_back
from evalflow.stages.award import commands as award
from tests.funds.conftest import Books, receipt

GRANTED = {"2026/branch:refining": 600000, "2026/branch:smelting": 1000000, "2026/fund": -1600000}
NEW_YEAR = datetime(2027, 1, 4, 2, tzinfo=UTC)


def test_what_the_tiers_bring_is_booked_when_the_awards_are_final(books: Books) -> None:
    assert books.balances() == GRANTED
    stage = books.house.stage(books.season, "ceremony")
    assert books.house.ask(queries.granted, stage.id) == {
        "smelting": {"smelting": 1000000},
        "refining": {"refining": 600000},
    }
    booked = [public for _type, _office, public, _who in books.house.log("fund.booked")]
    told = ("number", "act", "from", "to", "amount", "entry")
    assert sorted(tuple(one[name] for name in told) for one in booked) == [
        (1, "grant", "2026/fund", "2026/branch:smelting", "10000.00", "smelting"),
        (2, "grant", "2026/fund", "2026/branch:refining", "6000.00", "refining"),
    ]


def test_a_ceremony_grants_once_only(books: Books) -> None:
    stage = books.house.stage(books.season, "ceremony")
    with pytest.raises(Conflict, match="already_final"):
        books.house.act(award.finalise, stage.id, actor=books.chair)
    with books.house.database.writing() as session, pytest.raises(Conflict, match="already_granted"):
        row = session.merge(stage, load=False)
        commands.grant(session, row, {"smelting": {"smelting": "1.00"}}, actor=books.chair, now=books.house.now)
    assert books.balances() == GRANTED


def test_only_who_makes_awards_final_grants(books: Books) -> None:
    stage = books.house.stage(books.season, "ceremony")
    with books.house.database.writing() as session, pytest.raises(Forbidden):
        commands.grant(session, session.merge(stage, load=False), {}, actor=books.organiser, now=books.house.now)


def test_money_comes_in_and_is_spent_with_a_document(books: Books) -> None:
    books.appropriate("20,000")
    spent = books.spend("smelting", "1280.50", "发票 0001")
    assert (spent.number, spent.act, spent.amount, spent.document) == (4, Act.SPENDING, 128050, "发票 0001")
    assert books.balances() == {
        "2026/branch:refining": 600000,
        "2026/branch:smelting": 871950,
        "2026/fund": 400000,
        "2026/source": -2000000,
        "2026/spending:smelting": 128050,
    }
    booked = [public for _type, _office, public, _who in books.house.log("fund.booked")]
    [last] = [one for one in booked if one["number"] == 4]
    assert last["evidence_sha256"] == receipt().sha256
    assert (last["document"], last["amount"]) == ("发票 0001", "1280.50")


def test_a_branch_can_spend_all_it_has_and_not_a_cent_more(books: Books) -> None:
    with pytest.raises(Invalid, match="overspent") as refused:
        books.spend("refining", "6000.01", "a")
    assert (refused.value.fields, refused.value.facts) == (
        {"amount": "overspent"},
        {"balance": "6000.00", "year": 2026},
    )
    books.spend("refining", "6000", "a")
    with pytest.raises(Invalid, match="overspent"):
        books.spend("refining", "0.01", "b")


def test_nobody_spends_another_branchs_money(books: Books) -> None:
    for actor in (books.secretaries["refining"], books.organiser, books.chair):
        with pytest.raises(Forbidden):
            books.spend("smelting", "1", "a", actor=actor)
    assert books.balances() == GRANTED


def test_only_the_organiser_books_what_comes_in_and_closes_the_year(books: Books) -> None:
    books.house.clock.moment = NEW_YEAR
    for actor in (books.secretaries["refining"], books.chair):
        with pytest.raises(Forbidden):
            books.appropriate("1", actor=actor)
        with pytest.raises(Forbidden):
            books.house.act(commands.carry_over, 2026, actor=actor)


@pytest.mark.parametrize(
    ("named", "fields"),
    [
        ({"amount": "0"}, {"amount": "not_money"}),
        ({"amount": "-5"}, {"amount": "not_money"}),
        ({"amount": "12.345"}, {"amount": "not_money"}),
        ({"amount": "1e3"}, {"amount": "not_money"}),
        ({"document": "  "}, {"document": "answer_missing"}),
        ({"document": "x" * 61}, {"document": "too_long"}),
        ({"purpose": " ", "upload": None}, {"purpose": "answer_missing", "upload": "file_missing"}),
        ({"day": date(2026, 12, 31)}, {"day": "day_to_come"}),
        ({"day": date(2024, 12, 31)}, {"day": "day_long_past"}),
    ],
)
def test_spending_without_a_sum_a_purpose_a_day_a_document_or_its_evidence_is_refused(
    books: Books, named: dict[str, object], fields: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        books.spend("smelting", **{"amount": "5", "document": "a", **named})  # type: ignore[arg-type]
    assert refused.value.fields == fields
    assert books.balances() == GRANTED


def test_a_document_stands_for_one_spending_until_that_is_taken_back(books: Books) -> None:
    first = books.spend("smelting", "100", "a")
    with pytest.raises(Invalid, match="document_used"):
        books.spend("smelting", "100", " a ")
    books.spend("refining", "100", "a", is_another=True)
    books.take_back(first, actor=books.secretaries["smelting"])
    books.spend("smelting", "120", "a", is_another=True)
    assert books.balances()["2026/branch:smelting"] == 988000


@pytest.mark.parametrize("number", ["FP-1", "ＦＰ－１", "fp-1", "FP\u20111", " F P-1", "FP—1", "FP\u200b-1"])
def test_a_document_number_is_the_same_however_it_was_typed(books: Books, number: str) -> None:
    books.spend("smelting", "100", "FP-1")
    with pytest.raises(Invalid, match="document_used"):
        books.spend("smelting", "100", number)


def test_a_number_booked_in_another_branch_or_year_is_booked_again_only_when_it_is_said_to_be_another_document(
    books: Books,
) -> None:
    first = books.spend("smelting", "100", "FP-1")
    with pytest.raises(Invalid) as asked:
        books.spend("refining", "100", "ＦＰ－１")
    assert (asked.value.code, asked.value.facts) == ("document_elsewhere", {"booking": f"2026-{first.number}"})
    assert asked.value.fields == {"is_another": "document_elsewhere"}
    books.spend("refining", "100", "ＦＰ－１", is_another=True)
    books.appropriate("100", "2025-FP", day=date(2025, 12, 31))
    with pytest.raises(Invalid, match="document_elsewhere"):
        books.appropriate("100", "2025—fp")
    books.appropriate("100", "2025—fp", is_another=True)


def test_spending_is_taken_back_by_a_counter_entry_once_and_stays_in_the_books(books: Books) -> None:
    wrong, own = books.spend("smelting", "100", "a"), books.secretaries["smelting"]
    for actor in (books.secretaries["refining"], books.organiser):
        with pytest.raises(Forbidden):
            books.take_back(wrong, actor=actor)
    with pytest.raises(Invalid, match="reason_needed"):
        books.take_back(wrong, actor=own, reason=" ")
    made = books.take_back(wrong, actor=own)
    assert (made.act, made.amount, made.corrects_id) == (Act.CORRECTION, 10000, wrong.id)
    assert books.balances() == GRANTED
    with pytest.raises(Conflict, match="already_corrected"):
        books.take_back(wrong, actor=own)
    with pytest.raises(Conflict, match="not_correctable"):
        books.take_back(made, actor=own)
    found = books.house.ask(queries.bookings, 2026)
    assert [
        (move.amount, move.balance, move.booking.correction is not None)
        for move in queries.statement(found, 2026, "branch:smelting")
    ] == [
        (1000000, 1000000, False),
        (-10000, 990000, True),
        (10000, 1000000, False),
    ]


def test_what_came_in_is_taken_back_by_the_organiser_and_a_grant_by_nobody(books: Books) -> None:
    came_in = books.appropriate("500")
    with pytest.raises(Forbidden):
        books.take_back(came_in, actor=books.chair)
    books.take_back(came_in, actor=books.organiser)
    assert books.balances() == GRANTED
    with pytest.raises(Conflict, match="not_correctable"):
        books.house.act(commands.correct, 2026, 1, reason="不同意", actor=books.organiser)
    with pytest.raises(NotFound):
        books.house.act(commands.correct, 2026, 99, reason="没有", actor=books.organiser)


def test_a_years_end_carries_every_balance_over_and_shuts_the_books(books: Books) -> None:
    books.appropriate("20000")
    books.spend("smelting", "2500", "a")
    with pytest.raises(Conflict, match="year_not_over"):
        books.house.act(commands.carry_over, 2026, actor=books.organiser)
    books.house.clock.moment = NEW_YEAR
    books.house.act(commands.carry_over, 2026, actor=books.organiser)
    assert books.balances() == {
        "2026/source": -2000000,
        "2026/spending:smelting": 250000,
        "2027/branch:refining": 600000,
        "2027/branch:smelting": 750000,
        "2027/fund": 400000,
    }
    assert books.house.ask(queries.turnovers, 2026) == {
        "fund": Turnover(received=2000000, given=1600000, carried=400000),
        "branch:smelting": Turnover(received=1000000, given=250000, carried=750000),
        "branch:refining": Turnover(received=600000, carried=600000),
    }
    assert books.house.ask(queries.turnovers, 2027)["branch:smelting"] == Turnover(brought=750000)
    assert books.house.log("fund.year_closed")[0][2] == {
        "year": 2026,
        "carried": {"fund": "4000.00", "branch:refining": "6000.00", "branch:smelting": "7500.00"},
    }
    for late in (
        lambda: books.spend("smelting", "1", "b", day=date(2026, 12, 30)),
        lambda: books.house.act(commands.carry_over, 2026, actor=books.organiser),
    ):
        with pytest.raises(Conflict, match="books_closed"):
            late()
    books.spend("smelting", "7500", "b")


def test_what_the_fund_lacks_is_carried_over_too(books: Books) -> None:
    books.house.clock.moment = NEW_YEAR
    books.house.act(commands.carry_over, 2026, actor=books.organiser)
    assert books.balances() == {name.replace("2026", "2027"): total for name, total in GRANTED.items()}


def test_before_the_old_year_is_carried_over_the_new_one_has_nothing_to_spend(books: Books) -> None:
    books.house.clock.moment = NEW_YEAR
    with pytest.raises(Invalid, match="overspent"):
        books.spend("smelting", "1", "a")
    books.spend("smelting", "1", "a", day=date(2026, 12, 30))
    assert books.balances()["2026/branch:smelting"] == 999900


def test_years_are_closed_in_their_order(books: Books) -> None:
    books.house.clock.moment = NEW_YEAR + timedelta(days=365)
    books.appropriate("1", day=date(2027, 5, 1))
    with pytest.raises(Conflict, match="earlier_year_open"):
        books.house.act(commands.carry_over, 2027, actor=books.organiser)
    for year in (2026, 2027):
        books.house.act(commands.carry_over, year, actor=books.organiser)
    assert books.balances()["2028/branch:smelting"] == 1000000


def test_spending_of_a_closed_year_is_taken_back_in_the_present_one(books: Books) -> None:
    wrong = books.spend("smelting", "100", "a")
    books.house.clock.moment = NEW_YEAR
    books.house.act(commands.carry_over, 2026, actor=books.organiser)
    made = books.take_back(wrong, actor=books.secretaries["smelting"])
    assert (made.year, made.day) == (2027, date(2027, 1, 4))
    found = queries.statement(books.house.ask(queries.bookings, 2026), 2026, "branch:smelting")
    assert [taken_back(move.booking, "en") for move in found] == ["", "taken back by no. 2027-1", ""]
    assert books.balances()["2027/branch:smelting"] == 1000000


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fund_booking SET amount = 1",
        "DELETE FROM fund_booking",
        "UPDATE fund_document SET sha256 = ''",
        "DELETE FROM fund_document",
    ],
)
def test_the_database_itself_keeps_bookings_as_they_were_written(books: Books, statement: str) -> None:
    books.spend("smelting", "100", "a")
    with pytest.raises(DBAPIError, match="written once"), books.house.database.writing() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ("9, 'spending', 1, 2, 0, 'a', NULL", "amount_above_0"),
        ("9, 'spending', 1, 2, -5, 'a', NULL", "amount_above_0"),
        ("9, 'spending', 1, 1, 5, 'a', NULL", "two_accounts"),
        ("9, 'spending', 1, 2, 5, '', NULL", "spending_has_document"),
        ("9, 'correction', 1, 2, 5, 'a', NULL", "correction_corrects"),
        ("9, 'grant', 1, 2, 5, 'a', NULL", "grant_has_entry"),
        ("1, 'spending', 1, 2, 5, 'a', NULL", "year.*number"),
    ],
)
def test_the_database_itself_refuses_a_booking_that_can_not_balance(books: Books, values: str, told: str) -> None:
    columns = "number, act, from_id, to_id, amount, document, corrects_id"
    more = "2026, DATE '2026-05-01', '', TIMESTAMP '2026-05-01 00:00:00'"
    if books.house.database.engine.dialect.name == "sqlite":
        more = "2026, '2026-05-01', '', '2026-05-01 00:00:00'"
    with pytest.raises(IntegrityError, match=told), books.house.database.writing() as session:
        session.execute(
            text(f"INSERT INTO fund_booking ({columns}, year, day, purpose, booked_at) VALUES ({values}, {more})")
        )


@pytest.mark.breaks_the_database
def test_a_booking_that_the_log_does_not_know_is_a_fault(books: Books) -> None:
    with books.house.database.writing() as session:
        held, spending = (
            row.id
            for row in (session.merge(queries.booking(session, 2026, 1)).target, queries.account(session, 2026, "fund"))
            if row
        )
        session.execute(
            text(
                "INSERT INTO fund_booking"
                " (year, number, act, from_id, to_id, amount, day, purpose, document, booked_at)"
                " VALUES (2026, 4, 'spending', :held, :spending, 1000001, :day, '', 'x', :now)"
            ),
            {"held": held, "spending": spending, "day": date(2026, 5, 1), "now": books.house.now},
        )
    assert books.house.ask(checks.faults) == [
        "2026/branch:smelting has given more than it had",
        "its bookings are not those of the log",
        "its bookings are not numbered one after the other",
        "booking 2026-4 has no evidence",
    ]
