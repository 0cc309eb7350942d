"""Monthly plans and follow-up orders (月计划、周督办): what a branch wants to do, and what it is told to do by when."""

import enum
import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.access import Actor, Permission, may, require
from evalflow.audit.event import EventType
from evalflow.errors import Conflict, Forbidden, Invalid, NotFound
from evalflow.people.models import Person
from evalflow.seasons import guards, taking_back
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow, TakenBack
from evalflow.seasons.record import record
from evalflow.stages.tracking import events, queries
from evalflow.stages.tracking.models import FollowUp, MonthlyPlan, ProjectComment

LONGEST = 2000


class OrderState(enum.StrEnum):
    """Of a follow-up order. OPEN: no answer yet, and still time; ANSWERED: until it is closed.

    LAPSED: never closed, and nobody can any more, because the stage is over or the project has left it.
    """

    OVERDUE = "overdue"
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    LAPSED = "lapsed"


def state_of(order: FollowUp, stage: StageRow, now: datetime) -> OrderState:
    """How an order stands; due today is not overdue."""
    if order.closed_at is not None:
        return OrderState.CLOSED
    if not queries.is_underway(order.entry, stage, now):
        return OrderState.LAPSED
    if order.answered_at is not None:
        return OrderState.ANSWERED
    return OrderState.OVERDUE if order.due < zone.day_of(now) else OrderState.OPEN


def give(
    session: Session,
    stage_id: int,
    entry_key: str,
    text: str,
    *,
    due: date | None,
    number: int,
    actor: Actor,
    now: datetime,
) -> FollowUp:
    """Tell a branch what to do on its project, and by when. Invalid names the field of what can't be.

    number: the one the form was shown for, so that the same form sent twice is refused the second time.
    """
    stage, entry = _taken(session, stage_id, entry_key, now=now)
    require(actor, Permission.DIRECT, season=stage.season_id)
    _under_command(actor, entry)
    if number != len(of_entry(session, stage_id, entry.id)) + 1:
        raise Conflict("changed_meanwhile", entry=entry.title)
    wrong = _told(text)
    if due is None or due < zone.day_of(now):
        wrong["due"] = "due_day_passed"
    if wrong or due is None:
        raise Invalid("supervision_incomplete", fields=wrong)
    row = FollowUp(stage_id=stage_id, entry=entry, number=number, text=text.strip(), due=due, given_at=now)
    row.given_by = actor.person_id
    session.add(row)
    session.flush()
    _log(session, events.ORDER_GIVEN, stage, row, row.text, actor=actor, now=now, due=due.isoformat())
    return row


def answer(
    session: Session, stage_id: int, entry_key: str, number: int, text: str, *, actor: Actor, now: datetime
) -> FollowUp:
    """What was done about it. An answer can be given again until the order is closed."""
    stage, entry = _taken(session, stage_id, entry_key, now=now)
    require(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    row = _open_order(session, stage, entry, number)
    if wrong := _told(text):
        raise Invalid("supervision_incomplete", fields=wrong)
    row.answer, row.answered_at = text.strip(), now
    _log(session, events.ORDER_ANSWERED, stage, row, row.answer, actor=actor, now=now)
    return row


def close(
    session: Session, stage_id: int, entry_key: str, number: int, note: str, *, actor: Actor, now: datetime
) -> FollowUp:
    """The supervisor is content, or gives up with a reason: without an answer a note is needed."""
    stage, entry = _taken(session, stage_id, entry_key, now=now)
    require(actor, Permission.DIRECT, season=stage.season_id)
    _under_command(actor, entry)
    row = _open_order(session, stage, entry, number)
    if row.answered_at is None and not note.strip():
        raise Invalid("supervision_incomplete", fields={"text": "reason_needed"})
    if len(note) > LONGEST:
        raise Invalid("supervision_incomplete", fields={"text": "too_long"})
    row.closing, row.closed_at = note.strip(), now
    _log(session, events.ORDER_CLOSED, stage, row, row.closing, actor=actor, now=now)
    return row


def reopen(
    session: Session, stage_id: int, entry_key: str, number: int, reason: str, *, actor: Actor, now: datetime
) -> FollowUp:
    """Take it back that an order was closed; the branch answers it again."""
    stage, entry = _taken(session, stage_id, entry_key, now=now)
    require(actor, Permission.DIRECT, season=stage.season_id)
    _under_command(actor, entry)
    row = next((one for one in of_entry(session, stage.id, entry.id) if one.number == number), None)
    if row is None or row.closed_at is None:
        raise Conflict("nothing_to_take_back")
    row.closing, row.closed_at = "", None
    public, about = {"entry": entry.key, "number": number}, f"order:{entry.key}:{number}"
    taking_back.keep(session, stage, events.ORDER_REOPENED, about, reason, public=public, actor=actor, now=now)
    return row


def comment(
    session: Session, stage_id: int, entry_key: str, text: str, *, actor: Actor, now: datetime
) -> ProjectComment:
    """A word on a project by whoever directs it, or by its branch; nothing has to be answered."""
    stage, entry = _taken(session, stage_id, entry_key, now=now)
    if not may(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id):
        require(actor, Permission.DIRECT, season=stage.season_id)
        _under_command(actor, entry)
    if wrong := _told(text):
        raise Invalid("supervision_incomplete", fields=wrong)
    row = ProjectComment(
        stage_id=stage_id, entry_id=entry.id, person_id=actor.person_id, text=text.strip(), written_at=now
    )
    session.add(row)
    session.flush()
    public = {"entry": entry.key, "text_sha256": _digest(row.text)}
    record(session, events.COMMENTED, stage, public, actor=actor, now=now)
    return row


def comments_of(session: Session, stage_id: int, entry_id: int) -> Sequence[tuple[ProjectComment, str]]:
    """(comment, name of who made it) on one project, the latest first."""
    query = select(ProjectComment, Person.name).join(Person, Person.id == ProjectComment.person_id)
    found = query.where(ProjectComment.stage_id == stage_id, ProjectComment.entry_id == entry_id)
    return [(row, name) for row, name in session.execute(found.order_by(ProjectComment.id.desc()))]


def givers(session: Session, orders: Sequence[FollowUp]) -> Mapping[int, str]:
    """{person id: name} of those who gave orders."""
    ids = {one.given_by for one in orders} - {None}
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all()) if ids else {}


def plan(
    session: Session, stage_id: int, entry_key: str, month: date, text: str, *, actor: Actor, now: datetime
) -> MonthlyPlan:
    """What is to be done in this month or the next. Written again until the month is over; each writing is logged."""
    stage, entry = _taken(session, stage_id, entry_key, now=now)
    require(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    wrong = _told(text)
    if month not in queries.months(stage, now):
        wrong["month"] = "month_not_open"
    if wrong:
        raise Invalid("supervision_incomplete", fields=wrong)
    row = session.get(MonthlyPlan, (stage_id, entry.id, month)) or MonthlyPlan(
        stage_id=stage_id, entry_id=entry.id, month=month
    )
    row.text, row.saved_at = text.strip(), now
    session.add(row)
    public = {"entry": entry.key, "month": month.isoformat()[:7], "text_sha256": _digest(row.text)}
    record(session, events.MONTH_PLANNED, stage, public, actor=actor, now=now)
    return row


def of_entry(session: Session, stage_id: int, entry_id: int) -> Sequence[FollowUp]:
    """The orders on one project, the latest first."""
    query = select(FollowUp).where(FollowUp.stage_id == stage_id, FollowUp.entry_id == entry_id)
    return session.scalars(query.order_by(FollowUp.number.desc())).all()


def reopenings(session: Session, stage_id: int, entry: Entry, orders: Sequence[FollowUp]) -> dict[int, list[TakenBack]]:
    """{number of an order: its closings that were taken back}."""
    rows = taking_back.of_stage(session, stage_id, "order")
    return {one.number: [row for row in rows if row.about == f"order:{entry.key}:{one.number}"] for one in orders}


def counts(session: Session, stage: StageRow, now: datetime) -> tuple[Mapping[int, int], Mapping[int, int]]:
    """({entry id: how many of its orders are not closed}, {entry id: how many of these are overdue}).

    What has lapsed is over, though nobody closed it.
    """
    states = [(row.entry_id, state_of(row, stage, now)) for row in queries.open_orders(session, stage.id)]
    left = Counter(entry for entry, state in states if state is not OrderState.LAPSED)
    return left, Counter(entry for entry, state in states if state is OrderState.OVERDUE)


def plans_of(session: Session, stage_id: int, entry_id: int) -> Sequence[MonthlyPlan]:
    """The latest month first."""
    query = select(MonthlyPlan).where(MonthlyPlan.stage_id == stage_id, MonthlyPlan.entry_id == entry_id)
    return session.scalars(query.order_by(MonthlyPlan.month.desc())).all()


def _taken(session: Session, stage_id: int, entry_key: str, *, now: datetime) -> tuple[StageRow, Entry]:
    stage = guards.open_stage(session, stage_id, now=now)
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    guards.here(entry, stage)
    if entry.state != EntryState.ACCEPTED:
        raise Conflict("entry_not_here", entry=entry.title, stage=stage.key)
    return stage, entry


def _under_command(actor: Actor, entry: Entry) -> None:
    """Refuse a leader whose project this is not."""
    if not queries.may_direct(actor, entry):
        raise Forbidden("not_permitted", permission=Permission.SUPERVISE.value)


def _open_order(session: Session, stage: StageRow, entry: Entry, number: int) -> FollowUp:
    row = next((one for one in of_entry(session, stage.id, entry.id) if one.number == number), None)
    if row is None:
        raise NotFound("no_such_order", number=number)
    if row.closed_at is not None:
        raise Conflict("order_closed", number=number)
    return row


def _told(text: str) -> dict[str, str]:
    """What is wrong with a text, if anything, by its field."""
    if not text.strip():
        return {"text": "answer_missing"}
    return {"text": "too_long"} if len(text.strip()) > LONGEST else {}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _log(
    session: Session,
    event: EventType,
    stage: StageRow,
    row: FollowUp,
    text: str,
    *,
    actor: Actor,
    now: datetime,
    **more: str,
) -> None:
    public = {"entry": row.entry.key, "number": row.number, "text_sha256": _digest(text), **more}
    record(session, event, stage, public, actor=actor, now=now)
