"""Files that a script sends one by one, and forms too large for a server: no typed word is lost over a file."""

import html
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from evalflow.access import Role
from evalflow.config import TEMPLATES
from evalflow.files import waiting
from evalflow.files.models import Attachment, WaitingFile
from evalflow.funds.models import FundDocument
from tests.builders import House
from tests.files import pictures
from tests.files.test_uploads import PAGES, WORDS, Page, report, voucher
from tests.visitors import Visitor

SignedIn = Callable[[int], Visitor]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TOO_MUCH = 25 * 1024 * 1024
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"


@pytest.fixture(params=PAGES.values(), ids=PAGES)
def page(request: pytest.FixtureRequest, house: House, signed_in: SignedIn) -> Page:
    found: Page = request.param(house, signed_in)
    return found


def wait(page: Page, content: bytes, name: str = "照片.jpg", kind: str = "documents") -> TestResponse:
    """As the script sends a file."""
    page.browser.get(page.path)
    fields = {"csrf_token": page.browser.token(), "form": page.to or page.path, "field": page.field, "kind": kind}
    sent = {**fields, "file": (io.BytesIO(content), name)}
    return page.browser.client.post("/files/waiting", data=sent, headers={"HX-Request": "true"})


def hand_in(page: Page, *numbers: int, **more: object) -> TestResponse:
    """The form itself, with the files that wait for it."""
    shown = page.browser.get(page.path).text
    hidden = {
        name: found[1]
        for name in ("version", "page", "number")
        if (found := re.search(rf'name="{name}"[^>]*?value="([^"]*)"', shown))
    }
    typed = {name: text.replace("#", "1") for name, text in page.typed.items()}
    named = {f"waiting_{page.field}": [str(number) for number in numbers]}
    return page.browser.post(page.to or page.path, **{**hidden, **typed, **named, **more})


def kept(house: House) -> list[str]:
    """Names of all files that acts have kept."""

    def names(session) -> list[str]:  # type: ignore[no-untyped-def]
        return [*session.scalars(select(Attachment.name)), *session.scalars(select(FundDocument.name))]

    return list(house.ask(names))


def waits(house: House) -> list[str]:
    return list(house.ask(lambda session: session.scalars(select(WaitingFile.name)).all()))


def test_a_file_sent_before_its_form_is_taken_over_by_the_act(page: Page, house: House) -> None:
    answer = wait(page, pictures.plain(), kind="pictures" if page.field == "answer_cover" else "documents")
    assert answer.status_code == 200 and answer.json is not None and answer.json["name"] == "照片.jpg"
    assert (waits(house), kept(house)) == (["照片.jpg"], [])
    assert hand_in(page, answer.json["id"]).status_code == 302
    assert (waits(house), kept(house)) == ([], ["照片.jpg"])


def test_what_waits_is_shown_when_the_page_comes_again(page: Page) -> None:
    answer = wait(page, pictures.plain(), "炉前.jpg")
    assert answer.json is not None
    shown = page.browser.get(page.path).text
    assert f'name="waiting_{page.field}" value="{answer.json["id"]}"' in shown and "炉前.jpg" in shown


def test_a_file_that_is_removed_is_not_taken(page: Page, house: House) -> None:
    first, second = (wait(page, pictures.plain(colour=colour), f"{colour}.jpg").json for colour in ("red", "navy"))
    assert first is not None and second is not None
    answer = hand_in(page, first["id"], second["id"], **{f"dropped_{page.field}": str(first["id"])})
    assert answer.status_code == 302
    assert (waits(house), kept(house)) == ([], ["navy.jpg"])


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (HEIC, "IMG_0001.HEIC", "“设置 › 相机 › 格式”里选“兼容性最佳”"),
        (OLE, "总结.doc", "旧版 Word 或 WPS 文字"),
        (OLE, "总结.wps", "旧版 Word 或 WPS 文字"),
        (OLE, "台账.xls", "旧版 Excel 或 WPS 表格"),
        (OLE, "台账.et", "旧版 Excel 或 WPS 表格"),
        (b"<html>", "页面.html", "不接受此类文件"),
        (b"", "空.txt", "文件为空"),
    ],
)
def test_a_file_sent_by_itself_passes_the_checks_of_the_form_and_is_refused_in_words(
    house: House, signed_in: SignedIn, content: bytes, name: str, told: str
) -> None:
    page = report(house, signed_in)
    answer = wait(page, content, name)
    assert (answer.status_code, answer.mimetype) == (422, "text/plain")
    assert told in answer.text
    with_form = page.browser.post(page.path, number="1", text=WORDS, files=(io.BytesIO(content), name))
    if content:
        assert told in html.unescape(with_form.text) and WORDS in with_form.text


def test_a_document_does_not_wait_as_a_picture(house: House, signed_in: SignedIn) -> None:
    page = PAGES["a picture of a declaration"](house, signed_in)
    answer = wait(page, "甲,乙".encode(), "表.csv")
    assert answer.json is not None
    assert hand_in(page, answer.json["id"]).status_code == 422
    assert kept(house) == []


def test_nobody_takes_what_somebody_else_has_sent(house: House, signed_in: SignedIn) -> None:
    page = voucher(house, signed_in)
    organiser = signed_in(house.person("organiser", Role.ORGANISER))
    other = Page(organiser, "/fund/2026", "upload", {}, "/fund/2026/smelting")
    stranger = wait(other, pictures.plain())
    assert stranger.json is not None
    answer = hand_in(page, stranger.json["id"])
    assert answer.status_code == 422 and "请重新选择" in answer.text
    assert (len(waits(house)), kept(house)) == (1, [])


def test_what_waits_for_one_form_is_not_taken_by_another(house: House, signed_in: SignedIn) -> None:
    page = report(house, signed_in)
    elsewhere = Page(page.browser, page.path, "files", page.typed, to="/elsewhere")
    answer = wait(elsewhere, pictures.plain())
    assert answer.json is not None
    assert hand_in(page, answer.json["id"]).status_code == 422


def test_the_same_file_sent_twice_waits_once_and_counts_once(house: House, signed_in: SignedIn) -> None:
    page = report(house, signed_in)
    told = [wait(page, pictures.plain()).json for _ in range(2)]
    assert told[0] == told[1]
    assert len(waits(house)) == 1


def test_a_person_has_a_bounded_number_of_files_waiting(house: House, signed_in: SignedIn) -> None:
    page = report(house, signed_in)
    told = [wait(page, f"{number}".encode(), "表.csv").status_code for number in range(waiting.MOST_FILES + 1)]
    assert told == [200] * waiting.MOST_FILES + [422]


def test_what_nobody_hands_in_is_deleted_after_a_day(house: House, signed_in: SignedIn) -> None:
    wait(report(house, signed_in), pictures.plain())
    waiting.upkeep(house.database, now=house.now + waiting.KEPT_FOR)
    assert len(waits(house)) == 1
    waiting.upkeep(house.database, now=house.now + waiting.KEPT_FOR + timedelta(seconds=1))
    assert waits(house) == []


def test_a_form_too_large_comes_back_with_everything_but_its_files(page: Page, house: House) -> None:
    """Four photographs straight from a phone, without a script."""
    answer = page.send(bytes(TOO_MUCH))
    shown = html.unescape(answer.text)
    assert answer.status_code == 422
    assert "未收到：照片.jpg。一次上传的文件合计不得超过24 MB" in shown
    assert WORDS in shown and re.search(rf'type="file" id="{page.field}"', shown)
    assert kept(house) == []


def test_a_workbook_too_large_is_refused_beside_its_field(house: House, signed_in: SignedIn) -> None:
    browser = signed_in(house.person("admin", Role.ADMINISTRATOR))
    browser.get("/people/import")
    answer = browser.post("/people/import", file=(io.BytesIO(bytes(TOO_MUCH)), "人员.xlsx"))
    assert answer.status_code == 422 and "文件不得超过5 MB" in html.unescape(answer.text)


def test_of_strangers_and_of_far_too_much_nothing_is_read(app: Flask, house: House, signed_in: SignedIn) -> None:
    page = report(house, signed_in)
    stranger = Visitor(app)
    stranger.get("/sign-in")
    assert stranger.post(page.path, files=(io.BytesIO(bytes(TOO_MUCH)), "照片.jpg")).status_code == 413
    head = {"CONTENT_LENGTH": str(9 * 24 * 1024 * 1024)}
    kind = "multipart/form-data; boundary=x"
    answer = page.browser.client.post(page.path, input_stream=io.BytesIO(), content_type=kind, environ_overrides=head)
    assert answer.status_code == 413


def test_the_limits_stand_beside_every_field_for_files(page: Page) -> None:
    shown = page.browser.get(page.path).text
    hint = re.search(rf'id="{page.field}-hint">(.*?)</div>', shown, re.S)
    assert hint is not None and "不超过12 MB" in hint[1]
    assert "<noscript> 一次提交的全部内容合计不超过24 MB。</noscript>" in hint[1]


def test_every_field_for_files_is_the_one_of_its_component() -> None:
    by_hand = [
        str(path.relative_to(TEMPLATES))
        for path in sorted(Path(TEMPLATES).rglob("*.html"))
        if 'type="file"' in path.read_text(encoding="utf-8")
    ]
    assert by_hand == ["components/uploads.html"]


def test_every_view_whose_form_has_files_reads_the_texts_of_one_that_is_too_large(app: Flask) -> None:
    marked = {name for name, view in app.view_functions.items() if getattr(view, "takes_files", False)}
    assert marked == {
        "inspection.state",
        "submission.look_at_workbook",
        "submission.save",
        "tracking.look_at_all_figures",
        "tracking.look_at_figures",
        "tracking.report",
        "web.appropriate",
        "web.look_at_branches",
        "web.look_at_people",
        "web.spend",
    }
