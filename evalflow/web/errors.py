"""From an error to a page: the right status, a sentence in the user's language, never a traceback."""

from flask import Flask, g, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from evalflow.errors import Refused
from evalflow.web.current import forget_actor
from evalflow.web.refusals import sentence, sentence_of

CODES = {400: "form_incomplete", 404: "not_found", 405: "method_not_allowed", 413: "request_too_large"}
Answer = tuple[str, int] | tuple[str, int, dict[str, str]]


def install(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InternalServerError, _broken)


def _refused(refusal: Refused) -> Answer:
    return _answer(refusal.status, sentence(refusal))


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
    if "HX-Request" in request.headers:
        return told, status, {"Content-Type": "text/plain; charset=utf-8"}
    return render_template("errors/error.html", status=status, sentence=told), status
