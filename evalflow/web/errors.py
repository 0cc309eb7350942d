"""From an error to a page: the right status, a sentence in the user's language, never a traceback."""

import logging

from flask import Flask, Response, current_app, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, InternalServerError

from evalflow.access import holds_anywhere
from evalflow.db import is_away
from evalflow.errors import RETRY_AFTER, Busy, Refused
from evalflow.web.current import actor, config, forget_actor
from evalflow.web.guard import SignInFirst, permission_of
from evalflow.web.held import held_page, page_again, visible_fields
from evalflow.web.refusals import sentence, sentence_of

log = logging.getLogger("evalflow.web")
CODES = {400: "form_incomplete", 404: "not_found", 405: "method_not_allowed", 413: "request_too_large"}
TOO_LARGE = 413  # what was sent is not read, so it can't be shown
ENTRANCES = ("web.begin_session", "web.sign_in_and_send", "web.sign_out", "web.set_locale")  # nothing typed at length
Answer = tuple[str, int] | tuple[str, int, dict[str, str]]


def install(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _broken)


def _refused(refusal: Refused) -> Answer | Response:
    """The page a form was sent from with what was typed; the sentence alone where there is no such page."""
    if "HX-Request" in request.headers:
        return _answer(refusal.status, sentence(refusal))
    if isinstance(refusal, SignInFirst):
        kept = held_page("session_ended", is_authenticated=False, status=refusal.status)
        return kept or _answer(refusal.status, sentence(refusal))
    return page_again(refusal) or _answer(refusal.status, sentence(refusal))


def _database(error: DBAPIError) -> Answer:
    """A database that is away is told as such, to those signed in too: the page about it asks the database nothing."""
    if not is_away(error):
        raise error  # a bug, answered by `_broken`
    log.error("the database is away: %s", type(error.orig).__name__)
    forget_actor()
    return _answer(Busy.status, sentence_of("database_away", {}))


def _expired(_error: CSRFError) -> Answer:
    """The session that the form belongs to has ended; nothing of it is done before the person sends it again.

    A browser keeps no secure cookie that comes by plain HTTP: without one there never was a session.
    """
    came_back = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
    if config().secure_cookies and not request.is_secure and not came_back:
        return _answer(400, sentence_of("form_needs_https", {}))
    if "HX-Request" not in request.headers and request.endpoint not in ENTRANCES:
        asking, wanted = actor(), permission_of(current_app, request.endpoint or "")
        may_send = asking.is_authenticated or (wanted is not None and holds_anywhere(asking, wanted))
        kept = held_page("session_ended", is_authenticated=may_send, status=400)
        if kept is not None:
            return kept
    return _answer(400, sentence_of("form_expired", {}))


def _http(error: HTTPException) -> Answer | HTTPException:
    if error.code is None or error.code < 400:  # a redirect that routing asks for
        return error
    return _answer(error.code, sentence_of(CODES.get(error.code, "broken"), {}))


def _broken(_error: InternalServerError) -> Answer:
    """Flask has logged it. Whatever broke may be what says who asks, so this page asks for nothing."""
    if "actor" not in g:
        forget_actor()
    return _answer(500, sentence_of("broken", {}))


def _answer(status: int, told: str) -> Answer:
    """A page; to a request for a fragment, the sentence alone."""
    again = {"Retry-After": str(RETRY_AFTER)} if status == Busy.status else {}
    if "HX-Request" in request.headers:
        return told, status, {"Content-Type": "text/plain; charset=utf-8", **again}
    typed = visible_fields() if status != TOO_LARGE else ()
    return render_template("errors/error.html", status=status, sentence=told, typed=typed), status, again
