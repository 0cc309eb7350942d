"""Who is signed in: the cookie names a person, the session version it was made with and when, and nothing else.

A version that has moved (password changed, role given or taken, signed out everywhere, account closed) ends the
session at its next request. It ends besides twelve hours after the last request, and `session_hours` after signing
in, whatever was done meanwhile. Flask-Login's own fingerprint of the browser stays off: it signs people out who change
network.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import Flask, g, session
from flask_login import LoginManager, UserMixin

from evalflow.access import VISITOR, Actor
from evalflow.config import LOCALES
from evalflow.people.grants import load_actor
from evalflow.people.signing_in import SignedIn
from evalflow.web.current import config, forget_actor, now, reading

_IDENTITY = "_user_id"  # where Flask-Login looks
login_manager = LoginManager()
login_manager.session_protection = None


@dataclass(frozen=True)
class User(UserMixin):  # type: ignore[misc]
    """What Flask-Login wants an actor to look like."""

    actor: Actor


def install(app: Flask) -> None:
    login_manager.init_app(app, add_context_processor=False)  # pages ask `actor`; an error page asks nobody


def begin(found: SignedIn) -> None:
    """Sign the browser in, in a session of its own. The next request finds out who that is."""
    session.clear()
    session[_IDENTITY] = identity(found.person_id, found.session_version, now())
    session.permanent = True
    for known in ("actor", "_login_user", "csrf_token"):  # a page shown by this very request is the new session's
        g.pop(known, None)


def renew(person_id: int, session_version: int) -> None:
    """Go on with a new version, after the password was asked: this browser stays signed in, all others do not."""
    session[_IDENTITY] = identity(person_id, session_version, now())


def identity(person_id: int, session_version: int, began: datetime) -> str:
    """What the cookie holds."""
    return f"{person_id}:{session_version}:{int(began.timestamp())}"


def end() -> None:
    """Sign this browser out."""
    session.clear()
    forget_actor()


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(kept: str) -> User | None:
    parts = kept.split(":")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts):
        return None
    person_id, version, began = map(int, parts)
    if now().timestamp() >= began + config().session_hours * 3600:
        return None
    actor = load_actor(reading(), person_id, version)
    if actor is None:
        return None
    locale = actor.locale if actor.locale in LOCALES else LOCALES[0]
    return User(replace(actor, grants=actor.grants | VISITOR.grants, locale=locale))
