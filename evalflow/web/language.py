"""The page's language: a person's own setting, a visitor's cookie."""

from dataclasses import replace

from flask import g, make_response, redirect, render_template, request
from flask_babel import refresh
from werkzeug.wrappers import Response

from evalflow.access import Permission, may
from evalflow.config import LOCALES
from evalflow.errors import Invalid
from evalflow.people import accounts
from evalflow.web.current import LOCALE_COOKIE, actor, config, writing
from evalflow.web.guard import guarded, is_local, onward
from evalflow.web.held import page_in, read_back
from evalflow.web.pages import blueprint

A_YEAR = 365 * 24 * 3600


@blueprint.post("/language")
@guarded(Permission.SIGN_IN)
def set_locale() -> Response:
    """Takes `locale`, and the page to come back to (`next`) or what was sent to the page shown (`held.to_keep`)."""
    chosen = request.form.get("locale", "")
    if chosen not in LOCALES:
        raise Invalid("locale_unknown")
    keep(chosen)
    answer = _same_again(chosen) or redirect(onward(request.form.get("next", "")))
    answer.set_cookie(
        LOCALE_COOKIE, chosen, max_age=A_YEAR, secure=config().secure_cookies, httponly=True, samesite="Lax"
    )
    return answer


def _same_again(chosen: str) -> Response | None:
    """The form that waited on the page in the other language: on its page, or by itself where that isn't shown now."""
    held = read_back()
    if not held.fields or not is_local(held.to):
        return None
    page = page_in(f"{LOCALE_COOKIE}={chosen}")
    if page is not None:
        return page
    g.actor = replace(actor(), locale=chosen)
    refresh()
    signs_in = not actor().is_authenticated
    return make_response(render_template("errors/held.html", held=held, signs_in=signs_in, has_ended=signs_in))


def keep(locale: str) -> None:
    """Remember the choice with the person, if somebody is signed in."""
    if may(actor(), Permission.USE_ACCOUNT):
        with writing() as session:
            accounts.choose_locale(session, locale, actor=actor())
