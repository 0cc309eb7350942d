"""Whatever is typed into an address or a form, the answer is an answer: never 500.

On PostgreSQL, which refuses more than SQLite: numbers beyond 32 bits, and the character NUL in any text.
"""

import html
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from flask import Flask

from evalflow.access import Role
from evalflow.app import create_app
from evalflow.config import Config
from tests.builders import Clock, entrusted, new_signer
from tests.databases import fresh_postgresql, modelled
from tests.house.test_permissions import (
    ARGUMENTS,
    OPEN_ENDPOINTS,
    carries,
    founded,
    permission,
    routes,
    turns,
    visitors,
)
from tests.visitors import Visitor

GREAT = 2**31  # the first that an INTEGER column of PostgreSQL does not hold
TYPED = ("", str(GREAT), "9" * 30, "\x00", "0001-01-01T00:00")
ASKED = ("page", "branch", "season", "type", "role", "search", "receipt", "size", "starts_on", "workflow", "next")
STOPS = ("waiting", "online_vote open", "committee_decision open")
People = dict[Role, Visitor]


@pytest.fixture
def stopped(request: pytest.FixtureRequest, server: str, tmp_path: Path) -> Iterator[tuple[Flask, People]]:
    """The application and a browser for every role, with a season stopped at the turn the test names."""
    config = Config(tmp_path / "instance", "", secure_cookies=False, log_origin="test.example/log")
    signer = new_signer(config)
    with fresh_postgresql(server, modelled) as engine:
        database, clock = entrusted(engine, signer), Clock()
        world = founded(database, clock)
        next(turn for turn in turns(world, clock, signer) if turn == request.param)
        app = create_app(config, database=database, clock=clock)
        yield app, visitors(app, database)


def allowed(app: Flask, people: People, method: str) -> Iterator[tuple[str, Visitor]]:
    """Every address with every browser that may use it."""
    for (endpoint, path), (role, browser) in product(routes(app, method), people.items()):
        if carries(role, permission(app, endpoint)):
            yield path, browser


def fields(app: Flask, people: People) -> set[str]:
    """The names of all fields on all pages."""
    answers = (browser.client.get(path) for path, browser in allowed(app, people, "GET"))
    pages = [answer.text for answer in answers if answer.mimetype == "text/html"]
    found = {html.unescape(name) for page in pages for name in re.findall(r'name="([^"]+)"', page)}
    return found - {"csrf_token", "csrf-token"}


@pytest.mark.parametrize("stopped", STOPS[-1:], indirect=True)
def test_addresses_of_nothing_are_answered(stopped: tuple[Flask, People]) -> None:
    app, people = stopped
    adapter = app.url_map.bind("localhost")
    broken = []
    for rule in app.url_map.iter_rules():
        usual = {name: ARGUMENTS[name] for name in rule.arguments if name in ARGUMENTS}
        if rule.endpoint in OPEN_ENDPOINTS or "GET" not in (rule.methods or ()):
            continue
        for name in rule.arguments:
            usual_path = adapter.build(rule.endpoint, {**usual, name: 424242 if usual[name] == 1 else "odd"})
            for odd, browser in product(("0", str(GREAT), "9" * 30, "%00", "%C2%B2"), people.values()):
                path = usual_path.replace("424242" if usual[name] == 1 else "odd", odd)
                if browser.client.get(path).status_code >= 500:
                    broken.append(path)
    assert broken == []


@pytest.mark.fonts
@pytest.mark.parametrize("stopped", STOPS[-1:], indirect=True)
def test_questions_in_addresses_are_answered(stopped: tuple[Flask, People]) -> None:
    app, people = stopped
    broken = [
        (path, typed)
        for path, browser in allowed(app, people, "GET")
        for typed in TYPED
        if browser.client.get(path, query_string=dict.fromkeys(ASKED, typed)).status_code >= 500
        or browser.client.get(path, query_string={"page": typed}).status_code >= 500
    ]
    assert broken == []


@pytest.mark.parametrize("stopped", STOPS, indirect=True)
def test_forms_with_nonsense_in_every_field_are_answered(stopped: tuple[Flask, People]) -> None:
    app, people = stopped
    names = fields(app, people)
    broken = [
        (path, typed)
        for path, browser in allowed(app, people, "POST")
        for typed in TYPED
        for version in ("1", typed)
        if browser.post(path, **{**dict.fromkeys(names, typed), "version": version}).status_code >= 500
    ]
    assert broken == []
