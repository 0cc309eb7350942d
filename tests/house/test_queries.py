"""No page makes a query per row: the statements of a page are as many with thirty entries as with three."""

from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, event, select

from evalflow.access import Role
from evalflow.app import create_app
from evalflow.config import Config
from evalflow.db import Database
from evalflow.engine import rehearsal
from evalflow.kinds import KINDS
from evalflow.people.models import Person, RoleGrant
from evalflow.workflow import reader
from tests.builders import Clock, new_signer
from tests.databases import fresh_sqlite, modelled
from tests.visitors import Visitor

TOML = Path(__file__).parents[1] / "browser" / "season.toml"
KEY = "small-brands-rehearsal"
PAGES = {
    Role.VISITOR: (
        "/",
        f"/s/{KEY}",
        f"/s/{KEY}/promotion/promotion/",
        f"/s/{KEY}/promotion/promotion/smelting",
        f"/s/{KEY}/online_vote/ballot/",
        f"/s/{KEY}/peer_scoring/scoring/",
        f"/s/{KEY}/public_notice/notice/",
        f"/s/{KEY}/ceremony/award/",
        "/log/",
    ),
    Role.ORGANISER: (
        "/steer/",
        f"/steer/{KEY}/",
        f"/s/{KEY}/declaration/submission/desk",
        f"/s/{KEY}/declaration/submission/alike",
        f"/s/{KEY}/promotion/promotion/all/views",
        f"/s/{KEY}/online_vote/ballot/turnout",
        f"/s/{KEY}/public_notice/notice/desk",
        f"/s/{KEY}/preview",
    ),
    Role.COMMITTEE_MEMBER: (f"/s/{KEY}/committee_decision/decision/",),
    Role.BRANCH_SECRETARY: ("/", f"/s/{KEY}/declaration/submission/", f"/s/{KEY}/peer_scoring/scoring/"),
    Role.AUDITOR: ("/log/",),
    Role.ADMINISTRATOR: ("/people", "/branches"),
}


def statements(folder: Path, *, branches: int) -> dict[tuple[str, str], int]:
    """{(role, path): statements} of the pages of a finished season with so many entries."""
    folder.mkdir()
    with fresh_sqlite(folder, modelled) as engine:
        definition = reader.read(TOML.read_text(encoding="utf-8"), KINDS, file=TOML.name)
        rehearsed = rehearsal.rehearse(engine, definition, branches=branches, members=branches * 2, seed="queries")
        database = rehearsed.world.database
        clock = Clock(rehearsed.world.clock)
        config = Config(folder / "instance", "", secure_cookies=False)
        new_signer(config)
        app = create_app(config, database=database, clock=clock)
        return {
            (role.value, path): _counted(engine, visitor, path)
            for role, paths in PAGES.items()
            for visitor in [_somebody(app, database, role)]
            for path in paths
        }


def _somebody(app: Flask, database: Database, role: Role) -> Visitor:
    if role is Role.VISITOR:
        return Visitor(app)
    query = select(Person.id).join(RoleGrant).where(RoleGrant.role == role.value).order_by(Person.id)
    with database.reading() as session:
        return Visitor(app).become(session.scalars(query.limit(1)).one(), database)


def _counted(engine: Engine, visitor: Visitor, path: str) -> int:
    visitor.get(path)  # what is kept between requests is read now
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    assert visitor.get(path).status_code in (200, 304), path
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_a_page_asks_as_often_for_thirty_entries_as_for_three(tmp_path: Path) -> None:
    few, many = statements(tmp_path / "few", branches=3), statements(tmp_path / "many", branches=30)
    assert {page: (count, many[page]) for page, count in few.items() if count != many[page]} == {}
    assert max(many.values()) <= 40
