"""A person's calendar: what they have to do with its deadlines, at an address that only they know."""

import html
import re
from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar

from evalflow.access import Actor, Role
from evalflow.engine.calendars import CONCERNS
from evalflow.kinds import KINDS
from evalflow.meetings.models import Attendance, Sitting
from evalflow.people import accounts
from evalflow.seasons.models import Season
from evalflow.stages.tracking import supervising
from tests.builders import ZONE, House
from tests.declared import PLAN, PROJECT, SUBMISSION, YEAR, declared, secretaries
from tests.sealed import vote_of
from tests.visitors import Visitor

HOST = "test.example.log"
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


def events(answer: bytes) -> list[tuple[str, str, object, object]]:
    """(uid, title, start, end) of every event; None where it has no end. No two share a uid, none ends as it starts."""
    found = Calendar.from_ical(answer).walk("VEVENT")
    told = [
        (str(one["uid"]), str(one["summary"]), one["dtstart"].dt, one["dtend"].dt if "dtend" in one else None)
        for one in found
    ]
    assert len({uid for uid, *_ in told}) == len(told)
    assert [uid for uid, _, start, end in told if end is not None and end <= start] == []
    return told


def test_the_feed_holds_stages_and_what_is_to_be_done_by_when(
    house: House, season: Season, secretary: Actor, signed_in, visitor: Visitor
) -> None:
    """The stage closes at the end of 8 April: eight days, and something to do on the last of them."""
    address = made(signed_in(secretary.person_id))
    answer = visitor.get(address)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "text/calendar",
        "private, no-store",
    )
    assert "Set-Cookie" not in answer.headers
    stage = house.stage(season, "declare")
    expected = [
        (f"stage-{stage.id}@{HOST}", "2026年小小评选 · 申报", date(2026, 4, 1), date(2026, 4, 9)),
        (f"task-{stage.id}-submission.home-smelting@{HOST}", "填写申报", date(2026, 4, 8), date(2026, 4, 9)),
    ]
    assert events(answer.data) == expected
    house.clock.wait(days=1)
    assert events(visitor.get(address).data) == expected
    task = Calendar.from_ical(visitor.get(address).data).walk("VEVENT")[1]
    assert (str(task["url"]), task["dtstamp"].dt) == (
        "http://localhost/s/test-2026/declare/submission/",
        house.now,
    )


def test_a_deadline_at_an_hour_is_a_moment(
    house: House, season: Season, secretary: Actor, signed_in, visitor: Visitor
) -> None:
    closes = datetime(2026, 4, 8, 17, tzinfo=ZONE)
    with house.database.writing() as session:
        session.merge(house.stage(season, "declare")).closes_at = closes
    own = visitor.get(made(signed_in(secretary.person_id)))
    assert [event[2:] for event in events(own.data)] == [(house.now, closes), (closes, None)]
    assert b"DTSTART:20260408T090000Z" in own.data


def test_a_feed_speaks_the_person_s_language(
    house: House, season: Season, secretary: Actor, signed_in, visitor: Visitor
) -> None:
    address = made(signed_in(secretary.person_id))
    house.act(lambda session, **_: accounts.choose_locale(session, "en", actor=secretary))
    assert summaries(visitor.get(address).data) == ["Small awards 2026 · Declaration", "Declare your entry"]


def test_who_has_no_part_in_a_stage_does_not_find_it_in_their_calendar(
    house: House, season: Season, signed_in, visitor: Visitor
) -> None:
    people = {role: house.person(role.value, role) for role in (Role.MEMBER, Role.AUDITOR, Role.ORGANISER)}
    found = {role: len(events(visitor.get(made(signed_in(one))).data)) for role, one in people.items()}
    assert found == {Role.MEMBER: 0, Role.AUDITOR: 1, Role.ORGANISER: 1}


def test_every_kind_of_stage_concerns_somebody() -> None:
    assert set(CONCERNS) == set(KINDS)
    assert all(CONCERNS.values())


def test_milestones_are_in_the_calendars_of_those_who_take_part(house: House, signed_in, visitor: Visitor) -> None:
    """Of an own project, and of one where the branch is a partner; of no other branch's."""
    by = secretaries(house)
    partner = {**PLAN, "others": [{"branch": "refining", "unit": "", "share": "40"}]}
    only = {"smelting": by["smelting"]}
    declared(house, YEAR, by=only, answers=partner, form=PROJECT)
    stranger = house.actor("stranger", Role.MEMBER)
    found = [
        [event[1:3] for event in events(visitor.get(made(signed_in(one.person_id))).data) if "milestone" in event[0]]
        for one in (by["smelting"], by["refining"], stranger)
    ]
    own = [("smelting brand · 投料", date(2026, 6, 30)), ("smelting brand · 方案", date(2026, 5, 10))]
    assert found == [own, own, []]


def test_a_sitting_stands_in_the_calendars_of_its_members(house: House, signed_in, visitor: Visitor) -> None:
    by = secretaries(house)
    season = declared(house, "", by=by)
    chair, absent = house.actor("chair", Role.COMMITTEE_MEMBER), house.actor("other", Role.COMMITTEE_MEMBER)
    stage = house.stage(season, "declare")
    with house.database.writing() as session:
        session.add(Sitting(stage_id=stage.id, number=1, venue="会议室", held_at=house.now))
        session.add(Sitting(stage_id=stage.id, number=2))
        for number in (1, 2):
            person = chair.person_id
            session.add(Attendance(stage_id=stage.id, sitting=number, person_id=person, office=f"member-{number}"))
    assert events(visitor.get(made(signed_in(chair.person_id))).data) == [
        (f"sitting-{stage.id}-1@{HOST}", "申报：第1次会议", house.now, None)
    ]
    assert events(visitor.get(made(signed_in(absent.person_id))).data) == []


def test_a_vote_stays_in_the_calendar_whether_one_has_voted_or_not(house: House, signed_in, visitor: Visitor) -> None:
    """Others may see the calendar."""
    vote = vote_of(house)
    vote.keep_keys()
    house.open(vote.season, "vote")
    voter = vote.members[0]
    address = made(signed_in(voter.person_id))
    before = events(visitor.get(address).data)
    vote.cast(voter, "smelting")
    assert (events(visitor.get(address).data), len(before)) == (before, 2)


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


def test_two_monthly_plans_and_two_orders_are_four_events_that_keep_their_uids(
    house: House, signed_in, visitor: Visitor
) -> None:
    by = secretaries(house)
    season = declared(house, YEAR, by={"smelting": by["smelting"]}, answers=PLAN, form=PROJECT)
    stage = house.open(season, season.stages[1].key)
    office = house.actor("office", Role.ORGANISER)
    for number in (1, 2):
        due = house.now.date() + timedelta(days=10)
        house.act(supervising.give, stage.id, "smelting", "补交", due=due, number=number, actor=office)
    address = made(signed_in(by["smelting"].person_id))
    first = events(visitor.get(address).data)
    told = [re.sub(r"@.*", "", uid).rpartition("smelting-")[2] for uid, *_ in first]
    assert sorted(one for one in told if one.startswith(("plan-", "order-"))) == [
        "order-1",
        "order-2",
        "plan-2026-04",
        "plan-2026-05",
    ]
    house.clock.wait(days=1)
    assert {uid for uid, *_ in events(visitor.get(address).data)} == {uid for uid, *_ in first}


def test_midnight_is_the_end_of_the_day_before_and_what_may_move_is_tentative(
    house: House, secretary: Actor, signed_in, visitor: Visitor
) -> None:
    season = house.season(SUBMISSION + LATER, starts_on=house.now.date())
    house.open(season, "declare")
    address = made(signed_in(house.person("office", Role.ORGANISER)))
    found = Calendar.from_ical(visitor.get(address).data).walk("VEVENT")
    assert [(str(one["description"]), str(one["status"])) for one in found] == [
        ("请于2026年4月8日24时前完成", "CONFIRMED"),
        ("请于约2026年4月13日24时前完成", "TENTATIVE"),
    ]


LATER = """
[[stage]]
key = "gallery"
kind = "promotion"
title = { zh = "展示", en = "Gallery" }
closes = "opening + 4 days"
"""
