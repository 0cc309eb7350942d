"""Self-assessment and inspection in the browser: a list of all entries, and one page for each."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from evalflow.access import Permission
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.seasons import queries as seasons
from evalflow.seasons import visibility
from evalflow.seasons.models import Entry
from evalflow.stages.inspection import commands, forms, inspecting, pages, queries
from evalflow.stages.inspection.forms import AssessmentForm
from evalflow.web.autosaved import autosaved
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.current import actor, database, now, reading, writing
from evalflow.web.guard import guarded
from evalflow.web.place import place
from evalflow.web.refusals import sentence, sentence_of
from evalflow.web.uploads import takes_files
from evalflow.workflow.indicators import Indicator

blueprint = kind_blueprint("inspection")
NOTHING: Mapping[str, str] = {}
Answered = Response | tuple[str, int]


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    here = place()
    lines = pages.lines(reading(), here, actor())
    return render_template(
        "stages/inspection/home.html",
        stage=here.stage,
        stage_rule=here.stage_rule,
        lines=lines,
        is_hidden=not visibility.sees_entries(actor(), here.season),
    )


@blueprint.get("/<entry_key>")
@guarded(Permission.USE_ACCOUNT)
def entry(entry_key: str) -> str:
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    return _page(reading(), found, AssessmentForm(formdata=None))


def _page(
    session: Session,
    found: Entry,
    form: AssessmentForm,
    *,
    typed: Mapping[str, str] = NOTHING,
    faults: Mapping[str, str] = NOTHING,
) -> str:
    here = place()
    if not queries.may_read(actor(), found):
        raise Forbidden("not_permitted")
    page = pages.assessment_page(session, here, found, actor(), typed=typed, faults=faults)
    return render_template("stages/inspection/entry.html", stage=here.stage, page=page, form=form)


@blueprint.post("/<entry_key>")
@guarded(Permission.DECLARE)
@autosaved
@takes_files
def state(entry_key: str) -> Answered:
    """Keep the draft; with the button "hand in", hand it in as well. A draft that can't be handed in is kept."""
    own = seasons.entry_by_key(reading(), place().season.id, entry_key)
    try:
        stated = forms.stated(request.form, _plan(own), _flags(), forms.read_uploads())
        with writing(is_last=request.form.get("action") != "hand_in") as session:
            version = forms.version_of(request.form)
            saved = commands.save(
                session, place().stage.id, own.key, stated, version=version, actor=actor(), now=now()
            ).version
    except (Invalid, Conflict) as refusal:
        return _again(own, refusal, typed=request.form)
    if request.form.get("action") != "hand_in":
        flash(_("The draft is saved."))
        return redirect(url_for("inspection.entry", entry_key=entry_key))
    try:
        with writing() as session:
            commands.hand_in(session, place().stage.id, own.key, version=saved, actor=actor(), now=now())
    except (Invalid, Conflict) as refusal:
        return _again(own, refusal, typed=NOTHING)
    flash(_("The self-assessment is handed in."))
    return redirect(url_for("inspection.entry", entry_key=entry_key))


@blueprint.post("/<entry_key>/take-back")
@guarded(Permission.DECLARE)
def take_back(entry_key: str) -> Response:
    version = forms.version_of(request.form)
    with writing() as session:
        commands.take_back(session, place().stage.id, entry_key, version=version, actor=actor(), now=now())
    flash(_("You can change the self-assessment again. Do not forget to hand it in."))
    return redirect(url_for("inspection.entry", entry_key=entry_key))


@blueprint.post("/<entry_key>/inspect")
@guarded(Permission.INSPECT)
@autosaved
def inspect(entry_key: str) -> Answered:
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    present = queries.assessment_of(reading(), place().stage.id, found.id)
    figures, flags = forms.findings(request.form, _plan(found), _flags(), present)
    try:
        with writing() as session:
            inspecting.inspect(
                session,
                place().stage.id,
                entry_key,
                figures,
                flags=flags,
                version=forms.version_of(request.form),
                actor=actor(),
                now=now(),
            )
    except (Invalid, Conflict) as refusal:
        return _again(found, refusal, typed=request.form)
    flash(_("The findings are recorded; the branch sees them."))
    return redirect(url_for("inspection.entry", entry_key=entry_key))


def _plan(found: Entry) -> tuple[Indicator, ...]:
    return queries.plans_of(reading(), [found])[found.id]


def _flags() -> tuple[str, ...]:
    return tuple(flag.key for flag in queries.options_of(place().stage).flag)


def _again(found: Entry, refusal: Invalid | Conflict, *, typed: Mapping[str, str]) -> tuple[str, int]:
    """The page with what was typed and what is wrong with it; from a snapshot of its own, for a draft may be saved."""
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    faults = {name: sentence_of(code, refusal.facts) for name, code in fields.items()}
    form = AssessmentForm(formdata=None)
    form.form_errors.append(sentence(refusal))
    with database().reading() as session:
        present = seasons.entry_by_key(session, found.season_id, found.key)
        return _page(session, present, form, typed=typed, faults=faults), refusal.status
