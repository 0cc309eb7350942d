"""After which year a season is named: that in which most of it lies, wherever its ceremony is."""

from datetime import date, datetime

import pytest

from evalflow.config import WORKFLOWS
from evalflow.engine import commands, demo
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition
from evalflow.workflow.when import next_day
from tests.builders import ORGANISER, ZONE, House


def shipped(name: str) -> Definition:
    return reader.read((WORKFLOWS / f"{name}.toml").read_text(encoding="utf-8"), KINDS, file=f"{name}.toml")


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("brand_selection", "2026年十大优秀党建品牌评选", "Ten outstanding brands 2026"),
        ("vanguard_project", "2026年党员先锋工程", "Vanguard projects 2026"),
    ],
)
def test_a_season_is_named_after_the_year_it_begins_in_by_its_rules(house: House, name: str, zh: str, en: str) -> None:
    definition = shipped(name)
    starts_on = next_day(definition.heading.starts, date(2026, 1, 1))
    named = {"key": "named", "starts_on": starts_on, "actor": ORGANISER, "confirmed": True}
    season = house.act(commands.create_season, definition, **named)
    assert (season.title_zh, season.title_en) == (zh, en)


def test_a_season_that_begins_in_autumn_is_named_after_the_next_year() -> None:
    assert demo.year_of(shipped("vanguard_project"), date(2026, 9, 1)) == 2027


def test_the_demo_is_named_after_the_years_in_which_its_seasons_lie() -> None:
    """It begins where it has to, to be where it is to be on any day: brands go by the next 1 July."""
    brands, projects = shipped("brand_selection"), shipped("vanguard_project")
    named = []
    for month in (1, 2, 6, 7, 8, 12):
        now = datetime(2026, month, 15, 9, tzinfo=ZONE)
        begun = demo.start_for(brands, demo.VOTED_IN, now)
        tracked = demo.tracked_from(projects, demo.TRACKED_IN, now)
        named.append((month, demo.year_of(brands, begun), demo.year_of(projects, tracked)))
        assert demo.year_of(brands, demo.year_before(begun)) == named[-1][1] - 1
    assert named == [
        (1, 2026, 2025),
        (2, 2026, 2026),
        (6, 2026, 2026),
        (7, 2026, 2026),
        (8, 2027, 2026),
        (12, 2027, 2026),
    ]
