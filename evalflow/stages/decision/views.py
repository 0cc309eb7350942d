"""The committee's pages: the dossier, recusals, and for the organiser attendance, divisions, decision, minutes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response as Answer
from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import IntegerField, StringField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from evalflow.access import Permission, may
from evalflow.errors import Invalid, NotFound
from evalflow.kinds import KINDS
from evalflow.seasons import guards
from evalflow.seasons.models import StageRow
from evalflow.stages.decision import commands, printing, queries
from evalflow.stages.decision.commands import Division, Line
from evalflow.stages.decision.dossier import Dossier, dossier
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.current import actor, config, locale, now, reading, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.place import place
from evalflow.web.refusals import sentence_of
from evalflow.workflow.telling import tell_stages

blueprint = kind_blueprint("decision")
MOST_VOTES = re.compile("[0-9]{1,4}")


class MeetingForm(Form):
    """version: of the meeting as the page shows it."""

    version = IntegerField(widget=HiddenInput())
    venue = StringField(_l("Venue"), [Length(max=120)])


@dataclass(frozen=True)
class DecisionPage:
    """dossier None: for whoever may not read it. typed, faults: of a form that is shown again, by field name."""

    stage: StageRow
    words: Sequence[str]
    dossier: Dossier | None
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
    reads = may(actor(), Permission.READ_DOSSIER, season=season) and stage.opened_at is not None
    held = queries.meeting(session, stage.id)
    if held is not None and form.version.data is None:
        form.version.data, form.venue.data = held.version, form.venue.data or held.venue
    is_open = guards.is_open(stage, now())
    page = DecisionPage(
        stage=stage,
        words=_words(stage),
        dossier=dossier(session, stage, actor()) if reads else None,
        is_open=is_open,
        keeps_minutes=is_open and held is not None and may(actor(), Permission.KEEP_MINUTES, season=season),
        may_recuse=is_open and held is not None and may(actor(), Permission.DECIDE, season=season),
        seats=queries.options_of(stage).seats,
        typed=typed or {},
        faults=faults or {},
    )
    return render_template("stages/decision/home.html", page=page, form=form)


def _again(form: MeetingForm, refusal: Invalid, fields: Mapping[str, str]) -> tuple[str, int]:
    """The page once more with what was typed. fields: {field name: code}."""
    faults = {name: sentence_of(code, refusal.facts) for name, code in fields.items()}
    form.refuse(refusal)
    return _page(form, typed=request.form, faults=faults), refusal.status


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
    """Divisions on several entries at once: fields "ENTRY.ayes", ".noes", ".abstentions"; empty rows are left."""
    form = MeetingForm()
    try:
        divisions = [*_tie_division(), *_award_divisions()]
        if not divisions:
            raise Invalid("no_division")
        with writing() as session:
            commands.divide(
                session, place().stage.id, divisions, version=form.version.data or 0, actor=actor(), now=now()
            )
    except Invalid as refusal:
        return _again(
            form, refusal, {f"{about.partition(':')[2]}.ayes": code for about, code in refusal.fields.items()}
        )
    flash(_("The divisions are recorded."))
    return redirect(url_for("decision.home"))


def _award_divisions() -> list[Division]:
    found = []
    for name, text in request.form.items():
        entry, dot, column = name.rpartition(".")
        if dot and column == "ayes" and entry != "tie" and text.strip():
            found.append(_division(f"award:{entry}", entry))
    return found


def _tie_division() -> list[Division]:
    """The order of tied entries that was put to the vote: "first" goes before the others."""
    tied = request.form.get("tie", "")
    first = request.form.get("first", "")
    if not tied or not first:
        return []
    rest = [entry for entry in tied.split(">") if entry != first]
    return [_division(f"tie:{'>'.join([first, *rest])}", "tie")]


def _division(about: str, prefix: str) -> Division:
    votes = [_count(f"{prefix}.{name}", about) for name in ("ayes", "noes", "abstentions")]
    return Division(about, *votes)


def _count(name: str, about: str) -> int:
    text = request.form.get(name, "").strip() or "0"
    if not MOST_VOTES.fullmatch(text):
        raise Invalid("not_a_number", fields={about: "not_a_number"})
    return int(text)


@blueprint.post("/decide")
@guarded(Permission.KEEP_MINUTES)
def decide() -> Response | tuple[str, int]:
    """Fields "ENTRY.place" (empty: passed over) and "ENTRY.reason"."""
    form = MeetingForm()
    try:
        lines = _lines()
        with writing() as session:
            commands.decide(session, place().stage.id, lines, version=form.version.data or 0, actor=actor(), now=now())
    except Invalid as refusal:
        reasons = ("reason_needed", "deviation_refused")
        fields = {f"{key}.{'reason' if code in reasons else 'place'}": code for key, code in refusal.fields.items()}
        return _again(form, refusal, fields)
    flash(_("The decision is recorded. Close the stage on the organiser's desk when the minutes are signed."))
    return redirect(url_for("decision.home"))


def _lines() -> list[Line]:
    found = []
    for name, text in request.form.items():
        entry, dot, column = name.rpartition(".")
        if not dot or column != "place":
            continue
        reason = request.form.get(f"{entry}.reason", "").strip()
        if text.strip() and not MOST_VOTES.fullmatch(text.strip()):
            raise Invalid("decision_not_possible", fields={entry: "not_a_number"})
        if text.strip() or reason:
            found.append(Line(entry, int(text) if text.strip() else None, reason))
    return found


@blueprint.get("/minutes.pdf")
@guarded(Permission.READ_DOSSIER)
def minutes() -> Answer:
    stage = place().stage
    if queries.meeting(reading(), stage.id) is None:
        raise NotFound("no_meeting")
    content = printing.minutes(reading(), stage, config=config(), locale=locale())
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers.set("Content-Disposition", "inline", filename=f"{stage.season.key}-{stage.key}.pdf")
    return response


def _words(stage: StageRow) -> list[str]:
    told = {one.key: sentences for one, sentences in tell_stages(place().definition, KINDS, locale())}
    return told[stage.key]
