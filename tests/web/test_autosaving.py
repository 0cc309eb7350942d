"""What is typed into a long form is saved meanwhile: for its person alone, until it is sent, and never a secret."""

import html
import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from evalflow.access import Role
from evalflow.engine import erasing, jobs
from evalflow.people import accounts, unsent
from evalflow.people.models import UnsentForm
from evalflow.web.autosaved import is_autosaved
from tests.builders import House
from tests.declared import declared, secretaries
from tests.visitors import Visitor

TRACKING = """
[[stage]]
key = "progress"
kind = "tracking"
title = { zh = "推动落实", en = "Tracking" }
closes = "opening + 300 days"
"""
TO = "/s/test-2026/progress/tracking/smelting"
TEXT = "本月完成节能改造两项，\n正在核对台账。"
SECRETS = ("ballot", "web")  # blueprints of votes, shares, passphrases and passwords


@pytest.fixture
def secretary(house: House, signed_in: Callable[[int], Visitor]) -> Visitor:
    by = secretaries(house)
    season = declared(house, TRACKING, by=by)
    house.open(season, "progress")
    browser = signed_in(by["smelting"].person_id or 0)
    browser.get(TO)
    return browser


def of_page(browser: Visitor, name: str) -> str:
    """What a hidden field of the long form on the page holds; "" where it isn't there."""
    assert browser.page is not None
    form = browser.page.text.partition('enctype="multipart/form-data"')[2]
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', form)
    return html.unescape(found.group(1)) if found else ""


def type_in(browser: Visitor, text: str = TEXT, to: str = TO, **more: str) -> TestResponse:
    """What the page sends by itself two seconds later."""
    hidden = {name: of_page(browser, name) for name in ("sending", "unsent", "number")}
    fields = {"csrf_token": browser.token(), **hidden, "text": text, **more}
    return browser.client.post("/unsent", query_string={"to": to}, data=fields, headers={"HX-Request": "true"})


def waiting(house: House) -> list[tuple[str, list[list[str]]]]:
    return house.ask(lambda session: [(one.to, one.fields) for one in session.query(UnsentForm)])


def restored(browser: Visitor) -> dict[str, str]:
    """What the script puts into the form of the page."""
    found = re.search(r'data-unsent="([^"]*)"', browser.get(TO).text)
    return dict(json.loads(html.unescape(found.group(1)))["fields"]) if found else {}


def test_what_was_typed_stands_in_the_form_again_and_the_page_says_since_when(secretary: Visitor) -> None:
    told = type_in(secretary)
    assert told.status_code == 200 and "已保存" in told.text and "放弃" in told.text
    assert restored(secretary)["text"].replace("\r\n", "\n") == TEXT
    assert secretary.page is not None and "尚未提交的内容" in secretary.page.text


def test_it_is_gone_with_the_act_it_was_typed_for(house: House, secretary: Visitor) -> None:
    type_in(secretary)
    sent = {name: of_page(secretary, name) for name in ("sending", "number")}
    assert secretary.post(TO, text=TEXT, day="2026-04-09", **sent).status_code == 302
    assert waiting(house) == []


def test_what_comes_after_its_form_was_sent_is_not_kept(house: House, secretary: Visitor) -> None:
    sent = {name: of_page(secretary, name) for name in ("sending", "number")}
    page = secretary.page
    assert secretary.post(TO, text=TEXT, day="2026-04-09", **sent).status_code == 302
    secretary.page = page
    assert type_in(secretary).text == ""
    assert waiting(house) == []


def test_a_refused_act_keeps_it_and_its_page_shows_what_was_sent(house: House, secretary: Visitor) -> None:
    type_in(secretary, "先写一点")
    refused = secretary.post(TO, text="", day="no day", number=of_page(secretary, "number"))
    assert refused.status_code == 422 and "data-unsent" not in refused.text
    assert len(waiting(house)) == 1


def test_it_is_discarded_by_a_click(house: House, secretary: Visitor) -> None:
    type_in(secretary)
    told = secretary.client.post(
        "/unsent/discard", query_string={"to": TO}, data={"csrf_token": secretary.token()}, headers={"HX-Request": "1"}
    )
    assert told.headers["HX-Refresh"] == "true"
    assert (waiting(house), restored(secretary)) == ([], {})


def test_two_windows_of_one_person_do_not_overwrite_each_other(house: House, secretary: Visitor) -> None:
    first = secretary.page
    secretary.get(TO)
    assert type_in(secretary, "第二个窗口").status_code == 200
    secretary.page = first
    told = type_in(secretary, "第一个窗口")
    assert (told.status_code, told.text) == (409, "未保存：您正在另一窗口填写同一表单。")
    assert dict(waiting(house)[0][1])["text"] == "第二个窗口"


def test_nobody_else_sees_it(house: House, secretary: Visitor, signed_in: Callable[[int], Visitor]) -> None:
    type_in(secretary)
    deputy = house.actor("deputy", Role.BRANCH_SECRETARY, branch_id=house.smelting)
    assert restored(signed_in(deputy.person_id or 0)) == {}


def test_it_is_never_in_the_log(house: House, secretary: Visitor) -> None:
    before = len(house.log())
    type_in(secretary)
    assert len(house.log()) == before


def test_passwords_and_tokens_are_left_out(house: House, secretary: Visitor) -> None:
    type_in(secretary, password="hush-hush", passphrase="hush-hush")
    assert sorted(dict(waiting(house)[0][1])) == ["number", "text"]


def test_only_forms_that_are_meant_to_be_are_kept(app: Flask, house: House, secretary: Visitor) -> None:
    for to in ("/account/password", "/s/test-2026/progress/tracking/smelting/nothing", "//evil.example", ""):
        assert type_in(secretary, to=to).status_code == 404
    assert waiting(house) == []
    kept = {name.partition(".")[0] for name in app.view_functions if is_autosaved(app, name)}
    assert kept == {"approval", "decision", "inspection", "notice", "submission", "tracking"}
    assert kept.isdisjoint(SECRETS)


def test_it_has_a_bound(house: House, secretary: Visitor) -> None:
    told = type_in(secretary, "长" * unsent.LONGEST)
    assert (told.status_code, told.text) == (422, "内容过长，无法自动保存，请分次提交。")
    assert waiting(house) == []


def test_of_many_forms_the_latest_are_kept(house: House, secretary: Visitor) -> None:
    person_id = house.person("writer")
    for number in range(unsent.MOST + 2):
        moment = house.now + timedelta(minutes=number)
        named = {"page": f"{number}", "shown": 0, "of": "", "now": moment}
        house.act(unsent.keep, person_id, f"/to/{number:02}", [("text", "…")], **named)
    assert sorted(to for to, _ in waiting(house)) == [f"/to/{number:02}" for number in range(2, unsent.MOST + 2)]


def test_it_is_forgotten_after_two_weeks(house: House, secretary: Visitor) -> None:
    type_in(secretary)
    house.clock.moment += unsent.KEPT_FOR
    jobs.keep_up(house.database, now=house.now)
    assert len(waiting(house)) == 1
    house.clock.moment += timedelta(seconds=1)
    jobs.keep_up(house.database, now=house.now)
    assert waiting(house) == []


def test_it_is_erased_with_its_person(house: House, secretary: Visitor) -> None:
    type_in(secretary)
    person_id = house.ask(lambda session: session.query(UnsentForm).one().person_id)
    house.act(accounts.deactivate, person_id, actor=house.administrator)
    house.act(erasing.erase, person_id, actor=house.administrator)
    assert waiting(house) == []


def test_who_is_signed_out_is_told_in_the_line_that_nothing_was_saved(house: House, secretary: Visitor) -> None:
    with secretary.client.session_transaction() as cookie:
        cookie["_user_id"] = "0:0:0"
    told = type_in(secretary)
    assert (told.status_code, told.mimetype) == (401, "text/plain")
