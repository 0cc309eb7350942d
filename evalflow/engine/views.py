"""The organiser's desk: new seasons, and every step of one that a hand may take."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, DateField, DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp
from wtforms.widgets import HiddenInput

from evalflow import zone
from evalflow.access import Permission
from evalflow.engine import commands, consequences, starting, steering
from evalflow.engine.consequences import FORESEEN
from evalflow.errors import Conflict, Invalid, NotFound, Refused
from evalflow.i18n import Text
from evalflow.kinds import KINDS
from evalflow.seasons import queries, schedule, workdays
from evalflow.seasons.models import Season, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.web.current import actor, config, locale, now, reading, tick, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.held import comes_back
from evalflow.workflow.telling import tell_stages

blueprint = Blueprint("steering", __name__, url_prefix="/steer")


CHAIN_REFUSALS = ("stages_collide", "closes_before_opening")  # told beside the chain that they are about


class NewSeasonForm(Form):
    workflow = SelectField(_l("Workflow"))
    key = StringField(
        _l("Short name in addresses"),
        [InputRequired(), Length(max=60), Regexp("[a-z][a-z0-9-]*$")],
        description=_l("Small letters, digits and hyphens, such as brands-2027."),
    )
    title = StringField(
        _l("Title of its own"),
        [Length(max=100)],
        description=_l("Left empty, it is called by its workflow and its year."),
    )
    starts_on = DateField(_l("First day"), [InputRequired()])
    confirmed = BooleanField(_l("I have seen this and want the season to begin like this."))


class DateForm(Form):
    """Another first day for a season in which nobody has acted, or its end. version: as the page showed it."""

    version = IntegerField(widget=HiddenInput())
    starts_on = DateField(_l("First day"), [Optional()])
    confirmed = BooleanField(_l("I have seen what follows from this and want it."))


class StepForm(Form):
    """One step of a stage. version: of the season as the page showed it. confirmed: that what follows was seen."""

    version = IntegerField(widget=HiddenInput())
    confirmed = BooleanField(widget=HiddenInput())
    reason = TextAreaField(_l("Reason"), [Length(max=500)])
    opens_at = DateTimeLocalField(_l("New opening time"), [Optional()])
    closes_at = DateTimeLocalField(_l("New closing time"), [Optional()])


Act = Callable[[Session, StageRow, StepForm], object]


@blueprint.get("/")
@guarded(Permission.STEER)
def home() -> str:
    """The seasons one steers, and the form for a new one with its planned dates once a first day is chosen."""
    return _desk(_new_form())


def _new_form() -> NewSeasonForm:
    """With what was sent; else with what the page shows dates for, as its address says."""
    shows_dates = request.method == "GET" and comes_back() is None and request.args
    form = NewSeasonForm(request.args) if shows_dates else NewSeasonForm()
    form.workflow.choices = [(name, _title(name)) for name in steering.workflow_files(config())]
    return form


def _title(name: str) -> str:
    return steering.read_workflow(config(), name).heading.title.to(locale())


def _desk(form: NewSeasonForm) -> str:
    session = reading()
    plan, flaws, unknown_years = None, [], []
    if form.starts_on.data and form.workflow.data:
        definition = steering.read_workflow(config(), form.workflow.data)
        plan = steering.planned(session, definition, form.starts_on.data)
        windows = [one.window for one in plan]
        flaws = starting.doubts(session, definition, windows, now())
        unknown_years = workdays.unknown_years(session, windows)
    seasons = steering.seasons(session, actor())
    return render_template(
        "steering/home.html", seasons=seasons, form=form, plan=plan, flaws=flaws, unknown_years=unknown_years
    )


@blueprint.post("/")
@guarded(Permission.START_SEASON)
def create() -> Response | tuple[str, int]:
    form = _new_form()
    if not form.validate():
        return _desk(form), 422
    with writing() as session:
        season = commands.create_season(
            session,
            steering.read_workflow(config(), form.workflow.data),
            key=form.key.data,
            starts_on=form.starts_on.data or date.min,
            confirmed=form.confirmed.data,
            title=Text(title) if (title := (form.title.data or "").strip()) else None,
            actor=actor(),
            now=now(),
        )
    flash(_("The season was created and its rules are pinned."))
    return redirect(url_for("steering.season", season_key=season.key))


@blueprint.post("/<season_key>/redate")
@guarded(Permission.STEER)
def redate(season_key: str) -> Response:
    """Another first day for a season in which nobody has acted yet."""
    form = DateForm()
    if not form.validate() or form.starts_on.data is None:
        raise Invalid("not_a_date", fields={"starts_on": "not_a_date"})
    with writing() as session:
        found = queries.season_by_key(session, season_key)
        asked = {**_asked(form), "confirmed": form.confirmed.data}
        starting.redate(session, found.id, form.starts_on.data, **asked)
    flash(_("Done, and recorded in the log."))
    return redirect(url_for("steering.season", season_key=season_key))


@blueprint.post("/<season_key>/delete")
@guarded(Permission.STEER)
def delete(season_key: str) -> Response:
    """Take out a season in which nobody has acted yet."""
    form = DateForm()
    if not form.confirmed.data:
        raise Invalid("confirm_first", fields={"confirmed": "confirm_first"})
    with writing() as session:
        starting.delete(session, queries.season_by_key(session, season_key).id, **_asked(form))
    flash(_("Done, and recorded in the log."))
    return redirect(url_for("steering.home"))


@blueprint.get("/<season_key>/")
@guarded(Permission.STEER)
def season(season_key: str) -> str:
    again = comes_back()
    sent = again.arguments if again else {}
    return _season_page(
        season_key, StepForm(), at=sent.get("stage_key", ""), step=sent.get("step", ""), dates=DateForm()
    )


def _season_page(
    season_key: str, form: StepForm, *, at: str = "", step: str = "", dates: DateForm | None = None
) -> str:
    """at, step: the stage and the step whose form is shown again with what was typed; dates: that of the first day."""
    session = reading()
    found = queries.season_by_key(session, season_key)
    told = schedule.told(found) if found.cancelled_at is None else []
    return render_template(
        "steering/season.html",
        season=found,
        definition=definition_of(found),
        lines=steering.lines(session, found),
        collisions=schedule.collisions_of(found, told, now()) if told else (),
        unknown_years=workdays.unknown_years(session, told),
        form=form,
        at=at,
        step=step,
        dates=dates or DateForm(formdata=None),
        is_untouched=starting.is_untouched(session, found),
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
def move(season_key: str, stage_key: str, step: str) -> Response | str | tuple[str, int]:
    """One step of one stage: open, close, settle, reopen, reschedule or cancel.

    What moves the chain is shown with all that follows, and done when that is confirmed.
    """
    form = StepForm()
    act = STEPS.get(step)
    if act is None:
        raise NotFound("no_such_step", stage=stage_key, phase="", trigger=step)

    if not form.validate():
        return _season_page(season_key, form, at=stage_key, step=step), 422
    if step in FORESEEN and not form.confirmed.data:
        return _foreseen(season_key, stage_key, step, form, act)
    with writing() as session:
        act(session, _stage(queries.season_by_key(session, season_key), stage_key), form)
    tick()
    flash(_("Done, and recorded in the log."))
    return redirect(url_for("steering.season", season_key=season_key))


def _foreseen(season_key: str, stage_key: str, step: str, form: StepForm, act: Act) -> str | tuple[str, int]:
    """What would follow from a step; refused as the step itself would be, for it is tried and taken back."""
    refused: Refused | None = None
    try:
        with writing() as session:
            act(session, _stage(queries.season_by_key(session, season_key), stage_key), form)
            raise _NotYetError
    except _NotYetError:
        pass
    except Conflict as refusal:
        if refusal.code not in CHAIN_REFUSALS:
            raise
        refused = refusal
    session = reading()
    stage = _stage(queries.season_by_key(session, season_key), stage_key)
    moments = {"opens_at": _moment(form.opens_at), "closes_at": _moment(form.closes_at)}
    found = consequences.of(session, stage, step, now=now(), **moments)
    page = render_template(
        "steering/confirm.html", season=stage.season, stage=stage, step=step, form=form, found=found, refused=refused
    )
    return page if refused is None else (page, refused.status)


class _NotYetError(Exception):
    """Takes back what was only tried."""


def _stage(found: Season, key: str) -> StageRow:
    stage = next((row for row in found.stages if row.key == key), None)
    if stage is None:
        raise NotFound("no_such_stage", stage=key)
    return stage


def _moment(field: DateTimeLocalField) -> datetime | None:
    """The moment typed, read in the house's time zone."""
    typed: datetime | None = field.data
    try:
        return None if typed is None else zone.read(typed)
    except ValueError:
        raise Invalid("clock_leaves_out", fields={field.name: "clock_leaves_out"}) from None


def _closing_moment(form: StepForm) -> datetime:
    moment = _moment(form.closes_at)
    if moment is None:
        raise Invalid("moment_needed", fields={"closes_at": "moment_needed"})
    return moment


def _asked(form: StepForm | DateForm) -> dict[str, Any]:
    """What every step is asked with. A form without the version of its page is as old as can be."""
    return {"actor": actor(), "now": now(), "version": form.version.data or 0}


def _reason(form: StepForm) -> str:
    return form.reason.data or ""


STEPS: dict[str, Act] = {
    "open": lambda session, stage, form: commands.open_stage(session, stage.id, **_asked(form)),
    "close": lambda session, stage, form: commands.close_stage(
        session, stage.id, note=_reason(form), despite=True, **_asked(form)
    ),
    "settle": lambda session, stage, form: commands.settle_stage(session, stage.id, **_asked(form)),
    "reopen": lambda session, stage, form: commands.reopen_stage(
        session, stage.id, reason=_reason(form), closes_at=_closing_moment(form), **_asked(form)
    ),
    "reschedule": lambda session, stage, form: commands.reschedule_stage(
        session,
        stage.id,
        reason=_reason(form),
        opens_at=_moment(form.opens_at),
        closes_at=_moment(form.closes_at),
        despite=True,
        **_asked(form),
    ),
    "cancel": lambda session, stage, form: commands.cancel_season(
        session, stage.id, reason=_reason(form), **_asked(form)
    ),
}
