"""The committee's pages on applications, and the applicant's: the list, one application, comments, targets, motions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, takewhile

from flask import Response as Answer
from flask import make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from evalflow.access import Permission, may
from evalflow.errors import Forbidden, Invalid, NotFound
from evalflow.kinds import approval as rules
from evalflow.meetings import pages as meeting
from evalflow.meetings import queries as meetings
from evalflow.meetings.models import Motion
from evalflow.meetings.pages import MeetingForm
from evalflow.meetings.queries import Assembly
from evalflow.seasons import guards
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, StageRow
from evalflow.stages.approval import annulling, commands, pages, printing, queries, ruling
from evalflow.stages.approval.models import ProposalState
from evalflow.stages.approval.pages import Line
from evalflow.stages.approval.ruling import Target
from evalflow.web.autosaved import autosaved
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.confirming import COUNTED, confirm_first
from evalflow.web.current import actor, config, locale, now, reading
from evalflow.web.entrance import row_number
from evalflow.web.guard import guarded
from evalflow.web.held import typed
from evalflow.web.place import place

blueprint = kind_blueprint("approval")
meeting.install(blueprint)
Answered = Response | tuple[str, int]
STATES = {
    "open": _l("before the committee"),
    "returned": _l("returned for amendment"),
    "approved": _l("approved"),
    "rejected": _l("turned down"),
    "merged": _l("merged into another"),
    "withdrawn": _l("withdrawn"),
}
TONES = {"open": "primary", "returned": "warning", "approved": "success", "rejected": "danger"}
ANSWERS = {
    "waiting": _l("waits for the branch"),
    "accepted": _l("accepted by the branch"),
    "declined": _l("declined by the branch"),
    "lapsed": _l("lapsed"),
}


@dataclass(frozen=True)
class HomePage:
    """lines: what the reader may see. room None: for whoever does not read dossiers."""

    stage: StageRow
    words: Sequence[str]
    lines: Sequence[Line]
    room: Assembly | None
    keeps_minutes: bool


@blueprint.app_template_filter("approval_word")
def approval_word(code: str) -> str:
    """What became of an application, what a motion is about, or how a proposal stands, in words."""
    return str(_(printing.SUBJECTS[code]) if code in printing.SUBJECTS else {**STATES, **ANSWERS}.get(code, code))


@blueprint.app_template_filter("approval_tone")
def approval_tone(code: str) -> str:
    """The badge colour of it."""
    return {**TONES, "waiting": "warning", "accepted": "success", "declined": "danger"}.get(code, "secondary")


@blueprint.app_template_filter("is_annullable")
def is_annullable(motion: Motion) -> bool:
    """Whether a division can be annulled, as far as its subject goes."""
    return annulling.is_annullable(motion)


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    session, stage = reading(), place().stage
    reads = stage.opened_at is not None and may(actor(), Permission.READ_DOSSIER, season=stage.season_id)
    page = HomePage(
        stage=stage,
        words=rules.words(queries.options_of(stage), locale()),
        lines=pages.lines(session, stage, actor()) if stage.opened_at is not None else (),
        room=meetings.assembly(session, stage) if reads else None,
        keeps_minutes=guards.is_open(stage, now()) and may(actor(), Permission.KEEP_MINUTES, season=stage.season_id),
    )
    return render_template("stages/approval/home.html", page=page, form=_form())


def _form() -> MeetingForm:
    """With the version of the meeting as it is, unless one was sent."""
    form = MeetingForm()
    held = meetings.meeting(reading(), place().stage.id)
    if held is not None and form.version.data is None:
        form.version.data = held.version
    return form


@blueprint.get("/minutes.pdf")
@guarded(Permission.READ_DOSSIER)
def minutes() -> Answer:
    """Without the motions on what the reader stepped back from."""
    stage = place().stage
    if meetings.meeting(reading(), stage.id) is None:
        raise NotFound("no_meeting")
    response = make_response(printing.minutes(reading(), stage, actor(), config=config(), locale=locale()))
    response.mimetype = "application/pdf"
    response.headers.set("Content-Disposition", "inline", filename=f"{stage.season.key}-{stage.key}.pdf")
    return response


@blueprint.get("/entry/<entry_key>")
@guarded(Permission.USE_ACCOUNT)
def entry(entry_key: str) -> str:
    return _page(entry_key, _form())


def _page(entry_key: str, form: MeetingForm, faults: Mapping[str, str] | None = None) -> str:
    session, stage = reading(), place().stage
    found = _readable(session, entry_key)
    page = pages.application(session, stage, found, actor(), typed=typed(), faults=faults or {})
    return render_template("stages/approval/entry.html", page=page, form=form)


def _readable(session: Session, entry_key: str) -> Entry:
    found = seasons.entry_by_key(session, place().season.id, entry_key)
    if not queries.may_read(actor(), found):
        raise Forbidden("not_permitted")
    return found


@blueprint.post("/entry/<entry_key>/comment")
@guarded(Permission.DECIDE)
@autosaved
def comment(entry_key: str) -> Answered:
    field = request.form.get("field", "")

    def act(session: Session) -> None:
        text = request.form.get(f"comment-{field}", "")
        commands.comment(session, place().stage.id, entry_key, field, text, actor=actor(), now=now())

    return _kept(
        entry_key,
        act,
        lambda _name, _code: f"comment-{field}",
        lambda: str(_("The comment is kept. The branch reads it.")),
    )


@blueprint.post("/entry/<entry_key>/propose")
@guarded(Permission.KEEP_MINUTES)
@autosaved
def propose(entry_key: str) -> Answered:
    number = request.form.get("indicator", type=row_number) or 0

    def act(session: Session) -> None:
        commands.propose(
            session,
            place().stage.id,
            entry_key,
            indicator=number,
            work=request.form.get("work", ""),
            stretch=request.form.get("stretch", ""),
            reason=request.form.get("wish", ""),
            actor=actor(),
            now=now(),
        )

    return _kept(
        entry_key, act, _field_of_proposal, lambda: str(_("The branch is asked whether it accepts these targets."))
    )


def _field_of_proposal(name: str, _code: str) -> str:
    return "wish" if name == "reason" else name


@blueprint.post("/entry/<entry_key>/answer")
@guarded(Permission.DECLARE)
def answer(entry_key: str) -> Answered:
    """The branch's yes or no."""
    state = ProposalState.ACCEPTED if request.form.get("answer") == "accepted" else ProposalState.DECLINED
    return _answered(entry_key, state, _("Your answer is recorded."))


@blueprint.post("/entry/<entry_key>/take-back")
@guarded(Permission.KEEP_MINUTES)
def take_back(entry_key: str) -> Answered:
    return _answered(entry_key, ProposalState.LAPSED, _("The proposal is taken back."))


def _answered(entry_key: str, state: ProposalState, done: str) -> Answered:
    number = request.form.get("proposal", type=row_number) or 0

    def act(session: Session) -> None:
        commands.answer(session, place().stage.id, number, state, actor=actor(), now=now())

    return _kept(entry_key, act, lambda name, _code: name, lambda: done)


@blueprint.post("/entry/<entry_key>/rule")
@guarded(Permission.KEEP_MINUTES)
@autosaved
@confirm_first(COUNTED, _l("Record the division"))
def rule(entry_key: str) -> Answered:
    """One motion, with what it takes effect on when it is carried."""
    subject = request.form.get("subject", "")
    about = f"merge:{request.form.get('into', '')}>{entry_key}" if subject == "merge" else f"{subject}:{entry_key}"
    form = MeetingForm()
    results = []

    def act(session: Session) -> None:
        if subject not in rules.SUBJECTS:
            raise Invalid("no_subject", fields={"subject": "no_subject"})
        motion = ruling.rule(
            session,
            place().stage.id,
            meeting.division(request.form, about, "vote"),
            reason=request.form.get("reason", ""),
            targets=_targets() if subject == "targets" else (),
            shares=_shares() if subject == "merge" else (),
            version=form.version.data or 0,
            actor=actor(),
            now=now(),
        )
        results.append(motion.result)

    def done() -> str:
        is_carried = results == ["carried"]
        effect, none = (
            _("The motion was carried and has taken effect."),
            _("The motion is recorded; it was not carried."),
        )
        return str(effect if is_carried else none)

    return _kept(entry_key, act, lambda name, _code: "vote.ayes" if name == about else name, done, form)


@blueprint.post("/entry/<entry_key>/annul")
@guarded(Permission.KEEP_MINUTES)
def annul(entry_key: str) -> Answered:
    """A division that was recorded by mistake."""
    form = MeetingForm()

    def act(session: Session) -> None:
        annulling.annul(
            session,
            place().stage.id,
            request.form.get("number", type=row_number) or 0,
            reason=request.form.get("reason", ""),
            version=form.version.data or 0,
            actor=actor(),
            now=now(),
        )

    done = str(_("The division is annulled. The minutes say so."))
    return _kept(entry_key, act, lambda name, _code: name, lambda: done, form)


def _shares() -> list[str]:
    """As they were typed, in the order of the page; one for each who would go along."""
    numbers = takewhile(lambda number: f"share.{number}" in request.form, count(1))
    return [request.form[f"share.{number}"] for number in numbers]


def _targets() -> list[Target]:
    """The indicators whose new targets were typed."""
    found = []
    for name, text in request.form.items():
        number, dot, column = name.partition(".")
        if dot and column == "work" and number.isdecimal() and len(number) < 3:  # noqa: PLR2004
            stretch = request.form.get(f"{number}.stretch", "")
            if text.strip() or stretch.strip():
                found.append(Target(int(number), text, stretch))
    return found


def _kept(
    entry_key: str,
    act: Callable[[Session], None],
    field_of: Callable[[str, str], str],
    done: Callable[[], str],
    form: MeetingForm | None = None,
) -> Answered:
    """Do it and show the application anew, or once more with what was typed."""
    shown = form or _form()
    return meeting.kept(
        shown,
        act,
        field_of=field_of,
        again=lambda faults: _page(entry_key, shown, faults),
        done=done,
        to=url_for("approval.entry", entry_key=entry_key),
    )
