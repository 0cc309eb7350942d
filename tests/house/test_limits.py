"""Roles of one season and of one branch, at every route: refused beyond their limit; a refusal changes nothing."""

import hashlib
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from evalflow.access import RIGHTS, Permission, Role, Scope
from evalflow.audit.signing import Signer
from evalflow.db import Base, Database
from evalflow.engine import commands
from evalflow.kinds import KINDS
from evalflow.people import accounts
from evalflow.people.models import Branch, RoleGrant
from evalflow.seasons import queries
from evalflow.seasons.play import World
from evalflow.workflow import reader
from tests.builders import ADMINISTRATOR, ORGANISER, Clock
from tests.house.test_permissions import SEASON, TOML, founded, permission, routes, turns
from tests.visitors import Visitor

TURN = "online_vote open"
OTHER = "other-2026"
LIMITED = [role for role in Role if role not in (Role.VISITOR, Role.ADMINISTRATOR)]


@dataclass(frozen=True)
class Holder:
    """Somebody with one role: in one season; or, a secretary, of another branch than the routes name."""

    visitor: Visitor
    role: Role
    here: bool
    own: bool = True

    def may_try(self, wanted: Permission, path: str) -> bool:
        """Whether the guard lets them in; the act itself may still refuse."""
        right = RIGHTS[wanted]
        if Role.VISITOR in right.roles:
            return True
        if self.role not in right.roles or (Scope.SEASON not in right.scope and right.scope is not Scope.OWN):
            return False
        return self.here or SEASON not in path


@pytest.fixture
def world(database: Database, clock: Clock) -> World:
    """The season that is played, and another."""
    found = founded(database, clock)
    with database.writing() as session:
        definition = reader.read(TOML.read_text(encoding="utf-8"), KINDS, file=TOML.name)
        commands.create_season(
            session, definition, key=OTHER, starts_on=date(2026, 3, 2), actor=ORGANISER, now=clock(), confirmed=True
        )
    return found


def holders(app: Flask, database: Database, world: World) -> list[Holder]:
    ids = {key: world.ask(queries.season_by_key, key).id for key in (SEASON, OTHER)}
    found = []
    with database.writing() as session:
        branches = {one.key: one.id for one in session.scalars(select(Branch))}
        for role in LIMITED:
            for key in (SEASON, OTHER):
                branch = "refining" if role is Role.BRANCH_SECRETARY and key == SEASON else "smelting"
                login = f"{role.value}-{key}"
                added = accounts.add_person(
                    session, login, login, branch_id=branches[branch], actor=ADMINISTRATOR, now=world.clock
                )
                scope = branches[branch] if role is Role.BRANCH_SECRETARY else None
                session.add(RoleGrant(person_id=added.id, role=role.value, branch_id=scope, season_id=ids[key]))
                found.append((added.id, role, key == SEASON, branch == "smelting"))
    return [Holder(Visitor(app).become(one, database), role, here, own) for one, role, here, own in found]


def stand(database: Database) -> str:
    """A digest of every row there is."""
    told = hashlib.sha256()
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
            told.update(f"{table.name} {rows}".encode())
    return told.hexdigest()


REFUSED = (403, 404)  # the small season has no stage of some kinds


def test_a_role_of_one_season_or_branch_is_refused_beyond_it_and_a_refusal_changes_nothing(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    wrong, people, refusals = [], holders(app, database, world), 0
    assert TURN in turns(world, clock, signer)
    for one in people:
        for endpoint, path in routes(app, "GET"):
            answer = one.visitor.client.get(path)
            if not one.may_try(permission(app, endpoint), path) and answer.status_code not in REFUSED:
                wrong.append((path, one.role.value, one.here, answer.status_code))
    kept = stand(database)
    for one in people:
        for endpoint, path in routes(app, "POST"):
            wanted = permission(app, endpoint)
            others = one.role is Role.BRANCH_SECRETARY and not one.own and "/smelting" in path
            if not one.may_try(wanted, path) or (others and wanted is Permission.DECLARE):
                refusals += 1
                answer = one.visitor.post(path, version="1")
                if answer.status_code < 400 or (not others and answer.status_code not in REFUSED):
                    wrong.append((path, one.role.value, one.here, answer.status_code))
                if stand(database) != kept:
                    wrong.append((path, one.role.value, one.here, "changed"))
                    kept = stand(database)
    assert (wrong, refusals > 500) == ([], True)
