"""Moments that depend on a stage that is not over are told as about, and as they are planned now, everywhere."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from icalendar import Calendar

from evalflow.access import Actor, Role
from evalflow.app import create_app
from evalflow.engine import commands as steering
from evalflow.people import feeds
from evalflow.seasons.models import Season
from tests.builders import ORGANISER, ZONE
from tests.declared import SUBMISSION
from tests.reminding.conftest import Desk
from tests.sealed import VOTE
from tests.visitors import Visitor

PLANNED, LATER = "约2026年4月8日24时", "约2026年4月9日24时"
SignIn = Callable[[int | None], Visitor]


@pytest.fixture
def app(desk: Desk) -> Flask:
    return create_app(desk.config, database=desk.house.database, clock=desk.house.clock)


@pytest.fixture
def vote(desk: Desk) -> Season:
    """Its vote begins when the declarations, which are open, are over."""
    season = desk.house.season(SUBMISSION + VOTE, key="vote-2026", starts_on=desk.house.now.date())
    desk.house.open(season, "declare")
    return season


@pytest.fixture
def teller(desk: Desk, vote: Season) -> Actor:
    return desk.house.actor("teller", Role.TELLER)


def moved(desk: Desk, vote: Season) -> None:
    """The declarations close a day later, and the vote begins a day later."""
    closes = {"closes_at": datetime(2026, 4, 10, tzinfo=ZONE), "reason": "holiday", "actor": ORGANISER}
    desk.house.act(steering.reschedule_stage, desk.house.stage(vote, "declare").id, **closes)


def test_by_when_tellers_set_their_passphrases_is_about_until_the_stage_before_is_over(
    desk: Desk, vote: Season, teller: Actor, signed_in: SignIn
) -> None:
    page = signed_in(teller.person_id).get("/").text
    assert "监票口令" in page and PLANNED in page
    for step in (desk.house.close, desk.house.settle):
        step(vote, "declare")
    page = signed_in(teller.person_id).get("/").text
    assert "监票口令" in page and "约2026年" not in page


def test_a_mail_says_about_and_is_made_of_the_plan_of_the_moment_it_is_sent(
    desk: Desk, vote: Season, teller: Actor
) -> None:
    desk.wants_mail(teller, "teller@house.example")
    desk.on(7)
    ((address, _, body),) = desk.office.bodies()
    assert (address, f"请于{PLANNED}前完成" in body) == ("teller@house.example", True)


def test_a_reminder_made_before_the_plan_changed_tells_the_new_date(
    desk: Desk, vote: Season, teller: Actor, signed_in: SignIn
) -> None:
    desk.on(7)
    own = signed_in(teller.person_id)
    assert f"请于{PLANNED}前完成" in own.get("/account/reminders").text
    moved(desk, vote)
    page = own.get("/account/reminders").text
    assert (f"请于{LATER}前完成" in page, PLANNED in page) == (True, False)


def test_a_subscribed_calendar_says_about_and_that_it_is_tentative(
    desk: Desk, vote: Season, teller: Actor, visitor: Visitor
) -> None:
    token = desk.house.act(feeds.renew, actor=teller)
    found = Calendar.from_ical(visitor.get(f"/calendar/{token}.ics").data).walk("VEVENT")
    told = {str(one["summary"]): (str(one["status"]), PLANNED in str(one.get("description"))) for one in found}
    (passphrase,) = [said for title, said in told.items() if "监票口令" in title]
    assert passphrase == ("TENTATIVE", True)
