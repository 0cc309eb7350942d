"""No link follows the host that a request claims: whoever sends a request chooses it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from evalflow.access import Role
from evalflow.app import create_app
from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.db import Database
from evalflow.seasons.play import World
from tests.builders import Clock
from tests.house.test_hostile import allowed
from tests.house.test_permissions import founded, turns, visitors

SOURCE = Path(__file__).resolve().parents[2] / "evalflow"
ENTRY = "/s/small-2026/promotion/promotion/smelting"
Reach = Callable[[str], World]


def fooled(app: Flask) -> Flask:
    """The application behind a request that claims to have come to another host."""
    inner = app.wsgi_app

    def claiming(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return inner({**environ, "HTTP_HOST": "evil.example"}, start)

    app.wsgi_app = claiming  # type: ignore[method-assign]
    return app


@pytest.fixture
def reach(database: Database, clock: Clock, signer: Signer) -> Reach:
    """Play the season to one of its turns."""

    def played(wanted: str) -> World:
        world = founded(database, clock)
        next(turn for turn in turns(world, clock, signer) if turn == wanted)
        return world

    return played


def test_only_one_module_makes_links_of_the_host_that_a_request_came_to() -> None:
    """`web/held.py` compares it with where a form was sent from, and writes nothing of it."""
    asking = re.compile(r"\b(_external|host_url|url_root|base_url|request\.host|request\.url|HTTP_HOST)\b")
    found = [str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py") if asking.search(path.read_text())]
    assert sorted(found) == ["web/addresses.py", "web/held.py"]


@pytest.mark.parametrize("turn", ["promotion open", "public_notice open"])
def test_no_page_of_anybody_names_the_host_that_a_request_claims(
    app: Flask, database: Database, reach: Reach, turn: str
) -> None:
    reach(turn)
    people = visitors(fooled(app), database)
    told = []
    for path, browser in allowed(app, people, "GET"):
        answer = browser.client.get(path)
        if b"evil.example" in answer.data or "evil.example" in str(answer.headers):
            told.append(path)
    assert told == []


def test_links_to_hand_over_are_paths_where_the_address_is_not_set(
    app: Flask, database: Database, reach: Reach
) -> None:
    reach("waiting")
    people = visitors(app, database)
    pages = {}
    for role, page, path in (
        (Role.ADMINISTRATOR, "/people", "/people/1/invitation"),
        (Role.MEMBER, "/account", "/account/calendar"),
    ):
        people[role].get(page)
        token = people[role].token()
        cookie = people[role].client.get_cookie("evalflow")
        assert cookie is not None
        claiming = {"Host": "evil.example", "Cookie": f"evalflow={cookie.value}"}
        bare = app.test_client(use_cookies=False)
        pages[role] = bare.post(path, data={"csrf_token": token}, headers=claiming).text
    assert re.search(r'value="/invitation/[\w-]{43}"', pages[Role.ADMINISTRATOR])
    assert re.search(r">/calendar/[\w-]{43}\.ics<", pages[Role.MEMBER])
    assert all("EVALFLOW_SITE_URL" in page and "evil.example" not in page for page in pages.values())


def test_a_promoted_entry_has_its_link_and_code_on_the_own_machine_and_where_the_address_is_set(
    app: Flask, config: Config, database: Database, clock: Clock, reach: Reach
) -> None:
    reach("promotion open")
    stated = create_app(replace(config, site_url="https://awards.example"), database=database, clock=clock)
    own, claimed, named = (one.test_client() for one in (app, fooled(create_app(config, database=database)), stated))
    links = [re.findall(r"[\w:/.]*/e/small-2026/smelting", client.get(ENTRY).text)[:1] for client in (own, claimed)]
    assert links == [["http://localhost/e/small-2026/smelting"], []]
    assert "https://awards.example/e/small-2026/smelting" in fooled(stated).test_client().get(ENTRY).text
    assert [client.get(f"{ENTRY}/code.svg").status_code for client in (own, claimed, named)] == [200, 404, 200]
