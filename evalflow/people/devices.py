"""Devices that somebody has signed in on before: who guesses elsewhere can't lock these out.

A device shows a random token that it was given. Kept is one keyed hash of token and person, so that the table neither
opens anything nor tells which people share a device; no name, address or moment of use. A device is forgotten half a
year after it was last signed in on, and at once when its person chooses a password or signs out everywhere.
"""

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from evalflow.people.models import KnownDevice
from evalflow.people.queries import locked_person

KEPT_FOR = timedelta(days=180)
MOST = 20  # of one person; beyond that the one that would end first is forgotten


def is_known(session: Session, person_id: int, device: str, *, secret: bytes, now: datetime) -> bool:
    """Whether this person has signed in on it. secret: the installation's, for this purpose."""
    found = session.get(KnownDevice, hash_of(person_id, device, secret))
    return found is not None and found.expires_at > now


def keep(session: Session, person_id: int, device: str, *, secret: bytes, now: datetime) -> None:
    """Know it from now on, or for longer. The person is locked, so that two who sign in at once follow each other."""
    locked_person(session, person_id)
    session.merge(KnownDevice(hash=hash_of(person_id, device, secret), person_id=person_id, expires_at=now + KEPT_FOR))
    session.flush()
    newest = select(KnownDevice.hash).where(KnownDevice.person_id == person_id, KnownDevice.expires_at > now)
    kept = session.scalars(newest.order_by(KnownDevice.expires_at.desc(), KnownDevice.hash).limit(MOST)).all()
    session.execute(delete(KnownDevice).where(KnownDevice.person_id == person_id, KnownDevice.hash.not_in(kept)))


def forget(session: Session, person_id: int) -> None:
    """Know none of a person's devices any more."""
    session.execute(delete(KnownDevice).where(KnownDevice.person_id == person_id))


def hash_of(person_id: int, device: str, secret: bytes) -> str:
    """What is kept of a device of a person."""
    return hmac.new(secret, f"device\n{person_id}\n{device}".encode(), hashlib.sha256).hexdigest()
