"""Signing in and out, and the page behind an invitation."""

from collections.abc import Callable
from dataclasses import replace

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired

from evalflow.access import Permission
from evalflow.errors import Busy, Forbidden, Invalid, TooMany
from evalflow.people import accounts, signing_in
from evalflow.people.signing_in import SignedIn
from evalflow.web import devices, sessions
from evalflow.web.current import actor, database, end_reading, note_sent, now, reading, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded, is_local, onward
from evalflow.web.held import read_back, typed_by
from evalflow.web.pages import blueprint
from evalflow.web.refusals import SENTENCES

Answer = str | tuple[str, int] | Response


class SignInForm(Form):
    login = StringField(_l("Account"), [InputRequired()], render_kw={"autocomplete": "username"})
    password = PasswordField(_l("Password"), [InputRequired()], render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class InvitationForm(Form):
    password = PasswordField(_l("New password"), [InputRequired()], render_kw={"autocomplete": "new-password"})
    again = PasswordField(
        _l("New password, again"),
        [InputRequired(), EqualTo("password", SENTENCES["passwords_differ"])],
        render_kw={"autocomplete": "new-password"},
    )


@blueprint.get("/sign-in")
@guarded(Permission.SIGN_IN)
def sign_in() -> Answer:
    wanted = request.args.get("next", "")
    if actor().is_authenticated:
        return redirect(onward(wanted))
    return render_template("web/sign_in.html", form=SignInForm(formdata=None, next=wanted))


@blueprint.post("/sign-in")
@guarded(Permission.SIGN_IN)
def begin_session() -> Answer:
    form = SignInForm()
    return _entered(
        form,
        again=lambda: render_template("web/sign_in.html", form=form),
        then=lambda _found: redirect(onward(form.next.data or "")),
    )


@blueprint.post("/sign-in/on")
@guarded(Permission.SIGN_IN)
def sign_in_and_send() -> Answer:
    """Sign in where a session has ended while somebody wrote, and send on what was typed.

    The form goes to its page from the browser, as it would have gone; it is sent by itself only where the same person
    has signed in.
    """
    held, form = read_back(), SignInForm()
    if not is_local(held.to):
        raise Invalid("form_incomplete")

    def send(found: SignedIn) -> Response:
        is_other = typed_by(held) not in (None, found.person_id)
        waits = replace(held, is_other=is_other)
        sends_itself = not (is_other or held.files)
        return make_response(render_template("errors/held.html", held=waits, signs_in=False, sends_itself=sends_itself))

    return _entered(
        form, again=lambda: render_template("errors/held.html", held=held, form=form, signs_in=True), then=send
    )


def _entered(form: SignInForm, *, again: Callable[[], str], then: Callable[[SignedIn], Response]) -> Answer:
    """Sign in as the form says and go on; again: the page it was sent from, with what speaks against it."""
    if not form.validate():
        return again(), 422
    browser = devices.browser()
    end_reading()
    try:
        found = signing_in.sign_in(
            database(), form.login.data or "", form.password.data or "", browser=browser, now=now()
        )
    except (Forbidden, TooMany, Busy) as refusal:
        form.refuse(refusal)
        return again(), refusal.status
    sessions.begin(found)
    return devices.remember(then(found), browser)


@blueprint.post("/sign-out")
@guarded(Permission.SIGN_IN)
def sign_out() -> Response:
    if actor().is_authenticated:
        with writing() as session:
            accounts.sign_out(session, actor=actor())
    sessions.end()
    flash(_("You are signed out."))
    return redirect(url_for("web.home"))


@blueprint.get("/invitation/<token>")
@guarded(Permission.SIGN_IN)
def invitation(token: str) -> Answer:
    person = accounts.invited(reading(), token, now=now())
    return render_template("web/invitation.html", form=InvitationForm(), person=person)


@blueprint.post("/invitation/<token>")
@guarded(Permission.SIGN_IN)
def accept_invitation(token: str) -> Answer:
    person = accounts.invited(reading(), token, now=now())
    form = InvitationForm()
    if not form.validate():
        return render_template("web/invitation.html", form=form, person=person), 422
    browser = devices.browser()
    end_reading()
    try:
        joined = signing_in.join(database(), token, form.password.data or "", browser=browser, now=now())
    except (Invalid, Busy) as refusal:
        form.refuse(refusal)
        return render_template("web/invitation.html", form=form, person=person), refusal.status
    note_sent()
    sessions.begin(joined)
    flash(_("Welcome! Your password is set."))
    return devices.remember(redirect(url_for("web.home")), browser)
