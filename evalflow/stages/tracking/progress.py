"""How every project comes along, computed from its reports and the calendar: never chosen by hand.

Everything about all projects of a stage is read in a fixed number of queries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.kinds import attained, tracking
from evalflow.kinds.attained import Cap
from evalflow.kinds.tracking import Figure, TrackingOptions
from evalflow.people.models import Person
from evalflow.seasons import plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow, TargetChange
from evalflow.seasons.rules import stage_of
from evalflow.stages.tracking import due, queries
from evalflow.stages.tracking.due import Due
from evalflow.stages.tracking.milestones import Milestone
from evalflow.stages.tracking.models import ProgressReport
from evalflow.tally import trajectory
from evalflow.tally.trajectory import Forecast, Light, Outlook
from evalflow.workflow.indicators import Indicator, Station


@dataclass(frozen=True)
class IndicatorProgress:
    """An indicator with the targets that hold. way: where it should be on which day.

    points: (day, value) that count, in the order of the days.

    wanted: the value expected today. attainment: points by the last figure. work, stretch: whether the forecast reaches
    them. None where there are too few figures.
    """

    indicator: Indicator
    way: tuple[Station, ...]
    points: tuple[tuple[date, Fraction], ...]
    light: Light
    wanted: Fraction
    forecast: Forecast | None
    attainment: Fraction | None
    work: Outlook | None = None
    stretch: Outlook | None = None


@dataclass(frozen=True)
class Progress:
    """A project. starts, ends: the days its targets are for. overdue: what is late, by the day it was due.

    next_due: the day on which the next report or figure is due. last_report: when the last one was filed.
    """

    entry: Entry
    branch: str
    leader: str
    light: Light
    attainment: Fraction | None
    starts: date
    ends: date
    today: date
    indicators: tuple[IndicatorProgress, ...]
    milestones: tuple[Milestone, ...]
    overdue: tuple[Due, ...]
    next_due: date | None
    last_report: date | None
    changes: tuple[TargetChange, ...] = ()

    @property
    def days_left(self) -> int:
        return max(0, (self.ends - self.today).days)


def options_of(stage: StageRow) -> TrackingOptions:
    options = stage_of(stage).options
    assert isinstance(options, TrackingOptions)
    return options


def progress_of(session: Session, stage: StageRow, now: datetime) -> tuple[Progress, ...]:
    """Every accepted entry that has come to this stage, by number."""
    entries = [
        entry
        for entry in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)
        if queries.has_come(entry, stage)
    ]
    return _all(session, stage, entries, now)


def progress(session: Session, stage: StageRow, entry: Entry, now: datetime) -> Progress:
    return _all(session, stage, [entry], now)[0]


def _all(session: Session, stage: StageRow, entries: Sequence[Entry], now: datetime) -> tuple[Progress, ...]:
    changed = plans.changes(session, entries)
    reports: dict[int, list[ProgressReport]] = {}
    for report in queries.reports(session, stage.id):
        reports.setdefault(report.entry_id, []).append(report)
    logins = {queries.leader_of(entry) for entry in entries} - {""}
    people = select(Person.login, Person.name).where(Person.login.in_(logins))
    names: dict[str, str] = dict(session.execute(people).all()) if logins else {}
    return tuple(
        _one(stage, entry, reports.get(entry.id, []), changed.get(entry.id, []), names, zone.day_of(now))
        for entry in entries
    )


def _one(
    stage: StageRow,
    entry: Entry,
    reports: Sequence[ProgressReport],
    changed: Sequence[TargetChange],
    names: dict[str, str],
    today: date,
) -> Progress:
    options, valid = options_of(stage), queries.standing(reports)
    starts, ends = span_of(stage)
    plan = plans.standing(entry, changed)
    every = tuple(_indicator(one, valid, starts, ends, today, options) for one in plan)
    late = queries.overdue(stage, entry, valid, min(today, ends))
    present = due.current(queries.every(stage, entry), today, queries.reported(valid)) if today <= ends else ()
    light = trajectory.worst([one.light for one in every])
    values = {one.indicator.number: one.points[-1][1] for one in every if one.points}
    leader = queries.leader_of(entry)
    return Progress(
        entry=entry,
        branch=entry.branch.key,
        leader=names.get(leader, leader),
        light=trajectory.worst([light, Light.AMBER]) if late else light,
        attainment=tracking.attained(plan, values, options.stretch_points) if values else None,
        starts=starts,
        ends=ends,
        today=today,
        indicators=every,
        milestones=_milestones(entry, valid),
        overdue=late,
        next_due=present[0].day if present else None,
        last_report=max((one.day for one in valid), default=None),
        changes=tuple(changed),
    )


def span_of(stage: StageRow) -> tuple[date, date]:
    """The first and the last day that targets are for: of the season, and of this stage's window."""
    starts = stage.season.starts_on
    ends = zone.last_day(stage.closes_at) if stage.closes_at else starts
    return starts, max(ends, date.fromordinal(starts.toordinal() + 1))


def _indicator(
    indicator: Indicator,
    reports: Sequence[ProgressReport],
    starts: date,
    ends: date,
    today: date,
    options: TrackingOptions,
) -> IndicatorProgress:
    points = _points(indicator.number, reports)
    way = indicator.way(starts, ends)
    wanted = trajectory.expected(way, today)
    if not points:
        return IndicatorProgress(indicator, way, (), Light.GREY, wanted, None, None)
    day, value = points[-1]
    light = trajectory.light(
        value,
        trajectory.expected(way, day),
        baseline=indicator.baseline,
        work=indicator.work,
        green=options.green,
        amber=options.amber,
    )
    found = trajectory.forecast(points, ends)
    more = indicator.better == "more"
    return IndicatorProgress(
        indicator,
        way,
        points,
        light,
        wanted,
        found,
        attained.points(indicator, value, cap=Cap.STRETCH, stretch_points=options.stretch_points),
        trajectory.outlook(found, indicator.work, more=more) if found else None,
        trajectory.outlook(found, indicator.stretch, more=more) if found else None,
    )


def _points(number: int, reports: Sequence[ProgressReport]) -> tuple[tuple[date, Fraction], ...]:
    """Of several figures of a day the last report's."""
    by_day: dict[date, list[Figure]] = {}
    for report in reports:
        for figure in report.figures:
            if figure.indicator == number:
                by_day.setdefault(report.day, []).append(Figure(report.number, report.day, Fraction(figure.value)))
    ends = (tracking.last(by_day[day]) for day in sorted(by_day))
    return tuple((end.day, end.value) for end in ends if end is not None)


def _milestones(entry: Entry, reports: Sequence[ProgressReport]) -> tuple[Milestone, ...]:
    reached = {number: report.day for report in reversed(reports) for number in report.reached}
    return tuple(
        Milestone(name, due, reached.get(number)) for number, (name, due) in enumerate(plans.milestones(entry), 1)
    )
