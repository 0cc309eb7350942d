"""What pages and the outbox ask of reminders. Queries only; nothing here writes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from evalflow import zone
from evalflow.db import finds
from evalflow.people.models import Person
from evalflow.reminding.choosing import FROM, IsWorking, monday
from evalflow.reminding.models import Cause, Delivery, Mailbox, Nudge, Reminder, Round
from evalflow.seasons.models import Season, StageRow

PER_PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """Which of a season's reminders a page asks for; "" or None asks for all."""

    search: str = ""
    cause: Cause | None = None
    delivery: Delivery | None = None


def is_due(session: Session, now: datetime, is_working: IsWorking) -> tuple[date, bool] | None:
    """(day, whether it is the first of its week) when everybody is to be reminded now; else None.

    On working days from eight o'clock, once. A week whose first working day was missed is opened by the next one.
    """
    local = zone.local(now)
    day = local.date()
    if local.time() < FROM or not is_working(day):
        return None
    row = session.get(Round, day)
    if row is not None:
        return None if row.done_at else (day, row.opens_week)
    opened = select(Round.day).where(Round.opens_week, Round.day >= monday(day), Round.day < day)
    return day, session.scalars(opened.limit(1)).first() is None


def everybody(session: Session) -> Sequence[int]:
    """Ids of all people whose account is active."""
    return session.scalars(select(Person.id).where(Person.is_active).order_by(Person.id)).all()


def mailboxes(session: Session, people: Collection[int]) -> frozenset[int]:
    """Those of the people who want mails."""
    return frozenset(session.scalars(select(Mailbox.person_id).where(Mailbox.person_id.in_(list(people)))))


def address_of(session: Session, person_id: int) -> str:
    """Where a person's reminders are mailed to; "" where they are not."""
    row = session.get(Mailbox, person_id)
    return row.address if row else ""


def already(session: Session, people: Collection[int], occasion: str) -> frozenset[tuple[int, int]]:
    """(person, season) of the reminders written for an occasion."""
    query = select(Reminder.person_id, Reminder.season_id).where(
        Reminder.person_id.in_(list(people)), Reminder.occasion == occasion
    )
    return frozenset((row.person_id, row.season_id) for row in session.execute(query))


def count_told(session: Session, occasion: str) -> int:
    """How many people were told on an occasion."""
    query = select(func.count(func.distinct(Reminder.person_id))).where(Reminder.occasion == occasion)
    return session.scalars(query).one()


def own(session: Session, person_id: int, *, most: int = PER_PAGE) -> Sequence[Reminder]:
    """A person's reminders, the latest first."""
    query = (
        select(Reminder)
        .where(Reminder.person_id == person_id)
        .options(joinedload(Reminder.season).selectinload(Season.stages).immediateload(StageRow.season))
    )
    return session.scalars(query.order_by(Reminder.made_at.desc(), Reminder.id.desc()).limit(most)).all()


def count_unread(session: Session, person_id: int) -> int:
    query = select(func.count()).select_from(Reminder)
    return session.scalars(query.where(Reminder.person_id == person_id, Reminder.read_at.is_(None))).one()


def of_season(session: Session, season_id: int, wanted: Wanted, *, page: int = 1) -> tuple[Sequence[Reminder], int]:
    """(a page of a season's reminders with their people, the latest first; how many there are in all)."""
    which = _which(season_id, wanted)
    query = select(Reminder).join(Reminder.person).where(*which)
    total = session.scalars(select(func.count()).select_from(Reminder).join(Reminder.person).where(*which)).one()
    ordered = query.options(
        joinedload(Reminder.person).joinedload(Person.branch),
        joinedload(Reminder.season).selectinload(Season.stages).immediateload(StageRow.season),
    ).order_by(Reminder.made_at.desc(), Reminder.id.desc())
    return session.scalars(ordered.offset((page - 1) * PER_PAGE).limit(PER_PAGE)).all(), total


def counts(session: Session, season_id: int) -> dict[Delivery, int]:
    """How many of a season's reminders are where."""
    query = (
        select(Reminder.delivery, func.count().label("number"))
        .where(Reminder.season_id == season_id)
        .group_by(Reminder.delivery)
    )
    found = {row.delivery: row.number for row in session.execute(query)}
    return {delivery: found.get(delivery.value, 0) for delivery in Delivery}


def last_nudges(session: Session, season_id: int) -> dict[int, Nudge]:
    """{stage id: its latest nudge}."""
    query = select(Nudge).join(StageRow, StageRow.id == Nudge.stage_id).where(StageRow.season_id == season_id)
    return {row.stage_id: row for row in session.scalars(query.order_by(Nudge.day))}


def _which(season_id: int, wanted: Wanted) -> list[ColumnElement[bool]]:
    which: list[ColumnElement[bool]] = [Reminder.season_id == season_id]
    if wanted.search.strip():
        which.append(finds(wanted.search, Person.login, Person.name))
    if wanted.cause is not None:
        which.append(Reminder.cause == wanted.cause.value)
    if wanted.delivery is not None:
        which.append(Reminder.delivery == wanted.delivery.value)
    return which
