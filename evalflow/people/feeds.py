"""The address of a person's calendar: 256 random bits that only they know, kept as a digest, renewed and revoked."""

import base64
import hashlib
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.audit import ledger
from evalflow.db import entropy_of
from evalflow.errors import Forbidden, NotFound
from evalflow.people import events
from evalflow.people.grants import actor_of
from evalflow.people.models import CalendarFeed, Person
from evalflow.people.queries import locked_person


def renew(session: Session, *, actor: Actor, now: datetime) -> str:
    """A new address for the actor's own calendar, the only time it is told; the one before ends at once."""
    person_id = locked_person(session, _own(actor)).id
    token = base64.urlsafe_b64encode(entropy_of(session).token(32)).rstrip(b"=").decode()
    row = session.get(CalendarFeed, person_id) or CalendarFeed(person_id=person_id)
    row.token_hash, row.made_at = _digest(token), now
    session.add(row)
    ledger.append(session, events.CALENDAR_RENEWED, actor=actor, now=now)
    return token


def revoke(session: Session, *, actor: Actor, now: datetime) -> None:
    """From now on nobody reads the calendar by its address. NotFound where there is none."""
    person_id = locked_person(session, _own(actor)).id
    if session.get(CalendarFeed, person_id) is None:
        raise NotFound("no_calendar")
    session.execute(delete(CalendarFeed).where(CalendarFeed.person_id == person_id))
    ledger.append(session, events.CALENDAR_REVOKED, actor=actor, now=now)


def made_at(session: Session, person_id: int) -> datetime | None:
    """Since when there is an address; None where there is none."""
    row = session.get(CalendarFeed, person_id)
    return row.made_at if row else None


def reader_of(session: Session, token: str) -> Actor:
    """Whose calendar an address is. NotFound alike for an unknown, a revoked one and that of a deactivated person."""
    query = (
        select(Person)
        .join(CalendarFeed, CalendarFeed.person_id == Person.id)
        .where(CalendarFeed.token_hash == _digest(token), Person.is_active)
    )
    person = session.scalars(query).one_or_none()
    if person is None:
        raise NotFound("no_calendar")
    return actor_of(session, person)


def _own(actor: Actor) -> int:
    require(actor, Permission.USE_ACCOUNT)
    if actor.person_id is None:
        raise Forbidden("not_permitted", permission=Permission.USE_ACCOUNT.value)
    return actor.person_id


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
