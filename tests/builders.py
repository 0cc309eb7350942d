"""Short ways to say what most tests begin with: a clock, a house with two branches, a season at one of its stages."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from evalflow.access import SYSTEM, Actor, Grant, Role
from evalflow.audit import ledger
from evalflow.audit.head import beginning
from evalflow.audit.models import EventRow, Personal
from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.db import Database
from evalflow.engine import commands
from evalflow.entropy import SystemEntropy
from evalflow.kinds import KINDS
from evalflow.people import accounts, grants, signing_in
from evalflow.people.models import Branch, Person
from evalflow.people.signing_in import Browser
from evalflow.seasons import queries
from evalflow.seasons.models import Season, StageRow
from evalflow.workflow import reader

ZONE = ZoneInfo("Asia/Shanghai")  # of the houses that tests stand in
NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
ADMINISTRATOR = Actor(None, "", "administrator", grants=frozenset({Grant(Role.ADMINISTRATOR)}))
ORGANISER = Actor(None, "", "organiser", grants=SYSTEM.grants)


@dataclass
class Clock:
    """Stands still until told to move. Called, it tells the moment, as applications want it."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment

    def wait(self, **span: float) -> datetime:
        """Let time pass, e.g. `clock.wait(minutes=5)`; the new moment."""
        self.moment += timedelta(**span)
        return self.moment


@dataclass(frozen=True)
class House:
    """An organisation with the branches smelting and refining, and people as tests need them."""

    database: Database
    smelting: int
    refining: int
    clock: Clock = field(default_factory=Clock)
    administrator: Actor = ADMINISTRATOR

    @property
    def now(self) -> datetime:
        return self.clock()

    def person(self, login: str, *roles: Role, branch_id: int | None = None) -> int:
        """Somebody of the smelting branch unless said otherwise; a branch secretary of the own branch."""
        home = branch_id or self.smelting
        with self.database.writing() as session:
            added = accounts.add_person(
                session, login, login.title(), branch_id=home, actor=self.administrator, now=self.now
            )
            for role in roles:
                scope = home if role is Role.BRANCH_SECRETARY else None
                grants.grant(session, added.id, role, branch_id=scope, actor=self.administrator, now=self.now)
            return added.id

    def joined(self, login: str, password: str, *roles: Role) -> int:
        """Somebody who has accepted their invitation with this password."""
        person_id = self.person(login, *roles)
        token = self.act(accounts.invite, person_id, actor=self.administrator)
        self.join(token, password)
        return person_id

    def join(self, token: str, password: str, *, now: datetime | None = None, device: str = "first") -> None:
        """Accept an invitation on a device."""
        signing_in.join(self.database, token, password, browser=browser(device), now=now or self.now)

    def grant(self, person_id: int, role: Role, *, branch_id: int | None = None, season_id: int | None = None) -> None:
        scope = {"branch_id": branch_id, "season_id": season_id}
        self.act(grants.grant, person_id, role, **scope, actor=self.administrator)

    def actor(self, login: str, *roles: Role, branch_id: int | None = None) -> Actor:
        """A new person, as commands know them."""
        person_id = self.person(login, *roles, branch_id=branch_id)
        return self.ask(lambda session: grants.actor_of(session, session.get_one(Person, person_id)))

    def act(self, command: Callable[..., Any], *args: object, **named: object) -> Any:
        """One command in one transaction, now."""
        with self.database.writing() as session:
            return command(session, *args, **{"now": self.now, **named})

    def ask(self, query: Callable[..., Any], *args: object, **named: object) -> Any:
        with self.database.reading() as session:
            return query(session, *args, **named)

    def log(self, event_type: str = "") -> list[tuple[str, str, Any, Any]]:
        """(type, office, public, personal) of every event, or of those of one type."""
        return [event for event in self.ask(_events) if event_type in ("", event[0])]

    def season(self, toml: str, *, key: str = "test-2026", starts_on: date = date(2026, 4, 1)) -> Season:
        """A season of a workflow written in TOML, every stage waiting."""
        definition = reader.read(toml, KINDS, file="test.toml")
        self.act(commands.create_season, definition, key=key, starts_on=starts_on, actor=ORGANISER, confirmed=True)
        return self.ask(queries.season_by_key, key)

    def stage(self, season: Season, key: str) -> StageRow:
        """A stage as it is now."""
        found = next(row for row in season.stages if row.key == key)
        return self.ask(queries.stage_by_id, found.id)

    def open(self, season: Season, key: str) -> StageRow:
        """Open a stage now."""
        self.act(commands.open_stage, self.stage(season, key).id, actor=ORGANISER)
        return self.stage(season, key)

    def close(self, season: Season, key: str) -> StageRow:
        """Let time pass until the stage's deadline, or use the organiser's hand, and close it."""
        row = self.stage(season, key)
        self.clock.moment = max(self.clock.moment, row.closes_at or self.clock.moment)
        self.act(commands.close_stage, row.id, actor=ORGANISER)
        return self.stage(season, key)

    def settle(self, season: Season, key: str) -> StageRow:
        self.act(commands.settle_stage, self.stage(season, key).id, actor=ORGANISER)
        return self.stage(season, key)


def browser(device: str, network: str = "192.0.2.1") -> Browser:
    """Somebody's browser, with the token of its device."""
    return Browser(network, device, b"secret")


def new_signer(config: Config) -> Signer:
    """The key and the empty head of an installation whose log has no leaves yet, as `db upgrade` makes them."""
    signer = Signer(config.instance, config.log_origin)
    signer.make_key(SystemEntropy())
    signer.keep(beginning(signer.own_key().verifier))
    return signer


def entrusted(engine: Engine, signer: Signer) -> Database:
    """A database with the key of its log: what counts needs it."""
    database = Database(engine)
    ledger.entrust(database, signer)
    return database


def found_house(database: Database, clock: Clock) -> House:
    with database.writing() as session:
        smelting = Branch(key="smelting", name_zh="熔炼分厂党支部", name_en="Smelting plant")
        refining = Branch(key="refining", name_zh="精炼分厂党支部")
        session.add_all([smelting, refining])
        session.flush()
        return House(database, smelting.id, refining.id, clock)


def _events(session: Session) -> list[tuple[str, str, Any, Any]]:
    query = select(EventRow.leaf, Personal.payload).outerjoin(Personal).order_by(EventRow.at)
    leaves = [(json.loads(leaf), json.loads(payload or "null")) for leaf, payload in session.execute(query)]
    return [(leaf["type"], leaf["actor"], leaf["public"], personal) for leaf, personal in leaves]
