"""What a branch declared in earlier seasons of the same workflow, and what of it a new draft can begin with."""

import calendar
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from evalflow.access import Actor, Permission, may
from evalflow.seasons.models import Entry, EntryState, Season
from evalflow.seasons.rules import definition_of
from evalflow.stages.submission.models import Draft
from evalflow.workflow import fields, indicators
from evalflow.workflow.fields import Answer, Answers, Field


def is_blank(entry: Entry, draft: Draft | None) -> bool:
    """Whether nothing was kept or handed in yet, so that nothing can be lost."""
    return not entry.answers and (draft is None or not draft.answers)


def sources(session: Session, entry: Entry, actor: Actor) -> Sequence[Entry]:
    """The branch's accepted entries of seasons that began before, the latest season first.

    Only of seasons in which the actor speaks for the branch too.
    """
    query = (
        select(Entry)
        .join(Entry.season)
        .where(Entry.branch_id == entry.branch_id, Entry.state == EntryState.ACCEPTED)
        .where(Season.workflow == entry.season.workflow, Season.starts_on < entry.season.starts_on)
        .options(contains_eager(Entry.season))
        .order_by(Season.starts_on.desc(), Season.id.desc(), Entry.number, Entry.id)
    )
    found = session.scalars(query)
    return [one for one in found if may(actor, Permission.DECLARE, season=one.season_id, branch=one.branch_id)]


def answers(source: Entry, asked: Sequence[Field], season: Season) -> dict[str, Answer]:
    """Its answers to the questions that are still asked in the same way, files and choices that are gone left out.

    The days of milestones and interim targets move on by as many years as lie between the two seasons' beginnings.
    """
    then = _types(source.season)
    years = season.starts_on.year - source.season.starts_on.year
    given: Answers = source.answers
    still = [one for one in asked if one.type == then.get(one.key) and one.type not in ("image", "file")]
    copied = {one.key: _moved(one, given[one.key], years) for one in still if given.get(one.key)}
    gone = {one.key for one in still if one.type == "choice"} & fields.faults(tuple(still), copied).keys()
    return {key: answer for key, answer in copied.items() if key not in gone}


def _types(season: Season) -> dict[str, str]:
    """{field key: type} of every question that a season asks."""
    asked = (field for stage in definition_of(season).stages for field in getattr(stage.options, "field", ()))
    return {field.key: field.type for field in asked}


def _moved(field: Field, answer: Answer, years: int) -> Answer:
    table = fields.rows_in(answer)
    if field.type == "milestones":
        return [{**row, "due": later(row["due"], years)} for row in table]
    if field.type == "indicators":
        return [{**row, "way": _later_way(row["way"], years)} if row.get("way") else {**row} for row in table]
    return answer


def _later_way(way: str, years: int) -> str:
    moved = [(date.fromisoformat(later(day.isoformat(), years)), value) for day, value in indicators.stations(way)]
    return indicators.told(moved)


def later(day: str, years: int) -> str:
    """The same day of a later year; the last of February where there is no 29th.

    >>> later("2026-06-30", 1), later("2028-02-29", 1)
    ('2027-06-30', '2029-02-28')
    """
    then = date.fromisoformat(day)
    _, last = calendar.monthrange(then.year + years, then.month)
    return then.replace(year=then.year + years, day=min(then.day, last)).isoformat()
