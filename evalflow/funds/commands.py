"""Acts on the award fund. Each is a booking from one account to another; each booking is in the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.access import Actor, Permission, require
from evalflow.audit import ledger
from evalflow.errors import Conflict, Invalid
from evalflow.files.content import Cleaned
from evalflow.funds import books, events, queries
from evalflow.funds.books import Booked
from evalflow.funds.models import DOCUMENT_MAX, AccountKind, Act, FundAccount, FundBooking, FundYear
from evalflow.kinds import money
from evalflow.people.queries import branch_by_key
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import StageRow

PURPOSE_MAX = 500


@dataclass(frozen=True)
class Voucher:
    """What a booking rests on. amount: as typed. document: its number. upload: its evidence, None where missing.

    is_another: somebody has said that it is another document, though its number is booked in another account or year.
    """

    amount: str
    day: date
    purpose: str
    document: str
    upload: Cleaned | None = None
    is_another: bool = False


def appropriate(session: Session, voucher: Voucher, *, actor: Actor, now: datetime) -> FundBooking:
    """Money comes into the committee's fund."""
    require(actor, Permission.KEEP_FUND)
    amount = _checked(voucher, now)
    year = books.open_year(session, voucher.day.year)
    source = books.account(session, year, AccountKind.SOURCE)
    fund = books.account(session, year, AccountKind.FUND)
    _check_document(session, voucher, source, Act.APPROPRIATION)
    made = _booked(Act.APPROPRIATION, source, fund, amount, voucher)
    return books.book(session, year, made, actor=actor, now=now)


def grant(
    session: Session, stage: StageRow, amounts: Mapping[str, Mapping[str, str]], *, actor: Actor, now: datetime
) -> list[FundBooking]:
    """Book what a ceremony granted: {entry key: {branch key: amount}}. Conflict where that was done already.

    The fund may be short of it: an award is final whether or not the money has come in.
    """
    require(actor, Permission.FINALISE, season=stage.season_id)
    today = zone.day_of(now)
    if queries.granted(session, stage.id):
        raise Conflict("already_granted")
    if not amounts:
        return []
    year = books.open_year(session, today.year)
    fund, branches = books.account(session, year, AccountKind.FUND), queries.branches(session)
    entries = {entry.key: entry for entry in seasons.entries(session, stage.season_id)}
    return [
        books.book(
            session,
            year,
            Booked(
                Act.GRANT,
                fund,
                books.account(session, year, AccountKind.BRANCH, branches[branch]),
                money.read(amount),
                today,
                stage=stage,
                entry=entries[entry],
            ),
            actor=actor,
            now=now,
        )
        for entry, parts in amounts.items()
        for branch, amount in parts.items()
    ]


def spend(session: Session, branch_key: str, voucher: Voucher, *, actor: Actor, now: datetime) -> FundBooking:
    """A branch spends of what it has, with a document that stands for nothing else."""
    branch = branch_by_key(session, branch_key)
    require(actor, Permission.SPEND, branch=branch.id)
    amount = _checked(voucher, now)
    year = books.open_year(session, voucher.day.year)
    held = books.account(session, year, AccountKind.BRANCH, branch)
    _check_document(session, voucher, held, Act.SPENDING)
    balance = queries.balance_of(session, year.year, held.name)
    if amount > balance:
        left = money.written(balance)
        raise Invalid("overspent", fields={"amount": "overspent"}, balance=left, year=year.year)
    made = _booked(Act.SPENDING, held, books.account(session, year, AccountKind.SPENDING, branch), amount, voucher)
    return books.book(session, year, made, actor=actor, now=now)


def correct(session: Session, year: int, number: int, *, reason: str, actor: Actor, now: datetime) -> FundBooking:
    """Take a booking back by its counter-entry: in its own year, or today's where that year's books are closed."""
    wrong = queries.booking(session, year, number)
    _require_correction(wrong, actor)
    today = zone.day_of(now)
    own = books.locked_year(session, wrong.year)
    if queries.correction(session, wrong.id):
        raise Conflict("already_corrected")
    reason = _text(reason, "reason", PURPOSE_MAX, missing="reason_needed")
    here = own if own.closed_at is None else books.open_year(session, today.year)
    made = Booked(
        Act.CORRECTION,
        books.account(session, here, AccountKind(wrong.target.kind), wrong.target.branch),
        books.account(session, here, AccountKind(wrong.source.kind), wrong.source.branch),
        wrong.amount,
        today if here.year == today.year else date(here.year, 12, 31),
        purpose=reason,
        corrects=wrong,
    )
    return books.book(session, here, made, actor=actor, now=now)


def carry_over(session: Session, year: int, *, actor: Actor, now: datetime) -> list[FundBooking]:
    """Close a year that is over: what its accounts hold is carried over to the next year's, and its books are shut."""
    require(actor, Permission.KEEP_FUND)
    closing = books.open_year(session, year)
    if zone.day_of(now).year <= year:
        raise Conflict("year_not_over", year=year)
    earlier = select(FundYear.year).where(FundYear.year < year, FundYear.closed_at.is_(None)).order_by(FundYear.year)
    if before := session.scalars(earlier).first():
        raise Conflict("earlier_year_open", year=before)
    after = books.open_year(session, year + 1)
    held = [line for line in books.holding(session, year) if line[1]]
    made = [_carried(session, after, account, balance) for account, balance in held]
    booked = [books.book(session, closing, one, actor=actor, now=now) for one in made]
    closing.closed_at = now
    carried = {account.name: money.written(balance) for account, balance in held}
    ledger.append(session, events.YEAR_CLOSED, actor=actor, now=now, public={"year": year, "carried": carried})
    return booked


def _carried(session: Session, after: FundYear, account: FundAccount, balance: int) -> Booked:
    """What a fund lacks is carried over too."""
    following = books.account(session, after, AccountKind(account.kind), account.branch)
    source, target = (account, following) if balance > 0 else (following, account)
    return Booked(Act.CARRY_OVER, source, target, abs(balance), date(account.year, 12, 31))


def _require_correction(wrong: FundBooking, actor: Actor) -> None:
    if wrong.act == Act.SPENDING:
        require(actor, Permission.SPEND, branch=wrong.source.branch_id)
    elif wrong.act == Act.APPROPRIATION:
        require(actor, Permission.KEEP_FUND)
    else:
        raise Conflict("not_correctable")


def _checked(voucher: Voucher, now: datetime) -> int:
    """The amount; Invalid names every field that can't be accepted."""
    wrong: dict[str, str] = {}
    amount = 0
    try:
        amount = money.read(voucher.amount)
    except ValueError:
        wrong["amount"] = "not_money"
    if "amount" not in wrong and not amount:
        wrong["amount"] = "not_money"
    today = zone.day_of(now)
    if voucher.day > today or voucher.day.year < today.year - 1:
        wrong["day"] = "day_to_come" if voucher.day > today else "day_long_past"
    for name, text, most in (("purpose", voucher.purpose, PURPOSE_MAX), ("document", voucher.document, DOCUMENT_MAX)):
        if not text.strip() or len(text.strip()) > most:
            wrong[name] = "too_long" if text.strip() else "answer_missing"
    if voucher.upload is None:
        wrong["upload"] = "file_missing"
    if wrong:
        raise Invalid("form_incomplete", fields=wrong)
    return amount


def _check_document(session: Session, voucher: Voucher, account: FundAccount, act: Act) -> None:
    """Invalid where the document was booked out of this account; elsewhere only until somebody says it is another."""
    found = queries.booked_with(session, voucher.document, act)
    here = [one for one in found if one.from_id == account.id]
    if here:
        raise Invalid("document_used", fields={"document": "document_used"})
    if found and not voucher.is_another:
        told = f"{found[-1].year}-{found[-1].number}"
        raise Invalid("document_elsewhere", fields={"is_another": "document_elsewhere"}, booking=told)


def _text(text: str, field: str, most: int, *, missing: str) -> str:
    text = text.strip()
    if not text or len(text) > most:
        code = "too_long" if text else missing
        raise Invalid(code, fields={field: code})
    return text


def _booked(act: Act, source: FundAccount, target: FundAccount, amount: int, voucher: Voucher) -> Booked:
    return Booked(
        act,
        source,
        target,
        amount,
        voucher.day,
        purpose=voucher.purpose.strip(),
        document=voucher.document.strip(),
        upload=voucher.upload,
    )
