"""A report that corrects another keeps its photos, unless they were the mistake."""

import re
from typing import Any

import pytest

from evalflow.access import Actor
from evalflow.files.content import cleaned_file
from evalflow.seasons.models import Season
from evalflow.stages.tracking import queries
from tests.builders import House
from tests.declared import PLAN, PROJECT, declared, secretaries
from tests.files.pictures import plain
from tests.stages.tracking.test_progress import PAGE, TRACKING, file


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def season(house: House, by: dict[str, Actor]) -> Season:
    season = declared(house, TRACKING, by=by, answers=PLAN, form=PROJECT)
    house.open(season, "progress")
    return season


def test_a_correcting_report_keeps_the_photos_that_are_left_ticked(
    house: House, season: Season, by: dict[str, Actor], signed_in: Any
) -> None:
    photos = [cleaned_file("现场.jpg", plain()), cleaned_file("错误.jpg", plain(colour="blue"))]
    first = file(house, season, by["smelting"], "2026-05-20", recovery="930", uploads=photos)
    own = signed_in(by["smelting"].person_id)
    page = own.get(f"{PAGE}?corrects=1").text
    offered = re.findall(r'name="keeps" value="(\d+)" id="\S+"( checked)?>', page)
    assert offered == [(str(one), " checked") for one in first.files]
    sent = {"corrects": "1", "day": "2026-05-20", "number": "2", "figure_1": "93", "figure_2": ""}
    answer = own.post(PAGE, **sent, text="小数点更正", keeps=[str(first.files[0])])
    assert answer.status_code == 302
    stage = house.stage(season, "progress")
    latest = house.ask(queries.reports, stage.id)[-1]
    assert (latest.number, latest.files) == (2, first.files[:1])
