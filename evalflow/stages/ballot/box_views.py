"""The page of a closed box: what was compared with the log, and how it goes on where they differ."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from evalflow.access import Permission, may
from evalflow.errors import Invalid
from evalflow.stages.ballot import box_pages, disputes
from evalflow.stages.ballot.views import blueprint
from evalflow.web.confirming import confirm_first
from evalflow.web.current import actor, now, reading, tick, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.place import place


class StatementForm(Form):
    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=500)])


class ConfirmForm(Form):
    """seen: the digest of the differences on the page."""

    seen = HiddenField()


@blueprint.get("/box")
@guarded(Permission.FOLLOW_TURNOUT)
def box() -> str:
    return _page(StatementForm())


def _page(form: StatementForm) -> str:
    stage = place().stage
    season = stage.season_id
    keeps_roll = may(actor(), Permission.STEER, season=season) or may(actor(), Permission.AUDIT, season=season)
    check = box_pages.check_of(reading(), stage, with_names=keeps_roll)
    seen = ConfirmForm(formdata=None, seen=check.digest)
    return render_template("stages/ballot/box.html", stage=stage, check=check, form=form, confirm=seen)


@blueprint.post("/box/again")
@guarded(Permission.STEER)
def compare_again() -> Response:
    with writing() as session:
        found = disputes.compare_again(session, place().stage.id, actor=actor(), now=now())
        number = len(found.differences)
    tick()
    flash(_("The box and the log still differ.") if number else _("The box and the log agree now."))
    return redirect(url_for("ballot.box"))


@blueprint.post("/box/statement")
@guarded(Permission.STEER)
def state() -> Response | tuple[str, int]:
    form = StatementForm()
    if not form.validate():
        return _page(form), 422
    try:
        with writing() as session:
            disputes.state(session, place().stage.id, form.reason.data or "", actor=actor(), now=now())
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(form), refusal.status
    flash(_("Your statement is kept. An auditor has to confirm it before the votes are counted."))
    return redirect(url_for("ballot.box"))


@blueprint.post("/box/confirm")
@guarded(Permission.AUDIT)
@confirm_first(
    _l(
        "The box is opened and its votes are counted, although it differs from the log as listed; the differences and "
        "the reason stay on the results and on the receipt page. This can't be taken back."
    ),
    _l("Count in spite of these differences"),
)
def confirm() -> Response:
    with writing() as session:
        disputes.confirm(session, place().stage.id, ConfirmForm().seen.data or "", actor=actor(), now=now())
    tick()
    flash(_("Confirmed: the votes are counted, and the log lists what differs."))
    return redirect(url_for("ballot.box"))
