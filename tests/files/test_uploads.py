"""Odd pictures go through every page that takes files: each is kept, or refused with a sentence and nothing lost."""

import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.test import TestResponse

from evalflow.web.refusals import SENTENCES
from tests.builders import House
from tests.declared import PLAN, PROJECT, SUBMISSION, declared, secretaries
from tests.files import pictures
from tests.funds.conftest import opened
from tests.visitors import Visitor

WORDS = "写了很久的一段话"
ASKED = """field = [
  { key = "cover", type = "image", label = { zh = "封面", en = "Cover" } },
  { key = "papers", type = "file", label = { zh = "材料", en = "Papers" } },"""
STAGES = """
[[stage]]
key = "progress"
kind = "tracking"
title = { zh = "跟踪推进", en = "Tracking" }
closes = "opening + 200 days"

[[stage]]
key = "year_end"
kind = "inspection"
title = { zh = "年终考核", en = "Year-end assessment" }
closes = "opening + 10 days"
"""
SignedIn = Callable[[int], Visitor]


@dataclass
class Page:
    """A page with a form for files. path: where it stands, and, unless told otherwise, where its form is sent."""

    browser: Visitor
    path: str
    field: str
    typed: dict[str, str]
    to: str = ""
    number: int = 0

    def send(self, content: bytes) -> TestResponse:
        """What was typed, with a file called after a picture, whatever it is."""
        page = self.browser.get(self.path).text
        hidden = {name: _value(page, name) for name in ("version", "page", "number") if f'name="{name}"' in page}
        self.number += 1
        typed = {name: told.replace("#", str(self.number)) for name, told in self.typed.items()}
        upload: Any = (io.BytesIO(content), "照片.jpg", "image/jpeg")
        return self.browser.post(self.to or self.path, **hidden, **typed, **{self.field: upload})


def declaration(field: str) -> Callable[[House, SignedIn], Page]:
    def page(house: House, signed_in: SignedIn) -> Page:
        season = house.season(SUBMISSION.replace("field = [", ASKED))
        house.open(season, "declare")
        browser = signed_in(secretaries(house)["smelting"].person_id or 0)
        home = "/s/test-2026/declare/submission/"
        browser.get(home)
        return Page(browser, browser.post(home).headers["Location"], field, {"answer_story": WORDS, "action": "save"})

    return page


def report(house: House, signed_in: SignedIn) -> Page:
    by = secretaries(house)
    season = declared(house, STAGES, by={"smelting": by["smelting"]}, answers=PLAN, form=PROJECT)
    house.open(season, "progress")
    browser = signed_in(by["smelting"].person_id or 0)
    return Page(browser, "/s/test-2026/progress/tracking/smelting", "files", {"text": WORDS})


def assessment(house: House, signed_in: SignedIn) -> Page:
    by = secretaries(house)
    season = declared(house, STAGES, by={"smelting": by["smelting"]}, answers=PLAN, form=PROJECT)
    house.open(season, "progress")
    house.close(season, "progress")
    house.settle(season, "progress")
    house.open(season, "year_end")
    browser = signed_in(by["smelting"].person_id or 0)
    return Page(browser, "/s/test-2026/year_end/inspection/smelting", "files", {"text": WORDS, "action": "save"})


def voucher(house: House, signed_in: SignedIn) -> Page:
    browser = signed_in(opened(house).secretaries["smelting"].person_id or 0)
    told = {"amount": "0.01", "day": "2026-04-01", "purpose": WORDS, "document": "发票 #"}
    return Page(browser, "/fund/2026/smelting", "upload", told, to="/fund/2026/smelting/spend")


PAGES = {
    "a picture of a declaration": declaration("answer_cover"),
    "a file of a declaration": declaration("answer_papers"),
    "evidence of a report": report,
    "evidence of an assessment": assessment,
    "a document of the fund": voucher,
}


@pytest.fixture(params=PAGES.values(), ids=PAGES)
def page(request: pytest.FixtureRequest, house: House, signed_in: SignedIn) -> Page:
    found: Page = request.param(house, signed_in)
    return found


def test_every_picture_that_can_be_shown_is_kept_on_every_page(page: Page) -> None:
    told = {what: page.send(content).status_code for what, content in pictures.kept()}
    assert told == dict.fromkeys(told, 302)


def test_every_other_picture_is_a_sentence_beside_its_field_and_what_was_typed_stays(page: Page, app: Flask) -> None:
    wrong = []
    refused = [*pictures.refused(), ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_type_refused")]
    for what, content, why in refused:
        answer = page.send(content)
        shown = html.unescape(answer.text)
        if answer.status_code != 422 or WORDS not in shown or not any(told in shown for told in _sentences(app, why)):
            wrong.append((what, answer.status_code))
    assert wrong == []


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*?value="([^"]*)"', page, re.S)
    return html.unescape(found[1]) if found else ""


def _sentences(app: Flask, why: str) -> set[str]:
    """What a page may say: for something that is no picture at all a page that takes files says that of files."""
    with app.test_request_context(), force_locale("zh_Hans"):
        return {str(SENTENCES[code]).split("%")[0] for code in {why, *_ELSEWHERE.get(why, ())}}


_ELSEWHERE = {"image_unreadable": ("file_type_refused",), "file_type_refused": ("image_unreadable",)}
