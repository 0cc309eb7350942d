"""Which mails go out next, and what became of them. Claiming is one act, settling another; sending lies between.

A person gets one mail a day at most: all that waits for them goes into one letter, and what comes later waits for the
next day. A claimed letter is due again after a pause, so that one whose sender died is tried again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from evalflow.people.models import Person
from evalflow.reminding.commands import midnight
from evalflow.reminding.models import Delivery, Mailbox, Reminder
from evalflow.seasons.models import Season

FIRST_PAUSE = timedelta(minutes=5)
MOST_ATTEMPTS = 8  # with pauses that double, about ten hours in all; then somebody has to look


@dataclass(frozen=True)
class Parcel:
    """All that waits for one person. address: not shown, so that no log of a parcel tells it."""

    person: Person
    address: str = field(repr=False)
    reminders: tuple[Reminder, ...]


def claim(session: Session, *, now: datetime, most: int = 50) -> list[Parcel]:
    """Take what is due to so many people; nobody else gets it before its pause is over."""
    people = session.execute(_waiting(now).limit(most)).all()
    parcels = []
    for person_id, address in people:
        rows = _claimed(session, person_id, now)
        if rows:
            for row in rows:
                row.attempts += 1
                row.due_at = now + pause(row.attempts)
            parcels.append(Parcel(rows[0].person, address, tuple(rows)))
    return parcels


def sent(session: Session, reminders: Sequence[int], *, now: datetime) -> None:
    """The letter with these was accepted for delivery."""
    done = {"delivery": Delivery.SENT, "sent_at": now, "error": ""}
    session.execute(update(Reminder).where(Reminder.id.in_(reminders)).values(**done))


def failed(session: Session, reminders: Sequence[int], error: str, *, is_final: bool) -> None:
    """The letter was not accepted. is_final: trying again would not help; else it waits, unless it was the last try."""
    mine = Reminder.id.in_(reminders)
    session.execute(update(Reminder).where(mine).values(error=error[:80]))
    over = mine if is_final else mine & (Reminder.attempts >= MOST_ATTEMPTS)
    session.execute(update(Reminder).where(over).values(delivery=Delivery.FAILED))


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts.

    >>> [pause(number) // timedelta(minutes=1) for number in (1, 2, 8)]
    [5, 10, 640]
    """
    return FIRST_PAUSE * (1 << attempts - 1)


def _waiting(now: datetime):  # type: ignore[no-untyped-def]
    """(person id, address) of those to whom something is due and no mail went today."""
    earlier = aliased(Reminder)
    had_one = exists().where(
        earlier.person_id == Reminder.person_id,
        earlier.delivery == Delivery.SENT,
        earlier.sent_at >= midnight(now),
    )
    return (
        select(Reminder.person_id, Mailbox.address)
        .join(Mailbox, Mailbox.person_id == Reminder.person_id)
        .join(Person, Person.id == Reminder.person_id)
        .join(Season, Season.id == Reminder.season_id)
        .where(*_due(now), Person.is_active, Season.cancelled_at.is_(None), ~had_one)
        .group_by(Reminder.person_id, Mailbox.address)
        .order_by(Reminder.person_id)
    )


def _claimed(session: Session, person_id: int, now: datetime) -> Sequence[Reminder]:
    query = (
        select(Reminder)
        .join(Reminder.season)
        .where(*_due(now), Reminder.person_id == person_id, Season.cancelled_at.is_(None))
        .options(joinedload(Reminder.person), joinedload(Reminder.season).selectinload(Season.stages))
        .order_by(Reminder.season_id, Reminder.id)
        .with_for_update(of=Reminder, skip_locked=True)
    )
    return session.scalars(query).all()


def _due(now: datetime):  # type: ignore[no-untyped-def]
    return Reminder.delivery == Delivery.WAITING, Reminder.due_at <= now
