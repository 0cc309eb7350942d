"""The demo: an organisation, last year's brands and vanguard projects with their results, this year's brands in the
online vote, and the projects of a year that is two thirds through.

All of it is played through the ordinary commands. Accounts are offices, and their one password is printed: a demo is
to be clicked through, never to be put on a network.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.audit.signing import Signer
from evalflow.config import WORKFLOWS
from evalflow.db import Database
from evalflow.engine import organisation, rehearsal
from evalflow.kinds import KINDS
from evalflow.people import accounts as people
from evalflow.people import passwords
from evalflow.people.models import Person
from evalflow.seasons import windows, workdays
from evalflow.seasons.models import Season
from evalflow.seasons.play import World
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition

PASSWORD = "evalflow-demo"  # noqa: S105
BRANDS, VOTED_IN = "brand_selection.toml", "online_vote"
PROJECTS, TRACKED_IN = "vanguard_project.toml", "tracking"
MEMBERS_WITH_ACCOUNT = ("smelting-member001", "refining-member001", "electrolysis-member001")
BEFOREHAND = timedelta(days=7)  # people are at work before a season begins
INTO_THE_VOTE = timedelta(days=2)  # how long this year's vote has been open
EARLY_TURNOUT = 0.45


def is_empty(database: Database) -> bool:
    with database.reading() as session:
        return session.scalars(select(Season.id).limit(1)).first() is None


def load(
    database: Database,
    signer: Signer,
    *,
    members: int,
    now: datetime,
    progress: Callable[[str], None] = lambda _line: None,
) -> None:
    """Found the organisation and play four seasons, the last two ending at `now`."""
    brands, projects = _definition(BRANDS), _definition(PROJECTS)
    in_the_vote, tracked = start_for(brands, VOTED_IN, now), tracked_from(projects, TRACKED_IN, now)
    clock = zone.start_of(min(map(year_before, (in_the_vote, tracked)))) - BEFOREHAND
    with database.writing() as session:
        organisation.found(session, branches=19, members=members, now=clock)
    _give_passwords(database, now=clock)
    world = organisation.world_of(database, seed="demo", now=clock)

    def play(definition: Definition, name: str, starts_on: date, stop_in: str = "") -> None:
        """The clock may go back, because seasons are played one after the other."""
        world.clock = zone.start_of(starts_on) - BEFOREHAND
        key = f"{name}-{year_of(definition, starts_on)}"
        rehearsal.play(
            world, definition, key=key, starts_on=starts_on, signer=signer, stop_in=stop_in, progress=progress
        )
        _check(world)

    play(projects, "projects", year_before(tracked))
    play(brands, "brands", year_before(in_the_vote))
    world.until = now  # nothing of what is tracked may be later
    play(projects, "projects", tracked, TRACKED_IN)
    world.until = None
    world.turnout = EARLY_TURNOUT
    world.members = [member for member in world.members if member.person_id not in _spared(world)]
    play(brands, "brands", in_the_vote, VOTED_IN)


def _definition(file: str) -> Definition:
    return reader.read((WORKFLOWS / file).read_text(encoding="utf-8"), KINDS, file=file)


def _check(world: World) -> None:
    """A demo whose season is stuck shows a bug."""
    if world.stuck:
        raise RuntimeError("; ".join(f"{stage}: {reason}" for stage, reason in world.stuck.items()))


def _spared(world: World) -> set[int]:
    """Whoever a visitor may sign in as has not voted yet."""

    def spared(session: Session) -> set[int]:
        return set(session.scalars(select(Person.id).where(Person.password_hash != "")))

    found: set[int] = world.ask(spared)
    return found


def start_for(definition: Definition, stage: str, now: datetime) -> date:
    """The latest first day for which this stage has been open for a while at `now`."""
    today = zone.day_of(now)
    position = [one.key for one in definition.stages].index(stage)
    for days in range(300):
        start = today - timedelta(days=days)
        plan = windows.plan(definition, start, is_working=workdays.published)
        if plan[position].opens + INTO_THE_VOTE <= now:
            return start
    raise RuntimeError(f"no first day lets {stage} be open now")


def year_before(day: date) -> date:
    """About the same day, in a year without a 29 February too."""
    return day.replace(year=day.year - 1, day=min(day.day, 28))


def tracked_from(definition: Definition, stage: str, now: datetime) -> date:
    """The first day of a season that is two thirds on its way to the end of this stage at `now`."""
    today = zone.day_of(now)
    plan = windows.plan(definition, today, is_working=workdays.published)
    ends = plan[[one.key for one in definition.stages].index(stage)].closes
    assert ends is not None
    return today - (zone.day_of(ends) - today) * 2 // 3


def year_of(definition: Definition, starts_on: date) -> int:
    """The year that a season which starts then is named after."""
    return windows.year_of(windows.plan(definition, starts_on, is_working=workdays.published))


def _give_passwords(database: Database, *, now: datetime) -> None:
    """Invite every office and a few members, and accept with the demo's password."""
    with database.reading() as session:
        people_of = select(Person.id, Person.login, Person.name).where(_may_sign_in()).order_by(Person.id)
        wanted = session.execute(people_of).all()
    for person_id, login, name in wanted:
        chosen = passwords.chosen(PASSWORD, login=login, name=name)
        with database.writing() as session:
            token = people.invite(session, person_id, actor=organisation.INSTALLER, now=now)
            people.accept_invitation(session, token, chosen, now=now)


def _may_sign_in() -> ColumnElement[bool]:
    return ~Person.login.contains("-member") | Person.login.in_(MEMBERS_WITH_ACCOUNT)


def accounts(database: Database) -> str:
    """What to tell whoever started the demo; "" where this is not the demo."""
    with database.reading() as session:
        people_of = {person.login: person for person in session.scalars(select(Person).where(_may_sign_in()))}
    offices = ("organiser", "committee1", "smelting-secretary", "leader1", *MEMBERS_WITH_ACCOUNT[:1])
    logins = (*offices, "auditor", "admin", "teller1")
    if not all(login in people_of for login in logins):
        return ""
    lines = [f"  {login:22} {people_of[login].name}" for login in logins]
    tellers = ", ".join(
        f"{login}: “{organisation.passphrase_of(people_of[login].id)}”" for login in ("teller1", "teller2", "teller3")
    )
    return "\n".join(
        [
            f"Demo accounts, all with the password {PASSWORD}:",
            *lines,
            "  committee1–9, leader1–4 (in command of projects), <branch>-secretary, teller2 and teller3 exist too.",
            f"Tellers' passphrases for their shares of the key: {tellers}",
        ]
    )
