"""The page of a project's monthly plans and follow-up orders. What is refused is shown again as it was typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from evalflow.access import Permission, may
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, StageRow, TakenBack
from evalflow.stages.tracking import queries, supervising
from evalflow.stages.tracking.models import FollowUp, MonthlyPlan, ProjectComment
from evalflow.stages.tracking.supervising import OrderState
from evalflow.stages.tracking.views import blueprint
from evalflow.web.autosaved import autosaved
from evalflow.web.current import actor, now, reading, writing
from evalflow.web.guard import guarded
from evalflow.web.place import place
from evalflow.web.refusals import sentence, sentence_of
from evalflow.workflow import days

Answered = Response | tuple[str, int]


@dataclass(frozen=True)
class Typed:
    """What was typed into one of the page's forms and refused. at: which form; wrong: sentences by field."""

    at: str = ""
    text: str = ""
    due: str = ""
    told: str = ""
    wrong: tuple[tuple[str, str], ...] = ()

    def of(self, name: str) -> list[str]:
        """What is wrong with one field."""
        return [told for field, told in self.wrong if field == name]

    @property
    def elsewhere(self) -> list[str]:
        """What is wrong with fields that the page doesn't show: the month of a plan."""
        return [told for field, told in self.wrong if field not in ("text", "due")]


@dataclass(frozen=True)
class SupervisionPage:
    """Orders, plans and comments on a project, the latest first. givers: {person id: name} of who gave orders.

    months: first days of those that can be planned now.
    """

    entry: Entry
    orders: Sequence[FollowUp]
    comments: Sequence[tuple[ProjectComment, str]]
    givers: Mapping[int, str]
    plans: Sequence[MonthlyPlan]
    months: Sequence[date]
    stage: StageRow
    now: datetime
    may_order: bool
    may_answer: bool
    typed: Typed
    reopened: Mapping[int, Sequence[TakenBack]]

    def taken_back(self, order: FollowUp) -> Sequence[TakenBack]:
        """Closings of an order that were taken back."""
        return self.reopened[order.number]

    def written(self, month: date) -> str:
        """The plan as it stands; "" where none is written."""
        return next((one.text for one in self.plans if one.month == month), "")

    def state(self, order: FollowUp) -> OrderState:
        return supervising.state_of(order, self.stage, self.now)

    @property
    def homeless(self) -> str:
        """What was typed into a form that can't be shown any more, such as that of a month that is over."""
        open_orders = [one.number for one in self.orders if not one.closed_at]
        shown = {f"plan-{month}" for month in self.months} if self.may_answer else set()
        shown |= {f"answer-{number}" for number in open_orders if self.may_answer}
        shown |= {"give", *(f"close-{number}" for number in open_orders)} if self.may_order else set()
        shown |= {"comment"} if self.may_comment else set()
        return "" if self.typed.at in shown else self.typed.text

    @property
    def may_comment(self) -> bool:
        return self.may_order or self.may_answer


@blueprint.get("/<entry_key>/supervision")
@guarded(Permission.USE_ACCOUNT)
def supervision(entry_key: str) -> str:
    return _page(_found(entry_key), Typed())


def _found(entry_key: str) -> Entry:
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    if not queries.may_read(actor(), found):
        raise Forbidden("not_permitted")
    return found


def _page(found: Entry, typed: Typed) -> str:
    here, asking = place(), actor()
    is_open = queries.is_underway(found, here.stage, here.now)
    orders = supervising.of_entry(reading(), here.stage.id, found.id)
    page = SupervisionPage(
        entry=found,
        orders=orders,
        reopened=supervising.reopenings(reading(), here.stage.id, found, orders),
        comments=supervising.comments_of(reading(), here.stage.id, found.id),
        givers=supervising.givers(reading(), orders),
        plans=supervising.plans_of(reading(), here.stage.id, found.id),
        months=queries.months(here.stage, here.now),
        stage=here.stage,
        now=here.now,
        may_order=is_open and queries.may_direct(asking, found),
        may_answer=is_open and may(asking, Permission.DECLARE, season=here.season.id, branch=found.branch_id),
        typed=typed,
    )
    return render_template("stages/tracking/supervision.html", stage=here.stage, page=page)


@blueprint.post("/<entry_key>/supervision/comments")
@guarded(Permission.USE_ACCOUNT)
@autosaved
def comment_on(entry_key: str) -> Answered:
    def act(session: Session, moment: datetime, text: str) -> None:
        supervising.comment(session, place().stage.id, entry_key, text, actor=actor(), now=moment)

    return _acted(entry_key, "comment", act, _("Your comment is kept."))


@blueprint.post("/<entry_key>/supervision/orders")
@guarded(Permission.DIRECT)
@autosaved
def give_order(entry_key: str) -> Answered:
    def act(session: Session, moment: datetime, text: str) -> None:
        due, number = _day(request.form.get("due", "")), request.form.get("number", 0, type=int)
        supervising.give(session, place().stage.id, entry_key, text, due=due, number=number, actor=actor(), now=moment)

    return _acted(entry_key, "give", act, _("The order is given."))


@blueprint.post("/<entry_key>/supervision/orders/<int:number>/answer")
@guarded(Permission.DECLARE)
@autosaved
def answer_order(entry_key: str, number: int) -> Answered:
    def act(session: Session, moment: datetime, text: str) -> None:
        supervising.answer(session, place().stage.id, entry_key, number, text, actor=actor(), now=moment)

    return _acted(entry_key, f"answer-{number}", act, _("Your answer is kept."))


@blueprint.post("/<entry_key>/supervision/orders/<int:number>/close")
@guarded(Permission.DIRECT)
@autosaved
def close_order(entry_key: str, number: int) -> Answered:
    def act(session: Session, moment: datetime, text: str) -> None:
        supervising.close(session, place().stage.id, entry_key, number, text, actor=actor(), now=moment)

    return _acted(entry_key, f"close-{number}", act, _("The order is closed."))


@blueprint.post("/<entry_key>/supervision/orders/<int:number>/reopen")
@guarded(Permission.DIRECT)
def reopen_order(entry_key: str, number: int) -> Answered:
    def act(session: Session, moment: datetime, _text: str) -> None:
        reason = request.form.get("reason", "")
        supervising.reopen(session, place().stage.id, entry_key, number, reason, actor=actor(), now=moment)

    return _acted(entry_key, "", act, _("The order is open again."))


@blueprint.post("/<entry_key>/supervision/plan")
@guarded(Permission.DECLARE)
@autosaved
def plan_month(entry_key: str) -> Answered:
    month = _day(request.form.get("month", ""))

    def act(session: Session, moment: datetime, text: str) -> None:
        wanted = month or date.min
        supervising.plan(session, place().stage.id, entry_key, wanted, text, actor=actor(), now=moment)

    return _acted(entry_key, f"plan-{month}", act, _("The plan is kept."))


def _acted(entry_key: str, at: str, act: Callable[[Session, datetime, str], None], done: str) -> Answered:
    """The act, then the page again: by a redirect, or with what was typed and what is wrong with it."""
    found, text = _found(entry_key), request.form.get("text", "")
    try:
        with writing() as session:
            act(session, now(), text)
    except (Conflict, Invalid) as refusal:
        fields = refusal.fields if isinstance(refusal, Invalid) else {}
        wrong = tuple((name, sentence_of(code, refusal.facts)) for name, code in fields.items())
        typed = Typed(at, text, request.form.get("due", ""), sentence(refusal), wrong)
        return _page(found, typed), refusal.status
    flash(done)
    return redirect(url_for("tracking.supervision", entry_key=entry_key))


def _day(typed: str) -> date | None:
    try:
        return days.read(typed)
    except ValueError:
        return None
