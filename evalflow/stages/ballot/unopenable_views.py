"""The page of a box that can't be opened: the organiser states it, an auditor confirms, the vote is held again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import DateTimeLocalField, HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from evalflow import zone
from evalflow.access import Permission
from evalflow.errors import Conflict, Invalid, Refused
from evalflow.seasons import repeating, schedule
from evalflow.seasons.models import StageRow
from evalflow.seasons.windows import Window
from evalflow.stages.ballot import examining, queries, unopenable, unopened
from evalflow.stages.ballot.models import BoxStatement, Teller, UnopenedBox
from evalflow.stages.ballot.views import blueprint
from evalflow.web.confirming import confirm_first
from evalflow.web.current import actor, now, reading, tick, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.place import place


class UnopenableForm(Form):
    reason = TextAreaField(_l("Reason"), [InputRequired(), Length(max=500)])
    opens_at = DateTimeLocalField(_l("New opening time"), [InputRequired()])
    closes_at = DateTimeLocalField(_l("New closing time"), [Optional()])


class SeenForm(Form):
    """seen: the digest of the statement on the page."""

    seen = HiddenField()


@dataclass(frozen=True)
class UnopenablePage:
    """may_be_stated: whether the box is closed and waits for shares. pending: what waits for an auditor.

    chain: every stage with its window until now and from then on, where something is pending; refused: why that plan
    can't be any more.
    """

    stage: StageRow
    tellers: Sequence[Teller]
    needed: int
    may_be_stated: bool
    pending: BoxStatement | None
    chain: Sequence[tuple[StageRow, Window, Window]]
    refused: Refused | None
    unopened: Sequence[UnopenedBox]

    @property
    def handed_in(self) -> int:
        return sum(teller.has_handed_in for teller in self.tellers)

    @property
    def digest(self) -> str:
        return unopenable.digest_of(self.pending) if self.pending else ""


@blueprint.get("/box/unopenable", endpoint="unopenable")
@guarded(Permission.FOLLOW_TURNOUT)
def home() -> str:
    return _page(UnopenableForm())


def _page(form: UnopenableForm) -> str:
    session, stage = reading(), place().stage
    may_be_stated = unopenable.may_be_stated(session, stage)
    found = examining.pending(session, stage.id) if may_be_stated else None
    pending = found if found is not None and found.kind == "unopenable" else None
    chain, refused = _chain(session, stage, pending)
    page = UnopenablePage(
        stage=stage,
        tellers=queries.tellers(session, stage.id),
        needed=queries.options_of(stage).tellers.needed,
        may_be_stated=may_be_stated,
        pending=pending,
        chain=chain,
        refused=refused,
        unopened=unopened.of_stage(session, stage.id),
    )
    confirm = SeenForm(formdata=None, seen=page.digest)
    return render_template("stages/ballot/unopenable.html", page=page, form=form, confirm=confirm)


def _chain(
    session: Session, stage: StageRow, pending: BoxStatement | None
) -> tuple[Sequence[tuple[StageRow, Window, Window]], Refused | None]:
    if pending is None or pending.opens_at is None:
        return (), None
    try:
        plan = repeating.foreseen(session, stage, opens_at=pending.opens_at, closes_at=pending.closes_at, now=now())
    except Refused as refusal:
        return (), refusal
    return list(zip(stage.season.stages, schedule.told(stage.season), plan, strict=True)), None


@blueprint.post("/box/unopenable")
@guarded(Permission.STEER)
def state_unopenable() -> Response | tuple[str, int]:
    form = UnopenableForm()
    if not form.validate():
        return _page(form), 422
    try:
        with writing() as session:
            unopenable.state(
                session,
                place().stage.id,
                form.reason.data or "",
                opens_at=_moment(form.opens_at) or now(),
                closes_at=_moment(form.closes_at),
                actor=actor(),
                now=now(),
            )
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _page(form), refusal.status
    flash(_("Your statement is kept. An auditor has to confirm it before anything is destroyed."))
    return redirect(url_for("ballot.unopenable"))


def _moment(field: DateTimeLocalField) -> datetime | None:
    """The moment typed, read in the house's time zone."""
    try:
        return None if field.data is None else zone.read(field.data)
    except ValueError:
        raise Invalid("clock_leaves_out", fields={field.name: "clock_leaves_out"}) from None


@blueprint.post("/box/unopenable/confirm")
@guarded(Permission.AUDIT)
@confirm_first(
    _l(
        "All sealed votes of this ballot are destroyed unopened, with every key that could open them; none is ever "
        "counted. Who had voted is forgotten; receipts are told that their vote could not be opened. Then the vote is "
        "held again at the time stated, with new passphrases, a new roll and new votes. This can't be taken back, even "
        "if a passphrase is found."
    ),
    _l("Destroy the votes and hold the vote again"),
)
def confirm_unopenable() -> Response:
    with writing() as session:
        unopenable.confirm(session, place().stage.id, SeenForm().seen.data or "", actor=actor(), now=now())
    tick()
    flash(_("Confirmed: the votes were destroyed unopened, and the vote is held again."))
    return redirect(url_for("ballot.home"))
