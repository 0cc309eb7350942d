"""Who sees what of the award fund, and what its pages and its workbook do."""

import html
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from evalflow.access import Role
from evalflow.funds import commands, queries
from evalflow.funds.workbook import workbook
from tests.analysis.recalculated import NEEDED, recalculated
from tests.builders import House
from tests.funds.conftest import Books, opened
from tests.visitors import Visitor

FUND, OWN, OTHER = "/fund/2026", "/fund/2026/smelting", "/fund/2026/refining"


@pytest.fixture
def books(house: House) -> Books:
    """On SQLite: the acts themselves are tested on both databases."""
    return opened(house)


@pytest.fixture
def visit(books: Books, signed_in: Callable[[int], Visitor]) -> Callable[[Any], Visitor]:
    return lambda actor: signed_in(actor.person_id)


def rows(page: str) -> list[list[str]]:
    """The cells of a page's tables as text."""
    found = [
        re.findall(r"<t[dh][ >].*?</t[dh]>", row, re.DOTALL) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)
    ]
    return [[" ".join(html.unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in row] for row in found]


def sent(**other: Any) -> dict[str, Any]:
    usual = {"amount": "1,280.50", "day": "2026-04-01", "purpose": "主题党日活动", "document": "发票 0001"}
    return {**usual, "upload": (io.BytesIO(b"%PDF-1.7 receipt"), "发票.pdf"), **other}


def test_a_secretary_sees_the_own_account_only(books: Books, visit: Callable[[Any], Visitor]) -> None:
    visitor = visit(books.secretaries["smelting"])
    page = visitor.get(FUND)
    assert [row[0] for row in rows(page.text)] == ["支部", "熔炼分厂党支部"]
    assert "The committee" not in page.text and "党委" not in page.text
    assert (visitor.get(OWN).status_code, visitor.get(OTHER).status_code) == (200, 403)
    booked = [visitor.get(f"/fund/2026/bookings/{number}").status_code for number in (1, 2)]
    assert booked == [200, 403]


@pytest.mark.parametrize("who", ["organiser", "chair"])
def test_the_committee_and_the_organiser_see_all_accounts(
    books: Books, visit: Callable[[Any], Visitor], who: str
) -> None:
    visitor = visit(getattr(books, who))
    assert [row[:5] for row in rows(visitor.get(FUND).text)][1:4] == [
        ["熔炼分厂党支部", "0.00", "10,000.00", "0.00", "10,000.00"],
        ["精炼分厂党支部", "0.00", "6,000.00", "0.00", "6,000.00"],
        [rows(visitor.get(FUND).text)[3][0], "0.00", "16,000.00", "0.00", "16,000.00"],
    ]
    assert "−16,000.00" in visitor.get(FUND).text
    assert visitor.get(OWN).status_code == 200


def test_a_member_sees_nothing_of_it(books: Books, visit: Callable[[Any], Visitor]) -> None:
    member = visit(books.house.actor("plain", Role.MEMBER))
    assert [member.get(path).status_code for path in ("/fund", FUND, OWN, f"{FUND}/workbook.xlsx")] == [403] * 4


def test_a_secretary_books_spending_and_takes_it_back(books: Books, visit: Callable[[Any], Visitor]) -> None:
    visitor = visit(books.secretaries["smelting"])
    visitor.get(OWN)
    page = visitor.send(f"{OWN}/spend", **sent())
    assert page.status_code == 200
    [_head, spent, _grant] = rows(page.text)
    assert (spent[0][:6], spent[3]) == ("2026-3", "8,719.50")
    document = visitor.client.get("/fund/2026/documents/3")
    assert (document.data, document.mimetype) == (b"%PDF-1.7 receipt", "application/pdf")
    assert document.headers["Content-Disposition"].startswith("attachment; ")
    assert visit(books.secretaries["refining"]).get("/fund/2026/documents/3").status_code == 403
    visitor.get("/fund/2026/bookings/3")
    page = visitor.send("/fund/2026/bookings/3", reason="金额填错")
    assert [(row[2].split()[0], row[3]) for row in rows(page.text)][1:] == [
        ("+1,280.50", "10,000.00"),
        ("−1,280.50", "8,719.50"),
        ("+10,000.00", "10,000.00"),
    ]
    assert visitor.post("/fund/2026/bookings/3", reason="又一次").status_code == 409


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"amount": "10000.01"}, "10000.00"),
        ({"amount": "很多"}, "1280.50"),
        ({"upload": (io.BytesIO(b"MZ\x00"), "x.exe")}, "invalid-feedback"),
        ({"day": ""}, "invalid-feedback"),
        ({"upload": ""}, "选择"),
    ],
)
def test_what_is_refused_keeps_what_was_typed(
    books: Books, visit: Callable[[Any], Visitor], other: dict[str, Any], told: str
) -> None:
    visitor = visit(books.secretaries["smelting"])
    visitor.get(OWN)
    answer = visitor.post(f"{OWN}/spend", **sent(**other))
    assert answer.status_code == 422
    assert 'value="主题党日活动"' in answer.text
    assert told in "".join(re.findall(r"invalid-feedback.*?</div>", answer.text, re.DOTALL))
    assert books.balances()["2026/branch:smelting"] == 1000000


def test_spending_from_another_branchs_account_is_refused(books: Books, visit: Callable[[Any], Visitor]) -> None:
    visitor = visit(books.secretaries["smelting"])
    visitor.get(OWN)
    assert visitor.post(f"{OTHER}/spend", **sent()).status_code == 403


def test_the_organiser_books_money_in_and_closes_a_year_that_is_over(
    books: Books, visit: Callable[[Any], Visitor]
) -> None:
    visitor = visit(books.organiser)
    visitor.get(FUND)
    assert "16,000.00" in visitor.send(f"{FUND}/appropriate", **sent(amount="20000")).text
    assert "/close" not in visitor.get(FUND).text
    books.house.clock.moment = books.house.now.replace(year=2027)
    visitor = visit(books.organiser)  # nobody stays signed in for so long
    assert "/close" in visitor.get(FUND).text
    page = visitor.send(f"{FUND}/close")
    assert page.request.path == "/fund/2027"
    assert [row[1:5] for row in rows(page.text)][1:3] == [
        ["10,000.00", "0.00", "0.00", "10,000.00"],
        ["6,000.00", "0.00", "0.00", "6,000.00"],
    ]
    assert "/appropriate" not in visitor.get(FUND).text


def test_a_branchs_workbook_has_nothing_of_others_and_what_looks_like_a_formula_stays_text(
    books: Books, visit: Callable[[Any], Visitor]
) -> None:
    books.spend("smelting", "5", "=1+1", purpose='=HYPERLINK("http://x","y")')
    answer = visit(books.secretaries["smelting"]).get(f"{FUND}/workbook.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert [sheet.title for sheet in book.worksheets][2:] == ["3 熔炼分厂党支部"]
    journal = book.worksheets[1]
    assert [
        (row[6].value, row[6].data_type, row[7].value, row[7].data_type) for row in journal.iter_rows(min_row=2)
    ] == [
        ("smelting brand", "s", "", "s"),
        ('=HYPERLINK("http://x","y")', "s", "=1+1", "s"),
    ]


@NEEDED
def test_the_balances_are_formulas_that_come_to_what_the_books_say(books: Books, tmp_path: Any) -> None:
    books.appropriate("20000")
    wrong = books.spend("smelting", "100.10", "a")
    books.take_back(wrong, actor=books.secretaries["smelting"])
    books.spend("smelting", "2500.55", "b")
    books.house.clock.moment = books.house.now.replace(year=2027)
    books.house.act(commands.carry_over, 2026, actor=books.organiser)
    content = workbook(books.house.ask(queries.bookings, 2026), 2026, locale="en")
    accounts, _journal, smelting, refining = recalculated({"books": content}, tmp_path)["books"].worksheets
    assert {row[1]: row[4] for row in accounts.iter_rows(min_row=2, max_row=9, values_only=True)} == {
        "2026/branch:refining": 0,
        "2026/branch:smelting": 0,
        "2026/fund": 0,
        "2026/source": -20000,
        "2026/spending:smelting": 2500.55,
        "2027/branch:refining": 6000,
        "2027/branch:smelting": 7499.45,
        "2027/fund": 4000,
    }
    assert accounts.cell(10, 5).value == 0
    assert [round(row[7], 2) for row in smelting.iter_rows(min_row=2, values_only=True)] == [
        10000,
        9899.9,
        10000,
        7499.45,
        0,
    ]
    assert [row[7] for row in refining.iter_rows(min_row=2, values_only=True)] == [6000, 0]
