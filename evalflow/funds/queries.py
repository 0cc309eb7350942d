"""What pages and commands ask of the award fund. Sums are whole hundredths; nothing here writes."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from evalflow.errors import NotFound
from evalflow.funds.models import AccountKind, Act, FundAccount, FundBooking, FundDocument, FundYear
from evalflow.people.models import Branch

FUND = "fund"


@dataclass(frozen=True)
class Turnover:
    """An account's year. brought: carried over from the year before; carried: to the year after.

    received: appropriations, or grants; given: grants, or spending; both less what was corrected.
    """

    brought: int = 0
    received: int = 0
    given: int = 0
    carried: int = 0

    @property
    def balance(self) -> int:
        return self.brought + self.received - self.given - self.carried


@dataclass(frozen=True)
class Move:
    """A booking as one account sees it: amount above 0 where it received, below where it gave; balance after it."""

    booking: FundBooking
    amount: int
    balance: int


def years(session: Session) -> Sequence[FundYear]:
    """The years that have books, the latest first."""
    return session.scalars(select(FundYear).order_by(FundYear.year.desc())).all()


def account_name(kind: AccountKind, branch: Branch | None = None) -> str:
    return f"{kind}:{branch.key}" if branch else str(kind)


def account(session: Session, year: int, name: str) -> FundAccount | None:
    """None before anything was booked there."""
    return session.scalars(select(FundAccount).where(FundAccount.year == year, FundAccount.name == name)).one_or_none()


def balances(session: Session) -> dict[tuple[int, str], int]:
    """{(year, account name): balance} of all accounts."""
    found = _signed(session, FundAccount.year, FundAccount.name)
    return {(year, name): int(total) for year, name, total in found}


def balance_of(session: Session, year: int, name: str) -> int:
    """0 where there is no such account yet."""
    found = account(session, year, name)
    if found is None:
        return 0
    rows = _signed(session, FundAccount.id, only=FundAccount.id == found.id)
    return sum(int(total) for _id, total in rows)


def turnovers(session: Session, year: int) -> dict[str, Turnover]:
    """{account name: its year} of the committee's fund and of the branches that have an account, in two queries."""
    kinds = FundAccount.kind.in_((AccountKind.FUND, AccountKind.BRANCH))
    where = (FundAccount.year == year) & kinds
    own = FundBooking.year == FundAccount.year
    found: dict[str, Turnover] = {}
    for name, act, is_own, total in _signed(session, FundAccount.name, FundBooking.act, own, only=where):
        found[name] = _added(found.get(name, Turnover()), name, act, int(total), is_own=bool(is_own))
    return found


def _added(line: Turnover, name: str, act: str, total: int, *, is_own: bool) -> Turnover:
    """A line with one more sum: what is neither carried over nor comes in is given, or given back."""
    if act == Act.CARRY_OVER:
        return replace(line, carried=line.carried - total) if is_own else replace(line, brought=line.brought + total)
    comes_in = (Act.APPROPRIATION, Act.CORRECTION) if name == FUND else (Act.GRANT,)
    if act in comes_in:
        return replace(line, received=line.received + total)
    return replace(line, given=line.given - total)


def _signed(session: Session, *by: Any, only: Any = None) -> Sequence[Any]:
    """What accounts received less what they gave, by these columns."""
    signed = case((FundBooking.to_id == FundAccount.id, FundBooking.amount), else_=-FundBooking.amount)
    joined = or_(FundBooking.to_id == FundAccount.id, FundBooking.from_id == FundAccount.id)
    query = select(*by, func.sum(signed)).join(FundBooking, joined).group_by(*by)
    return session.execute(query if only is None else query.where(only)).all()


def bookings(session: Session, year: int) -> Sequence[FundBooking]:
    """Whatever touches a year's accounts, in the order it was booked, with all that a list shows of it."""
    source, target = aliased(FundAccount), aliased(FundAccount)
    query = (
        select(FundBooking)
        .join(source, FundBooking.from_id == source.id)
        .join(target, FundBooking.to_id == target.id)
        .where(or_(source.year == year, target.year == year))
        .options(
            joinedload(FundBooking.source).joinedload(FundAccount.branch),
            joinedload(FundBooking.target).joinedload(FundAccount.branch),
            joinedload(FundBooking.entry),
            joinedload(FundBooking.stage),
            joinedload(FundBooking.corrects),
            joinedload(FundBooking.correction),
            joinedload(FundBooking.evidence),
        )
    )
    return session.scalars(query.order_by(FundBooking.year, FundBooking.number)).all()


def statement(found: Sequence[FundBooking], year: int, name: str) -> list[Move]:
    """The bookings of one account out of a year's, each with the balance after it."""
    moves: list[Move] = []
    for booking in found:
        sides = [(booking.target, booking.amount), (booking.source, -booking.amount)]
        for account, amount in sides:
            if (account.year, account.name) == (year, name):
                balance = (moves[-1].balance if moves else 0) + amount
                moves.append(Move(booking, amount, balance))
    return moves


def granted(session: Session, stage_id: int) -> dict[str, dict[str, int]]:
    """{entry key: {branch key: amount}} as booked for a ceremony."""
    query = (
        select(FundBooking)
        .where(FundBooking.stage_id == stage_id)
        .options(joinedload(FundBooking.entry), joinedload(FundBooking.target).joinedload(FundAccount.branch))
        .order_by(FundBooking.id)
    )
    found: dict[str, dict[str, int]] = {}
    for booking in session.scalars(query):
        assert booking.entry is not None and booking.target.branch is not None
        found.setdefault(booking.entry.key, {})[booking.target.branch.key] = booking.amount
    return found


def branches(session: Session) -> Mapping[str, Branch]:
    """{key: branch}, in their own order."""
    return {branch.key: branch for branch in session.scalars(select(Branch).order_by(Branch.id))}


def booking(session: Session, year: int, number: int) -> FundBooking:
    """NotFound when there is none."""
    query = select(FundBooking).where(FundBooking.year == year, FundBooking.number == number)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise NotFound("no_such_booking")
    return found


def correction(session: Session, booking_id: int) -> FundBooking | None:
    return session.scalars(select(FundBooking).where(FundBooking.corrects_id == booking_id)).one_or_none()


def document(session: Session, year: int, number: int) -> FundDocument:
    """The evidence of a booking, without its bytes. NotFound when there is none."""
    found = session.get(FundDocument, booking(session, year, number).id)
    if found is None:
        raise NotFound("no_such_file")
    return found


def booked_with(session: Session, document_number: str, act: Act) -> list[FundBooking]:
    """The bookings of this sort that a document stands for already, of all accounts and years, the oldest first.

    Those taken back are left out. Numbers are compared by their `document_key`.
    """
    taken_back = select(FundBooking.corrects_id).where(FundBooking.corrects_id.is_not(None))
    query = select(FundBooking).where(FundBooking.act == act, FundBooking.id.not_in(taken_back))
    wanted = document_key(document_number)
    return [one for one in session.scalars(query.order_by(FundBooking.id)) if document_key(one.document) == wanted]


def document_key(number: str) -> str:
    """What two numbers of one document have in common, however they were typed: width, case, hyphen, blanks.

    >>> {document_key(number) for number in ("FP-1", "ＦＰ－１", "fp-1", "FP\u20111", " F P-1 ", "FP—1", "FP\u200b-1")}
    {'fp-1'}
    """
    level = unicodedata.normalize("NFKC", number).casefold()
    marks = ("-" if unicodedata.category(mark) == "Pd" or mark == "\u2212" else mark for mark in level)
    return "".join(mark for mark in marks if unicodedata.category(mark)[0] not in "CZ")
