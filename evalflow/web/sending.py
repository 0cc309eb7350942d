"""A form that comes twice, because a button was pressed twice or an answer never came, is done once.

Every form carries a secret of its own (`components/forms.html`). The act keeps its digest in its own transaction; when
the same form comes again, whoever sent it is led to what came of it. See `evalflow/sendings.py`.
"""

import hashlib
import re

from flask import Flask, flash, g, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from evalflow import sendings
from evalflow.sendings import SentBeforeError
from evalflow.web.current import NO_SENDING, SENDING, actor, database, reading
from evalflow.web.held import came_from


def install(app: Flask) -> None:
    """After the guard: only who may send a form learns what came of it."""
    app.before_request(_before)
    app.after_request(_after)
    app.register_error_handler(SentBeforeError, lambda error: _led_on(error.digest))
    app.jinja_env.globals["sending"] = lambda: database().entropy.token(16).hex()


def _before() -> Response | None:
    secret = request.form.get(SENDING, "") if request.method == "POST" else ""
    if not re.fullmatch("[0-9a-f]{32}", secret) or "HX-Request" in request.headers:
        return None  # what a page sends by itself is sent often, and each time says something else
    digest = digest_of(secret, request.full_path)
    if was_sent(digest):
        return _led_on(digest)
    g.sending = (digest, came_from() or NO_SENDING)
    return None


def digest_of(secret: str, to: str) -> str:
    """What is kept of a form that its reader sends. to: the path that it is sent to."""
    return hashlib.sha256(f"{secret} {actor().person_id} {to.rstrip('?')}".encode()).hexdigest()


def was_sent(digest: str) -> bool:
    return sendings.page_of(reading(), digest) is not None


def _led_on(digest: str) -> Response:
    """Asked anew: where two come at once, the first may have ended in between."""
    with database().reading() as session:
        to = sendings.page_of(session, digest)
    flash(_("This had been sent already and is done; here is what came of it."))
    return redirect(to or NO_SENDING, 303)


def _after(response: Response) -> Response:
    """Only an answer that leads to another page is the end of an act: anything else may be sent again."""
    kept: tuple[str, str] | None = g.pop("sending_kept", None)
    if kept is None:
        return response
    digest, to = kept
    if response.status_code not in (302, 303):
        with database().writing() as session:
            sendings.forget(session, digest)
    elif response.location and response.location != to:
        with database().writing() as session:
            sendings.move(session, digest, response.location)
    return response
