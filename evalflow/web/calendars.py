"""The address of one's own calendar, on the account's page: made, renewed, revoked."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from evalflow.access import Permission
from evalflow.people import feeds
from evalflow.web import account
from evalflow.web.addresses import in_full
from evalflow.web.current import actor, now, writing
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint


@blueprint.post("/account/calendar")
@guarded(Permission.USE_ACCOUNT)
def renew_calendar() -> str:
    """The page once with the new address: it is told only here."""
    with writing() as session:
        token = feeds.renew(session, actor=actor(), now=now())
    path = url_for("calendar.feed", token=token)
    return account.page(account.PasswordForm(formdata=None), calendar=in_full(path) or path)


@blueprint.post("/account/calendar/revoke")
@guarded(Permission.USE_ACCOUNT)
def revoke_calendar() -> Response:
    with writing() as session:
        feeds.revoke(session, actor=actor(), now=now())
    flash(_("The calendar's address is revoked."))
    return redirect(url_for("web.account"))
