"""Time reminding people: on working days their tasks are gone over once, then what waits is sent. Beside `jobs.tick`.

Every step is an act of its own and may be taken by several processes at once: what was written is not written again.
"""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from evalflow.config import Config, Smtp
from evalflow.db import Database
from evalflow.engine.tasks import of_season, tasks
from evalflow.people.grants import actor_of
from evalflow.people.models import Person
from evalflow.reminding import commands, outbox, post
from evalflow.reminding import queries as reminders
from evalflow.reminding.choosing import chosen, left
from evalflow.reminding.letters import Letter, letter
from evalflow.reminding.models import Cause
from evalflow.seasons import queries, workdays
from evalflow.seasons.models import Season, StageRow
from evalflow.seasons.rules import legible
from evalflow.seasons.tasks import Task

AT_ONCE = 50  # people to an act: short enough for others to write in between
LETTERS = 200  # a tick sends so many at most, so that deadlines need not wait for the post


def remind(database: Database, config: Config, *, now: datetime) -> tuple[int, int]:
    """(reminders written, letters sent)."""
    return make(database, now=now), send(database, config, now=now)


def make(database: Database, *, now: datetime) -> int:
    """Write this day's reminders, where it is a day for them and they are not written yet; how many."""
    with database.reading() as session:
        due = reminders.is_due(session, now, workdays.calendar(session))
        people = reminders.everybody(session) if due else ()
    if due is None:
        return 0
    day, opens_week = due
    with database.writing() as session:
        commands.begin_round(session, day, opens_week=opens_week)
    made = 0
    for start in range(0, len(people), AT_ONCE):
        with database.reading() as session:
            told = _told(session, people[start : start + AT_ONCE], day, opens_week=opens_week, now=now)
        with database.writing() as session:
            made += commands.tell(session, day, told, now=now)
    with database.writing() as session:
        commands.end_round(session, day, now=now)
    return made


def send(database: Database, config: Config, *, now: datetime) -> int:
    """Hand what waits to the mail server, if there is one; how many letters it took."""
    taken = 0
    for _ in range(LETTERS // AT_ONCE if config.smtp else 0):
        with database.writing() as session:
            parcels = outbox.claim(session, now=now, most=AT_ONCE)
            letters = [
                letter(one, site=config.site_name.get(one.person.locale, ""), url=config.site_url, now=now)
                for one in parcels
            ]
        accepted = _posted(database, config.smtp, letters, config.log_origin, now=now) if config.smtp else 0
        taken += accepted
        if not accepted:
            break
    return taken


def _posted(database: Database, smtp: Smtp, letters: Sequence[Letter], origin: str, *, now: datetime) -> int:
    """How many the server took; what became of each is kept at once."""
    accepted = 0
    for one in post.deliver(smtp, letters, now=now, origin=origin) if letters else ():
        with database.writing() as session:
            if one.error:
                outbox.failed(session, one.letter.reminders, one.error, is_final=one.is_final)
            else:
                outbox.sent(session, one.letter.reminders, now=now)
        accepted += not one.error
    return accepted


def late(session: Session, stage: StageRow, *, now: datetime, but: int | None) -> dict[int, list[Task]]:
    """{person id: what is left for them in a stage}, of everybody but whoever asks."""
    people = (person_id for person_id in reminders.everybody(session) if person_id != but)
    found = {one: left(tasks(session, stage, actor_of(session, session.get_one(Person, one)), now)) for one in people}
    return {person_id: told for person_id, told in found.items() if told}


def _told(
    session: Session, people: Sequence[int], day: date, *, opens_week: bool, now: datetime
) -> dict[int, list[tuple[Season, Cause, list[Task]]]]:
    is_working = workdays.calendar(session)
    running = [season for season in legible(queries.seasons(session)) if season.cancelled_at is None]
    found: dict[int, list[tuple[Season, Cause, list[Task]]]] = {}
    for person_id in people:
        actor = actor_of(session, session.get_one(Person, person_id))
        for season in running:
            known = of_season(session, season, actor, now)
            cause, told = chosen(known, day, is_working, opens_week=opens_week)
            if told:
                found.setdefault(person_id, []).append((season, cause, told))
    return found
