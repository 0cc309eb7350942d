"""What stands in a person's calendar: stages that concern them, what they have to do, milestones, sittings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.access import Actor, Permission, holds_anywhere, may
from evalflow.engine.tasks import of_season
from evalflow.i18n import say
from evalflow.meetings.models import Attendance, Sitting
from evalflow.reminding.choosing import left
from evalflow.seasons import plans, queries, schedule
from evalflow.seasons.models import Entry, EntryState, Phase, Season, StageRow
from evalflow.seasons.rules import legible, stage_of
from evalflow.seasons.tasks import Task

# Whoever may do one of these has to do with a stage of the kind; who steers or audits, with every stage.
CONCERNS: Mapping[str, frozenset[Permission]] = {
    "approval": frozenset({Permission.DECLARE, Permission.DECIDE}),
    "award": frozenset({Permission.USE_ACCOUNT}),
    "ballot": frozenset({Permission.VOTE, Permission.HOLD_SHARE}),
    "decision": frozenset({Permission.DECIDE}),
    "inspection": frozenset({Permission.DECLARE, Permission.INSPECT}),
    "notice": frozenset({Permission.USE_ACCOUNT}),
    "promotion": frozenset({Permission.USE_ACCOUNT}),
    "scoring": frozenset({Permission.SCORE, Permission.DECIDE}),
    "submission": frozenset({Permission.DECLARE, Permission.REVIEW, Permission.ACCEPT_COMMAND}),
    "tracking": frozenset({Permission.DECLARE, Permission.ACCEPT_COMMAND, Permission.SUPERVISE}),
}
EVERYTHING = frozenset({Permission.STEER, Permission.AUDIT})


@dataclass(frozen=True)
class Appointment:
    """One event. key: the same as long as it is the same thing, so that calendars move it instead of doubling it.

    starts, ends: days for what fills days (the end not included), else moments; ends is later, None where nothing is.
    page: (endpoint, its arguments) to look at. told: until when, in words. is_about: whether it may move by itself.
    """

    key: str
    title: str
    starts: date | datetime
    ends: date | datetime | None
    page: tuple[str, Mapping[str, str]]
    place: str = ""
    told: str = ""
    is_about: bool = False


def appointments(session: Session, reader: Actor, now: datetime) -> Iterator[Appointment]:
    """Of all seasons that were not cancelled, in the reader's language."""
    for season in legible(queries.seasons(session)):
        if season.cancelled_at is None:
            yield from _windows(season, reader)
            yield from (_due(task, reader) for task in left(of_season(session, season, reader, now)) if task.due)
            yield from _milestones(session, season, reader)
            yield from _sittings(session, season, reader)


def _windows(season: Season, reader: Actor) -> Iterator[Appointment]:
    """Stages that are not over. Whole days where they close at a day's end."""
    for stage in season.stages:
        asked = CONCERNS[stage.kind] | EVERYTHING
        concerned = any(holds_anywhere(reader, permission, season=season.id) for permission in asked)
        if stage.phase != Phase.DONE and stage.opens_at is not None and concerned:
            closes = stage.closed_at or stage.closes_at
            starts, ends = _span(stage.opened_at or stage.opens_at, closes)
            title = f"{season.title(reader.locale)} · {stage_of(stage).rule.title.to(reader.locale)}"
            told = _until(closes, reader.locale, is_about=schedule.is_about(stage, closes)) if closes else ""
            moments = (stage.opens_at, stage.closes_at)
            is_about = any(schedule.is_about(stage, moment) for moment in moments)
            page = _season_page(season)
            yield Appointment(f"stage-{stage.id}", title, starts, ends, page, told=told, is_about=is_about)


def _until(deadline: datetime, locale: str, *, is_about: bool) -> str:
    told = zone.deadline_words(deadline, locale)
    return say(locale, "due by %(moment)s", moment=say(locale, "about %(moment)s", moment=told) if is_about else told)


def _due(task: Task, reader: Actor) -> Appointment:
    """The last day on which it can be done; the moment where that is not the day's end."""
    assert task.due is not None
    day = zone.last_day(task.due)
    whole = day != zone.day_of(task.due)
    starts: date | datetime = day if whole else task.due
    gap = "：" if reader.locale.startswith("zh") else ": "
    title = say(reader.locale, task.title) + (f"{gap}{task.detail}" if task.detail else "")
    parts = (task.endpoint, *(value for _name, value in task.args), task.key)
    key = "-".join(["task", str(task.stage.id), *(part for part in parts if part)])
    page = {"season_key": task.stage.season.key, "stage_key": task.stage.key, **dict(task.args)}
    ends = day + timedelta(days=1) if whole else None
    is_about = schedule.is_about(task.stage, task.due)
    told = _until(task.due, reader.locale, is_about=is_about)
    return Appointment(key, title, starts, ends, (task.endpoint, page), told=told, is_about=is_about)


def _milestones(session: Session, season: Season, reader: Actor) -> Iterator[Appointment]:
    """Of the projects that the reader's branch owns or takes part in, or that are under their command."""
    if not (reader.speaks_for(season.id) or may(reader, Permission.ACCEPT_COMMAND, season=season.id)):
        return
    for entry in queries.entries(session, season.id, EntryState.ACCEPTED):
        if _is_of(entry, reader):
            for number, row in enumerate(plans.rows_of(entry, "milestones")):
                day = date.fromisoformat(row["due"])
                title = f"{entry.title} · {row['name']}"
                key = f"milestone-{entry.id}-{number}"
                yield Appointment(key, title, day, day + timedelta(days=1), _season_page(season))


def _is_of(entry: Entry, reader: Actor) -> bool:
    return entry.branch.key in reader.speaks_for(entry.season_id) or plans.names(entry, reader)


def _sittings(session: Session, season: Season, reader: Actor) -> Iterator[Appointment]:
    """Those whose attendance was taken, of committees that the reader sits in."""
    stages = {stage.id: stage for stage in season.stages}
    query = (
        select(Sitting)
        .join(Attendance, (Attendance.stage_id == Sitting.stage_id) & (Attendance.sitting == Sitting.number))
        .where(
            Attendance.person_id == reader.person_id, Sitting.held_at.is_not(None), Sitting.stage_id.in_(list(stages))
        )
        .order_by(Sitting.stage_id, Sitting.number)
    )
    for sitting in session.scalars(query):
        assert sitting.held_at is not None
        stage = stages[sitting.stage_id]
        title = say(
            reader.locale,
            "%(stage)s: sitting %(number)s",
            stage=stage_of(stage).rule.title.to(reader.locale),
            number=sitting.number,
        )
        key = f"sitting-{stage.id}-{sitting.number}"
        yield Appointment(key, title, sitting.held_at, None, _stage_page(stage), place=sitting.venue)


def _span(opens: datetime, closes: datetime | None) -> tuple[date | datetime, date | datetime | None]:
    """As days where it closes at a day's end or by hand, else as moments; no end where it is not later.

    >>> _span(datetime(2026, 4, 1, 9, tzinfo=zone.USUAL), datetime(2026, 4, 3, tzinfo=zone.USUAL))
    (datetime.date(2026, 4, 1), datetime.date(2026, 4, 3))
    """
    first = zone.day_of(opens)
    if closes is None:
        return first, first + timedelta(days=1)
    local = zone.local(closes)
    if local.date() != zone.last_day(closes):
        return first, local.date() if local.date() > first else None
    return opens, closes if closes > opens else None


def _season_page(season: Season) -> tuple[str, Mapping[str, str]]:
    return "web.season", {"season_key": season.key}


def _stage_page(stage: StageRow) -> tuple[str, Mapping[str, str]]:
    return f"{stage.kind}.home", {"season_key": stage.season.key, "stage_key": stage.key}
