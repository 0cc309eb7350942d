"""Writing reminders down, and what people and organisers may do about them. Nothing here sends anything."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.access import SYSTEM, Actor, Permission, require
from evalflow.audit import ledger
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.people.queries import locked_person
from evalflow.reminding import addresses, events, queries
from evalflow.reminding.models import Cause, Delivery, Mailbox, Nudge, Reminder, Round
from evalflow.seasons import queries as seasons
from evalflow.seasons import schedule
from evalflow.seasons.models import Phase, Season, StageRow
from evalflow.seasons.tasks import Task

Told = Mapping[int, Sequence[tuple[Season, Cause, Sequence[Task]]]]


def begin_round(session: Session, day: date, *, opens_week: bool) -> None:
    """From now on this day's reminders are being made; saying so again changes nothing."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    session.execute(insert(Round).values(day=day, opens_week=opens_week).on_conflict_do_nothing())


def tell(session: Session, day: date, told: Told, *, now: datetime) -> int:
    """Write a day's reminders of some people; how many. Those written before stay as they are."""
    session.scalars(select(Round).where(Round.day == day).with_for_update()).one()  # one maker after the other
    mailed = queries.mailboxes(session, told)
    known = queries.already(session, told, day.isoformat())
    made = 0
    for person_id, parts in told.items():
        for season, cause, tasks in parts:
            if tasks and (person_id, season.id) not in known:
                delivery = Delivery.WAITING if person_id in mailed else Delivery.HOUSE
                session.add(
                    Reminder(
                        person_id=person_id,
                        season_id=season.id,
                        cause=cause,
                        occasion=day.isoformat(),
                        lines=lines_of(tasks),
                        made_at=now,
                        delivery=delivery,
                        due_at=now,
                    )
                )
                made += 1
    return made


def end_round(session: Session, day: date, *, now: datetime) -> None:
    """Everybody was told. Logs how many people were, if any."""
    row = session.scalars(select(Round).where(Round.day == day).with_for_update()).one()
    if row.done_at is None:
        row.done_at = now
        people = queries.count_told(session, day.isoformat())
        if people:
            public = {"day": day.isoformat(), "people": people}
            ledger.append(session, events.ROUND_MADE, actor=SYSTEM, now=now, public=public)


def may_nudge(session: Session, stage: StageRow, *, now: datetime) -> None:
    """Conflict where a stage can't be nudged: not begun or over, its season cancelled, or nudged today."""
    if stage.phase not in (Phase.OPEN, Phase.CLOSED) or stage.season.cancelled_at is not None:
        raise Conflict("stage_not_open", stage=stage.key, phase=stage.phase)
    if session.get(Nudge, (stage.id, today(now))) is not None:
        raise Conflict("nudged_today")


def nudge(session: Session, stage_id: int, late: Mapping[int, Sequence[Task]], *, actor: Actor, now: datetime) -> int:
    """Remind those who have something left to do in a stage; how many. late: {person id: what is left}."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.STEER, season=stage.season_id)
    may_nudge(session, stage, now=now)
    mailed = queries.mailboxes(session, late)
    session.add(Nudge(stage_id=stage.id, day=today(now), nudged_at=now, people=len(late)))
    for person_id, tasks in late.items():
        session.add(
            Reminder(
                person_id=person_id,
                season_id=stage.season_id,
                stage_id=stage.id,
                cause=Cause.NUDGE,
                occasion=f"{today(now).isoformat()} {stage.id}",
                lines=lines_of(tasks),
                made_at=now,
                delivery=Delivery.WAITING if person_id in mailed else Delivery.HOUSE,
                due_at=now,
            )
        )
    season, public = stage.season.key, {"people": len(late)}
    ledger.append(session, events.STAGE_NUDGED, actor=actor, now=now, season=season, stage=stage.key, public=public)
    return len(late)


def retry(session: Session, season: Season, *, actor: Actor, now: datetime) -> int:
    """Mails of a season that had failed, or of which nobody knows whether they arrived, wait again; how many."""
    require(actor, Permission.STEER, season=season.id)
    failed = (Reminder.season_id == season.id, Reminder.delivery.in_((Delivery.FAILED, Delivery.UNKNOWN)))
    ids = session.scalars(select(Reminder.id).where(*failed).order_by(Reminder.id).with_for_update()).all()
    if ids:
        again = {"delivery": Delivery.WAITING, "attempts": 0, "due_at": now}
        session.execute(update(Reminder).where(Reminder.id.in_(ids)).values(**again))
        public = {"mails": len(ids)}
        ledger.append(session, events.MAILS_RETRIED, actor=actor, now=now, season=season.key, public=public)
    return len(ids)


def choose_mailbox(session: Session, address: str, *, actor: Actor, now: datetime) -> None:
    """Where one's own reminders are mailed to; "" ends it, and what waits is shown in the house only."""
    person_id = locked_person(session, _own(actor)).id
    address = address.strip()
    flaw = addresses.flaw(address) if address else ""
    if flaw:
        raise Invalid(flaw, fields={"address": flaw})
    row = session.get(Mailbox, person_id)
    if address == (row.address if row else ""):
        return
    if not address:
        session.execute(delete(Mailbox).where(Mailbox.person_id == person_id))
        waiting = (Reminder.person_id == person_id, Reminder.delivery == Delivery.WAITING)
        session.execute(update(Reminder).where(*waiting).values(delivery=Delivery.HOUSE))
    elif row is None:
        session.add(Mailbox(person_id=person_id, address=address))
    else:
        row.address = address
    kind = events.MAILBOX_CHOSEN if address else events.MAILBOX_EMPTIED
    ledger.append(session, kind, actor=actor, now=now)


def read(session: Session, *, actor: Actor, now: datetime) -> None:
    """One's own reminders made so far are read; it is nobody else's business and not logged."""
    unread = (Reminder.person_id == _own(actor), Reminder.read_at.is_(None), Reminder.made_at <= now)
    session.execute(update(Reminder).where(*unread).values(read_at=now))


def today(now: datetime) -> date:
    """The day in the house's time zone."""
    return zone.day_of(now)


def midnight(now: datetime) -> datetime:
    """When this day began."""
    return zone.start_of(today(now))


def lines_of(tasks: Sequence[Task]) -> list[dict[str, object]]:
    """Tasks as a reminder keeps them."""
    return [
        {
            "title": task.title,
            "detail": task.detail,
            "due": task.due.isoformat() if task.due else "",
            "about": schedule.is_about(task.stage, task.due),
            "moment": _moment(task),
            "stage": task.stage.id,
            "secret": task.is_secret,
        }
        for task in tasks
    ]


def _moment(task: Task) -> str:
    """Which moment of its stage's window a task is due at: "opens", "closes", or "" where it has a date of its own."""
    moments = {task.stage.closes_at: "closes", task.stage.opens_at: "opens"}
    return moments.get(task.due, "") if task.due is not None else ""


def _own(actor: Actor) -> int:
    require(actor, Permission.USE_ACCOUNT)
    if actor.person_id is None:
        raise Forbidden("not_permitted", permission=Permission.USE_ACCOUNT.value)
    return actor.person_id
