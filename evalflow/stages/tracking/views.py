"""The tracking's pages: which entries are followed, and a project with its figures and reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import Field as Bound
from wtforms import IntegerField, MultipleFileField, StringField, TextAreaField
from wtforms.validators import Optional
from wtforms.widgets import DateInput, HiddenInput

from evalflow.access import Permission, may
from evalflow.errors import Forbidden, Invalid
from evalflow.files import queries as kept_files
from evalflow.files.content import Cleaned, cleaned_file, cleaned_image
from evalflow.files.models import Attachment
from evalflow.seasons import guards, plans, visibility
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState
from evalflow.seasons.windows import ZONE
from evalflow.stages.tracking import commands, progress, queries, supervising, wall
from evalflow.stages.tracking.charts import Chart, Span
from evalflow.stages.tracking.commands import Said
from evalflow.stages.tracking.milestones import Mark, marks
from evalflow.stages.tracking.models import ProgressReport
from evalflow.stages.tracking.progress import Progress
from evalflow.tally.trajectory import Light, Outlook
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.current import actor, now, reading, writing
from evalflow.web.forms import Form, plain
from evalflow.web.guard import guarded
from evalflow.web.place import place

blueprint = kind_blueprint("tracking")
LIGHTS = {
    Light.GREY: _l("no figures yet"),
    Light.GREEN: _l("on track"),
    Light.AMBER: _l("behind"),
    Light.RED: _l("far behind"),
}
OUTLOOKS = {
    Outlook.LIKELY: _l("will be reached"),
    Outlook.POSSIBLE: _l("may be reached"),
    Outlook.UNLIKELY: _l("will hardly be reached"),
}
FIGURE, REACHED = "figure_", "reached"


class ReportForm(Form):
    """number: of the report this form is for. Figures are fields of their own, one for each indicator."""

    text = TextAreaField(_l("Progress since the last report"), render_kw={"rows": 6, "maxlength": commands.TEXT_MAX})
    day = StringField(_l("The day this report speaks of"), widget=DateInput())
    corrects = IntegerField(_l("Corrects report no."), [Optional()], render_kw={"inputmode": "numeric"})
    files = MultipleFileField(_l("Photos and evidence"))
    number = IntegerField(widget=HiddenInput())

    def figure(self, number: int) -> Bound:
        return self._fields[f"{FIGURE}{number}"]


@dataclass(frozen=True)
class Line:
    """An entry in the list. reports: how many there are; None for whoever may not know."""

    entry: Entry
    reports: int | None


@dataclass(frozen=True)
class ReportsPage:
    """A project. reports: the latest first. files: {id: attachment} of those in them. corrected: {number: by which}.

    charts: of its indicators, in their order. milestones: on the months that the charts show.
    """

    entry: Entry
    progress: Progress
    charts: Sequence[Chart]
    milestones: Sequence[Mark]
    reports: Sequence[ProgressReport]
    files: Mapping[int, Attachment]
    corrected: Mapping[int, int]
    may_report: bool
    open_orders: int


@blueprint.app_template_filter("light_word")
def light_word(light: Light) -> str:
    return str(LIGHTS[light])


@blueprint.app_template_filter("outlook_word")
def outlook_word(outlook: Outlook) -> str:
    return str(OUTLOOKS[outlook])


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
    return render_template(
        "stages/tracking/home.html",
        stage=here.stage,
        stage_rule=here.stage_rule,
        lines=lines,
        is_open=guards.is_open(here.stage, here.now),
    )


@blueprint.get("/<entry_key>")
@guarded(Permission.USE_ACCOUNT)
def entry(entry_key: str) -> str:
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    form = _form(found)(formdata=None)
    form.number.data = queries.next_number(reading(), place().stage.id, found.id)
    form.day.data = now().astimezone(ZONE).date().isoformat()
    form.corrects.data = request.args.get("corrects", type=int)
    return _reports_page(reading(), found, form)


def _form(found: Entry) -> type[ReportForm]:
    """With a field for each indicator of the entry."""
    keep = {"inputmode": "decimal", "autocomplete": "off"}
    figures = {
        f"{FIGURE}{one.number}": StringField(f"{one.name}（{one.unit}）", render_kw=keep)
        for one in plans.declared(found)
    }
    return type("ReportForm", (ReportForm,), figures)


def _reports_page(session: Session, found: Entry, form: ReportForm) -> str:
    here = place()
    if not queries.may_read(actor(), found):
        raise Forbidden("not_permitted")
    filed = queries.reports_of(session, here.stage.id, found.id)
    own = may(actor(), Permission.DECLARE, season=here.season.id, branch=found.branch_id)
    accepted = found.state == EntryState.ACCEPTED and queries.is_here(found, here.stage)
    standing = progress.progress(session, here.stage, found, here.now)
    page = ReportsPage(
        entry=found,
        progress=standing,
        charts=[wall.year_of(one, standing) for one in standing.indicators],
        milestones=marks(standing.milestones, Span(standing.starts, standing.ends), standing.today),
        reports=filed,
        files=kept_files.attachments(session, {number for one in filed for number in one.files}),
        corrected={one.corrects: one.number for one in filed if one.corrects},
        may_report=own and accepted and guards.is_open(here.stage, here.now),
        open_orders=supervising.counts(session, here.stage.id).get(found.id, 0),
    )
    return render_template("stages/tracking/entry.html", stage=here.stage, page=page, form=form)


@blueprint.post("/<entry_key>")
@guarded(Permission.DECLARE)
def report(entry_key: str) -> Response | tuple[str, int]:
    """File a report. Whatever is refused, what was typed is shown again; only files have to be chosen anew."""
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    form = _form(found)()
    try:
        said = _said(form, found)
        with writing() as session:
            number = form.number.data or 0
            commands.report(session, place().stage.id, entry_key, said, number=number, actor=actor(), now=now())
    except Invalid as refusal:
        form.refuse(refusal)
        return _reports_page(reading(), found, form), refusal.status
    flash(_("Your report is filed."))
    return redirect(url_for("tracking.entry", entry_key=entry_key))


def _said(form: ReportForm, found: Entry) -> Said:
    """What was typed. Invalid for a day or a file that can't be read."""
    numbers = [one.number for one in plans.declared(found)]
    return Said(
        text=str(form.text.data or ""),
        day=_day(str(form.day.data or "")),
        figures={number: plain(str(form.figure(number).data or ""), grouped=True) for number in numbers},
        corrects=form.corrects.data,
        reached=request.form.getlist(REACHED, type=int),
        uploads=_uploads(),
    )


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(plain(typed)) if typed.strip() else None
    except ValueError:
        raise Invalid("report_incomplete", fields={"day": "not_a_date"}) from None


def _uploads() -> list[Cleaned]:
    """Slow: outside of any transaction."""
    found = []
    for sent in request.files.getlist("files"):
        if sent.filename:
            content = sent.stream.read()
            clean = cleaned_image if sent.mimetype.startswith("image/") else cleaned_file
            try:
                found.append(clean(sent.filename, content))
            except Invalid as refusal:
                raise Invalid("report_incomplete", fields={"files": refusal.code}, **refusal.facts) from None
    return found
