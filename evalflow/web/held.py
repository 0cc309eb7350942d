"""What somebody typed is never lost: a form that is refused, or whose session has ended, comes back with all it held.

Nothing of it is kept on the server, votes least of all: it goes back to the browser that sent it. It does so only where
the form came from a page of this site, so that no other site can put words before a person who then sends them on.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from flask import Flask, Response, current_app, g, render_template, request, session
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from evalflow.errors import Invalid, Refused
from evalflow.web.entrance import SECRET
from evalflow.web.guard import is_local, parts_of
from evalflow.web.refusals import sentence, sentence_of

COMES_BACK = "evalflow.comes_back"  # in the environment of the request that shows the page once more
NEW_AT_EACH_PAGE = ("csrf_token", "version", "confirmed", "is_sure", "came_from")
CAME_FROM = "came_from"  # the field by which every form says on which page it stands
MOST_KEPT = 200_000  # characters that a change of language carries along; a spreadsheet's preview is more
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
    """A page shown once more. refusal: why; None where only its language was changed.

    to: the path that the form was sent to; forms: names of the form classes that were sent; typed: what they held.
    """

    refusal: Refused | None
    to: str
    forms: frozenset[str]
    typed: MultiDict[str, str]

    @property
    def told(self) -> str:
        return sentence(self.refusal) if self.refusal else sentence_of("still_here", {})

    @property
    def faults(self) -> Mapping[str, str]:
        """{field: what is wrong there}."""
        if not isinstance(self.refusal, Invalid):
            return {}
        return {name: sentence_of(code, self.refusal.facts) for name, code in self.refusal.fields.items()}

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What the path that the form was sent to names, by the names in its route."""
        adapter = current_app.create_url_adapter(request)
        try:
            return adapter.match(parts_of(self.to).path, method="POST")[1] if adapter else {}
        except HTTPException:
            return {}

    @property
    def fields(self) -> Sequence[Field]:
        return tuple(_visible(self.typed))


@dataclass(frozen=True)
class Held:
    """A form that waits to be sent on. to: the path it was sent to. files: names that have to be chosen again.

    is_other: it was typed by somebody else than who is signed in now, so nobody sends it on unlooked at. forms: names
    of the form classes that it was.
    """

    to: str
    fields: Sequence[Field]
    files: Sequence[str]
    signature: str
    is_other: bool = False
    forms: Sequence[str] = ()

    @property
    def visible(self) -> Sequence[Field]:
        return tuple(_visible(MultiDict([(one.name, one.value) for one in self.fields])))


def install(app: Flask) -> None:
    app.context_processor(lambda: {"comes_back": comes_back()})
    app.add_template_global(came_from, CAME_FROM)
    app.add_template_global(to_keep)


def note_form(name: str) -> None:
    """A form of this class reads what was sent."""
    g.setdefault("forms_sent", set()).add(name)


def comes_back() -> ComesBack | None:
    """What this page is shown once more with; None on every other page."""
    found: ComesBack | None = request.environ.get(COMES_BACK)
    return found


def typed() -> Mapping[str, str]:
    """What a page shows in its fields again: what was sent with this request, or with the one that was refused."""
    again = comes_back()
    return request.form if again is None else again.typed


def is_from_here() -> bool:
    """Whether the browser says that the form was sent from a page of this site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    named = request.headers.get("Origin") or request.referrer or ""
    return parts_of(named).netloc == request.host


def came_from() -> str:
    """Path and query of the page that a form stands on, or was sent from; "" where nothing says it.

    A form says it itself: after a refusal, or a page that asks once more, the browser names the form's own target.
    """
    if request.method != "POST":
        return request.full_path.rstrip("?")
    path = request.form.get(CAME_FROM) or _referring_path()
    return path if is_local(path) else ""


def _referring_path() -> str:
    seen = parts_of(request.referrer or "")
    if seen.netloc != request.host:
        return ""
    path = seen.path.removeprefix(request.environ.get("SCRIPT_NAME", ""))
    return f"{path}?{seen.query}" if seen.query else path


def page_again(refusal: Refused) -> Response | None:
    """The page that a refused form was sent from, with the state of now and what was typed; None where there is none.

    The form has shown the token of its session, so no other site has sent it.
    """
    if request.method != "POST":
        return None
    forms = frozenset(g.get("forms_sent", ()))
    return _shown(came_from(), ComesBack(refusal, request.full_path.rstrip("?"), forms, _typed()), refusal.status)


def page_in(locale_cookie: str) -> Response | None:
    """The page that a form stood on when its language was changed, with all that it held; None where there is none.

    locale_cookie: what the browser is told to keep, as it will send it.
    """
    held = read_back()
    kept = MultiDict([(one.name, one.value) for one in held.fields])
    again = ComesBack(None, held.to, frozenset(held.forms), without_secrets(kept))
    return _shown(kept.get(CAME_FROM, ""), again, 200, cookie=locale_cookie)


def _shown(path: str, again: ComesBack, status: int, *, cookie: str = "") -> Response | None:
    """A page of this site as the browser would ask for it, with every check of a page that is only looked at."""
    if not is_local(path):
        return None
    wanted = parts_of(path)
    environ = {name: value for name, value in request.environ.items() if not name.startswith("werkzeug.")}
    environ |= {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": unquote(wanted.path).encode().decode("latin-1"),
        "QUERY_STRING": wanted.query,
        "CONTENT_LENGTH": "0",
        "CONTENT_TYPE": "",
        "HTTP_COOKIE": "; ".join(filter(None, (cookie, environ.get("HTTP_COOKIE", "")))),
        "wsgi.input": BytesIO(),
        COMES_BACK: again,
    }
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context(), app.request_context(environ):
        response: Response = app.full_dispatch_request()
    if response.status_code != 200 or response.mimetype != "text/html":
        return None
    response.status_code = status
    return response


def to_keep() -> Held | None:
    """What a change of this page's language must not lose: what was sent to it, or what it is shown once more with."""
    again = comes_back()
    if again is not None:
        stands_on = Field(CAME_FROM, came_from())
        return Held(again.to, (*_fields(again.typed), stands_on), (), "", forms=sorted(again.forms))
    if request.method != "POST" or not is_from_here():
        return None
    if any(name.startswith(PREFIX) for name in request.form):  # it waits already, for a sign-in
        return read_back()
    held = _held()
    return held if sum(len(one.value) for one in held.fields) <= MOST_KEPT else None


def held_page(code: str, *, is_authenticated: bool, status: int) -> tuple[str, int] | None:
    """The page that keeps what was sent until the person has signed in and sends it on; None where nothing was sent."""
    if request.method != "POST" or not is_from_here():
        return None
    told = sentence_of(code, {})
    return render_template("errors/held.html", held=_held(), told=told, signs_in=not is_authenticated), status


def _held() -> Held:
    """What was sent with this request, and from which page."""
    sent_on = [Field(CAME_FROM, came_from())]
    if "version" in request.form:
        sent_on.append(Field("version", request.form["version"]))
    fields = (*_fields(_typed()), *sent_on)
    forms = sorted(g.get("forms_sent", ()))
    return Held(request.full_path.rstrip("?"), fields, tuple(_files()), _signed_identity(), forms=forms)


def read_back() -> Held:
    """What a held page sends with the sign-in."""
    fields = [
        Field(name.removeprefix(PREFIX), value)
        for name, values in request.form.lists()
        if name.startswith(PREFIX)
        for value in values
    ]
    sent = request.form
    return Held(
        sent.get("to", ""), tuple(fields), sent.getlist("file"), sent.get("who", ""), forms=sent.getlist("form")
    )


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
    return without_secrets(request.form)


def without_secrets(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """What a form held, but for passwords and what each page brings itself."""
    left_out = {*NEW_AT_EACH_PAGE, *SECRET}
    return MultiDict((name, value) for name, value in sent.items(multi=True) if name not in left_out)


def _fields(typed: MultiDict[str, str]) -> Iterator[Field]:
    yield from (Field(name, value) for name, value in typed.items(multi=True))


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
