"""Moments as people read and type them: one zone for both, midnight told alike everywhere, late seen as late."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from evalflow import zone
from evalflow.access import Role
from evalflow.app import create_app
from evalflow.config import Config
from evalflow.db import Database
from evalflow.seasons.models import Season
from evalflow.seasons.tasks import Task
from evalflow.web.home import urgent_first
from tests.builders import ZONE, House
from tests.declared import SUBMISSION
from tests.visitors import Visitor

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def abroad(house: House, config: Config, database: Database) -> Visitor:
    """An organiser of an installation in New York, in the week before the clock goes forward."""
    house.clock.moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    app = create_app(replace(config, timezone=NEW_YORK), database=database, clock=house.clock)
    return Visitor(app).become(house.person("office", Role.ORGANISER), database)


def moved(house: House, season: Season, organiser: Visitor, typed: str) -> tuple[int, datetime | None]:
    """(status, the closing) after moving it to what is typed."""
    organiser.get(f"/steer/{season.key}/")
    stage = house.stage(season, "declare")
    fields = {"version": str(stage.season.version), "closes_at": typed, "reason": "x", "confirmed": "1"}
    answer = organiser.post(f"/steer/{season.key}/declare/reschedule", **fields)
    return answer.status_code, house.stage(season, "declare").closes_at


@pytest.mark.parametrize(
    ("typed", "meant", "told"),
    [
        ("2026-03-07T17:00", "2026-03-07T22:00", "2026年3月7日 17:00"),  # winter: five hours behind
        ("2026-03-08T03:00", "2026-03-08T07:00", "2026年3月8日 03:00"),  # the first moment of summer time
        ("2026-03-09T17:00", "2026-03-09T21:00", "2026年3月9日 17:00"),  # summer: four hours behind
        ("2026-10-31T17:00", "2026-10-31T21:00", "2026年10月31日 17:00"),
        ("2026-11-01T01:30", "2026-11-01T05:30", "2026年11月1日 01:30 (EDT, UTC-0400)"),  # the first of two
        ("2026-11-01T17:00", "2026-11-01T22:00", "2026年11月1日 17:00"),
    ],
)
def test_a_moment_is_read_and_told_in_the_zone_of_the_setting_around_both_changes_of_the_clock(
    house: House, abroad: Visitor, typed: str, meant: str, told: str
) -> None:
    season = house.season(SUBMISSION, starts_on=date(2026, 3, 1))
    house.open(season, "declare")
    assert moved(house, season, abroad, typed) == (302, datetime.fromisoformat(meant).replace(tzinfo=UTC))
    assert told in abroad.get(f"/s/{season.key}").text


def test_a_time_that_the_clock_leaves_out_is_refused_beside_its_field(house: House, abroad: Visitor) -> None:
    season = house.season(SUBMISSION, starts_on=date(2026, 3, 1))
    before = house.open(season, "declare").closes_at
    assert moved(house, season, abroad, "2026-03-08T02:30") == (422, before)
    assert "没有这一时刻" in abroad.page.text and 'value="2026-03-08T02:30"' in abroad.page.text


def test_the_days_of_rules_are_days_of_the_setting_s_zone(house: House, abroad: Visitor) -> None:
    """Seven days from 1 March end with the 8th in New York, when summer time has begun."""
    season = house.season(SUBMISSION, starts_on=date(2026, 3, 1))
    stage = house.stage(season, "declare")
    assert (stage.opens_at, stage.closes_at) == (
        datetime(2026, 3, 1, 5, tzinfo=UTC),
        datetime(2026, 3, 9, 4, tzinfo=UTC),
    )


def test_only_one_module_reads_and_writes_moments() -> None:
    """Nothing else may name a zone or set one: that is how a setting was read here and ignored there."""
    package = Path(zone.__file__).parent
    telling = re.compile(r"Asia/Shanghai|replace\(tzinfo=(?!UTC|None)|astimezone\((?!UTC)|config\(?\)?\.timezone")
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if telling.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"app.py", "config.py", "zone.py"}


def test_a_deadline_at_midnight_is_the_end_of_the_day_before_on_every_page_and_in_the_feed(
    house: House, signed_in: Callable[[int], Visitor]
) -> None:
    house.clock.moment = datetime(2025, 12, 25, 9, tzinfo=ZONE)
    season = house.season(SUBMISSION, starts_on=date(2025, 12, 24))  # closes on 1 January, 00:00
    house.open(season, "declare")
    secretary = signed_in(house.person("secretary", Role.BRANCH_SECRETARY))
    organiser = signed_in(house.person("office", Role.ORGANISER))
    told = "2025年12月31日24时"
    for browser, path in (
        (secretary, "/"),
        (secretary, f"/s/{season.key}"),
        (secretary, f"/s/{season.key}/declare/submission/"),
        (organiser, f"/steer/{season.key}/"),
    ):
        page = browser.get(path).text
        assert told in page and "2026年1月1日 00:00" not in page, path
    assert zone.deadline_words(datetime(2026, 1, 1, tzinfo=ZONE), "en") == "end of 31 December 2025"
    secretary.get("/account")
    address = re.search(r'id="calendar-address">([^<]+)<', secretary.post("/account/calendar").text)[1]
    feed = Calendar.from_ical(secretary.get(address.partition("localhost")[2]).data)
    ends = [(str(one["description"]), one["dtend"].dt) for one in feed.walk("VEVENT")]
    assert {told in words and end == date(2026, 1, 1) for words, end in ends} == {True}


def test_what_is_late_stands_first_and_what_is_done_last(house: House) -> None:
    season = house.season(SUBMISSION, starts_on=house.now.date())
    stage = house.open(season, "declare")
    now = house.now
    late, soon = now - timedelta(days=1), now + timedelta(days=1)
    tasks = [
        Task("c", "x", stage),
        Task("b", "x", stage, due=soon),
        Task("d", "x", stage, due=late, is_done=True),
        Task("a", "x", stage, due=late),
    ]
    assert [(task.title, task.is_late(now)) for task in urgent_first(tasks)] == [
        ("a", True),
        ("b", False),
        ("c", False),
        ("d", False),
    ]
