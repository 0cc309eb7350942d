"""Tellers before the opening: one tries the passphrase once more, the organiser replaces one who can't."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length

from evalflow.access import Permission
from evalflow.errors import Invalid
from evalflow.people.models import Person
from evalflow.seasons.models import StageRow
from evalflow.stages.ballot import queries, readiness
from evalflow.stages.ballot.models import Teller
from evalflow.stages.ballot.views import NewPassphraseForm, PassphraseForm, blueprint, teller_desk, teller_text
from evalflow.web.current import actor, database, note_sent, now, reading, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.place import place


class ReleaseForm(Form):
    person = IntegerField(validators=[InputRequired()])
    reason = StringField(_l("Reason"), [InputRequired(), Length(max=500)])


@dataclass(frozen=True)
class TellersPage:
    """tellers: with their people, by the people's numbers. wanted: how many there have to be."""

    stage: StageRow
    tellers: Sequence[tuple[Teller, Person]]
    wanted: int


@blueprint.post("/teller/check")
@guarded(Permission.HOLD_SHARE)
def check_passphrase() -> Response | tuple[str, int]:
    form = PassphraseForm()
    if not form.validate():
        return teller_text(teller_desk(), NewPassphraseForm(formdata=None), form), 422
    try:
        found = form.passphrase.data or ""
        readiness.check_passphrase(database(), place().stage.id, found, actor=actor(), clock=now)
    except Invalid as refusal:
        form.refuse(refusal)
        return teller_text(teller_desk(), NewPassphraseForm(formdata=None), form), refusal.status
    note_sent()
    flash(_("The passphrase is right. Keep it until the vote is counted."))
    return redirect(url_for("ballot.teller"))


@blueprint.get("/tellers")
@guarded(Permission.STEER)
def tellers() -> str:
    return _page(ReleaseForm())


def _page(form: ReleaseForm) -> str:
    session, stage = reading(), place().stage
    kept = queries.tellers(session, stage.id)
    page = TellersPage(
        stage=stage,
        tellers=[(one, session.get_one(Person, one.person_id)) for one in kept],
        wanted=queries.options_of(stage).tellers.shares,
    )
    return render_template("stages/ballot/tellers.html", page=page, form=form)


@blueprint.post("/tellers/release")
@guarded(Permission.STEER)
def release() -> Response | tuple[str, int]:
    form = ReleaseForm()
    if not form.validate():
        return _page(form), 422
    try:
        with writing() as session:
            reason = form.reason.data or ""
            readiness.release(session, place().stage.id, form.person.data, reason, actor=actor(), now=now())
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(form), refusal.status
    flash(_("The key is void. Somebody else can become a teller now."))
    return redirect(url_for("ballot.tellers"))
