"""Make-up days are announced year by year: where dates reach into a year without them, the organiser reads so."""

import re
from collections.abc import Callable
from datetime import date, datetime

import pytest

from evalflow.access import Role
from evalflow.seasons import workdays
from evalflow.seasons.windows import Window
from tests.builders import ORGANISER, ZONE, House
from tests.visitors import Visitor

FORM = {"workflow": "vanguard_project", "key": "projects", "confirmed": "y"}
UNKNOWN = re.compile(r"(\d{4}(?:、\d{4})*)年的调休安排尚未录入")


@pytest.fixture
def organiser(house: House, signed_in: Callable[[int], Visitor]) -> Visitor:
    return signed_in(house.person("office", Role.ORGANISER))


def _unknown(page: str) -> list[str]:
    return UNKNOWN.findall(page)


def _create(organiser: Visitor, starts_on: str) -> tuple[str, str]:
    """What is said of make-up days where the dates are shown, and then on the desk of the season."""
    address = f"/steer/?workflow=vanguard_project&key=projects&starts_on={starts_on}"
    shown = organiser.get(address).text
    return shown, organiser.send(address, **FORM, starts_on=starts_on).text


def test_a_new_season_and_its_desk_say_which_year_has_no_make_up_days_yet(organiser: Visitor) -> None:
    shown, desk = _create(organiser, "2027-01-05")
    assert [_unknown(shown), _unknown(desk)] == [["2027、2028"], ["2027、2028"]]


def test_dates_in_years_that_are_known_say_nothing_of_it(organiser: Visitor) -> None:
    shown, desk = _create(organiser, "2025-01-06")
    assert [_unknown(shown), _unknown(desk)] == [[], []]


def test_moving_a_window_into_an_unknown_year_says_so_before_it_is_confirmed(organiser: Visitor) -> None:
    _create(organiser, "2025-01-06")
    page = organiser.get("/steer/projects/").text
    assert _unknown(page) == []
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    address = re.search(r'action="(/steer/projects/[a-z]+/reschedule)"', page)
    assert address
    sent = {"version": version[1], "closes_at": "2028-03-01T18:00", "reason": "延期"}
    assert _unknown(organiser.send(address[1], **sent).text)[0].startswith("2027、2028")


def test_a_year_is_known_once_a_weekend_that_is_worked_is_stated(house: House) -> None:
    windows = [Window(datetime(2026, 12, 20, tzinfo=ZONE), datetime(2028, 1, 1, tzinfo=ZONE))]
    state = {"note": "通知", "actor": ORGANISER}
    with house.database.reading() as session:
        assert workdays.unknown_years(session, windows) == [2027]
    house.act(workdays.state, date(2027, 2, 12), is_working=False, **state)  # a free Friday makes up for nothing
    with house.database.reading() as session:
        assert workdays.unknown_years(session, windows) == [2027]
    house.act(workdays.state, date(2027, 2, 20), is_working=True, **state)
    with house.database.reading() as session:
        assert workdays.unknown_years(session, windows) == []
