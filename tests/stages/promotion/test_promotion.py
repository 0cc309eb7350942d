"""What is shown to whom, and how views are counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event

from evalflow.access import Role
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Season
from evalflow.stages.promotion import counting, queries
from evalflow.stages.promotion.queries import DayViews
from tests.builders import House
from tests.declared import declared, secretaries
from tests.visitors import Visitor

GALLERY = """
[[stage]]
key = "gallery"
kind = "promotion"
title = { zh = "展示", en = "Gallery" }
closes = "opening + 5 days"
show = ["story", "site", "tonnes", "slogan"]
"""
STORY = "第一行\n第二行\n\n<b>粗</b>"
ANSWERS = {"slogan": "铜花飞扬", "story": STORY, "site": "https://example.org/a?b=c", "tonnes": "12.50", "phone": "110"}
HOME = "/s/test-2026/gallery/promotion/"
ENTRY = HOME + "smelting"
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0.50"}


@pytest.fixture
def by(house: House):
    return secretaries(house)


@pytest.fixture
def waiting(house: House, by) -> Season:
    return declared(house, GALLERY, by=by, answers=ANSWERS)


@pytest.fixture
def season(house: House, waiting: Season) -> Season:
    house.open(waiting, "gallery")
    return waiting


def views(house: House, season: Season) -> list[tuple[str, date, int]]:
    return house.ask(queries.view_rows, house.stage(season, "gallery").id)


@contextmanager
def counted_statements(house: House) -> Iterator[list[str]]:
    """Every statement that reaches the database meanwhile."""
    seen: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(house.database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(house.database.engine, "before_cursor_execute", note)


def test_before_the_promotion_nobody_sees_an_entry_and_the_gallery_says_when(visitor: Visitor, waiting: Season) -> None:
    assert visitor.get(ENTRY).status_code == 404
    assert visitor.get(ENTRY + "/code.svg").status_code == 404
    page = visitor.get(HOME)
    assert (page.status_code, "smelting brand" in page.text, "2026年" in page.text) == (200, False, True)


def test_the_gallery_shows_all_entries_in_the_order_of_presentation(visitor: Visitor, season: Season) -> None:
    text = visitor.get(HOME).text
    assert text.index("smelting brand") < text.index("refining brand")
    assert text.count("铜花飞扬") == 2


def test_a_page_shows_the_chosen_fields_as_plain_text_and_no_others(visitor: Visitor, season: Season) -> None:
    text = visitor.get(ENTRY).text
    assert "第一行<br>第二行</p>" in text
    assert "&lt;b&gt;粗&lt;/b&gt;" in text
    assert 'href="https://example.org/a?b=c" rel="nofollow noopener"' in text
    assert "12.5<" in text
    assert "110" not in text.split("</main>")[0].split("<main")[-1]


def test_a_page_tells_messengers_its_title_and_description(visitor: Visitor, season: Season) -> None:
    text = visitor.get(ENTRY).text
    assert '<meta property="og:title" content="smelting brand">' in text
    assert '<meta property="og:description" content="铜花飞扬">' in text
    assert f'<meta property="og:url" content="http://localhost{ENTRY}">' in text


def test_a_short_link_leads_to_the_page(visitor: Visitor, season: Season) -> None:
    answer = visitor.get("/e/test-2026/smelting")
    assert (answer.status_code, answer.headers["Location"]) == (302, ENTRY)
    assert visitor.get("/e/test-2026/unknown", follow_redirects=True).status_code == 404


@pytest.mark.parametrize(("form", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_the_qr_code_comes_as_svg_and_png(visitor: Visitor, season: Season, form: str, begins: bytes) -> None:
    answer = visitor.get(f"{ENTRY}/code.{form}")
    assert answer.data.startswith(begins)
    assert visitor.get(f"{ENTRY}/code.{form}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert visitor.get(f"{ENTRY}/code.gif").status_code == 404


def test_views_are_counted_by_day_without_a_cookie(app, house: House, season: Season) -> None:
    for _ in range(3):
        assert app.test_client(use_cookies=False).get(ENTRY, headers=PHONE).status_code == 200
    house.clock.wait(days=1)
    app.test_client(use_cookies=False).get(ENTRY, headers=PHONE)
    assert views(house, season) == [("smelting", date(2026, 4, 9), 3), ("smelting", date(2026, 4, 10), 1)]


@pytest.mark.parametrize("agent", ["", "Mozilla/5.0 (compatible; bingbot/2.0)", "curl/8.5"])
def test_robots_are_not_counted(visitor: Visitor, house: House, season: Season, agent: str) -> None:
    assert visitor.get(ENTRY, headers={"User-Agent": agent}).status_code == 200
    assert views(house, season) == []


def test_a_browser_that_has_the_page_gets_304_and_is_counted_once_a_day(
    visitor: Visitor, house: House, season: Season
) -> None:
    etag = visitor.get(ENTRY, headers=PHONE).headers["ETag"]
    again = {**PHONE, "If-None-Match": etag}
    assert visitor.get(ENTRY, headers=again).status_code == 304
    house.clock.wait(days=1)
    assert visitor.get(ENTRY, headers=again).status_code == 200
    assert [count for _, _, count in views(house, season)] == [1, 1]


def test_a_kept_page_is_not_offered_in_another_language_or_session(app, visitor: Visitor, season: Season) -> None:
    etag = visitor.get(ENTRY, headers=PHONE).headers["ETag"]
    assert Visitor(app).get(ENTRY, headers={**PHONE, "If-None-Match": etag}).status_code == 200
    visitor.client.set_cookie("locale", "en")
    assert visitor.get(ENTRY, headers={**PHONE, "If-None-Match": etag}).status_code == 200


def test_the_own_branch_and_the_organiser_see_the_views_and_add_none(
    signed_in, visitor: Visitor, house: House, by, season: Season
) -> None:
    visitor.get(ENTRY, headers=PHONE)
    organiser = signed_in(house.person("organiser", Role.ORGANISER))
    own, other = signed_in(by["smelting"].person_id), signed_in(by["refining"].person_id)
    agents = ((organiser, PHONE), (own, PHONE), (other, {"User-Agent": "curl"}), (visitor, {"User-Agent": "curl"}))
    seen = ['id="views"' in one.get(ENTRY, headers=agent).text for one, agent in agents]
    assert seen == [True, True, False, False]
    assert [count for _, _, count in views(house, season)] == [1]
    assert organiser.get(HOME + "all/views").status_code == 200
    assert own.get(HOME + "all/views").status_code == 403


def test_after_the_promotion_the_pages_stay_and_nothing_is_counted(
    visitor: Visitor, house: House, season: Season
) -> None:
    visitor.get(ENTRY, headers=PHONE)
    house.close(season, "gallery")
    row = house.settle(season, "gallery")
    assert visitor.get(ENTRY, headers=PHONE).status_code == 200
    figures = seasons.outcome_of(row).figures["views"]
    assert {key: int(count) for key, count in figures.items()} == {"smelting": 1, "refining": 0}
    assert [public["views"] for _, _, public, _ in house.log("promotion.views_counted")] == [1]


def test_days_between_that_nobody_looked_are_shown_as_none(house: House, season: Season) -> None:
    stage = house.stage(season, "gallery")
    entry = house.ask(queries.promoted, season.id)[0]
    with house.database.writing() as session:
        for day in (3, 5, 5):
            counting.count_view(session, stage_id=stage.id, entry_id=entry.id, day=date(2026, 5, day))
    found = house.ask(queries.views_by_day, stage.id, entry_id=entry.id)
    assert found == [DayViews(date(2026, 5, day), count) for day, count in ((3, 1), (4, 0), (5, 2))]


@pytest.mark.parametrize("path", [HOME, ENTRY])
def test_a_page_asks_as_many_queries_with_one_entry_as_with_two(app, house: House, by, path: str) -> None:
    asked = []
    for key, branches in (("one-2026", ("smelting",)), ("two-2026", ("smelting", "refining"))):
        season = declared(house, GALLERY, by={name: by[name] for name in branches}, key=key)
        house.open(season, "gallery")
        with counted_statements(house) as statements:
            assert Visitor(app).get(path.replace("test-2026", key)).status_code == 200
        asked.append(len(statements))
    assert asked[0] == asked[1]
