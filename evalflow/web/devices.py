"""The cookie by which a device is known on which somebody has signed in: a random token, signed, given after success.

Visitors get none. What it is good for, and what is kept of it, says `people.devices`.
"""

import base64
import hashlib

from flask import request
from itsdangerous import BadSignature, Signer
from werkzeug.wrappers import Response

from evalflow.people.devices import KEPT_FOR
from evalflow.people.signing_in import Browser
from evalflow.web.current import config, database, site
from evalflow.web.secret import derived

NAME = "evalflow-device"


def browser() -> Browser:
    """Who asks: with the token its cookie holds, or else with a new one."""
    device = _shown() or base64.urlsafe_b64encode(database().entropy.token(32)).rstrip(b"=").decode()
    return Browser(request.remote_addr or "", device, derived(site().secret, "failed logins"))


def remember(response: Response, known: Browser) -> Response:
    """The answer to whoever has signed in; each time the cookie lasts half a year from then."""
    response.set_cookie(
        cookie_name(),
        _signer().sign(known.device).decode(),
        max_age=KEPT_FOR,
        secure=config().secure_cookies,
        httponly=True,
        samesite="Strict",
    )
    return response


def cookie_name() -> str:
    return f"__Host-{NAME}" if config().secure_cookies else NAME


def _shown() -> str:
    """The token of a cookie of ours, "" without one."""
    try:
        return _signer().unsign(request.cookies.get(cookie_name(), "")).decode()
    except BadSignature:
        return ""


def _signer() -> Signer:
    return Signer(derived(site().secret, "devices"), salt=NAME, digest_method=hashlib.sha256)
