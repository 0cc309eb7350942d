"""Time reminding people: on working days their tasks are gone over once; what waits is sent. Beside `jobs.tick`.

Every step is an act of its own and may be taken by several processes at once: what was written is not written again.
"""

import time
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from evalflow.config import Config
from evalflow.db import Database
from evalflow.engine.tasks import of_season, tasks
from evalflow.people.grants import actor_of
from evalflow.people.models import Person
from evalflow.reminding import commands, outbox, post
from evalflow.reminding import queries as reminders
from evalflow.reminding.choosing import chosen, left, may_write
from evalflow.reminding.letters import Letter, letter
from evalflow.reminding.models import Cause
from evalflow.reminding.outbox import Parcel
from evalflow.seasons import queries, workdays
from evalflow.seasons.models import Season, StageRow
from evalflow.seasons.rules import legible
from evalflow.seasons.tasks import Task

AT_ONCE = 50  # people to an act: short enough for others to write in between
LETTERS = 200  # a round sends so many at most
SECONDS = 300  # and takes no longer, so that its moment stays true and its claims hold
HANG_UPS = 3  # so many letters one after the other over which the server hung up: it is the server, try later


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
    """Hand what waits to the mail server, if there is one and it is a time for letters; how many it took.

    A round ends when nothing waits, after `LETTERS` letters or `SECONDS` seconds, or when the server is not there.
    """
    if config.smtp is None:
        return 0
    with database.writing() as session:
        outbox.lose(session, now=now)
    with database.reading() as session:
        is_working = workdays.calendar(session)
        if not may_write(now, is_working) or reminders.is_due(session, now, is_working) is not None:
            return 0  # what this day reminds of is being written: it goes into the same letter
    taken = hung_up = 0
    until = time.monotonic() + SECONDS
    with post.Counter(config.smtp, origin=config.log_origin) as counter:
        for _ in range(LETTERS):
            one = _next(database, config, now=now)
            if one is None:
                break
            fate = _settled(database, one, counter.hand_over(one, now=now), now=now)
            taken += fate is post.Fate.TAKEN
            hung_up = hung_up + 1 if fate in (post.Fate.HUNG_UP, post.Fate.UNKNOWN) else 0
            if fate is post.Fate.UNREACHABLE or hung_up >= HANG_UPS or time.monotonic() > until:
                break
    return taken


def _next(database: Database, config: Config, *, now: datetime) -> Letter | None:
    """The next letter, made of what has to be done as of now. What lapsed meanwhile is passed over."""
    while True:
        with database.writing() as session:
            parcel = outbox.claim(session, now=now)
            if parcel is None:
                return None
            left_of_it = outbox.remake(parcel, _still_to_do(session, parcel, now=now))
            if left_of_it is not None:
                site = config.site_name.get(parcel.person.locale, "")
                return letter(left_of_it, site=site, url=config.site_url, now=now)


def _still_to_do(session: Session, parcel: Parcel, *, now: datetime) -> dict[int, list[dict[str, object]]]:
    """{reminder id: its lines whose tasks are still the person's and not done, with their present dates}."""
    actor = actor_of(session, parcel.person)
    found = {}
    for reminder in parcel.reminders:
        tasks = of_season(session, reminder.season, actor, now) if legible([reminder.season]) else []
        known = commands.lines_of(left(tasks))
        present = {(line["title"], line["detail"], line["stage"]): line for line in known}
        names = [(line["title"], line["detail"], line["stage"]) for line in reminder.lines]
        found[reminder.id] = [present[name] for name in names if name in present]
    return found


def _settled(database: Database, one: Letter, posted: post.Posted, *, now: datetime) -> post.Fate:
    """What became of a letter is kept at once."""
    with database.writing() as session:
        match posted.fate:
            case post.Fate.TAKEN:
                outbox.sent(session, one.reminders, now=now)
            case post.Fate.UNKNOWN:
                outbox.unknown(session, one.reminders, posted.error)
            case post.Fate.UNREACHABLE:
                outbox.put_back(session, one.reminders, posted.error, now=now)
            case post.Fate.REFUSED | post.Fate.HUNG_UP | post.Fate.FINAL:
                is_final = posted.fate is post.Fate.FINAL
                outbox.failed(session, one.reminders, posted.error, is_final=is_final, now=now)
    return posted.fate


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
