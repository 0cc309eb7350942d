"""One's own reminders, on a page of their own; those not read yet are counted on the first page."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from evalflow.access import Permission
from evalflow.errors import Invalid
from evalflow.reminding import commands, lines, queries
from evalflow.reminding.models import Cause, Reminder
from evalflow.web import account
from evalflow.web.current import actor, locale, now, reading, writing
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint


@dataclass(frozen=True)
class Told:
    """A reminder as its reader sees it. lines: (what, by when, a note)."""

    row: Reminder
    introduction: str
    lines: Sequence[tuple[str, str, str]]


def told(reminder: Reminder) -> Told:
    """In the page's language; what is late is so as of now."""
    words = [
        (
            lines.what(line, locale()),
            lines.by_when(line, locale(), now()),
            _(lines.SECRET_NOTE) if line.is_secret else "",
        )
        for line in lines.of(reminder)
    ]
    return Told(reminder, _(lines.INTRODUCTIONS[Cause(reminder.cause)]), words)


@blueprint.get("/account/reminders")
@guarded(Permission.USE_ACCOUNT)
def reminders() -> str:
    found = queries.own(reading(), account.own_id())
    unread = any(row.read_at is None for row in found)
    return render_template("web/reminders.html", found=[told(row) for row in found], unread=unread)


@blueprint.post("/account/reminders/read")
@guarded(Permission.USE_ACCOUNT)
def read_reminders() -> Response:
    with writing() as session:
        commands.read(session, actor=actor(), now=now())
    return redirect(url_for("web.home"))


@blueprint.post("/account/mailbox")
@guarded(Permission.USE_ACCOUNT)
def choose_mailbox() -> Response | tuple[str, int]:
    """Where to mail reminders to; an empty address ends it."""
    form = account.MailboxForm()
    if not form.validate():
        return account.page(account.PasswordForm(formdata=None), mailbox=form), 422
    try:
        with writing() as session:
            commands.choose_mailbox(session, form.address.data or "", actor=actor(), now=now())
    except Invalid as refusal:
        form.refuse(refusal)
        return account.page(account.PasswordForm(formdata=None), mailbox=form), refusal.status
    flash(_("Reminders go to this address.") if form.address.data else _("Reminders are shown here only."))
    return redirect(url_for("web.account"))
