"""On a phone of 390 px nothing sticks out: no long word, no table of scores or of money."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from evalflow.config import WORKFLOWS
from evalflow.engine import organisation, rehearsal
from evalflow.kinds import KINDS
from evalflow.seasons import queries
from evalflow.workflow import reader
from tests.browser.conftest import Site, fits

pytestmark = pytest.mark.browser
SEASON = "projects-2026"
AT = f"/s/{SEASON}"
PAGES = (
    AT,
    f"{AT}/decision/decision/",
    f"{AT}/public_notice/notice/",
    f"{AT}/ceremony/award/",
    f"{AT}/results",
    f"{AT}/result/smelting",
    f"{AT}/tracking/tracking/smelting",
    f"{AT}/tracking/tracking/all/wall",
    "/fund",
)
SCROLLED = """[...document.querySelectorAll("main .table-responsive")].filter(one => one.scrollWidth > one.clientWidth)
    .map(one => `${one.scrollWidth} of ${one.clientWidth} px: ${one.innerText.slice(0, 40)}`)"""


@pytest.fixture
def finished(site: Site) -> Site:
    """A year of projects from its opening to its end; the title of a project is one word of 200 letters."""
    definition = reader.read((WORKFLOWS / "vanguard_project.toml").read_text("utf-8"), KINDS, file="vanguard")
    world = organisation.world_of(site.database, seed="phone", now=site.clock())
    starts_on = site.clock().date() + timedelta(days=1)
    rehearsal.play(world, definition, key=SEASON, starts_on=starts_on, signer=site.signer)
    assert world.stuck == {}
    site.clock.moment = world.clock
    with site.database.writing() as session:
        season = queries.season_by_key(session, SEASON)
        queries.entry_by_key(session, season.id, "smelting").title = "W" * 200
    return site


def _too_wide(page: Page, path: str) -> list[str]:
    answer = page.goto(path)
    assert answer is not None and answer.ok, path
    return [path] * (not fits(page)) + [f"{path}: {one}" for one in page.evaluate(SCROLLED)]


def test_no_page_of_results_or_money_is_wider_than_a_phone_and_no_table_of_theirs_scrolls(finished: Site) -> None:
    page = finished.person("organiser", phone=True)
    faults = [fault for path in PAGES for fault in _too_wide(page, path)]
    branch = page.locator("main tbody a").first.get_attribute("href")
    assert branch
    assert faults + _too_wide(page, branch) == []
