"""Writing into the books: years, accounts, and the one way to make a booking. Who may, and why, is for the acts."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit import ledger
from evalflow.errors import Conflict
from evalflow.files import waiting
from evalflow.files.content import Cleaned
from evalflow.funds import events, queries
from evalflow.funds.models import AccountKind, Act, FundAccount, FundBooking, FundDocument, FundYear
from evalflow.kinds import money
from evalflow.people.models import Branch
from evalflow.seasons.models import Entry, StageRow


@dataclass(frozen=True)
class Booked:
    """A booking to be made: from source to target."""

    act: Act
    source: FundAccount
    target: FundAccount
    amount: int
    day: date
    purpose: str = ""
    document: str = ""
    upload: Cleaned | None = None
    corrects: FundBooking | None = None
    stage: StageRow | None = None
    entry: Entry | None = None


def locked_year(session: Session, year: int) -> FundYear:
    """The year's row, made where there is none, locked until the act ends."""
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    session.execute(insert(FundYear).values(year=year).on_conflict_do_nothing())
    query = select(FundYear).where(FundYear.year == year).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def open_year(session: Session, year: int) -> FundYear:
    """The year's row, locked. Conflict where its books are closed."""
    found = locked_year(session, year)
    if found.closed_at is not None:
        raise Conflict("books_closed", year=year)
    return found


def account(session: Session, year: FundYear, kind: AccountKind, branch: Branch | None = None) -> FundAccount:
    """An account of a year that is locked, made where there is none."""
    name = queries.account_name(kind, branch)
    found = queries.account(session, year.year, name)
    if found is None:
        found = FundAccount(year=year.year, kind=kind, branch=branch, name=name)
        session.add(found)
        session.flush()
    return found


def holding(session: Session, year: int) -> list[tuple[FundAccount, int]]:
    """The accounts of a year that hold money, the fund first, then branches as on the roster, with their balances."""
    kinds = (AccountKind.FUND, AccountKind.BRANCH)
    query = select(FundAccount).where(FundAccount.year == year, FundAccount.kind.in_(kinds))
    balances = queries.balances(session)
    found = session.scalars(query.order_by(FundAccount.kind.desc(), FundAccount.branch_id, FundAccount.name))
    return [(one, balances.get((year, one.name), 0)) for one in found]


def book(session: Session, year: FundYear, made: Booked, *, actor: Actor, now: datetime) -> FundBooking:
    """Write a booking with the year's next number, its evidence, and its line of the log."""
    last = session.scalars(select(func.max(FundBooking.number)).where(FundBooking.year == year.year)).one()
    row = FundBooking(
        year=year.year,
        number=(last or 0) + 1,
        act=made.act,
        source=made.source,
        target=made.target,
        amount=made.amount,
        day=made.day,
        purpose=made.purpose,
        document=made.document,
        corrects=made.corrects,
        stage=made.stage,
        entry=made.entry,
        booked_at=now,
    )
    session.add(row)
    session.flush()
    if made.upload is not None:
        waiting.take(session, made.upload)
        session.add(_document(row, made.upload))
        session.flush()
    season, stage = (made.stage.season.key, made.stage.key) if made.stage else ("", "")
    ledger.append(session, events.BOOKED, actor=actor, now=now, season=season, stage=stage, public=told(row))
    return row


def told(row: FundBooking) -> dict[str, object]:
    """A booking as the log has it."""
    return {
        "year": row.year,
        "number": row.number,
        "act": str(row.act),
        "from": f"{row.source.year}/{row.source.name}",
        "to": f"{row.target.year}/{row.target.name}",
        "amount": money.written(row.amount),
        "day": row.day.isoformat(),
        "document": row.document,
        "evidence_sha256": row.evidence.sha256 if row.evidence else "",
        "purpose_sha256": hashlib.sha256(row.purpose.encode()).hexdigest() if row.purpose else "",
        "corrects": f"{row.corrects.year}-{row.corrects.number}" if row.corrects else "",
        "entry": row.entry.key if row.entry else "",
    }


def _document(row: FundBooking, upload: Cleaned) -> FundDocument:
    return FundDocument(
        booking=row, name=upload.name, media_type=upload.media_type, sha256=upload.sha256, content=upload.content
    )
