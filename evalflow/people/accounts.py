"""How an account comes to be, is invited, joined, and ended.

An invitation is a link that works once: its token is 256 random bits, told to the inviter once and kept only as its
SHA-256. It serves for a forgotten password too. Passwords are compared and hashed in `people.signing_in`, outside of
these acts.
"""

import base64
import hashlib
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, may, require
from evalflow.audit import ledger
from evalflow.config import LOCALES
from evalflow.db import entropy_of
from evalflow.errors import Conflict, Forbidden, Invalid, NotFound
from evalflow.importing.text import clean
from evalflow.people import devices, events
from evalflow.people.grants import actor_of, keep_an_administrator
from evalflow.people.models import Branch, Invitation, Person
from evalflow.people.names import login_flaw, name_flaw, normal_login
from evalflow.people.passwords import PasswordHash
from evalflow.people.queries import locked_person

VALID_FOR = timedelta(days=7)


def add_person(
    session: Session, login: str, name: str, *, branch_id: int | None, actor: Actor, now: datetime
) -> Person:
    """A person without a password and without roles. Invalid names the field; Conflict when the login is taken."""
    require(actor, Permission.ADMINISTER)
    login, name = normal_login(login), clean(name)
    flaws = {"login": login_flaw(login), "name": name_flaw(name)}
    fields = {field: flaw for field, flaw in flaws.items() if flaw}
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)
    if branch_id is not None and session.get(Branch, branch_id) is None:
        raise NotFound("no_such_branch", branch=branch_id)
    if session.scalars(select(Person.id).where(Person.login == login)).first() is not None:
        raise Conflict("login_taken", login=login)
    person = Person(login=login, name=name, branch_id=branch_id)
    session.add(person)
    try:
        session.flush()
    except IntegrityError as error:  # somebody else took it at the same moment
        raise Conflict("login_taken", login=login) from error
    ledger.append(session, events.PERSON_ADDED, actor=actor, now=now, personal=_whom(person))
    return person


def invite(session: Session, person_id: int, *, actor: Actor, now: datetime, valid: timedelta = VALID_FOR) -> str:
    """A new invitation's token, the only time it is told. It ends every older one of the same person."""
    require(actor, Permission.ADMINISTER)
    person = locked_person(session, person_id)
    if not person.is_active:
        raise Conflict("person_deactivated", login=person.login)
    _end_invitations(session, person_id, now=now)
    token = base64.urlsafe_b64encode(entropy_of(session).token(32)).rstrip(b"=").decode()
    expires_at = now + valid
    session.add(Invitation(token_hash=_digest(token), person_id=person_id, expires_at=expires_at))
    public = {"expires_at": expires_at.isoformat()}
    ledger.append(session, events.PERSON_INVITED, actor=actor, now=now, public=public, personal=_whom(person))
    return token


def invited(session: Session, token: str, *, now: datetime) -> Person:
    """Whom a token invites, for the page that asks for a password. NotFound as in `accept_invitation`."""
    query = (
        select(Person)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(Invitation.token_hash == _digest(token), *_is_open(now), Person.is_active)
    )
    person = session.scalars(query).one_or_none()
    if person is None:
        raise NotFound("invitation_invalid")
    return person


def accept_invitation(session: Session, token: str, chosen: PasswordHash, *, now: datetime) -> Person:
    """Take a chosen password by an invitation; every older session of the person ends, and no device is known.

    Unknown, used, ended and expired tokens are refused alike, NotFound("invitation_invalid"). Of two who use one
    token at once, one is let in. See `signing_in.join`, which makes the hash outside of any transaction.
    """
    person = locked_person(session, invited(session, token, now=now).id)
    taken = update(Invitation).where(Invitation.token_hash == _digest(token), *_is_open(now)).values(used_at=now)
    result = session.execute(taken)
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise NotFound("invitation_invalid")
    _take(session, person, chosen)
    ledger.append(session, events.PERSON_JOINED, actor=actor_of(session, person), now=now)
    return person


def change_password(session: Session, chosen: PasswordHash, *, instead_of: str, actor: Actor, now: datetime) -> int:
    """Put a chosen password in the place of the one whose hash was compared; the new session_version.

    Conflict when that is no longer the person's. See `signing_in.change_password`.
    """
    require(actor, Permission.USE_ACCOUNT)
    person = locked_person(session, _own_id(actor))
    if person.password_hash != instead_of:
        raise Conflict("changed_meanwhile")
    _take(session, person, chosen)
    _end_invitations(session, person.id, now=now)
    ledger.append(session, events.PASSWORD_CHANGED, actor=actor, now=now)
    return person.session_version


def _take(session: Session, person: Person, chosen: PasswordHash) -> None:
    person.password_hash = chosen
    _end_sessions(session, person)


def _end_sessions(session: Session, person: Person) -> None:
    """Of every browser, none of which is known for this person any more."""
    person.session_version += 1
    devices.forget(session, person.id)


def choose_locale(session: Session, locale: str, *, actor: Actor) -> None:
    """The language of one's own pages. A preference, not an act of the house: the log keeps nothing of it."""
    require(actor, Permission.USE_ACCOUNT)
    if locale not in LOCALES:
        raise Invalid("locale_unknown", fields={"locale": "locale_unknown"}, locale=locale)
    session.execute(update(Person).where(Person.id == _own_id(actor)).values(locale=locale))


def sign_out(session: Session, *, actor: Actor) -> None:
    """End one's own sessions, on every device: a signed cookie can't be taken back singly, and a copy of it must be
    worth nothing. Coming and going are no acts of the house: the log keeps nothing of it."""
    require(actor, Permission.SIGN_IN)
    moved = update(Person).where(Person.id == _own_id(actor)).values(session_version=Person.session_version + 1)
    session.execute(moved)


def revoke_sessions(session: Session, person_id: int, *, actor: Actor, now: datetime) -> None:
    """Sign a person out everywhere: oneself, or anybody for an administrator."""
    if person_id != actor.person_id or not may(actor, Permission.USE_ACCOUNT):
        require(actor, Permission.ADMINISTER)
    person = locked_person(session, person_id)
    _end_sessions(session, person)
    ledger.append(session, events.SESSION_REVOKED, actor=actor, now=now, personal=_whom(person))


def deactivate(session: Session, person_id: int, *, actor: Actor, now: datetime) -> None:
    """Close an account: sessions and invitations end, roles stay but count for nothing.

    Conflict for the last administrator, and for an account that is closed already.
    """
    require(actor, Permission.ADMINISTER)
    keep_an_administrator(session, without=person_id)
    person = locked_person(session, person_id)
    if not person.is_active:
        raise Conflict("person_deactivated", login=person.login)
    person.is_active = False
    _end_sessions(session, person)
    _end_invitations(session, person_id, now=now)
    ledger.append(session, events.PERSON_DEACTIVATED, actor=actor, now=now, personal=_whom(person))


def reactivate(session: Session, person_id: int, *, actor: Actor, now: datetime) -> None:
    """Open a closed account again, with the roles and the password it had."""
    require(actor, Permission.ADMINISTER)
    person = locked_person(session, person_id)
    if person.is_active:
        raise Conflict("person_active", login=person.login)
    person.is_active = True
    ledger.append(session, events.PERSON_REACTIVATED, actor=actor, now=now, personal=_whom(person))


def _own_id(actor: Actor) -> int:
    if actor.person_id is None:
        raise Forbidden("not_permitted", permission=Permission.USE_ACCOUNT.value)
    return actor.person_id


def _whom(person: Person) -> dict[str, object]:
    return {"account": person.id, "login": person.login}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _is_open(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Invitation.used_at.is_(None), Invitation.expires_at > now


def _end_invitations(session: Session, person_id: int, *, now: datetime) -> None:
    ended = update(Invitation).where(Invitation.person_id == person_id, *_is_open(now)).values(expires_at=now)
    session.execute(ended)
