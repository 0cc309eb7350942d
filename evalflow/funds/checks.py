"""What contradicts itself in the books: one English sentence each, none when all is well."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from evalflow.audit.event import canonical, decode
from evalflow.audit.models import EventRow
from evalflow.funds import books, queries
from evalflow.funds.events import BOOKED
from evalflow.funds.models import Act, FundBooking


def faults(session: Session) -> list[str]:
    return [*_account_faults(session), *_booking_faults(session)]


def _account_faults(session: Session) -> Iterator[str]:
    balances = queries.balances(session)
    if sum(balances.values()):
        yield "the accounts do not add up to nothing"
    for (year, name), balance in sorted(balances.items()):
        if balance < 0 and name.startswith("branch:"):
            yield f"{year}/{name} has given more than it had"


def _booking_faults(session: Session) -> Iterator[str]:
    """Every booking is in the log as it stands, numbered without a gap, and spending has its evidence."""
    query = select(FundBooking).options(
        joinedload(FundBooking.source),
        joinedload(FundBooking.target),
        joinedload(FundBooking.corrects),
        joinedload(FundBooking.entry),
        joinedload(FundBooking.evidence),
    )
    found = session.scalars(query.order_by(FundBooking.year, FundBooking.number)).all()
    leaves = session.scalars(select(EventRow.leaf).where(EventRow.type == BOOKED.name))
    logged = Counter(canonical(decode(leaf.encode()).public) for leaf in leaves)
    if logged != Counter(canonical(books.told(row)) for row in found):
        yield "its bookings are not those of the log"
    numbers = Counter(row.year for row in found)
    if [(row.year, row.number) for row in found] != [
        (year, number) for year in sorted(numbers) for number in range(1, numbers[year] + 1)
    ]:
        yield "its bookings are not numbered one after the other"
    for row in found:
        if row.act in (Act.SPENDING, Act.APPROPRIATION) and row.evidence is None:
            yield f"booking {row.year}-{row.number} has no evidence"
        yield from _between(row)


def _between(row: FundBooking) -> Iterator[str]:
    """Only carrying over leads from a year to the next."""
    years = {row.source.year, row.target.year}
    if years != ({row.year, row.year + 1} if row.act == Act.CARRY_OVER else {row.year}):
        yield f"booking {row.year}-{row.number} is between accounts of other years"
