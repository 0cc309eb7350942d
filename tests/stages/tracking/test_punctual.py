"""What was filed late stays late, on the page and in the outcome that a decision counts with."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from evalflow.access import Actor, Role
from evalflow.bundle.recount import recount
from evalflow.engine import bundles
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Season
from tests.builders import House
from tests.declared import PLAN, PROJECT, declared, secretaries
from tests.stages.tracking.test_progress import PAGE, TRACKING, file, seen

COUNTED = f"{TRACKING}punctuality = true\n"


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def season(house: House, by: dict[str, Actor]) -> Season:
    """Opened in April: the first month to report on is May."""
    season = declared(house, COUNTED, by=by, answers=PLAN, form=PROJECT)
    house.open(season, "progress")
    return season


def year(house: House, season: Season, secretary: Actor) -> None:
    """May in time, June in August, July in time and mended in August."""
    file(house, season, secretary, "2026-05-30", recovery="91", days="9.9")
    file(house, season, secretary, "2026-07-31", recovery="93", days="9.8")
    file(house, season, secretary, "2026-08-05", recovery="92", days="9.8", day=date(2026, 6, 30))
    file(house, season, secretary, "2026-08-06", recovery="94", days="9.8", day=date(2026, 7, 31), corrects=2)


def test_a_figure_filed_late_stays_late_on_the_page(
    house: House, season: Season, by: dict[str, Actor], signed_in: Any
) -> None:
    year(house, season, by["smelting"])
    found = seen(house, season)
    assert found.overdue == ()
    assert (found.filed_late, found.punctual.due, found.punctual.in_time) == ({3: date(2026, 6, 30)}, 9, 6)
    page = signed_in(house.person("reader", Role.AUDITOR)).get(PAGE).text
    assert "逾期报送，应于2026年6月30日前" in page and "66.7%（9项中6项按时）" in page


def test_the_outcome_and_its_recount_count_with_the_day_of_filing(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    year(house, season, by["smelting"])
    house.close(season, "progress")
    stage = house.settle(season, "progress")
    outcome = seasons.outcome_of(stage)
    assert outcome is not None
    assert outcome.figures["punctuality"] == {"smelting": Fraction(25), "refining": Fraction(0)}  # 6 of 24 by January
    with house.database.reading() as session:
        bundle = bundles.evidence(session, seasons.season_by_key(session, season.key))
    assert recount(bundle).outcomes["progress"] == outcome


def test_without_the_option_evidence_and_outcome_are_as_they_were(house: House, by: dict[str, Actor]) -> None:
    season = declared(house, TRACKING, by=by, answers=PLAN, form=PROJECT)
    house.open(season, "progress")
    year(house, season, by["smelting"])
    house.close(season, "progress")
    house.settle(season, "progress")
    with house.database.reading() as session:
        tables = bundles.evidence(session, seasons.season_by_key(session, season.key)).tables["progress"]
    assert "followed" not in tables
    assert {row["filed"] for row in tables["reports"]} == {""}
