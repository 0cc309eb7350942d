"""One's own account: password, sessions, and what the log keeps about oneself."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired

from evalflow.access import Permission
from evalflow.errors import Busy, Conflict, Forbidden, Invalid, TooMany
from evalflow.people import accounts, feeds, queries, signing_in
from evalflow.reminding import queries as reminders
from evalflow.web import devices, sessions
from evalflow.web.current import actor, config, database, end_reading, note_sent, now, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint
from evalflow.web.refusals import SENTENCES
from evalflow.web.text import role_name


class PasswordForm(Form):
    present_password = PasswordField(
        _l("Present password"), [InputRequired()], render_kw={"autocomplete": "current-password"}
    )
    password = PasswordField(_l("New password"), [InputRequired()], render_kw={"autocomplete": "new-password"})
    again = PasswordField(
        _l("New password, again"),
        [InputRequired(), EqualTo("password", SENTENCES["passwords_differ"])],
        render_kw={"autocomplete": "new-password"},
    )


class MailboxForm(Form):
    address = StringField(_l("E-mail address"), render_kw={"autocomplete": "email", "type": "email"})


@blueprint.get("/account")
@guarded(Permission.USE_ACCOUNT)
def account() -> str:
    return page(PasswordForm())


@blueprint.post("/account/password")
@guarded(Permission.USE_ACCOUNT)
def change_password() -> Response | tuple[str, int]:
    form = PasswordForm()
    if not form.validate():
        return page(form), 422
    browser, asking = devices.browser(), actor()
    end_reading()
    typed = (form.present_password.data or "", form.password.data or "")
    try:
        version = signing_in.change_password(database(), *typed, actor=asking, browser=browser, now=now())
    except (Invalid, Forbidden, TooMany, Busy, Conflict) as refusal:
        form.refuse(refusal)
        return page(form), refusal.status
    note_sent()
    sessions.renew(own_id(), version)
    flash(_("Your password is changed. All your other sessions are signed out."))
    return devices.remember(redirect(url_for("web.account")), browser)


@blueprint.post("/account/sessions/end")
@guarded(Permission.USE_ACCOUNT)
def end_sessions() -> Response:
    """Sign out everywhere, here included."""
    with writing() as session:
        accounts.revoke_sessions(session, own_id(), actor=actor(), now=now())
    sessions.end()
    flash(_("You are signed out on every device."))
    return redirect(url_for("web.home"))


def page(form: PasswordForm, *, calendar: str = "", mailbox: MailboxForm | None = None) -> str:
    """calendar: the address of the person's calendar, only when it was just made. mailbox: one that was refused."""
    with database().reading() as session:
        line = queries.person_line(session, own_id(), now=now())
        since = feeds.made_at(session, own_id())
        address = reminders.address_of(session, own_id())
    return render_template(
        "web/account.html",
        form=form,
        line=line,
        roles=[role_name(grant.role) for grant in line.grants],
        calendar=calendar,
        since=since,
        mailbox=mailbox or MailboxForm(formdata=None, address=address),
        has_mail=config().smtp is not None,
    )


def own_id() -> int:
    person_id = actor().person_id
    if person_id is None:
        raise Forbidden("not_permitted", permission=Permission.USE_ACCOUNT.value)
    return person_id
