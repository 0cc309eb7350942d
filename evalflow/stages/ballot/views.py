"""The ballot's pages: vote, receipt, "is my envelope in the box", turnout, and the tellers' desk."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import PasswordField, SelectMultipleField, StringField
from wtforms.validators import EqualTo, InputRequired

from evalflow.access import Permission
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.kinds.ballot_rules import DEFAULT, BallotOptions
from evalflow.kinds.ballot_words import words
from evalflow.kinds.marking import Paper
from evalflow.seasons import guards, visibility
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, Phase, StageRow
from evalflow.stages.ballot import box_pages, casting, queries, tellers, unopened
from evalflow.stages.ballot.casting import Choice
from evalflow.stages.ballot.models import Teller, UnopenedBox
from evalflow.stages.ballot.papers import paper_of
from evalflow.tally.rounding import round_half_up
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.current import actor, database, locale, note_sent, now, reading, tick
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.pictures import covers
from evalflow.web.place import place
from evalflow.workflow import numbers
from evalflow.workflow.outcome import Outcome

RELOAD_SECONDS = 5  # while the box is being opened by another process

blueprint = kind_blueprint("ballot")


class VoteForm(Form):
    """attempt: the form's secret, made when it is shown; sending the same form with the same choice twice is one vote.

    opening: which opening of the vote the form was shown for, as `opening_of` tells it: a form of a vote that was given
    up is no vote in the one held again. Names chosen come as `entries`, marks as one field for each entry, `mark.KEY`.
    """

    entries = SelectMultipleField(validate_choice=False)
    attempt = StringField()
    opening = StringField()

    @property
    def marks(self) -> dict[str, str]:
        """What was written beside the entries; nothing for those left out."""
        fields = {name.removeprefix("mark."): text for name, text in request.form.items() if name.startswith("mark.")}
        return {key: text.strip() for key, text in fields.items() if text.strip()}

    def choice(self, paper: Paper) -> Choice:
        """Raises Invalid("mark_not_understood")."""
        if paper.options.form == "names":
            return frozenset(self.entries.data or ())
        try:
            return {key: paper.mark(numbers.narrow(text)) for key, text in self.marks.items()}
        except ValueError:
            raise Invalid("mark_not_understood") from None


class PassphraseForm(Form):
    passphrase = PasswordField(_l("Passphrase"), [InputRequired()])


class NewPassphraseForm(PassphraseForm):
    again = PasswordField(_l("Passphrase, again"), [InputRequired(), EqualTo("passphrase")])


@dataclass(frozen=True)
class VotePage:
    """What the ballot page shows.

    covers: attachment ids by entry. has_gallery: whether entries have public pages. weight: how many votes this
    person's counts as, None for whoever is not on the roll. receipt: of the envelope already in the box. votes, places
    (with titles, best first), steps of the count: only when they may be seen. on_paper: {key: title} of all that a
    ballot can name. unopened: votes of this stage that were never opened.
    """

    stage: StageRow
    options: BallotOptions
    words: Sequence[str]
    entries: Sequence[Entry]
    covers: dict[str, int]
    has_gallery: bool
    is_open: bool
    weight: int | None
    receipt: str | None
    sees_turnout: bool
    votes: dict[str, int | float] | None
    places: Sequence[tuple[int, str]]
    steps: Sequence[Mapping[str, Any]]
    on_paper: dict[str, str]
    unopened: Sequence[UnopenedBox]

    @property
    def opening(self) -> str:
        return opening_of(self.stage.opened_at)


def opening_of(opened_at: datetime | None) -> str:
    """An opening of the vote as its form carries it: a key of the program's own, which nobody typed."""
    return f"{opened_at.astimezone(UTC):%Y-%m-%dt%H:%M:%S.%fz}" if opened_at else ""


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    session, here = reading(), place()
    person = actor().person_id
    form = VoteForm(attempt=database().entropy.token(16).hex())
    return _vote_page(session, here.stage, form, person)


def _vote_page(session: Session, stage: StageRow, form: VoteForm, person: int | None) -> str:
    options = queries.options_of(stage)
    seen = visibility.sees_outcome(actor(), stage)
    outcome = seasons.outcome_of(stage) if seen else None
    entries = seasons.entries(session, stage.season_id, EntryState.ACCEPTED) if stage.opened_at else ()
    page = VotePage(
        stage=stage,
        options=options,
        words=words(options, locale()),
        entries=entries,
        covers=covers(stage.season, entries),
        has_gallery=visibility.has_begun(stage.season, "promotion"),
        is_open=guards.is_open(stage, now()),
        weight=queries.weight_on_roll(session, stage.id, person) if person is not None else None,
        receipt=queries.own_receipt(session, stage.id, person) if person is not None else None,
        sees_turnout=visibility.sees_turnout(actor(), stage),
        votes=_shown(outcome.figures["votes"]) if outcome else None,
        places=_places(outcome, entries) if outcome else (),
        steps=outcome.facts.get("election", {}).get("steps", ()) if outcome else (),
        on_paper={DEFAULT: options.default.title.to(locale()) if options.default else ""}
        | {entry.key: entry.title for entry in entries},
        unopened=unopened.of_stage(session, stage.id),
    )
    return render_template("stages/ballot/home.html", page=page, form=form)


def _places(outcome: Outcome, entries: Sequence[Entry]) -> list[tuple[int, str]]:
    """Where the method itself orders the entries: places with titles, best first."""
    titles = {entry.key: entry.title for entry in entries}
    return sorted((int(place), titles[key]) for key, place in outcome.figures.get("place", {}).items() if key in titles)


def _shown(votes: Mapping[str, Fraction]) -> dict[str, int | float]:
    """Votes as a chart draws them."""
    return {
        key: int(number) if number.denominator == 1 else float(round_half_up(number, 2))
        for key, number in votes.items()
    }


@blueprint.post("/")
@guarded(Permission.VOTE)
def cast() -> Response | tuple[str, int]:
    form = VoteForm()
    try:
        with database().writing() as session:  # nothing but the envelope: its form's own secret makes it one vote
            paper = paper_of(session, place().stage.id, place().stage.opened_at)
            if form.opening.data != opening_of(paper.opened_at):
                raise Conflict("changed_meanwhile")
            receipt = casting.cast(
                session,
                paper,
                form.choice(paper.marking),
                attempt=_attempt(form),
                actor=actor(),
                clock=now,
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _vote_page(reading(), place().stage, form, actor().person_id), refusal.status
    return redirect(url_for("ballot.receipt", envelope=receipt))


def _attempt(form: VoteForm) -> str:
    attempt = form.attempt.data or ""
    if not re.fullmatch("[0-9a-f]{32}", attempt):
        raise Invalid("form_incomplete")
    return str(attempt)


@blueprint.get("/receipt")
@guarded(Permission.SEE_PUBLIC)
def receipt() -> str:
    """Looks an envelope up by its receipt: one's own after voting, or any that somebody has written down."""
    session, stage = reading(), place().stage
    asked = re.sub(r"[^0-9a-f]", "", request.args.get("envelope", "").lower())
    person = actor().person_id
    own = queries.own_receipt(session, stage.id, person) if person is not None else None
    return render_template(
        "stages/ballot/receipt.html",
        stage=stage,
        asked=asked,
        is_in_box=bool(asked) and queries.is_in_box(session, stage.id, asked),
        is_replaced=bool(asked) and queries.is_replaced(session, stage.id, asked, person),
        unopened=unopened.of_receipt(session, stage.id, asked),
        is_own=bool(asked) and asked == own,
        own=own,
        check=box_pages.check_of(session, stage),
        receipts=queries.receipts(session, stage.id) if stage.closed_at and "all" in request.args else (),
    )


@blueprint.get("/turnout")
@guarded(Permission.SEE_PUBLIC)
def turnout() -> str:
    session, stage = reading(), place().stage
    if not visibility.sees_turnout(actor(), stage):
        raise Forbidden("turnout_later")
    electors, voted = queries.turnout(session, stage.id)
    options = queries.options_of(stage)
    lines = queries.turnout_by_branch(session, stage.id, small=options.small_branch)
    weights = queries.electors_by_weight(session, stage.id) if options.weights == "roll" else {}
    return render_template(
        "stages/ballot/turnout.html", stage=stage, electors=electors, voted=voted, lines=lines, weights=weights
    )


@dataclass(frozen=True)
class TellerPage:
    """The tellers' desk. own: None for whoever is no teller of this ballot. refused: whose shares are bad, by name.

    is_asked: to try the passphrase, as the opening is near. is_counting: enough shares are in, the box is about to be
    opened. is_old: an earlier version opened the vote.
    """

    stage: StageRow
    options: BallotOptions
    tellers: Sequence[Teller]
    own: Teller | None
    refused: Sequence[str]
    is_counted: bool
    is_counting: bool
    is_asked: bool
    is_old: bool

    @property
    def handed_in(self) -> int:
        return sum(teller.has_handed_in for teller in self.tellers)


@blueprint.get("/teller")
@guarded(Permission.HOLD_SHARE)
def teller() -> Response:
    form = PassphraseForm() if place().stage.closed_at else NewPassphraseForm()
    page = teller_desk()
    answer = make_response(teller_text(page, form))
    if page.is_counting:
        answer.headers["Refresh"] = str(RELOAD_SECONDS)
    return answer


def teller_desk() -> TellerPage:
    session, stage = reading(), place().stage
    tellers = queries.tellers(session, stage.id)
    box, options = queries.box_of(session, stage.id), queries.options_of(stage)
    is_counted = box is not None and box.is_counted
    is_complete = sum(teller.has_handed_in for teller in tellers) >= options.tellers.needed
    own = next((one for one in tellers if one.person_id == actor().person_id), None)
    return TellerPage(
        stage=stage,
        options=options,
        tellers=tellers,
        own=own,
        refused=queries.refused(session, stage.id),
        is_counted=is_counted,
        is_asked=own is not None and stage.phase == Phase.WAITING and queries.is_near(stage, now()),
        is_counting=stage.phase == Phase.CLOSED and is_complete and not is_counted,
        is_old=box is not None and box.rules == 1,
    )


def teller_text(page: TellerPage, form: PassphraseForm, tried: PassphraseForm | None = None) -> str:
    """tried: the form in which a passphrase was tried before the opening."""
    tried = tried or PassphraseForm(formdata=None)
    return render_template("stages/ballot/teller.html", page=page, form=form, tried=tried)


@blueprint.post("/teller/key")
@guarded(Permission.HOLD_SHARE)
def keep_key() -> Response | tuple[str, int]:
    form = NewPassphraseForm()
    if not form.validate():
        return teller_text(teller_desk(), form), 422
    try:
        tellers.keep_key(database(), place().stage.id, form.passphrase.data, actor=actor(), clock=now)
    except Invalid as refusal:
        form.refuse(refusal)
        return teller_text(teller_desk(), form), refusal.status
    note_sent()
    flash(_("Your passphrase is set. Keep it safe: without it your share can't be used."))
    return redirect(url_for("ballot.teller"))


@blueprint.post("/teller/share")
@guarded(Permission.HOLD_SHARE)
def hand_in() -> Response | tuple[str, int]:
    if place().stage.phase != Phase.CLOSED:
        raise Conflict("no_share_wanted")
    form = PassphraseForm()
    if not form.validate():
        return teller_text(teller_desk(), form), 422
    try:
        opened = tellers.hand_in(database(), place().stage.id, form.passphrase.data, actor=actor(), clock=now)
    except Invalid as refusal:
        form.refuse(refusal)
        return teller_text(teller_desk(), form), refusal.status
    note_sent()
    tick()
    flash(_("The box was opened and counted.") if opened else _("Your share is in."))
    return redirect(url_for("ballot.teller"))
