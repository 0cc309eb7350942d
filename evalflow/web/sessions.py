"""Who is signed in: the cookie names a person and the session version it was made with, and nothing else.

A version that has moved (password changed, role given or taken, signed out everywhere, account closed) ends the
session at its next request. Flask-Login's own fingerprint of the browser stays off: it signs people out who change
network.
"""

from dataclasses import dataclass, replace

from flask import Flask, session
from flask_login import LoginManager, UserMixin

from evalflow.access import VISITOR, Actor
from evalflow.config import LOCALES
from evalflow.people.grants import load_actor
from evalflow.web.current import forget_actor, reading

_IDENTITY = "_user_id"  # where Flask-Login looks
login_manager = LoginManager()
login_manager.session_protection = None


@dataclass(frozen=True)
class User(UserMixin):  # type: ignore[misc]
    """What Flask-Login wants an actor to look like."""

    actor: Actor


def install(app: Flask) -> None:
    login_manager.init_app(app, add_context_processor=False)  # pages ask `actor`; an error page asks nobody


def begin(person_id: int, session_version: int) -> None:
    """Sign the browser in, in a session of its own. The next request finds out who that is."""
    session.clear()
    session[_IDENTITY] = f"{person_id}:{session_version}"
    session.permanent = True


def renew(person_id: int, session_version: int) -> None:
    """Go on with a new version: this browser stays signed in, all others do not."""
    session[_IDENTITY] = f"{person_id}:{session_version}"


def end() -> None:
    """Sign this browser out."""
    session.clear()
    forget_actor()


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(identity: str) -> User | None:
    person_id, _, version = identity.partition(":")
    if not (person_id.isdigit() and version.isdigit()):
        return None
    actor = load_actor(reading(), int(person_id), int(version))
    if actor is None:
        return None
    locale = actor.locale if actor.locale in LOCALES else LOCALES[0]
    return User(replace(actor, grants=actor.grants | VISITOR.grants, locale=locale))
