"""Which letter goes out next, and what became of it. Claiming is one act, settling another; sending lies between.

A letter goes out at most once. It is claimed right before it is handed to the mail server; where the sender died in
between, nobody knows whether the server took it: it is shown as unknown, and a person may send it again.

Of what time reminds of, a person gets one letter a day at most, and likewise of what organisers remind of: all that
waits goes into one letter, and what comes later waits for the next day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from evalflow.people.models import Person
from evalflow.reminding.commands import midnight
from evalflow.reminding.models import Cause, Delivery, Mailbox, Reminder
from evalflow.seasons.models import Season, StageRow

FIRST_PAUSE = timedelta(minutes=5)
MOST_ATTEMPTS = 8  # with pauses that double, about ten hours in all; then somebody has to look
CLAIM = timedelta(minutes=15)  # longer than the slowest server may take over one letter
CANDIDATES = 20  # people looked at for one letter: some may be in the hands of another process


@dataclass(frozen=True)
class Parcel:
    """All that waits for one person. address: not shown, so that no log of a parcel tells it."""

    person: Person
    address: str = field(repr=False)
    reminders: tuple[Reminder, ...]


def claim(session: Session, *, now: datetime) -> Parcel | None:
    """Take what is due to the next person; nobody else gets it. None where nothing is due."""
    for person_id, address in session.execute(_waiting(now).limit(CANDIDATES)).all():
        rows = _claimed(session, person_id, now)
        if rows:
            for row in rows:
                row.attempts += 1
                row.delivery, row.due_at = Delivery.SENDING, now + CLAIM
            return Parcel(rows[0].person, address, tuple(rows))
    return None


def remake(parcel: Parcel, lines: Mapping[int, Sequence[Mapping[str, object]]]) -> Parcel | None:
    """The parcel with what still has to be done of it; None where that is nothing. lines: {reminder id: its lines}."""
    for row in parcel.reminders:
        if lines[row.id]:
            row.lines = list(lines[row.id])
        else:
            row.delivery, row.attempts = Delivery.LAPSED, row.attempts - 1
    left = tuple(row for row in parcel.reminders if lines[row.id])
    return Parcel(parcel.person, parcel.address, left) if left else None


def sent(session: Session, reminders: Sequence[int], *, now: datetime) -> None:
    """The letter with these was accepted for delivery."""
    done = {"delivery": Delivery.SENT, "sent_at": now, "error": ""}
    session.execute(update(Reminder).where(Reminder.id.in_(reminders)).values(**done))


def failed(session: Session, reminders: Sequence[int], error: str, *, is_final: bool, now: datetime) -> None:
    """The letter was not accepted. is_final: trying again would not help; else it waits, unless it was the last try."""
    for row in session.scalars(select(Reminder).where(Reminder.id.in_(reminders)).with_for_update()):
        is_over = is_final or row.attempts >= MOST_ATTEMPTS
        row.delivery = Delivery.FAILED if is_over else Delivery.WAITING
        row.error, row.due_at = error[:80], now + pause(row.attempts)


def unknown(session: Session, reminders: Sequence[int], error: str) -> None:
    """The server hung up before it said whether it took the letter with these."""
    told = {"delivery": Delivery.UNKNOWN, "error": error[:80]}
    session.execute(update(Reminder).where(Reminder.id.in_(reminders)).values(**told))


def put_back(session: Session, reminders: Sequence[int], error: str, *, now: datetime) -> None:
    """There is no server to hand the letter to; it waits as before, and nothing is charged to it."""
    waits = {"delivery": Delivery.WAITING, "error": error[:80], "due_at": now, "attempts": Reminder.attempts - 1}
    session.execute(update(Reminder).where(Reminder.id.in_(reminders)).values(**waits))


def lose(session: Session, *, now: datetime) -> None:
    """Letters whose sender died: nobody knows whether the server took them."""
    gone = (Reminder.delivery == Delivery.SENDING, Reminder.due_at <= now)
    session.execute(update(Reminder).where(*gone).values(delivery=Delivery.UNKNOWN, error="interrupted"))


def pause(attempts: int) -> timedelta:
    """How long to wait after so many attempts.

    >>> [pause(number) // timedelta(minutes=1) for number in (1, 2, 8)]
    [5, 10, 640]
    """
    return FIRST_PAUSE * (1 << attempts - 1)


def _waiting(now: datetime):  # type: ignore[no-untyped-def]
    """(person id, address) of those to whom something may be mailed now, one row each."""
    return (
        select(Reminder.person_id, Mailbox.address)
        .join(Mailbox, Mailbox.person_id == Reminder.person_id)
        .join(Person, Person.id == Reminder.person_id)
        .join(Season, Season.id == Reminder.season_id)
        .where(*_due(now), Person.is_active, Season.cancelled_at.is_(None))
        .group_by(Reminder.person_id, Mailbox.address)
        .order_by(Reminder.person_id)
    )


def _claimed(session: Session, person_id: int, now: datetime) -> Sequence[Reminder]:
    query = (
        select(Reminder)
        .join(Reminder.season)
        .where(*_due(now), Reminder.person_id == person_id, Season.cancelled_at.is_(None))
        .options(
            joinedload(Reminder.person),
            joinedload(Reminder.season).selectinload(Season.stages).immediateload(StageRow.season),
        )
        .order_by(Reminder.season_id, Reminder.id)
        .with_for_update(of=Reminder, skip_locked=True)
    )
    return session.scalars(query).all()


def _due(now: datetime):  # type: ignore[no-untyped-def]
    """What waits and of whose sort no letter went to its person today."""
    earlier = aliased(Reminder)
    had_one = exists().where(
        earlier.person_id == Reminder.person_id,
        (earlier.cause == Cause.NUDGE) == (Reminder.cause == Cause.NUDGE),
        earlier.delivery == Delivery.SENT,
        earlier.sent_at >= midnight(now),
    )
    return Reminder.delivery == Delivery.WAITING, Reminder.due_at <= now, ~had_one
