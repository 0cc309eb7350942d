"""The tracking's pages: which entries are followed, and a project with its figures and reports."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from evalflow import zone
from evalflow.access import Permission, may
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.files import queries as kept_files
from evalflow.files.models import Attachment
from evalflow.kinds.award_tiers import AwardTier
from evalflow.seasons import guards, visibility
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState
from evalflow.stages.tracking import commands, drafts, forms, office, progress, queries, showing, supervising, wall
from evalflow.stages.tracking.charts import Chart, Span
from evalflow.stages.tracking.forms import ReportForm
from evalflow.stages.tracking.milestones import Mark, Milestone, marks
from evalflow.stages.tracking.models import FigureDraft, ProgressReport, ReportState
from evalflow.stages.tracking.progress import Progress
from evalflow.stages.tracking.queries import Doubt
from evalflow.tally.trajectory import Light, Outlook
from evalflow.web.autosaved import autosaved
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.current import actor, now, reading, writing
from evalflow.web.guard import guarded
from evalflow.web.place import place
from evalflow.web.text import month_name
from evalflow.web.uploads import takes_files

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


@dataclass(frozen=True)
class Line:
    """An entry in the list. reports: how many there are; None for whoever may not know. waiting: months to confirm."""

    entry: Entry
    reports: int | None
    waiting: int = 0


@dataclass(frozen=True)
class Step:
    """A milestone that a report can say is reached. number: its place in the plan."""

    number: int
    milestone: Milestone
    is_ticked: bool


@dataclass(frozen=True)
class ReportsPage:
    """A project. reports: the latest first. files: {id: attachment} of those in them. corrected: {number: by which}.

    charts: of its indicators, in their order. milestones: on the months that the charts show. steps: the milestones
    that the form offers. ended: indicators whose figure is ticked as final; reopened: those of which only the report to
    be corrected, wrong, says that it is. kept: files of that one that are ticked to stay. drafts: what the office
    brought in and waits; brought: {number of a report: what the office had brought in for it}.
    """

    entry: Entry
    progress: Progress
    charts: Sequence[Chart]
    milestones: Sequence[Mark]
    reports: Sequence[ProgressReport]
    files: Mapping[int, Attachment]
    corrected: Mapping[int, int]
    steps: Sequence[Step]
    ended: Collection[int]
    wrong: ProgressReport | None
    kept: Collection[int]
    reopened: Collection[int]
    tier: AwardTier | None
    may_report: bool
    open_orders: int
    drafts: Sequence[FigureDraft]
    brought: Mapping[int, FigureDraft]


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
    waiting = Counter(one.entry_id for one in drafts.waiting(reading(), here.stage.id))
    lines = []
    followed = seasons.entries(reading(), here.season.id, EntryState.ACCEPTED)
    for found in followed:
        readable = queries.may_read(asking, found)
        if seen or readable:
            lines.append(Line(found, filed.get(found.id, 0), waiting[found.id]) if readable else Line(found, None))
    return render_template(
        "stages/tracking/home.html",
        stage=here.stage,
        stage_rule=here.stage_rule,
        lines=lines,
        is_hidden=not seen,
        sees_wall=showing.sees_all(asking, here.stage) or any(queries.may_read(asking, one) for one in followed),
        is_open=guards.is_open(here.stage, here.now),
        brings_in_all=office.brings_in(here.stage, asking),
    )


@blueprint.get("/<entry_key>")
@guarded(Permission.USE_ACCOUNT)
def entry(entry_key: str) -> str:
    """The project; its form is blank, or holds what the report to be corrected says or what the office brought in."""
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    form = forms.report_form(found)(formdata=None)
    form.day.data = request.args.get("day") or zone.day_of(now()).isoformat()
    wrong = _to_correct(reading(), found, request.args.get("corrects", type=int))
    if wrong is not None:
        forms.fill(form, wrong)
    chosen = request.args.get("draft", type=int)
    for draft in drafts.waiting_of(reading(), place().stage.id, found.id):
        if draft.id == chosen and wrong is None and queries.may_read(actor(), found):
            forms.fill_drafted(form, draft, _confirmed(draft.day))
    return _reports_page(reading(), found, form, wrong.reached if wrong else ())


def _to_correct(session: Session, found: Entry, number: int | None) -> ProgressReport | None:
    """A report of the branch that still counts; None where there is none of this number."""
    filed = queries.standing(queries.reports_of(session, place().stage.id, found.id))
    return next((one for one in filed if one.number == number and one.state == ReportState.FILED), None)


def _reports_page(
    session: Session,
    found: Entry,
    form: ReportForm,
    ticked: Collection[int],
    doubts: Mapping[int, Doubt] = MappingProxyType({}),
) -> str:
    """form: whatever it is filled with; it is for the next report. ticked: numbers of milestones.

    doubts: {indicator: a figure that has to be confirmed}.
    """
    here = place()
    if not queries.may_read(actor(), found):
        raise Forbidden("not_permitted")
    filed = queries.reports_of(session, here.stage.id, found.id)
    form.is_for(len(filed) + 1)
    own = may(actor(), Permission.DECLARE, season=here.season.id, branch=found.branch_id)
    accepted = found.state == EntryState.ACCEPTED and queries.is_here(found, here.stage)
    wrong = _to_correct(session, found, form.corrects.data)
    reopened = queries.final([wrong] if wrong else ())
    standing = progress.progress(session, here.stage, found, here.now)
    page = ReportsPage(
        entry=found,
        progress=standing,
        charts=[wall.year_of(one, standing) for one in standing.indicators],
        milestones=marks(standing.milestones, Span(standing.first, standing.ends), standing.today),
        reports=filed,
        files=kept_files.attachments(session, {number for one in filed for number in one.files}),
        corrected={one.corrects: one.number for one in filed if one.corrects},
        ended=forms.ended() if request.method == "POST" else reopened,
        reopened=reopened,
        wrong=wrong,
        kept=request.form.getlist(forms.KEEPS, type=int) if request.method == "POST" else wrong.files if wrong else (),
        tier=showing.tiers(session, here.stage, actor()).get(found.key),
        steps=_steps(standing.milestones, wrong, ticked),
        may_report=own and accepted and guards.is_open(here.stage, here.now),
        open_orders=supervising.counts(session, here.stage, here.now)[0].get(found.id, 0),
        drafts=drafts.waiting_of(session, here.stage.id, found.id),
        brought=drafts.answered(session, here.stage.id, found.id),
    )
    return render_template("stages/tracking/entry.html", stage=here.stage, page=page, form=form, doubts=doubts)


def _steps(milestones: Sequence[Milestone], wrong: ProgressReport | None, ticked: Collection[int]) -> list[Step]:
    """Those not reached, and those that only the report to be corrected says are."""
    taken_back = wrong.reached if wrong else ()
    return [
        Step(number, milestone, is_ticked=number in ticked)
        for number, milestone in enumerate(milestones, 1)
        if milestone.reached is None or number in taken_back
    ]


@blueprint.post("/<entry_key>")
@guarded(Permission.DECLARE)
@autosaved
@takes_files
def report(entry_key: str) -> Response | tuple[str, int]:
    """File a report. Whatever is refused, what was typed is shown again; only files have to be chosen anew."""
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    form = forms.report_form(found)()
    try:
        said = forms.said(form, found)
        day = said.day or zone.day_of(now())
        doubts = queries.doubts(reading(), place().stage, found, said.figures, day, said.corrects)
        if unsure := forms.unsure(doubts):
            return _reports_page(reading(), found, form, forms.ticked(), unsure), 422
        with writing() as session:
            number = form.number.data or 0
            commands.report(session, place().stage.id, entry_key, said, number=number, actor=actor(), now=now())
    except (Conflict, Invalid) as refusal:
        form.refuse(refusal)
        return _reports_page(reading(), found, form, forms.ticked()), refusal.status
    flash(_("Your report is filed."))
    return redirect(url_for("tracking.entry", entry_key=entry_key))


@blueprint.post("/<entry_key>/confirm")
@guarded(Permission.DECLARE)
def confirm_drafts(entry_key: str) -> Response | tuple[str, int]:
    """What the office brought in, as it is, as the branch's reports."""
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    form = forms.report_form(found)()
    chosen, number = request.form.getlist("drafts", type=int), form.number.data or 0
    try:
        with writing() as session:
            stage_id = place().stage.id
            count = office.confirm(
                session, stage_id, entry_key, chosen, _confirmed, number=number, actor=actor(), now=now()
            )
    except (Conflict, Invalid) as refusal:
        form.refuse(refusal)
        form.day.data = form.day.data or zone.day_of(now()).isoformat()
        return _reports_page(reading(), found, form, ()), refusal.status
    flash(ngettext("%(num)s report is filed.", "%(num)s reports are filed.", count))
    return redirect(url_for("tracking.entry", entry_key=entry_key))


def _confirmed(day: date) -> str:
    text: str = _("Figures of %(month)s, brought in by the office and confirmed.", month=month_name(day))
    return text
