"""How a season begins, and what may still be done about one in which nobody has acted yet."""

import itertools
from datetime import date, datetime

from sqlalchemy import delete as deleting
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.audit import ledger
from evalflow.audit.models import EventRow
from evalflow.errors import Conflict, Invalid, NotFound
from evalflow.i18n import Text
from evalflow.kinds import ballot_check
from evalflow.people.models import Branch, RoleGrant
from evalflow.reminding.models import Reminder
from evalflow.seasons import events, schedule, windows, workdays
from evalflow.seasons.models import Entry, Phase, Season, StageRow, Timer
from evalflow.seasons.rules import definition_of
from evalflow.seasons.windows import Plan
from evalflow.workflow.definition import Definition

PREPARING = (events.SEASON_CREATED, events.SEASON_REDATED, events.STAGE_RESCHEDULED)  # acts that begin nothing


def is_known(session: Session, key: str) -> bool:
    """Whether the log speaks of a season by this short name, one that was deleted too."""
    named = select(EventRow.id).where(EventRow.season == key, EventRow.type == events.SEASON_CREATED.name)
    return session.scalars(named.limit(1)).first() is not None


def titles(definition: Definition, plan: Plan) -> tuple[str, str]:
    """What a season is called in Chinese and in English, by the year it lies in."""
    year, title = windows.year_of(plan), definition.heading.title
    return f"{year}年{title.zh}", f"{title.to('en')} {year}"


def doubts(session: Session, definition: Definition, plan: Plan, now: datetime) -> list[Invalid]:
    """What has to be confirmed before there is a new season: its flaws, and that its entries may not all have room."""
    branches = session.scalars(select(func.count(Branch.id))).one()
    crowd = ballot_check.crowd(definition, branches)
    if crowd is None:
        return flaws(definition, plan, now)
    facts = {"stage": crowd.stage.rule.title, "branches": branches, **crowd.numbers}
    first = Invalid("paper_may_overflow", fields={"workflow": "paper_may_overflow"}, **facts)
    return [first, *flaws(definition, plan, now)]


def called(session: Session, definition: Definition, plan: Plan, own: Text | None) -> tuple[str, str]:
    """By a title of its own or by workflow and year, with a number where another season is called so."""
    title_zh, title_en = (own.zh, own.to("en")) if own else titles(definition, plan)
    known = set(session.scalars(select(Season.title_zh)))
    if title_zh not in known:
        return title_zh, title_en
    number = next(number for number in itertools.count(2) if f"{title_zh}（{number}）" not in known)
    return f"{title_zh}（{number}）", f"{title_en} ({number})"


def flaws(definition: Definition, plan: Plan, now: datetime) -> list[Invalid]:
    """What has to be confirmed before a season is dated so: its first window is over, stages collide."""
    found = []
    if (plan[0].closes or now) < now:
        facts = {"stage": definition.stages[0].rule.title, "closes_at": plan[0].closes}
        found.append(Invalid("first_window_over", fields={"starts_on": "first_window_over"}, **facts))
    for one in schedule.collisions(definition, plan):
        refusal = one.refusal
        found.append(Invalid(refusal.code, fields={"starts_on": refusal.code}, **refusal.facts))
    return found


def require_sound(definition: Definition, plan: Plan, now: datetime) -> None:
    """Invalid names the first flaw."""
    for flaw in flaws(definition, plan, now):
        raise flaw


def is_untouched(session: Session, season: Season) -> bool:
    """Whether nobody has acted in a season: every stage waits, and the log knows of its dates only."""
    if any(row.phase != Phase.WAITING for row in season.stages) or season.cancelled_at is not None:
        return False
    prepared = [event.name for event in PREPARING]
    acted = select(EventRow.id).where(EventRow.season == season.key, EventRow.type.not_in(prepared))
    entered = select(Entry.id).where(Entry.season_id == season.id)
    entitled = select(RoleGrant.id).where(RoleGrant.season_id == season.id)
    return not any(session.scalars(query.limit(1)).first() for query in (acted, entered, entitled))


def redate(
    session: Session,
    season_id: int,
    starts_on: date,
    *,
    actor: Actor,
    now: datetime,
    version: int,
    confirmed: bool = False,
) -> Season:
    """Give a season in which nobody has acted another first day; all its moments follow from that. See `flaws`."""
    season = _taken(session, season_id, actor=actor, version=version)
    definition, before = definition_of(season), season.starts_on
    was = titles(definition, windows.plan(definition, before, is_working=workdays.calendar(session)))
    plan = windows.plan(definition, starts_on, is_working=workdays.calendar(session))
    if not confirmed:
        require_sound(definition, plan, now)
    season.starts_on = starts_on
    if (season.title_zh, season.title_en) == was:
        season.title_zh, season.title_en = titles(definition, plan)
    for row in season.stages:
        row.opens_stated = row.closes_stated = False
    schedule.replan(session, season)
    public = {"starts_on": starts_on.isoformat(), "before": before.isoformat()}
    ledger.append(session, events.SEASON_REDATED, actor=actor, now=now, season=season.key, public=public)
    return season


def delete(session: Session, season_id: int, *, actor: Actor, now: datetime, version: int) -> None:
    """Take a season out in which nobody has acted. The log keeps that it was there, and its short name."""
    season = _taken(session, season_id, actor=actor, version=version)
    public = {"workflow": season.workflow, "digest": season.digest, "starts_on": season.starts_on.isoformat()}
    ledger.append(session, events.SEASON_DELETED, actor=actor, now=now, season=season.key, public=public)
    stages = [row.id for row in season.stages]
    session.execute(deleting(Timer).where(Timer.stage_id.in_(stages)))
    session.execute(deleting(Reminder).where(Reminder.season_id == season.id))
    session.execute(deleting(StageRow).where(StageRow.id.in_(stages)))
    session.execute(deleting(Season).where(Season.id == season.id))


def _taken(session: Session, season_id: int, *, actor: Actor, version: int) -> Season:
    season = session.scalars(select(Season).where(Season.id == season_id).with_for_update()).one_or_none()
    if season is None:  # somebody else has deleted it
        raise NotFound("no_such_season", season=season_id)
    require(actor, Permission.STEER, season=season.id)
    if version != season.version:
        raise Conflict("someone_was_faster")
    if not is_untouched(session, season):
        raise Conflict("season_begun")
    season.version += 1
    return season
