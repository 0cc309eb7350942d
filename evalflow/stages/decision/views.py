"""The committee's pages: the dossier, recusals, and for the organiser attendance, divisions, decision, minutes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import Response as Answer
from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from evalflow.access import Permission, may
from evalflow.errors import Conflict, NotFound
from evalflow.kinds import KINDS
from evalflow.kinds.decision import NOBODY
from evalflow.meetings import pages
from evalflow.meetings import queries as meetings
from evalflow.meetings.pages import Typed
from evalflow.seasons import guards, taking_back
from evalflow.seasons.models import StageRow, TakenBack
from evalflow.stages.decision import commands, forms, printing, queries
from evalflow.stages.decision.dossier import Dossier, dossier
from evalflow.stages.decision.forms import DecisionForm
from evalflow.web.autosaved import autosaved
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.confirming import COUNTED, confirm_first
from evalflow.web.current import actor, config, locale, now, reading
from evalflow.web.entrance import row_number
from evalflow.web.guard import guarded
from evalflow.web.held import typed
from evalflow.web.place import place
from evalflow.web.refusals import sentence
from evalflow.workflow.telling import tell_stages

blueprint = kind_blueprint("decision")
pages.install(blueprint)
OF_REASONS = ("reason_needed", "deviation_refused")


@dataclass(frozen=True)
class DecisionPage:
    """dossier None: for whoever may not read it, or where there is no ranking (problem says why).

    ties, left_out: sentences. typed, faults: of a form that is shown again, by field name.
    motion_words: {number: what a motion is about}; annulments: {number: why it was annulled}; taken_back: why
    decisions were.
    """

    stage: StageRow
    words: Sequence[str]
    dossier: Dossier | None
    problem: str
    ties: Sequence[str]
    left_out: Sequence[str]
    is_open: bool
    keeps_minutes: bool
    may_recuse: bool
    seats: int
    has_tiers: bool
    is_nobody: bool
    may_be_nobody: bool
    is_decided: bool
    motion_words: Mapping[int, str]
    annulments: Mapping[int, Sequence[TakenBack]]
    taken_back: Sequence[TakenBack]
    typed: Mapping[str, str]
    faults: Mapping[str, str]


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    return _page(DecisionForm())


def _page(form: DecisionForm, faults: Typed | None = None) -> str:
    session, here = reading(), place()
    stage, season = here.stage, here.season.id
    held = meetings.meeting(session, stage.id)
    if held is not None and form.version.data is None:
        form.version.data = held.version
    meets = guards.is_open(stage, now()) and held is not None
    read, problem = _read(session, stage)
    page = DecisionPage(
        stage=stage,
        words=_words(stage),
        dossier=read,
        problem=problem,
        ties=printing.ties(read, stage, locale()) if read else (),
        left_out=printing.left_out(read, stage, locale()) if read else (),
        is_open=guards.is_open(stage, now()),
        keeps_minutes=meets and may(actor(), Permission.KEEP_MINUTES, season=season),
        may_recuse=meets and may(actor(), Permission.DECIDE, season=season),
        seats=queries.options_of(stage).seats,
        has_tiers=bool(queries.tiers_after(stage)),
        is_nobody=queries.is_nobody(session, stage.id),
        may_be_nobody=read is not None and queries.may_be_nobody(session, stage),
        is_decided=bool(queries.decided(session, stage.id)),
        motion_words=printing.motion_words(read, locale()) if read else {},
        annulments=meetings.annulments(session, stage.id),
        taken_back=taking_back.of_stage(session, stage.id, "decision"),
        typed=typed(),
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


@blueprint.post("/divide")
@guarded(Permission.KEEP_MINUTES)
@autosaved
@confirm_first(COUNTED, _l("Record the division"))
def divide() -> Response | tuple[str, int]:
    """Divisions on awarding several entries at once; rows without any count are left."""

    def act(session: Session, form: DecisionForm) -> None:
        divisions = forms.award_divisions(request.form)
        version = form.version.data or 0
        commands.divide(session, place().stage.id, divisions, version=version, actor=actor(), now=now())

    return _kept(act, lambda about, _code: f"{about.removeprefix('award:')}.ayes", _("The divisions are recorded."))


@blueprint.post("/order")
@guarded(Permission.KEEP_MINUTES)
@confirm_first(COUNTED, _l("Record the division"))
def order() -> Response | tuple[str, int]:
    """One division on the order of tied entries."""
    group = request.form.get("group", "")

    def act(session: Session, form: DecisionForm) -> None:
        division = forms.tie_division(request.form, group)
        version = form.version.data or 0
        commands.divide(session, place().stage.id, [division], version=version, actor=actor(), now=now())

    return _kept(act, lambda _about, _code: f"{group}.ayes", _("The division is recorded."))


@blueprint.post("/nobody")
@guarded(Permission.KEEP_MINUTES)
@confirm_first(COUNTED, _l("Record the division"))
def nobody() -> Response | tuple[str, int]:
    """One division on awarding nobody."""

    def act(session: Session, form: DecisionForm) -> None:
        division = pages.division(request.form, NOBODY, NOBODY)
        version = form.version.data or 0
        commands.divide(session, place().stage.id, [division], version=version, actor=actor(), now=now())

    return _kept(act, lambda _about, _code: f"{NOBODY}.ayes", _("The division is recorded."))


@blueprint.post("/annul")
@guarded(Permission.KEEP_MINUTES)
def annul() -> Response | tuple[str, int]:
    """A division that was recorded by mistake."""

    def act(session: Session, form: DecisionForm) -> None:
        commands.annul(
            session,
            place().stage.id,
            request.form.get("number", type=row_number) or 0,
            reason=request.form.get("reason", ""),
            version=form.version.data or 0,
            actor=actor(),
            now=now(),
        )

    return _kept(act, lambda name, _code: name, _("The division is annulled. The minutes say so."))


@blueprint.post("/take-back")
@guarded(Permission.KEEP_MINUTES)
def take_back() -> Response | tuple[str, int]:
    """The decision, to be taken anew."""

    def act(session: Session, form: DecisionForm) -> None:
        version, reason = form.version.data or 0, request.form.get("reason", "")
        commands.take_back(session, place().stage.id, reason=reason, version=version, actor=actor(), now=now())

    return _kept(act, lambda name, _code: name, _("The decision is taken back. The divisions stand."))


@blueprint.post("/decide")
@guarded(Permission.KEEP_MINUTES)
@autosaved
@confirm_first(
    _l(
        "This is what the committee has decided, and what goes on from here. Until the stage is closed it can be taken "
        "back with a reason."
    ),
    _l("Record the decision"),
)
def decide() -> Response | tuple[str, int]:
    def act(session: Session, form: DecisionForm) -> None:
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
    act: Callable[[Session, DecisionForm], None], field_of: Callable[[str, str], str], done: str
) -> Response | tuple[str, int]:
    """Do it and show the page anew, or the page once more with what was typed.

    field_of: (what a command's complaint is about, its code) → the field's name; complaints by field name stay.
    """
    form = DecisionForm()
    return pages.kept(
        form,
        lambda session: act(session, form),
        field_of=field_of,
        again=lambda faults: _page(form, faults),
        done=lambda: done,
        to=url_for("decision.home"),
    )


@blueprint.get("/minutes.pdf")
@guarded(Permission.READ_DOSSIER)
def minutes() -> Answer:
    """Without the divisions that the reader stepped back from."""
    stage = place().stage
    if meetings.meeting(reading(), stage.id) is None:
        raise NotFound("no_meeting")
    content = printing.minutes(reading(), stage, actor(), config=config(), locale=locale())
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers.set("Content-Disposition", "inline", filename=f"{stage.season.key}-{stage.key}.pdf")
    return response


def _words(stage: StageRow) -> list[str]:
    told = {one.key: sentences for one, sentences in tell_stages(place().definition, KINDS, locale())}
    return told[stage.key]
