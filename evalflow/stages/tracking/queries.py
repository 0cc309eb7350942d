"""What the pages and the engine ask of a tracking stage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from evalflow import zone
from evalflow.access import Actor, Permission, holds_anywhere, may
from evalflow.i18n import N_
from evalflow.kinds.punctual import REPORT, Filing
from evalflow.kinds.tracking import TrackingOptions
from evalflow.seasons import guards, plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.rules import stage_of
from evalflow.seasons.tasks import Task
from evalflow.stages.tracking import drafts, due
from evalflow.stages.tracking.due import Days, Due, Every
from evalflow.stages.tracking.models import FollowUp, MonthlyPlan, ProgressReport
from evalflow.workflow import indicators, numbers, periods

AHEAD = 2  # a plan is made for this month or the next ones, so many in all


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


def may_direct(actor: Actor, entry: Entry) -> bool:
    """Who gives orders on a project: the organiser and the committee on all of them, a leader on those they command."""
    return may(actor, Permission.SUPERVISE, season=entry.season_id) or plans.leads(entry, actor)


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


def is_underway(entry: Entry, stage: StageRow, now: datetime) -> bool:
    """Whether something can be done about an entry now: the stage is open, and it is at this stage and not given up."""
    return guards.is_open(stage, now) and is_here(entry, stage) and entry.state == EntryState.ACCEPTED


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
    found = query.options(contains_eager(FollowUp.entry).joinedload(Entry.branch))
    return session.scalars(found.order_by(Entry.key, FollowUp.number)).all()


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
        args, key = (("entry_key", order.entry.key),), f"order-{order.number}"
        if own and order.answered_at is None:
            title = N_("Answer a follow-up order")
            due = by(stage, order.due)
            found.append(Task(title, "tracking.supervision", stage, order.entry.title, due, args=args, key=key))
        elif order.answered_at is not None and _gave(actor, order):
            title = N_("Close a follow-up order that was answered")
            found.append(Task(title, "tracking.supervision", stage, order.entry.title, args=args, key=key))
    return found


def _gave(actor: Actor, order: FollowUp) -> bool:
    """Whether it is this person's to close an order: whoever gave it, or the organiser where that is not known."""
    if order.given_by is not None and not may(actor, Permission.STEER, season=order.entry.season_id):
        return order.given_by == actor.person_id
    return may(actor, Permission.STEER, season=order.entry.season_id)


def standing(filed: Iterable[ProgressReport]) -> list[ProgressReport]:
    """Those that no other corrects."""
    every = list(filed)
    corrected = {one.corrects for one in every}
    return [one for one in every if one.number not in corrected]


@dataclass(frozen=True)
class Doubt:
    """A figure that is far from the last one. sign: names it, so that the very figure can be said to be right."""

    value: str
    last: str
    sign: str


def doubts(
    session: Session, stage: StageRow, entry: Entry, figures: Mapping[int, str], day: date, corrects: int | None
) -> dict[int, Doubt]:
    """{indicator: why its figure should be looked at twice}. Figures that are no numbers are refused elsewhere."""
    filed = [one for one in standing(reports_of(session, stage.id, entry.id)) if one.number != corrects]
    earlier = sorted((one for one in filed if one.day <= day), key=lambda one: one.day)
    last = {figure.indicator: figure.value for one in earlier for figure in one.figures}
    found = {}
    for one in plans.declared(entry):
        value = figures.get(one.number, "")
        before = last.get(one.number, "")
        if not numbers.is_figure(value):
            continue
        if indicators.is_far(one, Decimal(before) if before else None, Decimal(value)):
            shown = before or format(one.baseline, "f")
            found[one.number] = Doubt(value, shown, f"{one.number}:{value}")
    return found


def options_of(stage: StageRow) -> TrackingOptions:
    options = stage_of(stage).options
    assert isinstance(options, TrackingOptions)
    return options


def filings(reports: Iterable[ProgressReport]) -> list[Filing]:
    """Every report, and every figure in it, with the day of its filing."""
    every_one = list(reports)
    valid = {one.number for one in standing(every_one)}
    return [
        Filing(one.number, what, one.day, zone.day_of(one.filed_at), one.number in valid)
        for one in every_one
        for what in (REPORT, *(figure.indicator for figure in one.figures))
    ]


def every(stage: StageRow, entry: Entry) -> Every:
    """How often a report on an entry is due, and each of its figures."""
    return {REPORT: options_of(stage).every, **{one.number: one.every for one in plans.declared(entry)}}


def reported(valid: Sequence[ProgressReport]) -> Days:
    """The days of reports that count, and of the figures in them."""
    days: dict[int, list[date]] = {REPORT: [one.day for one in valid]}
    for one in valid:
        for figure in one.figures:
            days.setdefault(figure.indicator, []).append(one.day)
    return days


def final(valid: Iterable[ProgressReport]) -> dict[int, date]:
    """{indicator: the day of its figure that is the last one}, where there is such a figure."""
    return {figure.indicator: one.day for one in valid for figure in one.figures if figure.is_final}


def since(stage: StageRow, entry: Entry) -> date:
    """From when on reports are expected: the stage was open and the entry had come to it."""
    came = (entry.came or {}).get(stage.key)
    known = [moment for moment in (stage.opened_at, datetime.fromisoformat(came) if came else None) if moment]
    return zone.day_of(max(known)) if known else stage.season.starts_on


def until(stage: StageRow, entry: Entry, day: date) -> date:
    """The last day on which anything was due on an entry: that on which it went on, or else the one given."""
    keys = [row.key for row in stage.season.stages]
    later = {key: moment for key, moment in (entry.came or {}).items() if key in keys[keys.index(stage.key) + 1 :]}
    went = [zone.day_of(datetime.fromisoformat(moment)) for moment in later.values()]
    return min([day, *went])


def overdue(stage: StageRow, entry: Entry, valid: Sequence[ProgressReport], until: date) -> tuple[Due, ...]:
    """What is late: the one computation for the project's page, the wall and reminders. until: the day it is.

    Nothing is before the days to file are over.
    """
    over = until - timedelta(days=options_of(stage).days_to_file)
    return due.overdue(every(stage, entry), since(stage, entry), over, reported(valid), final(valid))


def months(stage: StageRow, now: datetime) -> tuple[date, ...]:
    """The first days of the months that can be planned now: none that begins when the stage is over."""
    first = zone.day_of(now).replace(day=1)
    found = [first]
    while len(found) < AHEAD:
        found.append((found[-1] + timedelta(days=31)).replace(day=1))
    return tuple(month for month in found if stage.closes_at is None or start_of(month) < stage.closes_at)


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """A branch brings what is late and what is due now on each entry of its own, and plans its months.

    Where nothing is due by the calendar it reports once.
    """
    if not guards.is_open(stage, now) or actor.person_id is None:
        return []
    found = _order_tasks(session, stage, actor)
    if not holds_anywhere(actor, Permission.DECLARE, season=stage.season_id):
        return found
    filed: dict[int, list[ProgressReport]] = {}
    for report in reports(session, stage.id):
        filed.setdefault(report.entry_id, []).append(report)
    waiting = {draft.entry_id for draft in drafts.waiting(session, stage.id)}
    planned = {(entry.id, plan.month) for plan, entry in month_plans(session, stage.id)}
    today, ahead = zone.day_of(now), months(stage, now)
    for entry in seasons.entries(session, stage.season_id, EntryState.ACCEPTED):
        if is_here(entry, stage) and may(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id):
            if entry.id in waiting:
                found.append(_confirm_task(stage, entry))
            found += _report_tasks(stage, entry, standing(filed.get(entry.id, [])), today)
            found += [_plan_task(stage, entry, month) for month in ahead if (entry.id, month) not in planned]
    return found


def _confirm_task(stage: StageRow, entry: Entry) -> Task:
    title, args = N_("Confirm the figures the office brought in"), (("entry_key", entry.key),)
    return Task(title, "tracking.entry", stage, entry.title, stage.closes_at, args=args, key="drafts")


def _report_tasks(stage: StageRow, entry: Entry, valid: Sequence[ProgressReport], today: date) -> list[Task]:
    """The oldest first; what is late with the day by which it should have come, the rest before the stage closes."""
    args = (("entry_key", entry.key),)
    late = overdue(stage, entry, valid, today)
    present = due.current(every(stage, entry), today, reported(valid), final(valid))
    title, mended = N_("Report on progress"), N_("Report what is overdue")
    if not present:
        return [Task(title, "tracking.entry", stage, entry.title, stage.closes_at, is_done=bool(valid), args=args)]
    return [
        Task(mended, "tracking.entry", stage, entry.title, end_of(one.day), args=(*args, ("day", str(one.day))))
        for one in late
    ] + [
        Task(
            title,
            "tracking.entry",
            stage,
            entry.title,
            by(stage, one.day),
            is_done=not one.missing,
            args=args,
            key=str(one.day),
        )
        for one in present
    ]


def _plan_task(stage: StageRow, entry: Entry, month: date) -> Task:
    """A month is planned before it begins; the one in which an entry came, as long as it lasts."""
    came_later = since(stage, entry) > month
    last = periods.current("month", month)
    due_at = by(stage, last[1]) if came_later and last else start_of(month)
    detail, args = f"{entry.title} · {month:%Y-%m}", (("entry_key", entry.key),)
    title, key = N_("Write the plan for a month"), f"plan-{month:%Y-%m}"
    return Task(title, "tracking.supervision", stage, detail, due_at, args=args, key=key)


def start_of(day: date) -> datetime:
    """The first moment of a day, where days are meant."""
    return zone.start_of(day)


def end_of(day: date) -> datetime:
    """The end of a day, where days are meant."""
    return start_of(day + timedelta(days=1))


def by(stage: StageRow, day: date) -> datetime:
    """Until when something due on a day can be brought: the end of that day, or of the stage if that is earlier."""
    return min(end_of(day), stage.closes_at) if stage.closes_at else end_of(day)
