"""What belongs to the present request: who asks, when, in which language, and the two ways into the database."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from flask import Flask, current_app, g, request
from flask_login import current_user
from sqlalchemy.orm import Session

from evalflow import sendings
from evalflow.access import VISITOR, Actor
from evalflow.audit.signing import Signer
from evalflow.config import LOCALES, Config
from evalflow.db import Database
from evalflow.people import unsent
from evalflow.seasons.tasks import Tasks
from evalflow.web.autosaved import is_autosaved

log = logging.getLogger("evalflow.tick")
EXTENSION = "evalflow"
LOCALE_COOKIE = "locale"
SENDING = "sending"  # the field with a form's secret, see `web/sending.py`
NO_SENDING = "/"  # where whoever sends a form twice is led when nothing better is known

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Site:
    """What every page of one application shares.

    tasks: what a person has to do in a stage, whatever its kind; the application knows the kinds, pages do not.
    tick: lets time do what is due; for acts after which people should not wait for the next round.
    secret: this installation's, 32 bytes; nothing of it reaches a page.
    """

    config: Config
    database: Database
    clock: Clock
    signer: Signer
    tasks: Tasks
    tick: Callable[[datetime], object]
    secret: bytes


def site() -> Site:
    found: Site = current_app.extensions[EXTENSION]
    return found


def config() -> Config:
    return site().config


def database() -> Database:
    return site().database


def signer() -> Signer:
    return site().signer


def now() -> datetime:
    """Asked of the clock each time: a request may take long, and a vote counts when it is written."""
    return site().clock()


def tick() -> None:
    """Let time do what an act has just made due.

    The act itself is already committed, so nothing that fails here may answer its sender with an error: the next
    regular tick does the same again.
    """
    try:
        site().tick(now())
    except Exception:
        log.exception("the tick after an act failed; the next one repeats it")


def actor() -> Actor:
    """Who asks. Everybody may do what a visitor may, whatever roles they hold."""
    if "actor" not in g:
        signed_in: Actor | None = getattr(current_user, "actor", None)
        g.actor = signed_in or replace(VISITOR, locale=_visitor_locale())
    found: Actor = g.actor
    return found


def locale() -> str:
    """The page's language: the person's own, else the visitor's choice, else Chinese."""
    return actor().locale


def forget_actor() -> None:
    """Go on as a visitor: after signing out, and on a page about an error that kept us from asking who it is."""
    g.actor = replace(VISITOR, locale=_visitor_locale())


def reading() -> Session:
    """The request's one snapshot, opened when first asked for and closed with the request."""
    if "reading" not in g:
        g.read_stack = ExitStack()
        g.reading = g.read_stack.enter_context(database().reading())
    session: Session = g.reading
    return session


@contextmanager
def writing(*, is_last: bool = True) -> Iterator[Session]:
    """One act: `with writing() as session:`; committed when the block ends, rolled back when it raises.

    With it goes that its form was sent, and what of it was kept until then. is_last: False where another act of the
    same form follows: only the last one is what the form was sent for.
    """
    sent: tuple[str, str] | None = g.get("sending") if is_last else None
    with database().writing() as session:
        if sent is not None:
            sendings.keep(session, *sent, now=now())
        yield session
        if is_last and request.method == "POST" and is_autosaved(current_app, request.endpoint or ""):
            unsent.discard(session, actor().person_id or 0, request.full_path.rstrip("?"))
    if sent is not None:
        g.sending_kept, g.sending = sent, None


def note_sent() -> None:
    """The form's acts, which had transactions of their own, are done."""
    with writing():
        pass


def install(app: Flask, shared: Site) -> None:
    app.extensions[EXTENSION] = shared
    app.teardown_appcontext(end_reading)


def end_reading(_error: BaseException | None = None) -> None:
    """Close the request's snapshot: at its end, and before what takes long and needs no database."""
    stack: ExitStack | None = g.pop("read_stack", None)
    g.pop("reading", None)
    if stack is not None:
        stack.close()


def _visitor_locale() -> str:
    chosen = request.cookies.get(LOCALE_COOKIE, "")
    return chosen if chosen in LOCALES else LOCALES[0]
