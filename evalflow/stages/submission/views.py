"""The pages of a declaration: what is asked, the branch's form, the organiser's desk."""

import re

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import SelectChoice

from evalflow.access import Permission, holds_anywhere, require
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.kinds import submission as rules
from evalflow.seasons import guards, mergers
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry
from evalflow.stages.submission import alike, commands, confirming, forms, pages, queries, reviewing
from evalflow.stages.submission.forms import DeclarationForm, ReviewForm, WithdrawalForm
from evalflow.web.autosaved import autosaved
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.confirming import confirm_first
from evalflow.web.current import actor, database, locale, now, reading, writing
from evalflow.web.entrance import row_number
from evalflow.web.guard import guarded
from evalflow.web.place import place
from evalflow.web.uploads import takes_files
from evalflow.workflow.fields import Field

blueprint = kind_blueprint("submission")
Answered = Response | tuple[str, int]


@blueprint.app_template_filter("entry_state")
def entry_state(code: str) -> str:
    """An entry's state in words."""
    return str(pages.STATES[code])


@blueprint.app_template_filter("entry_tone")
def entry_tone(code: str) -> str:
    """The badge colour of an entry's state."""
    return pages.TONES[code]  # type: ignore[index]


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    """What is asked, for everybody; to a branch its own entries."""
    session, here = reading(), place()
    own: tuple[list[Entry], list[tuple[object, int]]] = ([], [])
    if holds_anywhere(actor(), Permission.DECLARE, season=here.season.id):
        entries = list(queries.own_entries(session, actor(), here.season.id))
        branches = queries.own_branches(session, actor(), here.season.id)
        own = entries, [(branch, queries.places_left(entries, branch.id, here.stage)) for branch in branches]
    return render_template(
        "stages/submission/home.html",
        stage=here.stage,
        words=rules.words(queries.options_of(here.stage), locale()),
        fields=queries.options_of(here.stage).field,
        is_open=guards.is_open(here.stage, now()),
        entries=own[0],
        mergers={one.key: found for one in own[0] if (found := mergers.merger(session, one)) is not None},
        places=own[1],
    )


@blueprint.post("/")
@guarded(Permission.DECLARE)
def begin() -> Response:
    branch_id = request.form.get("branch", type=row_number) or actor().branch_id or 0
    with writing() as session:
        entry = commands.begin(session, place().stage.id, branch_id, actor=actor(), now=now())
        key = entry.key
    return redirect(url_for("submission.entry", entry_key=key))


@blueprint.get("/entry/<entry_key>")
@guarded(Permission.DECLARE)
def entry(entry_key: str) -> str:
    """The form while the branch may work on its entry; else what was handed in."""
    session = reading()
    return _shown(session, _own(session, entry_key), forms.WithdrawalForm(formdata=None))


def _shown(session: Session, own: Entry, leaving: WithdrawalForm) -> str:
    stage = place().stage
    if queries.is_editable(own, stage, now()):
        return _form(session, own, _kept(session, own), leaving)
    page = pages.read_page(session, stage, own)
    return render_template("stages/submission/entry.html", page=page, leaving=leaving)


def _kept(session: Session, own: Entry) -> DeclarationForm:
    """The form with the draft in it."""
    draft = queries.draft_of(session, own)
    form = forms.declaration_form(_asked(), _leaders())(formdata=None)
    forms.fill(form, _asked(), draft.answers if draft else own.answers)
    form.version.data = str(draft.version if draft else 0)
    form.page.data = database().entropy.token(16).hex()
    return form


def _form(
    session: Session,
    own: Entry,
    form: DeclarationForm,
    leaving: WithdrawalForm | None = None,
    *,
    conflict: bool = False,
) -> str:
    page = pages.form_page(session, place().stage, own, form, now=now())
    told = {"leaving": leaving or forms.WithdrawalForm(formdata=None), "conflict": conflict}
    return render_template("stages/submission/form.html", page=page, form=form, **told)


def _own(session: Session, entry_key: str) -> Entry:
    found = seasons.entry_by_key(session, place().season.id, entry_key)
    require(actor(), Permission.DECLARE, season=found.season_id, branch=found.branch_id)
    return found


def _leaders() -> dict[str, str]:
    """Asked for only where the form has such a question."""
    return queries.leaders(reading(), place().season.id) if queries.asks(_asked(), "leader") else {}


def _asked() -> tuple[Field, ...]:
    asked: tuple[Field, ...] = queries.options_of(place().stage).field
    return asked


@blueprint.post("/entry/<entry_key>")
@guarded(Permission.DECLARE)
@takes_files
def save(entry_key: str) -> Answered:
    """Save, and hand in when that button was pressed. Whatever is refused, what was typed is shown again."""
    own, form = _own(reading(), entry_key), forms.declaration_form(_asked(), _leaders())()
    uploads, refused = forms.read_uploads(_asked())
    try:
        hands_in = request.form.get("action") == "submit"
        saved = _save(own, form, uploads, is_last=not hands_in)
        form.version.data = str(saved.version)
        if refused or saved.faults:
            raise _both(refused, saved)
        if hands_in:
            with writing() as session:
                commands.submit(session, place().stage.id, own.id, version=saved.version, actor=actor(), now=now())
    except (Invalid, Conflict) as refusal:
        return _again(own, form, refusal)
    flash(_("The declaration is handed in.") if hands_in else _("The draft is saved."))
    return redirect(url_for("submission.entry", entry_key=entry_key))


def _save(own: Entry, form: DeclarationForm, uploads: commands.Uploads, *, is_last: bool = True) -> commands.Saved:
    page = str(form.page.data or "")
    with writing(is_last=is_last) as session:
        return commands.save(
            session,
            place().stage.id,
            own.id,
            forms.answers_of(form, _asked(), request.form),
            version=_number(form.version.data),
            page=page if re.fullmatch("[0-9a-f]{32}", page) else "",
            actor=actor(),
            now=now(),
            uploads=uploads,
        )


def _both(refused: Invalid | None, saved: commands.Saved) -> Invalid:
    """What could not be read, and what there was no place for, as one refusal."""
    if refused is None:
        return Invalid("file_refused", fields=saved.faults)
    return Invalid("file_refused", fields={**saved.faults, **refused.fields}, **refused.facts)


def _again(own: Entry, form: DeclarationForm, refusal: Invalid | Conflict) -> tuple[str, int]:
    """The same form with what was typed; from a snapshot of its own, because some of it may have been saved."""
    if isinstance(refusal, Invalid):
        form.refuse_answers(refusal)
    else:
        form.refuse(refusal)
    with database().reading() as session:
        present = queries.entry_of(session, own.id)
        if isinstance(refusal, Conflict):  # the page shows what was saved meanwhile, so it is for the version of now
            draft = queries.draft_of(session, present)
            form.version.data = str(draft.version if draft else 0)
        return _form(session, present, form, conflict=isinstance(refusal, Conflict)), refusal.status


@blueprint.post("/entry/<entry_key>/autosave")
@guarded(Permission.DECLARE)
def autosave(entry_key: str) -> str:
    """Texts only; a small fragment that says when, and what is still missing."""
    own, form = _own(reading(), entry_key), forms.declaration_form(_asked())()
    _save(own, form, {})
    with database().reading() as session:
        missing = pages.still_lacking(session, place().stage, queries.entry_of(session, own.id))
    return render_template("stages/submission/_saved.html", at=now(), missing=missing)


@blueprint.post("/entry/<entry_key>/copy")
@guarded(Permission.DECLARE)
def copy(entry_key: str) -> Answered:
    """Begin the draft with an earlier season's; when there is one by now, that one is shown."""
    own = _own(reading(), entry_key)
    source, version = request.form.get("source", type=row_number) or 0, _number(request.form.get("version"))
    try:
        with writing() as session:
            commands.copy_from(session, place().stage.id, own.id, source, version=version, actor=actor(), now=now())
    except Conflict as refusal:
        with database().reading() as session:
            present = queries.entry_of(session, own.id)
            form = _kept(session, present)
            form.refuse(refusal)
            return _form(session, present, form), refusal.status
    flash(_("What was declared then is copied: go over it, then hand it in."))
    return redirect(url_for("submission.entry", entry_key=entry_key))


@blueprint.post("/entry/<entry_key>/withdraw")
@guarded(Permission.DECLARE)
@confirm_first(lambda: pages.what_follows("withdraw", place().stage), _l("Withdraw the entry"))
def withdraw(entry_key: str) -> Answered:
    own, form = _own(reading(), entry_key), forms.WithdrawalForm()
    reason, version = str(form.reason.data or ""), _number(form.version.data)
    try:
        with writing() as session:
            commands.withdraw(
                session, place().stage.id, own.id, reason=reason, version=version, actor=actor(), now=now()
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        with database().reading() as session:
            return _shown(session, queries.entry_of(session, own.id), form), refusal.status
    flash(_("The entry is withdrawn."))
    return redirect(url_for("submission.home"))


@blueprint.get("/confirm/<entry_key>")
@guarded(Permission.USE_ACCOUNT)
def confirm(entry_key: str) -> str:
    """What somebody is named in, for them to agree to or to decline."""
    return _confirm(_naming(entry_key), forms.ConfirmationForm(formdata=None))


def _naming(entry_key: str) -> Entry:
    """An entry that names whoever asks."""
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    if not confirming.concerning(confirming.of(reading(), found.id), actor(), found.season_id):
        raise Forbidden("not_permitted")
    return found


def _confirm(found: Entry, form: forms.ConfirmationForm) -> str:
    page = pages.read_page(reading(), place().stage, found)
    own = pages.agreements(page, actor())
    return render_template("stages/submission/confirm.html", page=page, form=form, own=own)


@blueprint.post("/confirm/<entry_key>")
@guarded(Permission.USE_ACCOUNT)
def confirmed(entry_key: str) -> Answered:
    found, form = _naming(entry_key), forms.ConfirmationForm()
    agrees = request.form.get("answer") == "accept"
    try:
        with writing() as session:
            confirming.answer(
                session,
                place().stage.id,
                found.id,
                accepted=agrees,
                reason=str(form.reason.data or ""),
                version=_number(form.version.data),
                actor=actor(),
                now=now(),
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _confirm(found, form), refusal.status
    flash(_("You have agreed.") if agrees else _("You have declined; the branch reads why."))
    return redirect(url_for("submission.confirm", entry_key=entry_key))


@blueprint.get("/desk")
@guarded(Permission.REVIEW)
def desk() -> str:
    """All branches: what was handed in, what waits for the organiser, who is late."""
    here = place()
    lines, pairs = queries.desk(reading(), here.stage), alike.pairs(reading(), here.season.id)
    return render_template("stages/submission/desk.html", stage=here.stage, lines=lines, alike=len(pairs))


@blueprint.get("/desk/<entry_key>")
@guarded(Permission.REVIEW)
def review(entry_key: str) -> str:
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    return _review(found, _blank_review())


def _blank_review() -> ReviewForm:
    return forms.review_form(_asked())(formdata=None)


def _review(found: Entry, form: ReviewForm, unit: forms.UnitForm | None = None) -> str:
    page = pages.read_page(reading(), place().stage, found)
    unit = unit or forms.UnitForm(formdata=None)
    unit.unit.choices = [SelectChoice(row["unit"], row["unit"]) for row in page.units]
    return render_template("stages/submission/review.html", page=page, form=form, unit=unit)


@blueprint.post("/desk/<entry_key>/unit")
@guarded(Permission.REVIEW)
def record(entry_key: str) -> Answered:
    """What a unit that is no branch says in its letter."""
    found, form = seasons.entry_by_key(reading(), place().season.id, entry_key), forms.UnitForm()
    agrees = request.form.get("answer") == "accept"
    letter = confirming.Letter(str(form.letter.data or ""), str(form.day.data or ""))
    try:
        with writing() as session:
            confirming.record(
                session,
                place().stage.id,
                found.id,
                str(form.unit.data or ""),
                letter,
                accepted=agrees,
                reason=str(form.reason.data or ""),
                version=_number(form.version.data),
                actor=actor(),
                now=now(),
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _review(found, _blank_review(), form), refusal.status
    flash(_("The unit's answer is recorded."))
    return redirect(url_for("submission.review", entry_key=entry_key))


@blueprint.post("/desk/<entry_key>/accept")
@guarded(Permission.REVIEW)
@confirm_first(lambda: pages.what_follows("accept", place().stage), _l("Accept"))
def accept(entry_key: str) -> Answered:
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    form = forms.review_form(_asked())()
    version = _number(form.version.data)
    try:
        with writing() as session:
            done = reviewing.accept(session, place().stage.id, found.id, version=version, actor=actor(), now=now())
            title, number = done.title, done.number
    except Conflict as refusal:
        form.refuse(refusal)
        return _review(found, form), refusal.status
    flash(_("“%(title)s” is accepted as number %(number)s.", title=title, number=number))
    return redirect(url_for("submission.desk"))


@blueprint.post("/desk/<entry_key>/return")
@guarded(Permission.REVIEW)
@autosaved
def return_entry(entry_key: str) -> Answered:
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    form = forms.review_form(_asked())()
    remarks, version = forms.remarks_of(form, _asked()), _number(form.version.data)
    try:
        with writing() as session:
            reviewing.return_entry(
                session, place().stage.id, found.id, remarks, version=version, actor=actor(), now=now()
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _review(found, form), refusal.status
    flash(_("“%(title)s” is returned for amendment.", title=found.title))
    return redirect(url_for("submission.desk"))


@blueprint.post("/desk/<entry_key>/reject")
@guarded(Permission.REVIEW)
@confirm_first(lambda: pages.what_follows("reject", place().stage), _l("Reject"))
def reject(entry_key: str) -> Answered:
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    form = forms.review_form(_asked())()
    reason, version = str(form.reason.data or ""), _number(form.version.data)
    try:
        with writing() as session:
            reviewing.reject(session, place().stage.id, found.id, reason, version=version, actor=actor(), now=now())
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _review(found, form), refusal.status
    flash(_("“%(title)s” is not accepted.", title=found.title))
    return redirect(url_for("submission.desk"))


def _number(typed: str | None) -> int:
    """A version as the form carries it; one that can't be is refused as stale."""
    return int(typed) if typed and re.fullmatch(r"[0-9]{1,9}", typed) else -1
