"""Every route, as every role, at every turn of a season: refused where the table says so, and never broken."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from evalflow.access import RIGHTS, Permission, Role
from evalflow.audit.signing import Signer
from evalflow.db import Database
from evalflow.engine import commands, jobs, organisation
from evalflow.kinds import KINDS
from evalflow.people.models import Person, RoleGrant
from evalflow.registry import PLAYS
from evalflow.seasons import queries
from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World
from evalflow.web.guard import OPEN_ENDPOINTS, permission_of
from evalflow.workflow import reader
from tests.builders import ORGANISER, Clock
from tests.visitors import Visitor

SEASON = "small-2026"
TOML = Path(__file__).parents[1] / "browser" / "season.toml"
KINDS_OF_STAGES = {
    "submission": "declaration",
    "approval": "declaration",
    "promotion": "promotion",
    "ballot": "online_vote",
    "scoring": "peer_scoring",
    "decision": "committee_decision",
    "inspection": "ceremony",
    "notice": "public_notice",
    "award": "ceremony",
    "tracking": "ceremony",
}
ARGUMENTS = {
    "season_key": SEASON,
    "entry_key": "smelting",
    "other_key": "refining",
    "attachment_id": 1,
    "person_id": 1,
    "grant_id": 1,
    "number": 1,
    "year": 1,
    "branch_key": "smelting",
    "code": "0" * 32,
    "form": "svg",
    "step": "open",
    "token": "unknown",
    "stage_key": "declaration",
}


@pytest.fixture
def world(database: Database, clock: Clock) -> World:
    return founded(database, clock)


def founded(database: Database, clock: Clock) -> World:
    """Three branches and everybody's offices, the small season created."""
    clock.moment = datetime(2026, 3, 1, 16, tzinfo=UTC)
    with database.writing() as session:
        organisation.found(session, branches=3, members=6, now=clock())
        text = TOML.read_text(encoding="utf-8")
        definition = reader.read(text, KINDS, file=TOML.name)
        commands.create_season(
            session, definition, key=SEASON, starts_on=date(2026, 3, 2), actor=ORGANISER, now=clock()
        )
    return organisation.world_of(database, seed="permissions", now=clock())


def turns(world: World, clock: Clock, signer: Signer) -> Iterator[str]:
    """Plays the season and stops at each of its turns: every stage waiting, open, closed where it waits, done."""
    yield "waiting"
    for key in [row.key for row in _season(world).stages]:
        row = _row(world, key)
        PLAYS[row.kind].before(world, row)
        world.clock = max(world.clock, row.opens_at or world.clock)
        _tick(world, clock, signer)
        yield f"{key} open"
        PLAYS[row.kind].during(world, _row(world, key))
        row = _row(world, key)
        world.clock = max(world.clock, row.closes_at or world.clock)
        if key == "online_vote":
            _tick(world, clock, signer)
            yield f"{key} closed"
        PLAYS[row.kind].after(world, _row(world, key))
        _tick(world, clock, signer)
    yield "finished"


def _tick(world: World, clock: Clock, signer: Signer) -> None:
    jobs.tick(world.database, now=world.clock, signer=signer)
    clock.moment = world.clock


def _season(world: World) -> Any:
    return world.ask(queries.season_by_key, SEASON)


def _row(world: World, key: str) -> StageRow:
    found = next(row for row in _season(world).stages if row.key == key)
    row: StageRow = world.ask(queries.stage_by_id, found.id)
    return row


def visitors(app: Flask, database: Database) -> dict[Role, Visitor]:
    """One browser for each role. Secretaries of the simulated organisation are members too, as in life."""
    people = {Role.VISITOR: Visitor(app)}
    with database.reading() as session:
        for role in Role:
            if role is Role.VISITOR:
                continue
            query = select(Person.id).join(RoleGrant).where(RoleGrant.role == role.value).order_by(Person.id.desc())
            people[role] = Visitor(app).become(session.scalars(query.limit(1)).one(), database)
    return people


def carries(role: Role, wanted: Permission) -> bool:
    held = {role, Role.MEMBER} if role is Role.BRANCH_SECRETARY else {role}
    return bool(held & RIGHTS[wanted].roles)


def routes(app: Flask, method: str) -> list[tuple[str, str]]:
    """(endpoint, path) of every route that takes the method."""
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in OPEN_ENDPOINTS and method in (rule.methods or ()):
            found.append((rule.endpoint, adapter.build(rule.endpoint, _values(rule), method=method)))
    return sorted(set(found))


def _values(rule: Rule) -> dict[str, Any]:
    values = {name: ARGUMENTS[name] for name in rule.arguments}
    kind = rule.endpoint.partition(".")[0]
    if "stage_key" in values and kind in KINDS_OF_STAGES:
        values["stage_key"] = KINDS_OF_STAGES[kind]
    return values


def permission(app: Flask, endpoint: str) -> Permission:
    found = permission_of(app, endpoint)
    assert found is not None, f"{endpoint} says no permission: it is refused to everybody"
    return found


@pytest.mark.fonts
def test_every_page_is_refused_to_whoever_may_not_and_breaks_for_nobody(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    wrong = []
    people = visitors(app, database)
    pages = routes(app, "GET")
    for turn in turns(world, clock, signer):
        for endpoint, path in pages:
            wanted = permission(app, endpoint)
            for role, visitor in people.items():
                answer = visitor.client.get(path)
                to_sign_in = answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in")
                refused = to_sign_in if role is Role.VISITOR else answer.status_code == 403
                as_it_should = not to_sign_in if carries(role, wanted) else refused
                if answer.status_code >= 500 or not as_it_should:
                    wrong.append((turn, path, role.value, answer.status_code))
    assert wrong == []


def test_every_act_is_refused_to_whoever_may_not_and_to_everybody_without_a_token(
    app: Flask, database: Database, world: World
) -> None:
    wrong = []
    people = visitors(app, database)
    for endpoint, path in routes(app, "POST"):
        wanted = permission(app, endpoint)
        for role, visitor in people.items():
            if visitor.client.post(path, data={"version": "1"}).status_code != 400:
                wrong.append((path, role.value, "without a token"))
            if not carries(role, wanted):
                answer = visitor.post(path, version="1")
                if answer.status_code != (401 if role is Role.VISITOR else 403):
                    wrong.append((path, role.value, answer.status_code))
    assert wrong == []
