"""The organiser's desk: new seasons, and every step of one that a hand may take."""

from collections.abc import Callable
from datetime import date, datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from wtforms import DateField, DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp
from wtforms.widgets import HiddenInput

from evalflow.access import Permission
from evalflow.engine import commands, steering
from evalflow.errors import Invalid, NotFound
from evalflow.kinds import KINDS
from evalflow.seasons import queries
from evalflow.seasons.models import Season, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.seasons.windows import ZONE
from evalflow.web.current import actor, config, locale, now, reading, tick, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.workflow.telling import tell_stages

blueprint = Blueprint("steering", __name__, url_prefix="/steer")


class NewSeasonForm(Form):
    workflow = SelectField(_l("Workflow"))
    key = StringField(
        _l("Short name in addresses"),
        [InputRequired(), Length(max=60), Regexp("[a-z][a-z0-9-]*$")],
        description=_l("Small letters, digits and hyphens, such as brands-2027."),
    )
    starts_on = DateField(_l("First day"), [InputRequired()])


class StepForm(Form):
    """One step of a stage. version: of the season as the page showed it."""

    version = IntegerField(widget=HiddenInput())
    reason = TextAreaField(_l("Reason"), [Length(max=500)])
    closes_at = DateTimeLocalField(_l("New closing time"), [Optional()])


@blueprint.get("/")
@guarded(Permission.STEER)
def home() -> str:
    """All seasons, and the form for a new one with its planned dates once a first day is chosen."""
    return _desk(_new_form(request.args))


def _new_form(typed: MultiDict[str, str]) -> NewSeasonForm:
    """typed: what a page showed dates for, or what a form sends; never both, though an address may hold the former."""
    form = NewSeasonForm(typed or None)
    form.workflow.choices = [(name, _title(name)) for name in steering.workflow_files(config())]
    return form


def _title(name: str) -> str:
    return steering.read_workflow(config(), name).heading.title.to(locale())


def _desk(form: NewSeasonForm) -> str:
    session = reading()
    plan = None
    if form.starts_on.data and form.workflow.data:
        plan = steering.planned(session, steering.read_workflow(config(), form.workflow.data), form.starts_on.data)
    return render_template("steering/home.html", seasons=steering.seasons(session), form=form, plan=plan)


@blueprint.post("/")
@guarded(Permission.STEER)
def create() -> Response | tuple[str, int]:
    form = _new_form(request.form)
    if not form.validate():
        return _desk(form), 422
    try:
        with writing() as session:
            season = commands.create_season(
                session,
                steering.read_workflow(config(), form.workflow.data),
                key=form.key.data,
                starts_on=form.starts_on.data or date.min,
                actor=actor(),
                now=now(),
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _desk(form), refusal.status
    flash(_("The season was created and its rules are pinned."))
    return redirect(url_for("steering.season", season_key=season.key))


@blueprint.get("/<season_key>/")
@guarded(Permission.STEER)
def season(season_key: str) -> str:
    return _season_page(season_key, StepForm())


def _season_page(season_key: str, form: StepForm, *, at: str = "") -> str:
    """at: the stage whose form is shown again with what was typed."""
    session = reading()
    found = queries.season_by_key(session, season_key)
    return render_template(
        "steering/season.html",
        season=found,
        definition=definition_of(found),
        lines=steering.lines(session, found),
        form=form,
        at=at,
    )


@blueprint.get("/<season_key>/rules")
@guarded(Permission.SEE_PUBLIC)
def rules(season_key: str) -> str:
    """The pinned rules in words, with their digest: what everybody may read before the first vote."""
    found = queries.season_by_key(reading(), season_key)
    definition = definition_of(found)
    told = tell_stages(definition, KINDS, locale())
    return render_template("steering/rules.html", season=found, definition=definition, told=told)


@blueprint.post("/<season_key>/<stage_key>/<step>")
@guarded(Permission.STEER)
def move(season_key: str, stage_key: str, step: str) -> Response | tuple[str, int]:
    """One step of one stage: open, close, settle, reopen, reschedule or cancel."""
    form = StepForm()
    act = STEPS.get(step)
    if act is None:
        raise NotFound("no_such_step", stage=stage_key, phase="", trigger=step)
    if not form.validate():
        return _season_page(season_key, form, at=stage_key), 422
    try:
        with writing() as session:
            act(session, _stage(queries.season_by_key(session, season_key), stage_key), form)
    except Invalid as refusal:
        form.refuse(refusal)
        return _season_page(season_key, form, at=stage_key), refusal.status
    tick()
    flash(_("Done, and recorded in the log."))
    return redirect(url_for("steering.season", season_key=season_key))


def _stage(found: Season, key: str) -> StageRow:
    stage = next((row for row in found.stages if row.key == key), None)
    if stage is None:
        raise NotFound("no_such_stage", stage=key)
    return stage


def _closes_at(form: StepForm) -> datetime:
    """The moment typed, read in the house's time zone."""
    typed: datetime | None = form.closes_at.data
    if typed is None:
        raise Invalid("moment_needed", fields={"closes_at": "moment_needed"})
    return typed.replace(tzinfo=ZONE)


STEPS: dict[str, Callable[[Session, StageRow, StepForm], object]] = {
    "open": lambda session, stage, form: commands.open_stage(
        session, stage.id, actor=actor(), now=now(), version=form.version.data
    ),
    "close": lambda session, stage, form: commands.close_stage(
        session, stage.id, actor=actor(), now=now(), note=form.reason.data or "", version=form.version.data
    ),
    "settle": lambda session, stage, form: commands.settle_stage(
        session, stage.id, actor=actor(), now=now(), version=form.version.data
    ),
    "reopen": lambda session, stage, form: commands.reopen_stage(
        session, stage.id, reason=form.reason.data or "", closes_at=_closes_at(form), actor=actor(), now=now()
    ),
    "reschedule": lambda session, stage, form: commands.reschedule_stage(
        session, stage.id, reason=form.reason.data or "", closes_at=_closes_at(form), actor=actor(), now=now()
    ),
    "cancel": lambda session, stage, form: commands.cancel_season(
        session, stage.id, reason=form.reason.data or "", actor=actor(), now=now()
    ),
}
