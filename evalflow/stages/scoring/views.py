"""The scoring's page: a rater's own sheet, who is late, and the scores once they may be seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField
from wtforms.widgets import HiddenInput

from evalflow.access import Permission, may
from evalflow.errors import Invalid
from evalflow.kinds import scoring as rules
from evalflow.kinds.rubric import ScoringOptions
from evalflow.seasons import guards, visibility
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.stages.scoring import commands, queries
from evalflow.stages.scoring.models import ScoreSheet
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.current import actor, locale, now, reading, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.place import place
from evalflow.web.refusals import sentence_of

blueprint = kind_blueprint("scoring")
CELL = "points."


class SheetForm(Form):
    """version: of the sheet as the page shows it. The points come as fields "points.ENTRY.CRITERION"."""

    version = IntegerField(widget=HiddenInput())
    although_void = BooleanField(_l("Hand it in although it does not count"))


@dataclass(frozen=True)
class ScoredEntry:
    """An entry of the results, best first."""

    entry: Entry
    score: Fraction | None
    raters: int


@dataclass(frozen=True)
class SheetPage:
    """What the page shows. cells: {field name: text}; faults: {field name: sentence}; late: only for its followers."""

    stage: StageRow
    options: ScoringOptions
    words: Sequence[str]
    sheet: ScoreSheet | None
    entries: Sequence[Entry]
    cells: Mapping[str, str]
    faults: Mapping[str, str]
    left: int
    void: Sequence[str]
    is_open: bool
    late: Sequence[str] | None
    handed_in: int
    asked: int
    results: Sequence[ScoredEntry] | None


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    return _page(SheetForm(formdata=None))


def _page(form: SheetForm, *, typed: Mapping[str, str] | None = None, faults: Mapping[str, str] | None = None) -> str:
    """typed, faults: what came with a form that is shown again."""
    session, stage = reading(), place().stage
    options = queries.options_of(stage)
    sheet = queries.own_sheet(session, stage, actor()) if stage.opened_at else None
    entries = queries.offered(session, stage, sheet) if sheet else []
    kept = {f"{CELL}{score.entry.key}.{score.criterion}": score.points for score in sheet.scores} if sheet else {}
    if sheet and form.version.data is None:
        form.version.data = sheet.version
    followed = may(actor(), Permission.FOLLOW_TURNOUT, season=stage.season_id)
    everybody = queries.sheets(session, stage.id) if followed or stage.closed_at else ()
    page = SheetPage(
        stage=stage,
        options=options,
        words=rules.words(options, locale()),
        sheet=sheet,
        entries=entries,
        cells={**kept, **(typed or {})},
        faults=faults or {},
        left=len(queries.unfinished(session, stage, sheet)) if sheet else 0,
        void=_void_words(stage, sheet) if sheet else (),
        is_open=guards.is_open(stage, now()),
        late=[_name(one) for one in everybody if not queries.is_in(one)] if followed else None,
        handed_in=sum(queries.is_in(one) for one in everybody),
        asked=len(everybody),
        results=_results(stage),
    )
    return render_template("stages/scoring/home.html", page=page, form=form)


def _void_words(stage: StageRow, sheet: ScoreSheet) -> list[str]:
    """The rules this sheet breaks as it stands, in words."""
    broken = {breach.rule for breach in queries.breaches(stage, sheet)}
    return [rules.void_words(rule, locale()) for rule in queries.options_of(stage).void if rule.rule in broken]


def _name(sheet: ScoreSheet) -> str:
    return sheet.branch.name(locale()) if sheet.branch else sheet.rater


def _results(stage: StageRow) -> list[ScoredEntry] | None:
    outcome = seasons.outcome_of(stage) if visibility.sees_outcome(actor(), stage) else None
    if outcome is None:
        return None
    score, raters = outcome.figures["score"], outcome.figures["raters"]
    entries = seasons.entries(reading(), stage.season_id, EntryState.ACCEPTED)
    found = [ScoredEntry(one, score.get(one.key), int(raters.get(one.key, 0))) for one in entries]
    return sorted(found, key=lambda one: -(one.score or Fraction(-1)))


@blueprint.post("/")
@guarded(Permission.USE_ACCOUNT)
def save() -> Response | tuple[str, int]:
    """Keep the draft; with the button "hand in", hand it in as well."""
    form, typed = SheetForm(), _typed()
    try:
        with writing() as session:
            stage_id, version = place().stage.id, form.version.data or 0
            sheet = commands.save(session, stage_id, _by_entry(typed), version=version, actor=actor(), now=now())
            if "hand_in" in request.form:
                commands.hand_in(
                    session,
                    stage_id,
                    version=sheet.version,
                    although_void=bool(form.although_void.data),
                    actor=actor(),
                    now=now(),
                )
    except Invalid as refusal:
        faults = {f"{CELL}{name}": sentence_of(code, refusal.facts) for name, code in refusal.fields.items()}
        form.refuse(refusal)
        return _page(form, typed=typed, faults=faults), refusal.status
    flash(_("Your sheet is handed in.") if "hand_in" in request.form else _("Saved as a draft."))
    return redirect(url_for("scoring.home"))


def _typed() -> dict[str, str]:
    return {name: text for name, text in request.form.items() if name.startswith(CELL)}


def _by_entry(typed: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, text in typed.items():
        entry, _dot, criterion = name.removeprefix(CELL).rpartition(".")
        found.setdefault(entry, {})[criterion] = text
    return found


@blueprint.post("/take-back")
@guarded(Permission.USE_ACCOUNT)
def take_back() -> Response:
    form = SheetForm()
    with writing() as session:
        commands.take_back(session, place().stage.id, version=form.version.data or 0, actor=actor(), now=now())
    flash(_("You can change your sheet again. Do not forget to hand it in."))
    return redirect(url_for("scoring.home"))


@blueprint.post("/recuse")
@guarded(Permission.USE_ACCOUNT)
def recuse() -> Response:
    form, entry = SheetForm(), request.form.get("entry", "")
    with writing() as session:
        commands.recuse(session, place().stage.id, entry, version=form.version.data or 0, actor=actor(), now=now())
    flash(_("You have stepped back from this entry."))
    return redirect(url_for("scoring.home"))
