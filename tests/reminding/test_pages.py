"""Reminders as pages: one's own with an address for mails, and the organiser's list with the nudge."""

from dataclasses import replace

import pytest
from flask import Flask

from evalflow.access import Actor, Role
from evalflow.app import create_app
from evalflow.reminding.models import Mailbox
from tests.reminding.conftest import Desk
from tests.visitors import Visitor

LIST = "/reminders/test-2026/"


@pytest.fixture
def app(desk: Desk) -> Flask:
    return create_app(desk.config, database=desk.house.database, clock=desk.house.clock)


@pytest.fixture
def organiser(desk: Desk) -> Actor:
    return desk.house.actor("organiser", Role.ORGANISER)


@pytest.fixture
def secretary(desk: Desk, signed_in) -> Visitor:
    browser: Visitor = signed_in(desk.by["smelting"].person_id)
    return browser


def mailbox(desk: Desk) -> str:
    row = desk.house.ask(lambda session: session.get(Mailbox, desk.by["smelting"].person_id))
    return row.address if row else ""


def test_unread_reminders_are_told_on_the_first_page_until_they_are_read(desk: Desk, secretary: Visitor) -> None:
    assert "未读提醒" not in secretary.get("/").text
    desk.on(7)
    assert "未读提醒：1条" in secretary.get("/").text
    page = secretary.get("/account/reminders").text
    assert "本周需要办理的事项如下。" in page and "填写申报（申报）" in page and "请于2026年4月8日24时前完成" in page
    assert "未读提醒" not in secretary.send("/account/reminders/read").text
    assert "我已阅读" not in secretary.get("/account/reminders").text


def test_reminders_are_one_s_own(desk: Desk, signed_in) -> None:
    desk.on(7)
    other = signed_in(desk.house.person("other", Role.MEMBER))
    assert "填写申报" not in other.get("/account/reminders").text


def test_what_is_late_says_so_on_the_page(desk: Desk, secretary: Visitor) -> None:
    desk.on(7)
    desk.at(10)
    assert "已逾期：应于2026年4月8日24时前完成" in secretary.get("/account/reminders").text


def test_a_mailbox_is_chosen_and_given_up_on_the_account_s_page(desk: Desk, secretary: Visitor) -> None:
    secretary.get("/account")
    secretary.post("/account/mailbox", address=" office@smelting.example ")
    assert mailbox(desk) == "office@smelting.example"
    assert 'value="office@smelting.example"' in secretary.get("/account").text
    secretary.post("/account/mailbox", address="")
    assert mailbox(desk) == ""


@pytest.mark.parametrize("address", ["office", "a@b", "x" * 250 + "@b.example", "a@b.example\r\nBcc: c@d.example"])
def test_a_refused_address_is_shown_again_as_typed(desk: Desk, secretary: Visitor, address: str) -> None:
    secretary.get("/account")
    answer = secretary.post("/account/mailbox", address=address)
    assert answer.status_code == 422 and address.split("\r")[0] in answer.text
    assert "invalid-feedback" in answer.text and mailbox(desk) == ""


def test_without_a_mail_server_no_address_is_asked_for(desk: Desk) -> None:
    alone = create_app(replace(desk.config, smtp=None), database=desk.house.database, clock=desk.house.clock)
    browser = Visitor(alone).become(desk.by["smelting"].person_id or 0, desk.house.database)
    assert 'name="address"' not in browser.get("/account").text


def test_the_organiser_sees_what_was_sent_to_whom_and_what_failed(desk: Desk, organiser: Actor, signed_in) -> None:
    desk.wants_mail(desk.by["smelting"], "office@smelting.example")
    desk.office.answers["RCPT"] = "550 nobody here"
    desk.on(7)
    browser = signed_in(organiser.person_id)
    page = browser.get(LIST).text
    assert "Smelting-Secretary" in page and "Refining-Secretary" in page
    assert "SMTPRecipientsRefused 550" in page and "office@smelting.example" not in page
    failed = browser.get(f"{LIST}?delivery=failed").text
    assert "Smelting-Secretary" in failed and "Refining-Secretary" not in failed
    assert "没有符合条件的提醒。" in browser.get(f"{LIST}?cause=nudge").text
    assert "Refining-Secretary" in browser.get(f"{LIST}?search=refining&delivery=nonsense").text
    desk.office.answers.clear()
    assert "重新发送：1封" in browser.send(f"{LIST}retry").text
    assert desk.remind() == (0, 1)


def test_those_who_are_late_are_reminded_by_a_button_once_a_day(desk: Desk, organiser: Actor, signed_in) -> None:
    browser = signed_in(organiser.person_id)
    browser.get(LIST)
    assert "已提醒2人。" in browser.send(f"{LIST}declare/nudge").text
    assert [row[:3] for row in desk.told()] == [
        ("smelting-secretary", "nudge", "2026-04-01 1"),
        ("refining-secretary", "nudge", "2026-04-01 1"),
    ]
    assert browser.post(f"{LIST}declare/nudge").status_code == 409
    desk.at(2)
    browser.get(LIST)
    assert "已提醒2人。" in browser.send(f"{LIST}declare/nudge").text
    assert [(office, public) for _, office, public, _ in desk.house.log("stage.nudged")] == [
        ("organiser", {"people": 2})
    ] * 2


def test_a_stage_that_is_not_open_can_t_be_nudged(desk: Desk, organiser: Actor, signed_in) -> None:
    desk.house.close(desk.season, "declare")
    desk.house.settle(desk.season, "declare")
    browser = signed_in(organiser.person_id)
    browser.get(LIST)
    assert browser.post(f"{LIST}declare/nudge").status_code == 409
    assert browser.post(f"{LIST}nowhere/nudge").status_code == 404


def test_an_organiser_of_another_season_sees_and_nudges_nobody_here(desk: Desk, signed_in) -> None:
    person_id = desk.house.person("elsewhere")
    desk.house.grant(person_id, Role.ORGANISER, season_id=desk.season.id + 1)
    browser = signed_in(person_id)
    browser.get("/steer/")
    answers = [browser.get(LIST), browser.post(f"{LIST}declare/nudge"), browser.post(f"{LIST}retry")]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert desk.told() == []
