"""The organiser's desk as pages: a season is created from the dates that were looked at before."""

from collections.abc import Callable

import pytest

from evalflow.access import Role
from tests.builders import House
from tests.visitors import Visitor

CHOSEN = "/steer/?workflow=vanguard_project&key=projects-2026&starts_on=2026-01-05"
FORM = {"workflow": "vanguard_project", "key": "projects-2026", "starts_on": "2026-01-05"}


@pytest.fixture
def organiser(house: House, signed_in: Callable[[int], Visitor]) -> Visitor:
    return signed_in(house.person("office", Role.ORGANISER))


def test_the_dates_are_looked_at_before_a_season_is_created_from_that_very_page(organiser: Visitor) -> None:
    page = organiser.get(CHOSEN)
    assert "2026年1月5日 00:00" in page.text
    for name, value in FORM.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page.text
    assert "第一个环节“申报立项”已经结束" in page.text
    answer = organiser.send(CHOSEN, **FORM)
    assert (answer.status_code, "第一个环节“申报立项”已经结束" in answer.text) == (422, True)
    answer = organiser.send(
        CHOSEN, **FORM, confirmed="y"
    )  # a form without an action is sent to the address of its page
    assert (answer.status_code, answer.request.path) == (200, "/steer/projects-2026/")
    assert "2026年党员先锋工程" in organiser.get("/steer/").text


def test_a_key_that_is_taken_is_told_at_its_field_and_nothing_typed_is_lost(organiser: Visitor) -> None:
    organiser.get(CHOSEN)
    organiser.post(CHOSEN, **FORM, confirmed="y")
    again = organiser.post(CHOSEN, **FORM | {"starts_on": "2026-02-02"})
    assert again.status_code == 422
    assert "projects-2026" in again.text and 'value="2026-02-02"' in again.text
    assert 'class="invalid-feedback' in again.text


def test_two_seasons_of_a_workflow_in_one_year_can_be_told_apart(organiser: Visitor) -> None:
    for key, title in (("projects-2026", ""), ("projects-2026-2", ""), ("projects-2026-3", "党员先锋工程·下半年")):
        organiser.get(CHOSEN)
        organiser.post(CHOSEN, **FORM | {"key": key, "title": title}, confirmed="y")
    desk = organiser.get("/steer/").text
    titles = ("2026年党员先锋工程", "2026年党员先锋工程（2）", "党员先锋工程·下半年")
    assert [f">{title}<" in desk for title in titles] == [True, True, True]
