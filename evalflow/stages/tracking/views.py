"""The tracking's pages: which entries are followed, and the reports on one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import IntegerField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from evalflow.access import Permission, may
from evalflow.errors import Forbidden, Invalid
from evalflow.seasons import guards, visibility
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState
from evalflow.stages.tracking import commands, queries
from evalflow.stages.tracking.models import ProgressReport
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.current import actor, now, reading, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.place import place

blueprint = kind_blueprint("tracking")


class ReportForm(Form):
    """number: of the report this form is for."""

    text = TextAreaField(
        _l("Progress since the last report"),
        [InputRequired(), Length(max=commands.TEXT_MAX)],
        render_kw={"rows": 6},
    )
    number = IntegerField(widget=HiddenInput())


@dataclass(frozen=True)
class Line:
    """An entry in the list. reports: how many there are; None for whoever may not know."""

    entry: Entry
    reports: int | None


@dataclass(frozen=True)
class ReportsPage:
    """The reports on an entry, the latest first."""

    entry: Entry
    reports: Sequence[ProgressReport]
    may_report: bool


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    here, asking = place(), actor()
    seen = visibility.sees_entries(asking, here.season)
    filed = queries.counts(reading(), here.stage.id)
    lines = []
    for found in seasons.entries(reading(), here.season.id, EntryState.ACCEPTED):
        readable = queries.may_read(asking, found)
        if seen or readable:
            lines.append(Line(found, filed.get(found.id, 0) if readable else None))
    return render_template("stages/tracking/home.html", stage=here.stage, stage_rule=here.stage_rule, lines=lines)


@blueprint.get("/<entry_key>")
@guarded(Permission.USE_ACCOUNT)
def entry(entry_key: str) -> str:
    return _reports_page(entry_key, None)


def _reports_page(entry_key: str, form: ReportForm | None) -> str:
    here = place()
    found = seasons.entry_by_key(reading(), here.season.id, entry_key)
    if not queries.may_read(actor(), found):
        raise Forbidden("not_permitted")
    filed = queries.reports_of(reading(), here.stage.id, found.id)
    own = may(actor(), Permission.DECLARE, season=here.season.id, branch=found.branch_id)
    accepted = found.state == EntryState.ACCEPTED and queries.is_here(found, here.stage)
    page = ReportsPage(found, filed, own and accepted and guards.is_open(here.stage, here.now))
    form = form or ReportForm(number=len(filed) + 1)
    return render_template("stages/tracking/entry.html", stage=here.stage, page=page, form=form)


@blueprint.post("/<entry_key>")
@guarded(Permission.DECLARE)
def report(entry_key: str) -> Response | tuple[str, int]:
    form = ReportForm()
    if not form.validate():
        return _reports_page(entry_key, form), 422
    try:
        with writing() as session:
            number = form.number.data or 0
            commands.report(
                session, place().stage.id, entry_key, number=number, text=form.text.data, actor=actor(), now=now()
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _reports_page(entry_key, form), refusal.status
    flash(_("Your report is filed."))
    return redirect(url_for("tracking.entry", entry_key=entry_key))
