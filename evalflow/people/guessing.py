"""How many guesses at a password are let through.

Whoever guesses may come from many networks, and whoever owns an account may share one with a thousand colleagues. So
guesses are counted in three kinds of bucket, and a sign-in concerns those of its own kind only:

    a device that its owner has signed in on before    its own bucket with a growing delay, nothing else
    any other device                                   the account's bucket with a growing delay, and the network's

Five guesses are free; then the next is looked at 1, 2, 4, … minutes after the last, at most an hour, until a day has
passed: some 35 guesses in a day, from however many networks. A bucket's name is a keyed hash, for a login may be a
password typed into the wrong field. A guess is counted before it is looked at, so that a hundred at once are a hundred.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from evalflow.db import Database
from evalflow.errors import TooMany
from evalflow.people.models import LoginAttempt

COUNTED_FOR = timedelta(days=1)
FREE, LONGEST_DELAY = 5, timedelta(hours=1)
PER_NETWORK, NETWORK_WINDOW = 50, timedelta(minutes=15)


@dataclass(frozen=True)
class Bucket:
    """What guesses are counted under. of_network: many share it, so that it has a limit and no growing delay."""

    name: str
    of_network: bool = False


def bucket(kind: str, *values: str, secret: bytes) -> Bucket:
    """kind: "account", "device", "network", "change"; secret: the installation's, for this purpose."""
    name = hmac.new(secret, "\n".join([kind, *values]).encode(), hashlib.sha256).hexdigest()
    return Bucket(name, of_network=kind == "network")


def network_of(address: str) -> str:
    """What counts as one network: an IPv4 address, the /64 of an IPv6 one, anything else as it is.

    >>> network_of("192.0.2.7"), network_of("2001:db8:1:2:3:4:5:6"), network_of("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8:1:2::/64', '192.0.2.7')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found), 64), strict=False))


def delay(failures: int) -> timedelta:
    """How long after the last of so many failures the next guess is looked at.

    >>> [delay(failures) // timedelta(minutes=1) for failures in (0, 4, 5, 6, 7, 10, 11, 1000)]
    [0, 0, 1, 2, 4, 32, 60, 60]
    """
    if failures < FREE:
        return timedelta()
    return min(timedelta(minutes=2 ** min(failures - FREE, 10)), LONGEST_DELAY)


def count(database: Database, buckets: Sequence[Bucket], *, now: datetime) -> tuple[int, ...]:
    """Count one guess in each bucket; the numbers by which `forget` takes it back when it was right.

    TooMany("too_many_attempts", minutes=…) when any of them has to wait; that refusal counts as no guess, and takes no
    writer's turn.
    """
    with database.reading() as session:
        _refuse_early(session, buckets, now=now)
    with database.writing() as session:
        if session.get_bind().dialect.name == "postgresql":  # SQLite's writers already follow each other
            for one in buckets:
                session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(one.name, 0))))
        _refuse_early(session, buckets, now=now)
        session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - COUNTED_FOR))
        counted = [LoginAttempt(bucket=one.name, at=now) for one in buckets]
        session.add_all(counted)
        session.flush()
        return tuple(attempt.id for attempt in counted)


def forget(session: Session, counted: Sequence[int]) -> None:
    """The guess was right: it is none."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.id.in_(counted)))


def forget_all(session: Session, one: Bucket) -> None:
    """Begin anew: whoever uses this device knows the password."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.bucket == one.name))


def _refuse_early(session: Session, buckets: Sequence[Bucket], *, now: datetime) -> None:
    left = max(_left(session, one, now=now) for one in buckets)
    if left > timedelta():
        raise TooMany("too_many_attempts", minutes=-(-left // timedelta(minutes=1)))


def _left(session: Session, one: Bucket, *, now: datetime) -> timedelta:
    """How long a bucket still has to wait; not above 0 when it need not."""
    since = now - (NETWORK_WINDOW if one.of_network else COUNTED_FOR)
    query = select(LoginAttempt.at).where(LoginAttempt.bucket == one.name, LoginAttempt.at > since)
    moments = session.scalars(query.order_by(LoginAttempt.at.desc()).limit(PER_NETWORK)).all()
    if one.of_network:
        return moments[-1] + NETWORK_WINDOW - now if len(moments) == PER_NETWORK else timedelta()
    return moments[0] + delay(len(moments)) - now if moments else timedelta()
