"""Default deny: a view says by `@guarded` which permission it asks for; a view that says nothing is refused.

A view whose address names a season is asked for that one. Whether a branch is concerned only the command can know.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

from flask import Flask, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from evalflow.access import RIGHTS, Permission, Scope, holds_anywhere
from evalflow.errors import Forbidden
from evalflow.web.current import actor
from evalflow.web.place import season_id_if_any

View = TypeVar("View", bound=Callable[..., Any])
OPEN_ENDPOINTS = frozenset({"static"})


class SignInFirst(Forbidden):
    """Nobody is signed in, and what was sent can't be repeated by signing in and coming back."""

    status = 401


def guarded(permission: Permission) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def install(app: Flask) -> None:
    app.before_request(_check)


def permission_of(app: Flask, endpoint: str) -> Permission | None:
    """What the endpoint's view asks for; None refuses everybody."""
    return getattr(app.view_functions[endpoint], "permission", None)


def is_local(path: str) -> bool:
    r"""Whether a path leads nowhere else, so that a link to the sign-in page can't carry people off.

    >>> [is_local(path) for path in ("/s/2026", "//evil.example", "/\\evil.example", "https://evil.example", "")]
    [True, False, False, False, False]
    """
    if not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return False
    split = parts_of(path)
    return bool(split.path) and not split.scheme and not split.netloc


def parts_of(address: str) -> SplitResult:
    """The parts of an address that somebody sent; all empty where it is none.

    >>> parts_of("https://a.example/s/2026?p=2").path, parts_of("http://[").netloc
    ('/s/2026', '')
    """
    try:
        return urlsplit(address)
    except ValueError:
        return SplitResult("", "", "", "", "")


def onward(path: str) -> str:
    """Where to go after a form: the local path it names, else the first page."""
    return path if is_local(path) else url_for("web.home")


def _check() -> Response | None:
    if request.endpoint is None or request.endpoint in OPEN_ENDPOINTS:
        return None
    permission = permission_of(current_app, request.endpoint)
    if permission is None:
        raise Forbidden("not_permitted", permission="")
    asking = actor()
    if holds_anywhere(asking, permission) and (
        RIGHTS[permission].scope is Scope.INSTALLATION or holds_anywhere(asking, permission, season=season_id_if_any())
    ):
        return None
    if asking.is_authenticated:
        raise Forbidden("not_permitted", permission=permission.value)
    if request.method not in ("GET", "HEAD") or "HX-Request" in request.headers:
        raise SignInFirst("sign_in_first")
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("web.sign_in", next=wanted if is_local(wanted) else None))
