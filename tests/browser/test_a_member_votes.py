"""A member votes on a phone: with and without JavaScript, on the narrowest screen, and nobody sees a count."""

from collections.abc import Callable

import pytest

from evalflow.engine.organisation import world_of
from evalflow.registry import PLAYS
from evalflow.seasons import queries
from tests.browser.conftest import SEASON, Site, fits, press

pytestmark = pytest.mark.browser
MEMBER = "smelting-member001"
METHOD = 'method  = "approval"\nchoose  = { min = 1, max = 2 }'


@pytest.fixture
def vote(site: Site, season: Callable[..., None], request: pytest.FixtureRequest) -> Site:
    """The small season in its vote, declared and promoted by simulated users; by another method where a test asks."""
    season(*([METHOD, request.param] if hasattr(request, "param") else []))
    world = world_of(site.database, seed="browser", now=site.clock())
    for key in ("declaration", "promotion", "online_vote"):
        row = next(one for one in _season(site).stages if one.key == key)
        row = world.ask(queries.stage_by_id, row.id)
        PLAYS[row.kind].before(world, row)
        site.clock.moment = max(world.clock, row.opens_at or world.clock)
        site.tick()
        if key == "online_vote":
            break
        world.clock = site.clock()
        PLAYS[row.kind].during(world, world.ask(queries.stage_by_id, row.id))
        row = world.ask(queries.stage_by_id, row.id)
        site.clock.moment = max(world.clock, row.closes_at or world.clock)
        world.clock = site.clock()
        site.tick()
    assert _season(site).stages[2].phase == "open"
    return site


def _season(site: Site):  # type: ignore[no-untyped-def]
    with site.database.reading() as session:
        return queries.season_by_key(session, SEASON)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_vote_is_found_cast_and_checked_in_a_minute(vote: Site, scripts: bool) -> None:
    page = vote.person(MEMBER, phone=True, scripts=scripts)
    page.goto("/")
    press(page.locator("main a[href*='/ballot/']").first)
    page.check("[name=entries][value=smelting]")
    page.check("[name=entries][value=refining]")
    press(page.locator(".ballot-bar [type=submit]"))
    page.wait_for_url("**/receipt?**")
    receipt = page.url.partition("envelope=")[2]
    assert len(receipt) == 64
    told = "".join(page.inner_text(".receipt-code").split())
    assert told == receipt
    page.goto(vote.stage("online_vote", "ballot") + f"receipt?envelope={receipt}")
    assert page.locator("main").inner_text().count("票箱") > 0
    page.goto(vote.stage("online_vote", "ballot"))
    page.check("[name=entries][value=electrolysis]")
    press(page.locator(".ballot-bar [type=submit]"))
    page.wait_for_url("**/receipt?**")
    assert page.url.partition("envelope=")[2] != receipt


def test_a_refused_choice_is_kept_and_says_what_to_do(vote: Site) -> None:
    page = vote.person(MEMBER, phone=True)
    page.goto(vote.stage("online_vote", "ballot"))
    for entry in ("smelting", "refining", "electrolysis"):
        page.check(f"[name=entries][value={entry}]")
    press(page.locator(".ballot-bar [type=submit]"))
    assert page.locator("[role=alert]").count() >= 1
    assert page.locator("[name=entries]:checked").count() == 3


def test_the_ballot_fits_the_narrowest_phone(vote: Site) -> None:
    page = vote.person(MEMBER, phone=True)
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/", f"/s/{SEASON}", vote.stage("online_vote", "ballot"), vote.stage("promotion", "promotion")):
        page.goto(path)
        assert fits(page), path


@pytest.mark.parametrize("vote", ['method = "stv"\nseats = 2'], indirect=True)
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_entries_are_put_in_order_and_no_rank_is_given_twice(vote: Site, scripts: bool) -> None:
    page = vote.person(MEMBER, phone=True, scripts=scripts)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(vote.stage("online_vote", "ballot"))
    assert fits(page)
    for entry in ("smelting", "refining"):
        page.select_option(f"[name='mark.{entry}']", "1")
    if scripts:
        assert page.input_value("[name='mark.smelting']") == ""
        assert "1 / 3" in page.inner_text("[data-chosen]")
    else:
        press(page.locator(".ballot-bar [type=submit]"))
        assert page.locator("[role=alert]").count() >= 1
        assert page.input_value("[name='mark.smelting']") == "1"
    page.select_option("[name='mark.smelting']", "2")
    press(page.locator(".ballot-bar [type=submit]"))
    page.wait_for_url("**/receipt?**")


@pytest.mark.parametrize("vote", ['method = "score"\npoints = 5'], indirect=True)
def test_points_are_given_with_a_thumb(vote: Site) -> None:
    page = vote.person(MEMBER, phone=True)
    page.goto(vote.stage("online_vote", "ballot"))
    page.locator("[name='mark.smelting'][value='4']").tap(force=True)
    assert page.locator("[name='mark.smelting']:checked").input_value() == "4"
    assert "1 / 3" in page.inner_text("[data-chosen]")
    press(page.locator(".ballot-bar [type=submit]"))
    page.wait_for_url("**/receipt?**")


def test_the_organiser_sees_turnout_and_no_count(vote: Site) -> None:
    member = vote.person(MEMBER, phone=True)
    member.goto(vote.stage("online_vote", "ballot"))
    member.check("[name=entries][value=smelting]")
    press(member.locator(".ballot-bar [type=submit]"))
    organiser = vote.person("organiser")
    organiser.goto(vote.stage("online_vote", "ballot") + "turnout")
    assert "1" in organiser.inner_text("main")
    for path in (vote.stage("online_vote", "ballot"), f"/steer/{SEASON}/", f"/s/{SEASON}"):
        organiser.goto(path)
        assert organiser.locator("table.bars").count() == 0, path
