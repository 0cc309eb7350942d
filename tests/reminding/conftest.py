"""A house on either database with a season that takes declarations until 8 April 2026, and a post office.

1 April 2026 is a Wednesday; Saturday the 4th to Monday the 6th are holidays, so that week opens on Tuesday the 7th.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from evalflow.access import Actor
from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.db import Database
from evalflow.engine import doctor, reminders
from evalflow.people.models import Person
from evalflow.reminding import commands
from evalflow.reminding.models import Reminder
from evalflow.seasons.models import Season
from tests.builders import ZONE, Clock, House, entrusted, found_house
from tests.databases import fresh_postgresql, fresh_sqlite, modelled
from tests.declared import SUBMISSION, secretaries
from tests.reminding.post_office import PostOffice, post_office


@dataclass(frozen=True)
class Desk:
    """by: the secretaries of the two branches."""

    house: House
    season: Season
    by: dict[str, Actor]
    office: PostOffice
    config: Config

    def at(self, day: int, hour: int = 8, minute: int = 0, month: int = 4) -> None:
        self.house.clock.moment = datetime(2026, month, day, hour, minute, tzinfo=ZONE)

    def remind(self) -> tuple[int, int]:
        return reminders.remind(self.house.database, self.config, now=self.house.now)

    def on(self, day: int, hour: int = 8, minute: int = 0, month: int = 4) -> tuple[int, int]:
        """Let time remind at that moment; (written, sent)."""
        self.at(day, hour, minute, month)
        return self.remind()

    def wants_mail(self, actor: Actor, address: str) -> None:
        self.house.act(commands.choose_mailbox, address, actor=actor)

    def speaks(self, actor: Actor, locale: str) -> None:
        with self.house.database.writing() as session:
            session.get_one(Person, actor.person_id).locale = locale

    def told(self) -> list[tuple[str, str, str, list[str], str]]:
        """(login, cause, occasion, titles, delivery) of every reminder."""
        names = self.house.ask(lambda session: {one.id: one.login for one in session.query(Person)})
        return [
            (names[row.person_id], row.cause, row.occasion, [line["title"] for line in row.lines], row.delivery)
            for row in self.kept()
        ]

    def kept(self) -> list[Reminder]:
        found: list[Reminder] = self.house.ask(lambda session: session.query(Reminder).order_by(Reminder.id).all())
        return found


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path: Path, signer: Signer) -> Iterator[Database]:
    server = request.getfixturevalue("server") if request.param == "postgresql" else ""
    with fresh_postgresql(server, modelled) if server else fresh_sqlite(tmp_path, modelled) as engine:
        kept = entrusted(engine, signer)
        yield kept
        with kept.reading() as session:
            assert doctor.faults(session, signer) == []


@pytest.fixture
def desk(database: Database, clock: Clock, config: Config, office: PostOffice) -> Desk:
    house = found_house(database, clock)
    by = secretaries(house)
    season = house.season(SUBMISSION, starts_on=house.now.date())
    house.open(season, "declare")
    settings = replace(config, smtp=office.smtp, site_url="https://awards.example")
    return Desk(house, season, by, office, settings)
