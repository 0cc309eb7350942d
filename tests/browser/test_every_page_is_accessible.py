"""The main pages of every role in both languages, held to axe's serious and critical rules."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from evalflow.config import WORKFLOWS
from evalflow.engine import commands, organisation, rehearsal
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from tests.browser.conftest import SEASON, Site, fits, press
from tests.builders import ORGANISER

pytestmark = pytest.mark.browser
PAGES = {
    "": ["/", f"/s/{SEASON}", "/sign-in", "/log/", f"/steer/{SEASON}/rules", f"/s/{SEASON}/promotion/promotion/"],
    "smelting-member001": ["/", "/account", f"/s/{SEASON}/online_vote/ballot/"],
    "smelting-secretary": ["/", f"/s/{SEASON}/declaration/submission/", "/fund", "/fund/2026/smelting"],
    "organiser": ["/steer/", f"/steer/{SEASON}/", f"/s/{SEASON}/declaration/submission/desk", "/fund"],
    "committee1": [f"/s/{SEASON}/committee_decision/decision/", f"/s/{SEASON}/ceremony/award/"],
    "teller1": [f"/s/{SEASON}/online_vote/ballot/teller"],
    "auditor": ["/log/"],
    "admin": ["/people", "/people/import", "/branches"],
}
TRACKING = "/s/projects-2026/tracking/tracking/"
PROJECT_PAGES = {
    "organiser": [
        *(f"{TRACKING}{page}" for page in ("all/wall", "all/milestones", "all/sums", "all/orders")),
        *(f"{TRACKING}smelting{page}" for page in ("", "/supervision")),
        "/s/projects-2026/approval/approval/entry/smelting",
        "/s/projects-2026/assessment/inspection/smelting",
    ],
    "smelting-secretary": [f"{TRACKING}smelting", "/s/projects-2027/application/submission/entry/smelting"],
}
GRAVE = ("serious", "critical")


def grave_faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {one['id']}: {node['html'][:120]}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("login", PAGES, ids=lambda login: login or "visitor")
def test_no_page_has_a_grave_fault_in_either_language(site: Site, season: Callable[[], None], login: str) -> None:
    season()
    page = site.person(login) if login else site.visitor()
    faults = []
    for language in ("zh_Hans", "en"):
        page.goto("/")
        if page.locator(f"button[name=locale][value={language}]").count():
            press(page.locator(f"button[name=locale][value={language}]"))
        for path in PAGES[login]:
            page.goto(path)
            faults += grave_faults(page)
            page.set_viewport_size({"width": 320, "height": 640})
            if not fits(page):
                faults.append(f"{path} is wider than 320 px in {language}")
            page.set_viewport_size({"width": 1280, "height": 900})
    assert faults == []


@pytest.fixture
def years(site: Site) -> Site:
    """A year of projects played into its assessment; another has begun, and the smelting branch applies in it."""
    definition = reader.read((WORKFLOWS / "vanguard_project.toml").read_text("utf-8"), KINDS, file="vanguard")
    world = organisation.world_of(site.database, seed="pages", now=site.clock())
    starts_on = site.clock().date() + timedelta(days=1)
    named = {"key": "projects-2026", "starts_on": starts_on, "stop_in": "assessment"}
    rehearsal.play(world, definition, signer=site.signer, **named)
    site.clock.moment = world.clock
    with site.database.writing() as session:
        today = date(world.clock.year, world.clock.month, world.clock.day)
        commands.create_season(
            session,
            definition,
            key="projects-2027",
            starts_on=today,
            confirmed=True,  # it begins late, so its last stages would collide
            actor=ORGANISER,
            now=site.clock(),
        )
    site.tick()
    page = site.person("smelting-secretary")
    page.goto("/s/projects-2027/application/submission/")
    press(page.locator("form[action$='/submission/'] [type=submit]"))
    return site


@pytest.mark.parametrize("login", PROJECT_PAGES)
def test_no_page_of_a_project_has_a_grave_fault_in_either_language(years: Site, login: str) -> None:
    page = years.person(login)
    faults = []
    for language in ("zh_Hans", "en"):
        page.goto("/")
        if page.locator(f"button[name=locale][value={language}]").count():
            press(page.locator(f"button[name=locale][value={language}]"))
        for path in PROJECT_PAGES[login]:
            for width in (390, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                answer = page.goto(path)
                assert answer is not None and answer.ok, path
                faults += grave_faults(page) + ([] if fits(page) else [f"{path} is wider than {width} px"])
    assert faults == []
