"""The main pages of every role in both languages, held to axe's serious and critical rules."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import SEASON, Site, fits, press

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
