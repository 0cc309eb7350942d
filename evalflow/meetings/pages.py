"""What every page of a meeting shares: the forms its organiser fills in, and attendance, recusals and new sittings.

Counts are typed into fields called "PREFIX.ayes", ".noes", ".abstentions". Every Invalid raised here names fields.
"""

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import IntegerField, StringField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from evalflow.access import Permission
from evalflow.errors import Invalid
from evalflow.meetings import commands
from evalflow.meetings.commands import Division
from evalflow.web.autosaved import autosaved
from evalflow.web.confirming import confirm_first
from evalflow.web.current import actor, now, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded, onward
from evalflow.web.place import place
from evalflow.web.refusals import sentence, sentence_of
from evalflow.workflow import numbers

MOST_VOTES = 9999
VOTES = ("ayes", "noes", "abstentions")
Typed = Mapping[str, str]


class MeetingForm(Form):
    """version: of the meeting as the page shows it."""

    version = IntegerField(widget=HiddenInput())
    venue = StringField(_l("Venue"), [Length(max=120)])


def division(typed: Typed, about: str, prefix: str) -> Division:
    """The counts of one motion; what was left blank is 0, but not all of them. Invalid("no_division")."""
    if not any(typed.get(f"{prefix}.{column}", "").strip() for column in VOTES):
        raise Invalid("no_division", fields={f"{prefix}.ayes": "no_division"})
    return Division(about, *(number(typed, f"{prefix}.{column}") for column in VOTES))


def number(typed: Typed, name: str) -> int:
    """Nothing typed is 0."""
    found = numbers.whole(typed.get(name, "").strip() or "0", most=MOST_VOTES)
    if found is None:
        raise Invalid("not_a_number", fields={name: "not_a_number"})
    return found


def kept(
    form: MeetingForm,
    act: Callable[[Session], None],
    *,
    field_of: Callable[[str, str], str],
    again: Callable[[Mapping[str, str]], str],
    done: Callable[[], str],
    to: str,
) -> Response | tuple[str, int]:
    """Do it and go on, or show the page once more with what was typed.

    field_of: (what a command's complaint is about, its code) → the field's name; complaints by field name stay.
    again: the page with {field: what is wrong there}. done: what to say when it is.
    """
    try:
        with writing() as session:
            act(session)
    except Invalid as refusal:
        known = {*request.form, *form.data}
        fields = {name if name in known else field_of(name, code): code for name, code in refusal.fields.items()}
        faults = {name: sentence_of(code, refusal.facts) for name, code in fields.items()}
        form.form_errors.append(sentence(refusal))
        return again(faults), refusal.status
    flash(done())
    return redirect(to)


def install(blueprint: Blueprint) -> None:
    """Give a kind's pages the acts that every meeting has: /attendance, /convene, /recuse, /rejoin."""
    blueprint.post("/attendance")(attendance)
    blueprint.post("/convene")(convene)
    blueprint.post("/recuse")(recuse)
    blueprint.post("/rejoin")(rejoin)


@guarded(Permission.KEEP_MINUTES)
@autosaved
def attendance() -> Response:
    form = MeetingForm()
    present = frozenset(int(one) for one in request.form.getlist("present") if one.isdecimal())
    with writing() as session:
        commands.take_attendance(
            session,
            place().stage.id,
            present,
            venue=form.venue.data or "",
            version=form.version.data or 0,
            actor=actor(),
            now=now(),
        )
    flash(_("The attendance is recorded."))
    return redirect(url_for(".home"))


@guarded(Permission.KEEP_MINUTES)
def convene() -> Response:
    with writing() as session:
        commands.convene(session, place().stage.id, version=MeetingForm().version.data or 0, actor=actor(), now=now())
    flash(_("Another sitting is called. Record its attendance when the members have come."))
    return redirect(url_for(".home"))


@guarded(Permission.DECIDE)
@confirm_first(
    _l(
        "You step back from this entry: you take no part in any division on it and no longer see its figures. It is "
        "recorded in the minutes. Until it is put to the vote you can take it back, with a reason."
    ),
    _l("Step back from this entry"),
)
def recuse() -> Response:
    with writing() as session:
        commands.recuse(session, place().stage.id, request.form.get("entry", ""), actor=actor(), now=now())
    flash(_("You have stepped back from this entry. It is recorded in the minutes."))
    return redirect(onward(request.form.get("next") or url_for(".home")))


@guarded(Permission.DECIDE)
def rejoin() -> Response:
    entry, reason = request.form.get("entry", ""), request.form.get("reason", "")
    with writing() as session:
        commands.rejoin(session, place().stage.id, entry, reason=reason, actor=actor(), now=now())
    flash(_("You take part in what concerns this entry again. It is recorded in the minutes."))
    return redirect(onward(request.form.get("next") or url_for(".home")))
