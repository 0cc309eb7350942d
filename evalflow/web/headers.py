"""What every response tells the browser, errors included. A view may be stricter: what it sets itself stays."""

from flask import Flask, g, request
from werkzeug.wrappers import Response

from evalflow.web.current import config

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",  # Bootstrap's own arrows and ticks are data: images in its style sheet
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": over HTTPS the protection of forms compares the referrer with the host.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
HSTS = "max-age=31536000"


def install(app: Flask) -> None:
    app.after_request(_add)


def _add(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if config().secure_cookies:
        response.headers.setdefault("Strict-Transport-Security", HSTS)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", _caching())
        response.vary.add("Cookie")
    return response


def _caching() -> str:
    """What is shown to a person stays in no cache, so that nothing is left after signing out."""
    asking = g.get("actor")
    return "no-store" if asking is not None and asking.is_authenticated else "no-cache"
