"""The committee's pages: the dossier, recusals, and for the organiser attendance, divisions, decision, minutes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Response as Answer
from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from evalflow.access import Permission, may
from evalflow.errors import Conflict, Invalid, NotFound
from evalflow.kinds import KINDS
from evalflow.kinds.decision_words import link_words
from evalflow.seasons import guards
from evalflow.seasons.models import StageRow
from evalflow.stages.decision import commands, forms, printing, queries
from evalflow.stages.decision.dossier import Dossier, dossier
from evalflow.stages.decision.forms import MeetingForm
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.current import actor, config, locale, now, reading, writing
from evalflow.web.guard import guarded
from evalflow.web.place import place
from evalflow.web.refusals import sentence, sentence_of
from evalflow.workflow.telling import tell_stages, titled

blueprint = kind_blueprint("decision")
OF_REASONS = ("reason_needed", "deviation_refused")


@dataclass(frozen=True)
class DecisionPage:
    """dossier None: for whoever may not read it, or where there is no ranking (problem says why).

    ties: sentences. typed, faults: of a form that is shown again, by field name.
    """

    stage: StageRow
    words: Sequence[str]
    dossier: Dossier | None
    problem: str
    ties: Sequence[str]
    is_open: bool
    keeps_minutes: bool
    may_recuse: bool
    seats: int
    typed: Mapping[str, str]
    faults: Mapping[str, str]


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    return _page(MeetingForm(formdata=None))


def _page(form: MeetingForm, *, typed: Mapping[str, str] | None = None, faults: Mapping[str, str] | None = None) -> str:
    session, here = reading(), place()
    stage, season = here.stage, here.season.id
    held = queries.meeting(session, stage.id)
    if held is not None and form.version.data is None:
        form.version.data, form.venue.data = held.version, form.venue.data or held.venue
    meets = guards.is_open(stage, now()) and held is not None
    read, problem = _read(session, stage)
    page = DecisionPage(
        stage=stage,
        words=_words(stage),
        dossier=read,
        problem=problem,
        ties=[_tie(one.link, one.told) for one in read.ties] if read else (),
        is_open=guards.is_open(stage, now()),
        keeps_minutes=meets and may(actor(), Permission.KEEP_MINUTES, season=season),
        may_recuse=meets and may(actor(), Permission.DECIDE, season=season),
        seats=queries.options_of(stage).seats,
        typed=typed or {},
        faults=faults or {},
    )
    return render_template("stages/decision/home.html", page=page, form=form)


def _read(session: Session, stage: StageRow) -> tuple[Dossier | None, str]:
    """The dossier for whoever may read it, or why there is none."""
    if stage.opened_at is None or not may(actor(), Permission.READ_DOSSIER, season=stage.season_id):
        return None, ""
    try:
        return dossier(session, stage, actor()), ""
    except Conflict as refusal:
        return None, sentence(refusal)


def _tie(link: str, told: str) -> str:
    words = titled(link_words(link, locale()), place().definition, locale())
    written: str = _("Tie broken by %(link)s: %(order)s", link=words, order=told)
    return written


@blueprint.post("/attendance")
@guarded(Permission.KEEP_MINUTES)
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
    return redirect(url_for("decision.home"))


@blueprint.post("/recuse")
@guarded(Permission.DECIDE)
def recuse() -> Response:
    with writing() as session:
        commands.recuse(session, place().stage.id, request.form.get("entry", ""), actor=actor(), now=now())
    flash(_("You have stepped back from this entry. It is recorded in the minutes."))
    return redirect(url_for("decision.home"))


@blueprint.post("/divide")
@guarded(Permission.KEEP_MINUTES)
def divide() -> Response | tuple[str, int]:
    """Divisions on awarding several entries at once; rows without any count are left."""

    def act(session: Session, form: MeetingForm) -> None:
        divisions = forms.award_divisions(request.form)
        version = form.version.data or 0
        commands.divide(session, place().stage.id, divisions, version=version, actor=actor(), now=now())

    return _kept(act, lambda about, _code: f"{about.removeprefix('award:')}.ayes", _("The divisions are recorded."))


@blueprint.post("/order")
@guarded(Permission.KEEP_MINUTES)
def order() -> Response | tuple[str, int]:
    """One division on the order of tied entries."""
    group = request.form.get("group", "")

    def act(session: Session, form: MeetingForm) -> None:
        division = forms.tie_division(request.form, group)
        version = form.version.data or 0
        commands.divide(session, place().stage.id, [division], version=version, actor=actor(), now=now())

    return _kept(act, lambda _about, _code: f"{group}.ayes", _("The division is recorded."))


@blueprint.post("/decide")
@guarded(Permission.KEEP_MINUTES)
def decide() -> Response | tuple[str, int]:
    def act(session: Session, form: MeetingForm) -> None:
        commands.decide(
            session,
            place().stage.id,
            forms.lines(request.form),
            leaves_empty=bool(form.leaves_empty.data),
            version=form.version.data or 0,
            actor=actor(),
            now=now(),
        )

    done = _("The decision is recorded. Close the stage on the organiser's desk when the minutes are signed.")
    return _kept(act, lambda entry, code: f"{entry}.{'reason' if code in OF_REASONS else 'place'}", done)


def _kept(
    act: Callable[[Session, MeetingForm], None], field_of: Callable[[str, str], str], done: str
) -> Response | tuple[str, int]:
    """Do it and show the page anew, or the page once more with what was typed.

    field_of: (what a command's complaint is about, its code) → the field's name; complaints by field name stay.
    """
    form = MeetingForm()
    try:
        with writing() as session:
            act(session, form)
    except Invalid as refusal:
        known = {*request.form, *form.data}
        fields = {name if name in known else field_of(name, code): code for name, code in refusal.fields.items()}
        faults = {name: sentence_of(code, refusal.facts) for name, code in fields.items()}
        form.form_errors.append(sentence(refusal))
        return _page(form, typed=request.form, faults=faults), refusal.status
    flash(done)
    return redirect(url_for("decision.home"))


@blueprint.get("/minutes.pdf")
@guarded(Permission.READ_DOSSIER)
def minutes() -> Answer:
    """Without the divisions that the reader stepped back from."""
    stage = place().stage
    if queries.meeting(reading(), stage.id) is None:
        raise NotFound("no_meeting")
    content = printing.minutes(reading(), stage, actor(), config=config(), locale=locale())
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers.set("Content-Disposition", "inline", filename=f"{stage.season.key}-{stage.key}.pdf")
    return response


def _words(stage: StageRow) -> list[str]:
    told = {one.key: sentences for one, sentences in tell_stages(place().definition, KINDS, locale())}
    return told[stage.key]
