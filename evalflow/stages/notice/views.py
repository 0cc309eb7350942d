"""The notice's pages: the names for everybody, an objector's own case, the organiser's desk, the notice on paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField, RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from evalflow import documents
from evalflow.access import Permission
from evalflow.errors import Invalid, NotFound
from evalflow.seasons import guards, taking_back, visibility
from evalflow.seasons.models import StageRow
from evalflow.stages.notice import commands, paper, printing, queries
from evalflow.stages.notice.models import Objection, ObjectionState
from evalflow.stages.notice.period import Period
from evalflow.stages.notice.queries import Proposed
from evalflow.web.addresses import in_full
from evalflow.web.autosaved import autosaved
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.confirming import confirm_first
from evalflow.web.current import actor, config, database, locale, now, reading, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.place import place

blueprint = kind_blueprint("notice")
ANSWERS = (
    SelectChoice(ObjectionState.REJECTED, _l("Rejected")),
    SelectChoice(ObjectionState.UPHELD, _l("Upheld: the name is struck")),
)


class ObjectionForm(Form):
    """code: made when the form is shown; it opens the case later, and sending the form twice is one objection."""

    entry = SelectField(_l("What do you object to?"), validate_choice=False)
    name = StringField(_l("Your name"), [InputRequired(), Length(max=commands.NAME_MAX)])
    contact = StringField(_l("How we can reach you"), [InputRequired(), Length(max=commands.CONTACT_MAX)])
    text = TextAreaField(
        _l("Facts and reasons"), [InputRequired(), Length(max=commands.TEXT_MAX)], render_kw={"rows": 6}
    )
    code = HiddenField()


class AnswerForm(Form):
    state = RadioField(_l("Decision"), [InputRequired()], choices=ANSWERS)
    answer = TextAreaField(_l("Reasons, for the objector to read"), [InputRequired(), Length(max=commands.TEXT_MAX)])
    published = StringField(_l("Reason for everybody, where it is upheld"), [Length(max=commands.PUBLISHED_MAX)])


@dataclass(frozen=True)
class NoticePage:
    """What the notice shows. is_shown: whether this person may see the names.

    has_gallery: whether the entries have public pages. checkpoint: "" where there is none.
    """

    stage: StageRow
    is_shown: bool
    has_gallery: bool
    proposed: Sequence[Proposed]
    period: Period | None
    intro: Sequence[str]
    objecting: Sequence[str]
    takes_objections: bool
    states: Mapping[ObjectionState, int]
    afterwards: Sequence[str]
    checkpoint: str


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    return _notice_page(_new_form())


def _new_form() -> ObjectionForm:
    return ObjectionForm(code=database().entropy.token(16).hex())


def _notice_page(form: ObjectionForm) -> str:
    session, stage = reading(), place().stage
    shown = visibility.sees_proposal(actor(), stage.season)
    proposed = queries.proposed(session, stage) if shown else []
    checkpoint = queries.latest_checkpoint(session)
    page = NoticePage(
        stage=stage,
        is_shown=shown,
        has_gallery=visibility.has_begun(stage.season, "promotion"),
        proposed=proposed,
        period=queries.period(session, stage),
        intro=paper.intro(stage, proposed, locale()),
        objecting=paper.objecting(stage, locale()),
        takes_objections=queries.options_of(stage).objections and guards.is_open(stage, now()),
        states=queries.states(session, stage.id),
        afterwards=queries.afterwards(session, stage, locale()),
        checkpoint=checkpoint.note if checkpoint else "",
    )
    if page.takes_objections:
        form.entry.choices = _choices(proposed)
    return render_template("stages/notice/home.html", page=page, form=form)


def _choices(proposed: Sequence[Proposed]) -> list[SelectChoice]:
    """The notice as a whole, then the names on it."""
    named = [SelectChoice(one.entry.key, one.entry.title) for one in proposed]
    return [SelectChoice("", _("The notice as a whole")), *named]


@blueprint.post("/")
@guarded(Permission.OBJECT)
def object_to() -> Response | tuple[str, int]:
    form = ObjectionForm()
    if not form.validate():
        return _notice_page(form), 422
    code = str(form.code.data or "")
    try:
        with database().writing() as session:  # the address of what comes of it is the objector's secret
            commands.object_to(
                session,
                place().stage.id,
                entry_key=form.entry.data or "",
                name=form.name.data,
                contact=form.contact.data,
                text=form.text.data,
                code=code,
                actor=actor(),
                now=now(),
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _notice_page(form), refusal.status
    return redirect(url_for("notice.case", code=code))


@blueprint.get("/case/<code>")
@guarded(Permission.SEE_PUBLIC)
def case(code: str) -> Response:
    """An objection for whoever holds its code; nothing of it stays in a cache."""
    stage = place().stage
    found = queries.by_code(reading(), stage.id, code)
    if found is None:
        raise NotFound("no_such_case")
    response = make_response(
        render_template(
            "stages/notice/case.html",
            stage=stage,
            case=found,
            code=code,
            taken_back=taking_back.of(reading(), stage.id, f"answer:{found.number}"),
        )
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@blueprint.post("/case/<code>/withdraw")
@guarded(Permission.OBJECT)
@confirm_first(
    _l("Your objection is closed without an answer. This can't be undone; while the notice runs you can object anew."),
    _l("Withdraw the objection"),
)
def withdraw(code: str) -> Response:
    with database().writing() as session:
        commands.withdraw(session, place().stage.id, code, actor=actor(), now=now())
    flash(_("Your objection has been withdrawn."))
    return redirect(url_for("notice.case", code=code))


@blueprint.get("/desk")
@guarded(Permission.ANSWER_OBJECTIONS)
def desk() -> str:
    return _desk_page(AnswerForm(), 0)


def _desk_page(form: AnswerForm, number: int) -> str:
    """number: the objection to whose form what was typed belongs; 0 for none."""
    stage = place().stage
    found: Sequence[Objection] = queries.objections(reading(), stage.id)
    rows = taking_back.of_stage(reading(), stage.id, "answer")
    taken_back = {one.number: [row for row in rows if row.about == f"answer:{one.number}"] for one in found}
    empty = AnswerForm(formdata=None)
    return render_template(
        "stages/notice/desk.html",
        stage=stage,
        objections=found,
        form=form,
        empty=empty,
        number=number,
        taken_back=taken_back,
    )


@blueprint.post("/desk/<int:number>")
@guarded(Permission.ANSWER_OBJECTIONS)
@autosaved
@confirm_first(
    _l(
        "The objector reads this answer, and the case is closed; an entry whose objection is upheld is struck. The "
        "answer can be taken back with a reason until the notice is settled."
    ),
    _l("Close the case with this answer"),
)
def answer(number: int) -> Response | tuple[str, int]:
    form = AnswerForm()
    if not form.validate():
        return _desk_page(form, number), 422
    try:
        with writing() as session:
            state = ObjectionState(form.state.data)
            commands.answer(
                session,
                place().stage.id,
                number,
                state=state,
                text=form.answer.data,
                published=form.published.data or "",
                actor=actor(),
                now=now(),
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _desk_page(form, number), refusal.status
    flash(_("Objection no. %(number)s is answered.", number=number))
    return redirect(url_for("notice.desk"))


@blueprint.post("/desk/<int:number>/reopen")
@guarded(Permission.ANSWER_OBJECTIONS)
def reopen(number: int) -> Response:
    reason = request.form.get("reason", "")
    with writing() as session:
        commands.reopen(session, place().stage.id, number, reason=reason, actor=actor(), now=now())
    flash(_("The answer to objection no. %(number)s is taken back; it waits for another one.", number=number))
    return redirect(url_for("notice.desk"))


@blueprint.post("/desk/<int:number>/erase")
@guarded(Permission.ANSWER_OBJECTIONS)
@confirm_first(
    _l("Who objected and every word of it are erased for ever; the result stays. This can't be undone."),
    _l("Erase what is personal"),
)
def erase(number: int) -> Response:
    with writing() as session:
        commands.erase(session, place().stage.id, number, actor=actor(), now=now())
    flash(_("What was personal in objection no. %(number)s is erased.", number=number))
    return redirect(url_for("notice.desk"))


@blueprint.get("/notice.pdf")
@guarded(Permission.SEE_PUBLIC)
def printed() -> Response:
    """The notice to be put up on a board, with the log's latest checkpoint on it."""
    session, here = reading(), place()
    if not visibility.sees_proposal(actor(), here.season) or here.stage.opened_at is None:
        raise NotFound("notice_later")
    notice = printing.of(session, here.stage, config(), here.locale, in_full(url_for("notice.home")))
    response = make_response(documents.render("notice", paper.values(notice, here.locale)))
    response.mimetype = "application/pdf"
    response.headers.set("Content-Disposition", "inline", filename=f"{here.season.key}-{here.stage.key}.pdf")
    return response
