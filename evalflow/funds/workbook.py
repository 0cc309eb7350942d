"""A year's books as a workbook: bookings as they were made, every balance a formula over them.

What people typed is written as text only, whatever it begins with.
"""

import io
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import xlsxwriter

from evalflow.analysis.grid import OPTIONS, Grid, cell, down, sheet_name, styles_of
from evalflow.funds import queries
from evalflow.funds.models import AccountKind, FundAccount, FundBooking
from evalflow.funds.words import ACTS, about, account_words, taken_back
from evalflow.i18n import N_, say

BOOKINGS = (
    N_("No."),
    N_("Day"),
    N_("Booking"),
    N_("Paid from"),
    N_("Paid to"),
    N_("Amount (yuan)"),
    N_("What for"),
    N_("Document no."),
    N_("From account"),
    N_("To account"),
)
ACCOUNTS = (N_("Account"), N_("Account code"), N_("Received"), N_("Given out"), N_("Balance"))
STATEMENT = (
    N_("No."),
    N_("Day"),
    N_("Booking"),
    N_("What for"),
    N_("Document no."),
    N_("Paid in"),
    N_("Paid out"),
    N_("Balance"),
)
AMOUNT, FROM, TO = 5, 8, 9  # columns of the bookings


def workbook(bookings: Sequence[FundBooking], year: int, *, locale: str) -> bytes:
    """An xlsx file: accounts, bookings, and a statement for each branch that has an account of the year."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, OPTIONS) as book:
        styles = styles_of(book)
        money = book.add_format({"num_format": "#,##0.00"})
        names = [say(locale, N_("Accounts")), say(locale, N_("Bookings"))]
        accounts, journal = (Grid(name, book.add_worksheet(name), styles) for name in names)
        _journal(journal, bookings, money, locale)
        _accounts(accounts, journal.name, bookings, money, locale)
        for number, account in enumerate(branch_accounts(bookings, year), 3):
            assert account.branch is not None
            name = sheet_name(number, account.branch.name(locale))
            moves = queries.statement(bookings, year, account.name)
            _statement(Grid(name, book.add_worksheet(name), styles), moves, money, locale)
    return stream.getvalue()


def accounts_of(bookings: Sequence[FundBooking]) -> list[FundAccount]:
    """Every account that these bookings touch, by year; those of branches in the order of the roster."""
    found = {account.id: account for booking in bookings for account in (booking.source, booking.target)}
    return sorted(
        found.values(), key=lambda account: (account.year, account.kind, account.branch_id or 0, account.name)
    )


def branch_accounts(bookings: Sequence[FundBooking], year: int) -> list[FundAccount]:
    return [one for one in accounts_of(bookings) if one.year == year and one.kind == AccountKind.BRANCH]


def _headings(grid: Grid, words: Sequence[str], widths: Sequence[int], locale: str) -> None:
    grid.headings(0, [say(locale, word) for word in words])
    grid.sheet.freeze_panes(1, 0)
    for column, width in enumerate(widths):
        grid.sheet.set_column(column, column, width)


def _journal(grid: Grid, bookings: Sequence[FundBooking], money: Any, locale: str) -> None:
    _headings(grid, BOOKINGS, (10, 12, 14, 26, 26, 14, 40, 18, 24, 24), locale)
    for row, booking in enumerate(bookings, 1):
        texts = (
            f"{booking.year}-{booking.number}",
            booking.day.isoformat(),
            say(locale, ACTS[booking.act]),
            account_words(booking.source, locale),
            account_words(booking.target, locale),
            "",
            _told(booking, locale),
            booking.document,
            _code(booking.source),
            _code(booking.target),
        )
        for column, text in enumerate(texts):
            if column == AMOUNT:
                grid.number(row, column, Fraction(booking.amount, 100), money)
            else:
                grid.text(row, column, text)


def _accounts(grid: Grid, journal: str, bookings: Sequence[FundBooking], money: Any, locale: str) -> None:
    """What each account received and gave in these books; together that comes to nothing."""
    _headings(grid, ACCOUNTS, (36, 26, 16, 16, 16), locale)
    last = max(len(bookings), 1)
    sums = [f"'{journal}'!{down(column, 1, last)}" for column in (AMOUNT, TO, FROM)]
    accounts = accounts_of(bookings)
    for row, account in enumerate(accounts, 1):
        grid.text(row, 0, f"{account.year} {account_words(account, locale)}")
        grid.text(row, 1, _code(account))
        received = sum(one.amount for one in bookings if one.target is account)
        given = sum(one.amount for one in bookings if one.source is account)
        for column, side, amount in ((2, sums[1], received), (3, sums[2], given)):
            formula = f"SUMIFS({sums[0]},{side},{cell(row, 1)})"
            grid.formula(row, column, formula, value=Fraction(amount, 100), style=money)
        balance = Fraction(received - given, 100)
        grid.formula(row, 4, f"{cell(row, 2)}-{cell(row, 3)}", value=balance, style=money)
    if accounts:
        row = len(accounts) + 1
        grid.text(row, 0, say(locale, N_("All accounts")), grid.styles.strong)
        grid.formula(row, 4, f"ROUND(SUM({down(4, 1, len(accounts))}),2)", value=0, style=money)


def _statement(grid: Grid, moves: Sequence[queries.Move], money: Any, locale: str) -> None:
    _headings(grid, STATEMENT, (10, 12, 14, 40, 18, 14, 14, 16), locale)
    for row, move in enumerate(moves, 1):
        booking = move.booking
        texts = (
            f"{booking.year}-{booking.number}",
            booking.day.isoformat(),
            say(locale, ACTS[booking.act]),
            _told(booking, locale),
            booking.document,
        )
        for column, text in enumerate(texts):
            grid.text(row, column, text)
        grid.number(row, 5 if move.amount > 0 else 6, Fraction(abs(move.amount), 100), money)
        before = f"{cell(row - 1, 7)}+" if row > 1 else ""
        formula = f"{before}{cell(row, 5)}-{cell(row, 6)}"
        grid.formula(row, 7, formula, value=Fraction(move.balance, 100), style=money)


def _told(booking: FundBooking, locale: str) -> str:
    """What it was for, and whether it was taken back."""
    told = [about(booking, locale), taken_back(booking, locale)]
    return ("；" if locale.startswith("zh") else "; ").join(part for part in told if part)


def _code(account: FundAccount) -> str:
    return f"{account.year}/{account.name}"
