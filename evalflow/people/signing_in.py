"""Whatever compares or makes a password: signing in, joining by an invitation, changing one's password.

None of these is one act. A refusal rolls its act back, and a failure must stay counted; and a password costs 30 to 50
ms, queueing, in which it would keep every writer of an SQLite database waiting. So guesses are counted first
(`people.guessing`), the password is compared outside any transaction, and what follows is an act of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.db import Database
from evalflow.errors import Busy, Forbidden
from evalflow.people import accounts, devices, guessing, passwords
from evalflow.people.guessing import bucket, network_of
from evalflow.people.models import Person
from evalflow.people.names import normal_login


@dataclass(frozen=True)
class Browser:
    """Who asks, as far as it matters before a name is known.

    network: the address asked from; device: the random token that this browser shows, new or known; secret: the
    installation's, which keys what is kept of both.
    """

    network: str
    device: str
    secret: bytes


@dataclass(frozen=True)
class SignedIn:
    """What a session has to remember; `grants.load_actor` makes an actor of it at every request."""

    person_id: int
    session_version: int
    locale: str


@dataclass(frozen=True)
class _Account:
    signed_in: SignedIn
    login: str
    name: str
    password_hash: str
    is_active: bool


def sign_in(database: Database, login: str, password: str, *, browser: Browser, now: datetime) -> SignedIn:
    """Who this is; from now on the browser's device is known for them.

    Forbidden("wrong_login") for an unknown login, a wrong password, an account without a password and a deactivated
    one alike, after the same work. TooMany("too_many_attempts", minutes=…) as `guessing` says. Busy when too many
    passwords wait to be compared; that counts as no guess.
    """
    login = normal_login(login)
    with database.reading() as session:
        account = _account(session, Person.login == login)
        person_id = account.signed_in.person_id if account else 0
        known = devices.is_known(session, person_id, browser.device, secret=browser.secret, now=now)
    own = bucket("device", login, browser.device, secret=browser.secret)
    buckets = (
        [own]
        if known
        else [
            bucket("account", login, secret=browser.secret),
            bucket("network", network_of(browser.network), secret=browser.secret),
        ]
    )
    counted = guessing.count(database, buckets, now=now)
    is_right = _matches(database, account.password_hash if account else "", password, counted)
    if account is None or not is_right or not account.is_active:
        raise Forbidden("wrong_login")
    with database.writing() as session:
        guessing.forget(session, counted)
        guessing.forget_all(session, own)
        devices.keep(session, person_id, browser.device, secret=browser.secret, now=now)
    return account.signed_in


def join(database: Database, token: str, password: str, *, browser: Browser, now: datetime) -> SignedIn:
    """Choose a password by an invitation; the browser's device is the only one known for this person from now on.

    NotFound("invitation_invalid") as in `accounts.invited`, Invalid as in `passwords.chosen`, Busy likewise.
    """
    with database.reading() as session:
        person = accounts.invited(session, token, now=now)
        login, name = person.login, person.name
    chosen = passwords.chosen(password, login=login, name=name)
    with database.writing() as session:
        person = accounts.accept_invitation(session, token, chosen, now=now)
        devices.keep(session, person.id, browser.device, secret=browser.secret, now=now)
        return SignedIn(person.id, person.session_version, person.locale)


def change_password(
    database: Database, password: str, new_password: str, *, actor: Actor, browser: Browser, now: datetime
) -> int:
    """Change one's own password, knowing the present one; the new session_version, which ends all other sessions.

    Forbidden("wrong_password"); TooMany: guesses at the present password are limited like those at signing in;
    Invalid as in `passwords.chosen`; Conflict when it was changed meanwhile. Only the browser's device stays known.
    """
    require(actor, Permission.USE_ACCOUNT)
    with database.reading() as session:
        account = _account(session, Person.id == actor.person_id)
    if account is None:
        raise Forbidden("not_permitted", permission=Permission.USE_ACCOUNT.value)
    own = bucket("change", account.login, secret=browser.secret)
    counted = guessing.count(database, [own], now=now)
    if not _matches(database, account.password_hash, password, counted):
        raise Forbidden("wrong_password")
    with database.writing() as session:
        guessing.forget(session, counted)
    chosen = passwords.chosen(new_password, login=account.login, name=account.name)
    with database.writing() as session:
        version = accounts.change_password(session, chosen, instead_of=account.password_hash, actor=actor, now=now)
        devices.keep(session, account.signed_in.person_id, browser.device, secret=browser.secret, now=now)
    return version


def _matches(database: Database, password_hash: str, password: str, counted: Sequence[int]) -> bool:
    try:
        return passwords.matches(password_hash, password)
    except Busy:
        with database.writing() as session:
            guessing.forget(session, counted)
        raise


def _account(session: Session, which: ColumnElement[bool]) -> _Account | None:
    person = session.scalars(select(Person).where(which)).one_or_none()
    if person is None:
        return None
    signed_in = SignedIn(person.id, person.session_version, person.locale)
    return _Account(signed_in, person.login, person.name, person.password_hash, person.is_active)
