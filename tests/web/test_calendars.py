"""A person's calendar: what they have to do with its deadlines, at an address that only they know."""

import html
import re

import pytest
from icalendar import Calendar

from evalflow.access import Actor, Role
from evalflow.people import accounts
from evalflow.seasons.models import Season
from tests.builders import House
from tests.declared import SUBMISSION
from tests.visitors import Visitor

ADDRESS = re.compile(r'id="calendar-address">([^<]+)<')


@pytest.fixture
def secretary(house: House) -> Actor:
    return house.actor("secretary", Role.BRANCH_SECRETARY)


@pytest.fixture
def season(house: House) -> Season:
    season = house.season(SUBMISSION, starts_on=house.now.date())
    house.open(season, "declare")
    return season


def made(own: Visitor) -> str:
    """A new address, as the page shows it once."""
    own.get("/account")
    page = own.post("/account/calendar").text
    found = ADDRESS.search(page)
    assert found is not None
    return html.unescape(found.group(1)).partition("localhost")[2]


def summaries(answer: bytes) -> list[str]:
    return [str(event["summary"]) for event in Calendar.from_ical(answer).walk("VEVENT")]


def test_the_feed_holds_stages_and_what_is_to_be_done_by_when(
    house: House, season: Season, secretary: Actor, signed_in, visitor: Visitor
) -> None:
    address = made(signed_in(secretary.person_id))
    answer = visitor.get(address)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "text/calendar",
        "private, no-store",
    )
    stage, task = Calendar.from_ical(answer.data).walk("VEVENT")
    assert str(stage["summary"]).endswith("小小评选 · 申报")
    assert (str(task["summary"]), task["dtstart"].dt) == ("填写申报", house.stage(season, "declare").closes_at)
    again = Calendar.from_ical(visitor.get(address).data).walk("VEVENT")
    assert [str(event["uid"]) for event in again] == [str(stage["uid"]), str(task["uid"])]


def test_what_is_done_is_no_longer_in_it(house: House, season: Season, secretary: Actor, signed_in, visitor) -> None:
    address = made(signed_in(secretary.person_id))
    assert len(summaries(visitor.get(address).data)) == 2
    house.clock.wait(days=30)
    house.close(season, "declare")
    house.settle(season, "declare")
    assert summaries(visitor.get(address).data) == []


def test_an_address_that_was_renewed_revoked_or_never_made_is_not_found(
    house: House, season: Season, secretary: Actor, signed_in, visitor: Visitor
) -> None:
    own = signed_in(secretary.person_id)
    first = made(own)
    second = made(own)
    assert [visitor.get(address).status_code for address in (first, second)] == [404, 200]
    own.get("/account")
    own.post("/account/calendar/revoke")
    unknown = re.sub(r"[^/]+\.ics$", "x" * 43 + ".ics", second)
    assert [visitor.get(address).status_code for address in (second, unknown)] == [404, 404]
    assert [kind for kind, *_ in house.log() if kind.startswith("calendar.")] == [
        "calendar.renewed",
        "calendar.renewed",
        "calendar.revoked",
    ]


def test_the_calendar_of_a_deactivated_account_is_gone(
    house: House, season: Season, secretary: Actor, signed_in, visitor: Visitor
) -> None:
    address = made(signed_in(secretary.person_id))
    house.act(accounts.deactivate, secretary.person_id, actor=house.administrator)
    assert visitor.get(address).status_code == 404


def test_addresses_are_kept_as_digests_only_and_are_long(house: House, secretary: Actor, signed_in) -> None:
    address = made(signed_in(secretary.person_id))
    token = address.rpartition("/")[2].removesuffix(".ics")
    assert len(token) == 43
    with house.database.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT token_hash FROM calendar_feed").all()
    assert len(rows) == 1 and token not in str(rows)
