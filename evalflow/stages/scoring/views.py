"""Scoring in the browser: save, hand in, take back, step back from an entry, look at marks far off."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.widgets import HiddenInput

from evalflow.access import Permission
from evalflow.errors import Conflict, Invalid
from evalflow.seasons import queries as seasons
from evalflow.stages.scoring import commands, pages
from evalflow.stages.scoring.models import ScoreSheet
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.confirming import confirm_first
from evalflow.web.current import actor, database, now, reading, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.place import place
from evalflow.web.refusals import sentence, sentence_of

blueprint = kind_blueprint("scoring")


class SheetForm(Form):
    """version: of the sheet as the page shows it. page: made when the form is shown, see `ScoreSheet`.

    The points come as fields "points.ENTRY.CRITERION".
    """

    version = IntegerField(widget=HiddenInput())
    page = HiddenField()
    although_void = BooleanField(_l("Hand it in although it does not count"))


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    return _page(SheetForm(formdata=None, page=database().entropy.token(16).hex()))


def _page(form: SheetForm, *, typed: Mapping[str, str] | None = None, faults: Mapping[str, str] | None = None) -> str:
    """typed, faults: what came with a form that is shown again."""
    page = pages.sheet_page(reading(), place().stage, typed=typed or {}, faults=faults or {})
    if page.sheet and form.version.data is None:
        form.version.data = page.sheet.version
    return render_template("stages/scoring/home.html", page=page, form=form)


@blueprint.post("/")
@guarded(Permission.USE_ACCOUNT)
def save() -> Response | tuple[str, int]:
    """Keep the draft; with the button "hand in", hand it in as well. A draft that can't be handed in is kept."""
    form = SheetForm()
    try:
        hands_in = "hand_in" in request.form
        sheet = _save(form, _typed(), is_last=not hands_in)
    except (Invalid, Conflict) as refusal:
        return _again(form, refusal)
    if not hands_in:
        flash(_("Saved as a draft."))
        return redirect(url_for("scoring.home"))
    try:
        _hand_in(form, sheet)
    except Conflict as refusal:
        flash(_("Your sheet is saved as a draft and not handed in yet. %(why)s", why=sentence(refusal)), "danger")
        return redirect(url_for("scoring.home", _anchor="void"))
    flash(_("Your sheet is handed in."))
    return redirect(url_for("scoring.home"))


def _save(form: SheetForm, typed: Mapping[str, str], *, is_last: bool = True) -> ScoreSheet:
    """Keep what was typed, in an act of its own."""
    with writing(is_last=is_last) as session:
        return commands.save(
            session,
            place().stage.id,
            _by_entry(typed),
            version=form.version.data or 0,
            page=form.page.data or "",
            actor=actor(),
            now=now(),
        )


def _hand_in(form: SheetForm, sheet: ScoreSheet) -> None:
    knowingly = bool(form.although_void.data)
    with writing() as session:
        stage_id = place().stage.id
        commands.hand_in(session, stage_id, version=sheet.version, although_void=knowingly, actor=actor(), now=now())


def _again(form: SheetForm, refusal: Invalid | Conflict) -> tuple[str, int]:
    """The form with what was typed, and what is wrong with it; nothing of it was saved."""
    fields = refusal.fields if isinstance(refusal, Invalid) else {}
    faults = {f"{pages.CELL}{name}": sentence_of(code, refusal.facts) for name, code in fields.items()}
    form.form_errors.append(sentence(refusal))
    form.version.data = form.version.raw_data = None  # the page brings that of now: it shows what has changed
    return _page(form, typed=_typed(), faults=faults), refusal.status


@blueprint.post("/autosave")
@guarded(Permission.USE_ACCOUNT)
def autosave() -> str:
    """The same without a button: says when, and brings what on the page depends on the draft up to date."""
    form = SheetForm()
    _save(form, _typed())
    with database().reading() as session:
        stage = seasons.stage_by_id(session, place().stage.id)
        page = pages.sheet_page(session, stage, typed=_typed())
        return render_template("stages/scoring/_saved.html", page=page, form=form, at=now())


def _typed() -> dict[str, str]:
    return {name: text for name, text in request.form.items() if name.startswith(pages.CELL)}


def _by_entry(typed: Mapping[str, str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name, text in typed.items():
        entry, _dot, criterion = name.removeprefix(pages.CELL).rpartition(".")
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


@blueprint.post("/confirm-marks")
@guarded(Permission.STEER)
def confirm_marks() -> Response:
    """Leave the marks far from the others as they are."""
    with writing() as session:
        commands.confirm_marks(session, place().stage.id, actor=actor(), now=now())
    flash(_("The marks stay as they are. The scores are fixed next."))
    return redirect(url_for("scoring.home"))


@blueprint.post("/recuse")
@guarded(Permission.USE_ACCOUNT)
@confirm_first(
    _l(
        "You step back from this entry: you do not score it, and the points you gave it are taken off your sheet. What "
        "you typed about the others is kept. It can be taken back with a reason until you hand the sheet in; the "
        "points are then typed anew."
    ),
    _l("Step back from this entry"),
)
def recuse() -> Response | tuple[str, int]:
    """Keep what is typed about the other entries, and step back from this one."""
    form, entry = SheetForm(), request.form.get("entry", "")
    others = {name: text for name, text in _typed().items() if not name.startswith(f"{pages.CELL}{entry}.")}
    try:
        version = _save(form, others, is_last=False).version
    except (Invalid, Conflict) as refusal:
        return _again(form, refusal)
    with writing() as session:
        commands.recuse(session, place().stage.id, entry, version=version, actor=actor(), now=now())
    flash(_("You have stepped back from this entry."))
    return redirect(url_for("scoring.home"))


@blueprint.post("/rejoin")
@guarded(Permission.USE_ACCOUNT)
def rejoin() -> Response:
    """Take a recusal back; what is typed about other entries is saved by its own form."""
    form = SheetForm()
    with writing() as session:
        commands.rejoin(
            session,
            place().stage.id,
            request.form.get("entry", ""),
            reason=request.form.get("reason", ""),
            version=form.version.data or 0,
            page=form.page.data or "",
            actor=actor(),
            now=now(),
        )
    flash(_("You score this entry again. Its points have to be typed anew."))
    return redirect(url_for("scoring.home"))
