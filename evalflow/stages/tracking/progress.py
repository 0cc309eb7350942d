"""How every project comes along, computed from its reports and the calendar: never chosen by hand.

Everything about all projects of a stage is read in a fixed number of queries.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.kinds import punctual as punctuality
from evalflow.kinds import tracking
from evalflow.kinds.punctual import Punctual, punctual
from evalflow.kinds.tracking import Figure
from evalflow.people.models import Person
from evalflow.seasons import plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, Phase, StageRow, TargetChange
from evalflow.stages.tracking import due, queries
from evalflow.stages.tracking.due import Due
from evalflow.stages.tracking.judging import IndicatorProgress, Terms, judged
from evalflow.stages.tracking.milestones import Milestone
from evalflow.stages.tracking.models import ProgressReport
from evalflow.tally import trajectory
from evalflow.tally.trajectory import Light
from evalflow.workflow.indicators import Indicator


@dataclass(frozen=True)
class Progress:
    """A project. first: of the days that are shown. starts, ends: the days its targets are for, from its approval on.

    overdue: what is late, by the day it was due. next_due: the day on which the next report or figure is due.
    last_report: the day that the last one speaks of. punctual: what came in time by now. filed_late: {number of a
    report that did not: the day by which it was due}. is_over: nothing more will come. lights_from: the first day on
    which it can be behind, None where that is past.
    """

    entry: Entry
    branch: str
    leader: str
    light: Light
    attainment: Fraction | None
    first: date
    starts: date
    ends: date
    today: date
    indicators: tuple[IndicatorProgress, ...]
    milestones: tuple[Milestone, ...]
    overdue: tuple[Due, ...]
    next_due: date | None
    last_report: date | None
    changes: tuple[TargetChange, ...] = ()
    punctual: Punctual = Punctual(0, 0)
    filed_late: Mapping[int, date] = field(default_factory=dict)
    is_over: bool = False
    lights_from: date | None = None

    @property
    def days_left(self) -> int:
        return max(0, (self.ends - self.today).days)


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
    valid, (first, ends) = queries.standing(reports), span_of(stage)
    plan = plans.standing(entry, changed)
    ended = queries.final(valid)
    over = is_over(stage, entry, today)
    terms = Terms(_start(stage, entry, ends), ends, today, queries.options_of(stage), over)
    every = tuple(judged(one, _points(one, valid), terms, is_final=one.number in ended) for one in plan)
    late = queries.overdue(stage, entry, valid, min(today, ends))
    present = () if over else due.current(queries.every(stage, entry), today, queries.reported(valid), ended)
    light = trajectory.worst([one.light for one in every])
    leader = queries.leader_of(entry)
    return Progress(
        entry=entry,
        branch=entry.branch.key,
        leader=names.get(leader, leader),
        light=trajectory.worst([light, Light.AMBER]) if late and not over and not terms.is_in_grace else light,
        attainment=_attainment(every),
        first=first,
        starts=terms.starts,
        ends=ends,
        today=today,
        indicators=every,
        milestones=_milestones(entry, valid),
        overdue=late,
        next_due=next((one.day for one in present), None),
        last_report=max((one.day for one in valid), default=None),
        changes=tuple(changed),
        punctual=punctual(_due(stage, entry, valid, today), queries.filings(reports)),
        filed_late=punctuality.late(_due(stage, entry, valid, today), queries.filings(reports)),
        is_over=over or bool(every) and all(one.is_settled for one in every),
        lights_from=terms.lights_from if terms.is_in_grace else None,
    )


def _due(stage: StageRow, entry: Entry, valid: Sequence[ProgressReport], today: date) -> punctuality.Terms:
    options = queries.options_of(stage)
    ends = queries.until(stage, entry, min(today, span_of(stage)[1]))
    since = queries.since(stage, entry)
    return punctuality.Terms(queries.every(stage, entry), since, ends, queries.final(valid), options.days_to_file)


def is_over(stage: StageRow, entry: Entry, today: date) -> bool:
    """Whether nothing more is reported on an entry: it has gone on, or the stage is over."""
    return not queries.is_here(entry, stage) or stage.phase in (Phase.CLOSED, Phase.DONE) or today > span_of(stage)[1]


def span_of(stage: StageRow) -> tuple[date, date]:
    """The first and the last day that is shown: of the season, and of this stage's window."""
    starts = stage.season.starts_on
    ends = zone.last_day(stage.closes_at) if stage.closes_at else starts
    return starts, max(ends, date.fromordinal(starts.toordinal() + 1))


def _start(stage: StageRow, entry: Entry, ends: date) -> date:
    """The day from which on a project is judged: that of its approval, before the last day."""
    return min(queries.since(stage, entry), date.fromordinal(ends.toordinal() - 1))


def _attainment(every: Iterable[IndicatorProgress]) -> Fraction | None:
    """By weight; None before the first figure."""
    known = [one for one in every if one.attainment is not None]
    if not known:
        return None
    return sum((Fraction(one.indicator.weight) * (one.attainment or 0) / 100 for one in known), Fraction(0))


def _points(indicator: Indicator, reports: Sequence[ProgressReport]) -> tuple[tuple[date, Fraction], ...]:
    return tracking.course(
        indicator,
        (
            Figure(report.number, report.day, Fraction(figure.value))
            for report in reports
            for figure in report.figures
            if figure.indicator == indicator.number
        ),
    )


def _milestones(entry: Entry, reports: Sequence[ProgressReport]) -> tuple[Milestone, ...]:
    reached = {number: report.day for report in reversed(reports) for number in report.reached}
    return tuple(
        Milestone(name, due, reached.get(number)) for number, (name, due) in enumerate(plans.milestones(entry), 1)
    )
