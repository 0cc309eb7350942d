"""The award fund's pages: the committee's books of a year, and a branch's account in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, render_template, request

from evalflow import zone
from evalflow.access import Permission, may, require
from evalflow.errors import Forbidden
from evalflow.funds import queries
from evalflow.funds.models import AccountKind, Act, FundAccount, FundBooking
from evalflow.funds.queries import FUND, Move, Turnover, account_name
from evalflow.funds.words import ACTS, about, account_words
from evalflow.funds.workbook import workbook
from evalflow.i18n import say
from evalflow.people.models import Branch
from evalflow.people.queries import branch_by_key
from evalflow.web.attachments import content_type, headed
from evalflow.web.current import actor, locale, now, reading
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint
from evalflow.web.spreadsheets import WORKBOOK


@dataclass(frozen=True)
class Books:
    """A year's books. is_over: whether the year has ended, so that they can be closed."""

    year: int
    years: Sequence[int]
    is_closed: bool
    is_over: bool


@dataclass(frozen=True)
class BranchLine:
    """A branch that has an account of the year."""

    branch: Branch
    turnover: Turnover


@dataclass(frozen=True)
class FundPage:
    """fund, total, moves: the committee's own and all branches' together, None and () for whoever may not see it.

    lines: the branches that this person may read.
    """

    books: Books
    fund: Turnover | None
    total: Turnover | None
    moves: Sequence[Move]
    lines: Sequence[BranchLine]
    may_keep: bool


@dataclass(frozen=True)
class BookingPage:
    """source, target: what its accounts are called. correction: what took it back, None where nobody has."""

    booking: FundBooking
    source: str
    target: str
    correction: FundBooking | None
    may_take_back: bool


@dataclass(frozen=True)
class AccountPage:
    """A branch's account. moves: the latest first.

    units: {booking id: the parts of a grant that are for units which are no branches}.
    """

    books: Books
    branch: Branch
    turnover: Turnover
    moves: Sequence[Move]
    units: dict[int, Sequence[dict[str, str]]]
    may_spend: bool


def fund_page(year: int, *, form: Form) -> str:
    """The books of a year. form: for money coming in."""
    session = reading()
    turnovers = queries.turnovers(session, year)
    sees_all = may(actor(), Permission.SEE_FUND)
    found = queries.branches(session).values()
    readable = [one for one in found if may(actor(), Permission.READ_ACCOUNT, branch=one.id)]
    named = [(one, account_name(AccountKind.BRANCH, one)) for one in readable]
    moves = queries.statement(queries.bookings(session, year), year, FUND) if sees_all else ()
    branches_only = [turnover for name, turnover in turnovers.items() if name != FUND]
    page = FundPage(
        books=books_of(year),
        fund=turnovers.get(FUND, Turnover()) if sees_all else None,
        total=_total(branches_only) if sees_all else None,
        moves=moves,
        lines=[
            BranchLine(one, turnovers.get(name, Turnover())) for one, name in named if name in turnovers or not sees_all
        ],
        may_keep=may(actor(), Permission.KEEP_FUND),
    )
    return render_template("funds/fund.html", page=page, act_word=act_word, about=told, form=form)


def account_page(year: int, branch_key: str, *, form: Form) -> str:
    """A branch's account of a year. form: for spending."""
    session = reading()
    branch = branch_by_key(session, branch_key)
    require(actor(), Permission.READ_ACCOUNT, branch=branch.id)
    name = account_name(AccountKind.BRANCH, branch)
    moves = queries.statement(queries.bookings(session, year), year, name)
    page = AccountPage(
        books=books_of(year),
        branch=branch,
        turnover=queries.turnovers(session, year).get(name, Turnover()),
        moves=moves[::-1],
        units={move.booking.id: _units(move.booking) for move in moves if _leads(move.booking, branch)},
        may_spend=may(actor(), Permission.SPEND, branch=branch.id),
    )
    return render_template("funds/account.html", page=page, act_word=act_word, about=told, form=form)


def booking_page(year: int, number: int, *, form: Form) -> str:
    """One booking, and the form to take it back where that can be."""
    session = reading()
    found = queries.booking(session, year, number)
    if not _may_read(found):
        raise Forbidden("not_permitted", permission=Permission.READ_ACCOUNT.value)
    page = BookingPage(
        booking=found,
        source=account_words(found.source, locale()),
        target=account_words(found.target, locale()),
        correction=queries.correction(session, found.id),
        may_take_back=_may_take_back(found),
    )
    return render_template("funds/booking.html", page=page, act_word=act_word, about=told, form=form)


@blueprint.get("/fund/<int(min=1,max=9999):year>/workbook.xlsx")
@guarded(Permission.READ_ACCOUNT)
def fund_workbook(year: int) -> Response:
    """The books with live formulas; for a branch, only what touches its own account."""
    found = [one for one in queries.bookings(reading(), year) if _may_read(one)]
    headers = {"Content-Disposition": f'attachment; filename="fund-{year}.xlsx"'}
    return Response(workbook(found, year, locale=locale()), mimetype=WORKBOOK, headers=headers)


@blueprint.get("/fund/<int(min=1,max=9999):year>/documents/<int:number>")
@guarded(Permission.READ_ACCOUNT)
def fund_document(year: int, number: int) -> Response:
    """The evidence of a booking, for whoever may read one of its accounts."""
    session = reading()
    found = queries.document(session, year, number)
    if not _may_read(found.booking):
        raise Forbidden("not_permitted", permission=Permission.READ_ACCOUNT.value)
    if request.if_none_match.contains(found.sha256):
        return headed(Response(status=304), found, found.sha256, public=False)
    answer = Response(found.content, content_type=content_type(found))
    return headed(answer, found, found.sha256, public=False)


def present_year() -> int:
    return zone.day_of(now()).year


def books_of(year: int) -> Books:
    kept = {one.year: one for one in queries.years(reading())}
    years = sorted({year, present_year(), *kept}, reverse=True)
    is_closed = year in kept and kept[year].closed_at is not None
    return Books(year, years, is_closed, is_over=year < present_year() and year in kept)


def told(booking: FundBooking) -> str:
    """What a booking was made for, in the page's language."""
    return about(booking, locale())


def act_word(act: str) -> str:
    """Why a booking was made, in a word."""
    return say(locale(), ACTS[act])


def _total(turnovers: Sequence[Turnover]) -> Turnover:
    return Turnover(
        sum(one.brought for one in turnovers),
        sum(one.received for one in turnovers),
        sum(one.given for one in turnovers),
        sum(one.carried for one in turnovers),
    )


def _may_take_back(booking: FundBooking) -> bool:
    if booking.act == Act.SPENDING:
        return may(actor(), Permission.SPEND, branch=booking.source.branch_id)
    return booking.act == Act.APPROPRIATION and may(actor(), Permission.KEEP_FUND)


def _may_read(booking: FundBooking) -> bool:
    return may(actor(), Permission.SEE_FUND) or any(_own(one) for one in (booking.source, booking.target))


def _own(account: FundAccount) -> bool:
    return account.branch_id is not None and may(actor(), Permission.READ_ACCOUNT, branch=account.branch_id)


def _leads(booking: FundBooking, branch: Branch) -> bool:
    return booking.entry is not None and booking.entry.branch_id == branch.id and bool(_units(booking))


def _units(booking: FundBooking) -> Sequence[dict[str, str]]:
    """As the ceremony's outcome has them: {"unit", "amount"}; none before it is settled."""
    outcome = booking.stage.outcome if booking.stage else None
    if outcome is None or booking.entry is None:
        return ()
    found: Sequence[dict[str, str]] = outcome["facts"].get("through_lead", {}).get(booking.entry.key, ())
    return found
