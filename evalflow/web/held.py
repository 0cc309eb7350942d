"""What somebody typed is never lost: a form that is refused, or whose session has ended, comes back with all it held.

Nothing of it is kept on the server, votes least of all: it goes back to the browser that sent it. It does so only where
the form came from a page of this site, so that no other site can put words before a person who then sends them on.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, render_template, request, session
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import MultiDict

from evalflow.errors import Refused
from evalflow.web.refusals import sentence, sentence_of

COMES_BACK = "evalflow.comes_back"  # in the environment of the request that shows the page once more
SECRET = ("password", "again", "passphrase", "present")  # never sent back; asked for anew
NEW_AT_EACH_PAGE = ("csrf_token", "version", "confirmed", "is_sure")
KEY = re.compile(r"(?=.*[a-z])[a-z0-9_.:/?=&-]+")  # a code of the program's own: nobody typed it
PREFIX = "held:"  # before the names of what waits for the sign-in, so that no field of ours is mistaken
IDENTITY = "_user_id"  # where Flask-Login looks


@dataclass(frozen=True)
class Field:
    name: str
    value: str

    @property
    def is_long(self) -> bool:
        return len(self.value) > 60 or "\n" in self.value


@dataclass(frozen=True)
class ComesBack:
    """A page shown once more. forms: names of the form classes that were sent; typed: what they held."""

    told: str
    forms: frozenset[str]
    typed: MultiDict[str, str]

    @property
    def fields(self) -> Sequence[Field]:
        return tuple(_visible(self.typed))


@dataclass(frozen=True)
class Held:
    """A form that waits to be sent on. to: the path it was sent to. files: names that have to be chosen again.

    is_other: it was typed by somebody else than who is signed in now, so nobody sends it on unlooked at.
    """

    to: str
    fields: Sequence[Field]
    files: Sequence[str]
    signature: str
    is_other: bool = False

    @property
    def visible(self) -> Sequence[Field]:
        return tuple(_visible(MultiDict([(one.name, one.value) for one in self.fields])))


def install(app: Flask) -> None:
    app.context_processor(lambda: {"comes_back": comes_back()})


def note_form(name: str) -> None:
    """A form of this class reads what was sent."""
    g.setdefault("forms_sent", set()).add(name)


def comes_back() -> ComesBack | None:
    """What this page is shown once more with; None on every other page."""
    found: ComesBack | None = request.environ.get(COMES_BACK)
    return found


def is_from_here() -> bool:
    """Whether the browser says that the form was sent from a page of this site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    named = request.headers.get("Origin") or request.referrer or ""
    return urlsplit(named).netloc == request.host


def referring_path() -> str:
    """The path and query of the page of this site that the browser came from; "" where it says none."""
    seen = urlsplit(request.referrer or "")
    if seen.netloc != request.host:
        return ""
    return f"{seen.path}?{seen.query}" if seen.query else seen.path


def page_again(refusal: Refused) -> Response | None:
    """The page that a refused form was sent from, with the state of now and what was typed; None where there is none.

    It is asked for as the browser would ask, with every check of a page that is only looked at.
    """
    seen = urlsplit(request.referrer or "")
    if request.method != "POST" or not is_from_here() or seen.netloc != request.host:
        return None
    environ = {name: value for name, value in request.environ.items() if not name.startswith("werkzeug.")}
    script = request.environ.get("SCRIPT_NAME", "")
    environ |= {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": seen.path.removeprefix(script),
        "QUERY_STRING": seen.query,
        "CONTENT_LENGTH": "0",
        "CONTENT_TYPE": "",
        "wsgi.input": BytesIO(),
        COMES_BACK: ComesBack(sentence(refusal), frozenset(g.get("forms_sent", ())), _typed()),
    }
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context(), app.request_context(environ):
        response: Response = app.full_dispatch_request()
    if response.status_code != 200 or response.mimetype != "text/html":
        return None
    response.status_code = refusal.status
    return response


def held_page(code: str, *, is_authenticated: bool, status: int) -> tuple[str, int] | None:
    """The page that keeps what was sent until the person has signed in and sends it on; None where nothing was sent."""
    if request.method != "POST" or not is_from_here():
        return None
    held = Held(request.full_path.rstrip("?"), tuple(_fields(_typed())), tuple(_files()), _signed_identity())
    told = sentence_of(code, {})
    return render_template("errors/held.html", held=held, told=told, signs_in=not is_authenticated), status


def read_back() -> Held:
    """What a held page sends with the sign-in."""
    fields = [
        Field(name.removeprefix(PREFIX), value)
        for name, values in request.form.lists()
        if name.startswith(PREFIX)
        for value in values
    ]
    return Held(request.form.get("to", ""), tuple(fields), request.form.getlist("file"), request.form.get("who", ""))


def typed_by(held: Held) -> int | None:
    """Id of the person whose session had ended; None where the session was gone with its cookie."""
    try:
        person_id: int = _signer().loads(held.signature)
    except BadSignature:
        return None
    return person_id or None


def visible_fields() -> Sequence[Field]:
    """What was sent with this request, as a refusal's page shows it."""
    return tuple(_visible(_typed())) if request.method == "POST" and is_from_here() else ()


def _typed() -> MultiDict[str, str]:
    left_out = {*NEW_AT_EACH_PAGE, *SECRET}
    return MultiDict((name, value) for name, value in request.form.items(multi=True) if name not in left_out)


def _fields(typed: MultiDict[str, str]) -> Iterator[Field]:
    """All that has to be sent on; the version too, by which a change in between is noticed."""
    versions = [("version", request.form["version"])] if "version" in request.form else []
    yield from (Field(name, value) for name, value in (*typed.items(multi=True), *versions))


def _visible(typed: MultiDict[str, str]) -> Iterator[Field]:
    """What a person typed, without what is empty, what the page had hidden in its form, and keys of choices."""
    for name, value in typed.items(multi=True):
        if value.strip() and name not in NEW_AT_EACH_PAGE and not KEY.fullmatch(value):
            yield Field(name, value)


def _files() -> Iterator[str]:
    yield from (one.filename for _, one in request.files.items(multi=True) if one.filename)


def _signed_identity() -> str:
    person_id = str(session.get(IDENTITY, "")).partition(":")[0]
    return str(_signer().dumps(int(person_id) if person_id.isdigit() else 0))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="held form")
