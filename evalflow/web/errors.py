"""From an error to a page: the right status, a sentence in the user's language, never a traceback."""

import logging

from flask import Flask, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, InternalServerError

from evalflow.db import is_away
from evalflow.errors import RETRY_AFTER, Busy, Refused
from evalflow.web.current import forget_actor
from evalflow.web.refusals import sentence, sentence_of

log = logging.getLogger("evalflow.web")
CODES = {400: "form_incomplete", 404: "not_found", 405: "method_not_allowed", 413: "request_too_large"}
Answer = tuple[str, int] | tuple[str, int, dict[str, str]]


def install(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _broken)


def _refused(refusal: Refused) -> Answer:
    return _answer(refusal.status, sentence(refusal))


def _database(error: DBAPIError) -> Answer:
    """A database that is away is told as such, to those signed in too: the page about it asks the database nothing."""
    if not is_away(error):
        raise error  # a bug, answered by `_broken`
    log.error("the database is away: %s", type(error.orig).__name__)
    forget_actor()
    return _answer(Busy.status, sentence_of("database_away", {}))


def _expired(_error: CSRFError) -> Answer:
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
    return render_template("errors/error.html", status=status, sentence=told), status, again
