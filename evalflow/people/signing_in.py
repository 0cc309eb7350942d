"""Signing in, with a limit on guessing that locks nobody else out.

Failures count for an account *from one network*, so that somebody who guesses elsewhere can't lock the owner out, and
for a network as a whole. Signing in is not one act but up to three: a refusal rolls its act back, and a failure
must stay counted. And a password is compared between them, outside any transaction: at 30 to 50 ms each, queueing,
it would otherwise keep every writer of an SQLite database waiting.

    1. the guess is counted before it is looked at (so a hundred guesses at once are still a hundred)
    2. the password is compared
    3. right: the guesses of this account from this network are forgotten; wrong: the network's failure is counted
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from evalflow.db import Database
from evalflow.errors import Forbidden, TooMany
from evalflow.people import passwords
from evalflow.people.models import LoginAttempt, Person
from evalflow.people.names import normal_login

WINDOW = timedelta(minutes=15)
PER_ACCOUNT_AND_NETWORK = 5
PER_NETWORK = 50


@dataclass(frozen=True)
class SignedIn:
    """What a session has to remember; `grants.load_actor` makes an actor of it at every request."""

    person_id: int
    session_version: int
    locale: str


@dataclass(frozen=True)
class _Buckets:
    """What failures are counted under: keyed hashes, for a login may be a password typed into the wrong field."""

    pair: str
    network: str


@dataclass(frozen=True)
class _Account:
    signed_in: SignedIn
    password_hash: str
    is_active: bool


def sign_in(database: Database, login: str, password: str, *, network: str, secret: bytes, now: datetime) -> SignedIn:
    """Who this is. `network`: the address asked from; `secret`: the installation's, which keys the counting.

    Forbidden("wrong_login") for an unknown login, a wrong password, an account without a password and a deactivated
    one alike, after the same work. TooMany("too_many_attempts", minutes=…) after 5 failures in 15 minutes for this
    account from this network, or 50 from this network; that refusal does not count as another failure.
    """
    buckets = _buckets(normal_login(login), network_of(network), secret)
    with database.writing() as session:
        _count_guess(session, buckets, now=now)
    with database.reading() as session:
        account = _account(session, normal_login(login))
    is_right = passwords.matches(account.password_hash if account else "", password)
    if account is None or not is_right or not account.is_active:
        with database.writing() as session:
            session.add(LoginAttempt(bucket=buckets.network, at=now))
        raise Forbidden("wrong_login")
    with database.writing() as session:
        session.execute(delete(LoginAttempt).where(LoginAttempt.bucket == buckets.pair))
    return account.signed_in


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


def _buckets(login: str, network: str, secret: bytes) -> _Buckets:
    def keyed(*values: str) -> str:
        return hmac.new(secret, "\n".join(values).encode(), hashlib.sha256).hexdigest()

    return _Buckets(pair=keyed("pair", login, network), network=keyed("network", network))


def _count_guess(session: Session, buckets: _Buckets, *, now: datetime) -> None:
    """Refuse when either bucket is full; else count one more guess. Whatever is older than the window is deleted."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite's writers already follow each other
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(buckets.pair, 0))))
    session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - WINDOW))
    for bucket, most in ((buckets.pair, PER_ACCOUNT_AND_NETWORK), (buckets.network, PER_NETWORK)):
        newest = select(LoginAttempt.at).where(LoginAttempt.bucket == bucket).order_by(LoginAttempt.at.desc())
        moments = session.scalars(newest.limit(most)).all()
        if len(moments) == most:
            raise TooMany("too_many_attempts", minutes=_minutes(moments[-1] + WINDOW - now))
    session.add(LoginAttempt(bucket=buckets.pair, at=now))


def _minutes(left: timedelta) -> int:
    return max(1, -(-left // timedelta(minutes=1)))


def _account(session: Session, login: str) -> _Account | None:
    person = session.scalars(select(Person).where(Person.login == login)).one_or_none()
    if person is None:
        return None
    return _Account(SignedIn(person.id, person.session_version, person.locale), person.password_hash, person.is_active)
