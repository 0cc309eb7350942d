"""What the pages and the engine ask of a tracking stage."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from evalflow.access import Actor, Permission, may
from evalflow.i18n import N_
from evalflow.kinds.tracking import TrackingOptions
from evalflow.seasons import guards, plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.rules import stage_of
from evalflow.seasons.tasks import Task
from evalflow.seasons.windows import ZONE
from evalflow.stages.tracking import calendar
from evalflow.stages.tracking.models import FollowUp, MonthlyPlan, ProgressReport


def reports(session: Session, stage_id: int) -> Sequence[ProgressReport]:
    """All reports with their entries, by entry and number."""
    query = (
        select(ProgressReport)
        .join(ProgressReport.entry)
        .where(ProgressReport.stage_id == stage_id)
        .options(contains_eager(ProgressReport.entry), selectinload(ProgressReport.figures))
        .order_by(Entry.key, ProgressReport.number)
    )
    return session.scalars(query).all()


def reports_of(session: Session, stage_id: int, entry_id: int) -> Sequence[ProgressReport]:
    """The reports on one entry, the latest first."""
    query = select(ProgressReport).where(ProgressReport.stage_id == stage_id, ProgressReport.entry_id == entry_id)
    latest = query.options(selectinload(ProgressReport.figures)).order_by(ProgressReport.number.desc())
    return session.scalars(latest).all()


def next_number(session: Session, stage_id: int, entry_id: int) -> int:
    """Of the report that would be filed next."""
    return len(reports_of(session, stage_id, entry_id)) + 1


def counts(session: Session, stage_id: int) -> Mapping[int, int]:
    """{entry id: number of reports}; an entry without any is absent."""
    query = select(ProgressReport.entry_id, func.count()).where(ProgressReport.stage_id == stage_id)
    return dict(session.execute(query.group_by(ProgressReport.entry_id)).all())


def may_read(actor: Actor, entry: Entry) -> bool:
    """A branch reads reports on what it owns or takes part in, a leader those of the projects under their command; the
    organiser, the committee and auditors all of them.
    """
    if may(actor, Permission.READ_DOSSIER, season=entry.season_id) or plans.names(entry, actor):
        return True
    return may(actor, Permission.DECLARE, season=entry.season_id, branch=entry.branch_id)


def leader_of(entry: Entry) -> str:
    """The login of who took command; "" where nobody is asked for."""
    return plans.answer_of(entry, "leader")


def has_come(entry: Entry, stage: StageRow) -> bool:
    """Whether an accepted entry has reached this stage or is beyond it; where all move together, always."""
    if not entry.position:
        return True
    keys = [row.key for row in stage.season.stages]
    at = entry.position.partition(".")[0]
    return at not in keys or keys.index(at) >= keys.index(stage.key)


def is_here(entry: Entry, stage: StageRow) -> bool:
    """Whether an accepted entry is at this stage; where entries move together, all are."""
    return not entry.position or entry.position.startswith(f"{stage.key}.")


def open_orders(session: Session, stage_id: int) -> Sequence[FollowUp]:
    """Orders that nobody has closed, with their entries, the most urgent first."""
    query = (
        select(FollowUp)
        .join(FollowUp.entry)
        .where(FollowUp.stage_id == stage_id, FollowUp.closed_at.is_(None), Entry.state == EntryState.ACCEPTED)
        .options(contains_eager(FollowUp.entry).joinedload(Entry.branch))
    )
    return session.scalars(query.order_by(FollowUp.due, FollowUp.id)).all()


def orders(session: Session, stage_id: int) -> Sequence[FollowUp]:
    """All orders with their entries, by entry and number."""
    query = select(FollowUp).join(FollowUp.entry).where(FollowUp.stage_id == stage_id)
    return session.scalars(query.options(contains_eager(FollowUp.entry)).order_by(Entry.key, FollowUp.number)).all()


def month_plans(session: Session, stage_id: int) -> Sequence[tuple[MonthlyPlan, Entry]]:
    """All monthly plans with their entries, by entry and month."""
    query = select(MonthlyPlan, Entry).join(Entry, MonthlyPlan.entry_id == Entry.id)
    found = session.execute(query.where(MonthlyPlan.stage_id == stage_id).order_by(Entry.key, MonthlyPlan.month))
    return [(plan, entry) for plan, entry in found]


def _order_tasks(session: Session, stage: StageRow, actor: Actor) -> list[Task]:
    """To a branch the orders it has not answered, to the supervisor those it has; none on a project that went on."""
    found = []
    for order in open_orders(session, stage.id):
        if not is_here(order.entry, stage):
            continue
        own = may(actor, Permission.DECLARE, season=stage.season_id, branch=order.entry.branch_id)
        args = (("entry_key", order.entry.key),)
        if own and order.answered_at is None:
            title = N_("Answer a follow-up order")
            due = end_of(order.due)
            found.append(Task(title, "tracking.supervision", stage, order.entry.title, due, args=args))
        elif order.answered_at is not None and may(actor, Permission.SUPERVISE, season=stage.season_id):
            title = N_("Close a follow-up order that was answered")
            found.append(Task(title, "tracking.supervision", stage, order.entry.title, args=args))
    return found


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """A branch reports on each entry of its own, in every period that its rules name or else once."""
    if not guards.is_open(stage, now) or actor.person_id is None:
        return []
    found = _order_tasks(session, stage, actor)
    if not may(actor, Permission.DECLARE, season=stage.season_id):
        return found
    days: dict[int, list[date]] = {}
    for report in reports(session, stage.id):
        days.setdefault(report.entry_id, []).append(report.day)
    period = calendar.current(_every(stage), now.astimezone(ZONE).date())
    own = [
        entry
        for entry in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)
        if is_here(entry, stage) and may(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    ]
    return found + [
        Task(
            "Report on progress",
            "tracking.entry",
            stage,
            detail=entry.title,
            due=end_of(period[1]) if period else stage.closes_at,
            is_done=any(period is None or period[0] <= day <= period[1] for day in days.get(entry.id, ())),
            args=(("entry_key", entry.key),),
        )
        for entry in own
    ]


def _every(stage: StageRow) -> str:
    options = stage_of(stage).options
    assert isinstance(options, TrackingOptions)
    return options.reports


def end_of(day: date) -> datetime:
    """The end of a day, where days are meant."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZONE)
