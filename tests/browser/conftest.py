"""A live site, a real Chromium, and people who sign in: what every browser test begins with."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from evalflow.app import create_app
from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.db import Base, Database, connect
from evalflow.engine import commands, doctor, jobs, organisation
from evalflow.kinds import KINDS
from evalflow.people import accounts, passwords
from evalflow.people.models import Person
from evalflow.workflow import reader
from tests.builders import ORGANISER, Clock, new_signer

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "browser-test-2026"
SEASON = "small-2026"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "zh-CN"}
DESK = {"viewport": {"width": 1280, "height": 900}, "locale": "zh-CN"}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. A test that can't find one fails: it is never skipped."""
    path = shutil.which("chromium")
    assert path, "no chromium on this machine: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Site:
    """A running installation with three branches, and the complaints of every page anybody opened."""

    address: str
    database: Database
    clock: Clock
    signer: Signer
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def visitor(self, *, phone: bool = False, scripts: bool = True) -> Page:
        """A new browser that nobody is signed in at."""
        context = self.browser.new_context(
            base_url=self.address, java_script_enabled=scripts, **(PHONE if phone else DESK)
        )
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def person(self, login: str, *, phone: bool = False, scripts: bool = True) -> Page:
        """Somebody who has signed in through the page."""
        page = self.visitor(phone=phone, scripts=scripts)
        page.goto("/sign-in")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        press(page.locator("main [type=submit]"))
        assert page.locator("form[action='/sign-out']").count() == 1, f"{login} is not signed in"
        return page

    def tick(self) -> None:
        jobs.tick(self.database, now=self.clock(), signer=self.signer)

    def stage(self, key: str, kind: str) -> str:
        return f"/s/{SEASON}/{key}/{kind}/"

    def _heard(self, message: ConsoleMessage) -> None:
        refused = "the server responded with a status of 4" in message.text  # a refusal is an answer, not a fault
        if message.type in ("error", "warning") and not refused:
            self.complaints.append(f"{message.location.get('url', '')}: {message.text}")


def press(button: Locator) -> None:
    """Press what sends a form or follows a link, and wait until the page that answers has loaded."""
    with button.page.expect_navigation():
        button.click()
    sure = button.page.locator("form[data-confirms] button[type=submit]")
    if sure.count():
        with button.page.expect_navigation():
            sure.click()


def fits(page: Page) -> bool:
    """Whether nothing sticks out sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.fixture
def site(chromium: Browser, tmp_path: Path) -> Iterator[Site]:
    config = Config(
        tmp_path / "instance", f"sqlite:///{tmp_path / 'e.sqlite3'}", secure_cookies=False, session_hours=100_000
    )
    database = Database(connect(config.database_url))
    Base.metadata.create_all(database.engine)
    clock = Clock(datetime(2026, 3, 2, 1, tzinfo=UTC))
    _found(database, clock)
    app = create_app(config, database=database, clock=clock)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    signer = new_signer(config)
    running = Site(f"http://127.0.0.1:{server.server_port}", database, clock, signer, chromium)
    yield running
    for context in running.contexts:
        context.close()
    server.shutdown()
    assert running.complaints == []
    with database.reading() as session:
        assert doctor.faults(session, signer) == []
    database.engine.dispose()


def _found(database: Database, clock: Clock) -> None:
    """Three branches, their secretaries, two members each, the offices; everybody has the same password."""
    with database.writing() as session:
        organisation.found(session, branches=3, members=6, now=clock())
    with database.reading() as session:
        people = session.execute(select(Person.id, Person.login, Person.name)).all()
    for person_id, login, name in people:
        chosen = passwords.chosen(PASSWORD, login=login, name=name)
        with database.writing() as session:
            token = accounts.invite(session, person_id, actor=organisation.INSTALLER, now=clock())
            accounts.accept_invitation(session, token, chosen, now=clock())


@pytest.fixture
def season(site: Site) -> Callable[..., None]:
    """Creates the small season and lets time open it; a line of its rules may be put in another's place."""

    def create(line: str = "", instead: str = "") -> None:
        text = (Path(__file__).parent / "season.toml").read_text(encoding="utf-8")
        assert line in text
        text = text.replace(line, instead) if line else text
        definition = reader.read(text, KINDS, file="season.toml")
        with site.database.writing() as session:
            commands.create_season(
                session, definition, key=SEASON, starts_on=date(2026, 3, 2), actor=ORGANISER, now=site.clock()
            )
        site.tick()

    return create
