"""A house with an administrator, two branches and a clock that stands still."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Grant, Role
from evalflow.audit.models import EventRow, Personal
from evalflow.db import Base, Database, connect
from evalflow.people import accounts, grants
from evalflow.people.models import Branch

NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
ADMINISTRATOR = Actor(None, "", "administrator", grants=frozenset({Grant(Role.ADMINISTRATOR)}))


@dataclass(frozen=True)
class House:
    """What most tests need, and two short ways to say it."""

    database: Database
    smelting: int
    refining: int
    now: datetime = NOW
    administrator: Actor = ADMINISTRATOR

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
        self.act(accounts.accept_invitation, token, password)
        return person_id

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


def _events(session: Session) -> list[tuple[str, str, Any, Any]]:
    query = select(EventRow.leaf, Personal.payload).outerjoin(Personal).order_by(EventRow.at)
    leaves = [(json.loads(leaf), json.loads(payload or "null")) for leaf, payload in session.execute(query)]
    return [(leaf["type"], leaf["actor"], leaf["public"], personal) for leaf, personal in leaves]


@pytest.fixture
def house(tmp_path: Path) -> House:
    database = Database(connect("sqlite:///" + str(tmp_path / "t.sqlite3")))
    Base.metadata.create_all(database.engine)
    with database.writing() as session:
        smelting = Branch(key="smelting", name_zh="熔炼分厂党支部", name_en="Smelting plant")
        refining = Branch(key="refining", name_zh="精炼分厂党支部")
        session.add_all([smelting, refining])
        session.flush()
        return House(database, smelting.id, refining.id)
