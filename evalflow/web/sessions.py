"""Who is signed in: the cookie names a person and the session version it was made with, and nothing else.

A version that has moved (password changed, role given or taken, signed out everywhere, account closed) ends the
session at its next request. Flask-Login's own fingerprint of the browser stays off: it signs people out who change
network.
"""

from dataclasses import dataclass, replace

from flask import Flask, session
from flask_login import LoginManager, UserMixin, login_user

from evalflow.access import VISITOR, Actor
from evalflow.config import LOCALES
from evalflow.people.grants import load_actor
from evalflow.web.current import forget_actor, reading

login_manager = LoginManager()
login_manager.session_protection = None


@dataclass(frozen=True)
class SignedInUser(UserMixin):  # type: ignore[misc]
    actor: Actor
    session_version: int

    def get_id(self) -> str:
        return f"{self.actor.person_id}:{self.session_version}"


def install(app: Flask) -> None:
    login_manager.init_app(app)


def begin(person_id: int, session_version: int) -> Actor | None:
    """Sign the browser in, in a session of its own; None when that version has already been ended."""
    user = _user(person_id, session_version)
    if user is None:
        return None
    session.clear()
    login_user(user)
    for unused in ("_id", "_fresh"):
        session.pop(unused, None)
    session.permanent = True
    return user.actor


def end() -> None:
    """Sign this browser out."""
    session.clear()
    forget_actor()


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(identity: str) -> SignedInUser | None:
    person_id, _, version = identity.partition(":")
    return _user(int(person_id), int(version)) if person_id.isdigit() and version.isdigit() else None


def _user(person_id: int, session_version: int) -> SignedInUser | None:
    actor = load_actor(reading(), person_id, session_version)
    if actor is None:
        return None
    locale = actor.locale if actor.locale in LOCALES else LOCALES[0]
    return SignedInUser(replace(actor, grants=actor.grants | VISITOR.grants, locale=locale), session_version)
