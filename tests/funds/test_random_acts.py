"""Whatever people do in whatever order, the books balance and no branch is overdrawn."""

from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.config import Config
from evalflow.errors import Refused
from evalflow.funds import checks, commands, queries
from tests.builders import Clock, entrusted, found_house, new_signer
from tests.databases import fresh_sqlite, modelled
from tests.funds.conftest import Books, opened

CENTS = st.integers(1, 1_200_000).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")
BRANCH = st.sampled_from(["smelting", "refining"])
ACTS = st.one_of(
    st.tuples(st.just("spend"), BRANCH, CENTS),
    st.tuples(st.just("spend_late"), BRANCH, CENTS),
    st.tuples(st.just("appropriate"), BRANCH, CENTS),
    st.tuples(st.just("correct"), st.sampled_from([2026, 2027]), st.integers(1, 12)),
    st.tuples(st.just("new_year"), st.just(""), st.just("")),
    st.tuples(st.just("close"), st.sampled_from([2026, 2027]), st.just("")),
)


def act(books: Books, number: int, name: str, first: Any, second: Any) -> None:
    match name:
        case "spend":
            books.spend(first, second, f"doc {number}")
        case "spend_late":
            books.spend(first, second, f"doc {number}", day=date(2026, 5, 1))
        case "appropriate":
            books.appropriate(second, f"doc {number}")
        case "correct":
            row = books.house.ask(queries.booking, first, second)
            owner = row.act == "spending" and books.house.ask(_branch_of, row.id)
            books.take_back(row, actor=books.secretaries[owner] if owner else books.organiser)
        case "new_year":
            books.house.clock.moment = max(books.house.now, datetime(2027, 2, 1, tzinfo=UTC))
        case "close":
            books.house.act(commands.carry_over, first, actor=books.organiser)


def _branch_of(session: Any, booking_id: int) -> str:
    row = session.get_one(queries.FundBooking, booking_id)
    return str(row.source.branch.key)


@settings(max_examples=25)
@given(st.lists(ACTS, min_size=3, max_size=14))
def test_the_books_balance_after_any_acts(acts: list[tuple[str, Any, Any]]) -> None:
    with TemporaryDirectory() as folder, fresh_sqlite(Path(folder), modelled) as engine:
        signer = new_signer(Config(Path(folder), "", log_origin="test.example/log"))
        books = opened(found_house(entrusted(engine, signer), Clock()))
        for number, (name, first, second) in enumerate(acts):
            try:
                act(books, number, name, first, second)
            except Refused:
                continue
            balances = books.balances()
            assert sum(balances.values()) == 0
            assert [name for name, total in balances.items() if "branch:" in name and total < 0] == []
            statements(books)
        assert books.house.ask(checks.faults) == []


def statements(books: Books) -> None:
    """Every account's running balance ends where its turnover and its balance say."""
    balances = books.house.ask(queries.balances)
    for year in (2026, 2027):
        found = books.house.ask(queries.bookings, year)
        for name, turnover in books.house.ask(queries.turnovers, year).items():
            moves = queries.statement(found, year, name)
            assert (moves[-1].balance, turnover.balance) == (balances[year, name], balances[year, name])
