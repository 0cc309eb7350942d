"""The page's language: a person's own setting, a visitor's cookie."""

from flask import redirect, request
from werkzeug.wrappers import Response

from evalflow.access import Permission, may
from evalflow.config import LOCALES
from evalflow.errors import Invalid
from evalflow.people import accounts
from evalflow.web.current import LOCALE_COOKIE, actor, config, writing
from evalflow.web.guard import guarded, onward
from evalflow.web.pages import blueprint

A_YEAR = 365 * 24 * 3600


@blueprint.post("/language")
@guarded(Permission.SIGN_IN)
def set_locale() -> Response:
    """Takes `locale` and the page to come back to (`next`)."""
    chosen = request.form.get("locale", "")
    if chosen not in LOCALES:
        raise Invalid("locale_unknown")
    keep(chosen)
    answer = redirect(onward(request.form.get("next", "")))
    answer.set_cookie(
        LOCALE_COOKIE, chosen, max_age=A_YEAR, secure=config().secure_cookies, httponly=True, samesite="Lax"
    )
    return answer


def keep(locale: str) -> None:
    """Remember the choice with the person, if somebody is signed in."""
    if may(actor(), Permission.USE_ACCOUNT):
        with writing() as session:
            accounts.choose_locale(session, locale, actor=actor())
