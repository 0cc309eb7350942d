"""What somebody typed is not lost: not when their session ends, and not when somebody else acts meanwhile."""

import html
import re
from collections.abc import Callable
from io import BytesIO

import pytest

from evalflow.access import VISITOR, Role
from evalflow.people import accounts, grants
from evalflow.people.models import Person
from evalflow.stages.notice import commands
from evalflow.stages.notice.models import Objection
from tests.builders import House
from tests.decided import decided
from tests.declared import secretaries
from tests.stages.notice.test_notice import CODE, HOME, NOTICE, WORDS
from tests.visitors import Visitor

PASSWORD = "a long enough phrase"
TYPED = "经核对，数据来自年度台账。\n逐项说明如下：\n  一、节能数据……"
HERE = {"Origin": "http://localhost", "Referer": f"http://localhost{HOME}desk"}


@pytest.fixture
def organiser_id(house: House) -> int:
    """The organiser of a season whose notice hangs, with one objection to answer."""
    season = decided(house, NOTICE, by=secretaries(house))
    house.open(season, "notice")
    stage = house.stage(season, "notice")
    house.act(commands.object_to, stage.id, actor=VISITOR, entry_key="refining", code=CODE, **WORDS)
    return house.joined("organiser", PASSWORD, Role.ORGANISER)


@pytest.fixture
def organiser(organiser_id: int, signed_in: Callable[[int], Visitor]) -> Visitor:
    browser = signed_in(organiser_id)
    browser.get(f"{HOME}desk")
    return browser


def answer(browser: Visitor, headers: dict[str, str] | None = None, **more: object) -> str:
    fields = {"csrf_token": browser.token(), "state": "rejected", "answer": TYPED, "is_sure": "1", **more}
    browser.page = browser.client.post(f"{HOME}desk/1", data=fields, headers=HERE if headers is None else headers)
    return browser.page.text


def end_session(house: House, person_id: int) -> None:
    """As when somebody signs out everywhere, changes the password or loses a role."""
    with house.database.writing() as session:
        session.get_one(Person, person_id).session_version += 1


def change_language(browser: Visitor) -> str:
    """Press the button at the head of the page that is shown."""
    assert browser.page is not None
    form = browser.page.text.partition('class="site-language"')[2].partition("</form>")[0]
    sent = {**hidden(form), "locale": "en"}
    browser.page = browser.client.post("/language", data=sent, headers=HERE, follow_redirects=True)
    return browser.page.text


def hidden(page: str) -> dict[str, str]:
    """{name: value} of all that a held page carries on."""
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    areas = re.findall(r'<textarea class="d-none" name="([^"]+)" readonly>\n?(.*?)</textarea>', page, re.DOTALL)
    return {name: html.unescape(value) for name, value in (*inputs, *areas)}


def answers(house: House) -> list[str]:
    return house.ask(lambda session: [one.answer for one in session.query(Objection)])


def sign_in_from(browser: Visitor, page: str, login: str = "organiser") -> str:
    browser.page = browser.client.post("/sign-in/on", data={**hidden(page), "login": login, "password": PASSWORD})
    return browser.page.text


def test_a_session_that_ended_while_somebody_wrote_keeps_the_form_and_sends_it_on(
    house: House, organiser_id: int, organiser: Visitor
) -> None:
    end_session(house, organiser_id)
    page = answer(organiser)
    assert organiser.page is not None and organiser.page.status_code == 401
    assert "登录已失效" in page and "逐项说明如下" in page and 'name="password"' in page
    assert answers(house) == [""]
    page = sign_in_from(organiser, page)
    assert f'action="{HOME}desk/1" data-sends-itself' in page
    sent = organiser.client.post(f"{HOME}desk/1", data={**hidden(page), "is_sure": "1"})
    assert sent.status_code == 302
    assert [one.replace("\r\n", "\n") for one in answers(house)] == [TYPED]


def test_a_wrong_password_keeps_it_too(house: House, organiser_id: int, organiser: Visitor) -> None:
    end_session(house, organiser_id)
    page = sign_in_from(organiser, answer(organiser), login="nobody")
    assert hidden(page)["held:answer"].replace("\r\n", "\n") == TYPED and "sends-itself" not in page


def test_what_another_account_typed_is_not_sent_unlooked_at(
    house: House, organiser_id: int, organiser: Visitor
) -> None:
    house.joined("second", PASSWORD, Role.ORGANISER)
    end_session(house, organiser_id)
    page = sign_in_from(organiser, answer(organiser), login="second")
    assert "另一个账号" in page and "data-sends-itself" not in page and "逐项说明如下" in page


def test_a_form_of_an_earlier_session_of_the_same_browser_is_sent_by_a_click(organiser: Visitor, house: House) -> None:
    page = answer(organiser, csrf_token="of an earlier session")
    assert organiser.page is not None and organiser.page.status_code == 400
    assert "逐项说明如下" in page and "data-sends-itself" not in page and 'name="password"' not in page
    assert organiser.client.post(f"{HOME}desk/1", data={**hidden(page), "is_sure": "1"}).status_code == 302
    assert [one.replace("\r\n", "\n") for one in answers(house)] == [TYPED]


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {**HERE, "Sec-Fetch-Site": "cross-site"}])
def test_no_other_site_can_put_words_before_a_person(
    house: House, organiser_id: int, organiser: Visitor, headers: dict[str, str]
) -> None:
    end_session(house, organiser_id)
    assert "逐项说明如下" not in answer(organiser, headers=headers)


def test_somebody_else_s_act_shows_the_form_again_with_what_was_typed_and_the_state_of_now(
    house: House, organiser: Visitor
) -> None:
    season_stage = house.ask(lambda session: session.query(Objection).one().stage_id)
    second = {**WORDS, "code": "f" * 32, "entry_key": "smelting"}
    house.act(commands.object_to, season_stage, actor=VISITOR, **second)
    house.act(commands.withdraw, season_stage, CODE, actor=VISITOR)
    page = answer(organiser)
    assert organiser.page is not None and organiser.page.status_code == 409
    assert 'role="alert"' in page and "逐项说明如下" in page
    assert f'action="{HOME}desk/2#' in page and f'action="{HOME}desk/1#' not in page  # the first has no form any more


def test_codes_that_nobody_typed_are_carried_but_not_shown(house: House, organiser_id: int, organiser: Visitor) -> None:
    end_session(house, organiser_id)
    page = answer(organiser, code="b0dd82681ffc285b")
    assert hidden(page)["held:code"] == "b0dd82681ffc285b"
    assert "b0dd82681ffc285b" not in page.partition("<details")[2]


def test_a_secret_is_never_sent_back(house: House, organiser_id: int, organiser: Visitor) -> None:
    end_session(house, organiser_id)
    assert "hush-hush" not in answer(organiser, password="hush-hush", passphrase="hush-hush")


def test_the_sign_in_sends_nobody_elsewhere(house: House, organiser_id: int, organiser: Visitor) -> None:
    end_session(house, organiser_id)
    carried = {**hidden(answer(organiser)), "to": "//evil.example/"}
    sent = organiser.client.post("/sign-in/on", data={**carried, "login": "organiser", "password": PASSWORD})
    assert sent.status_code == 422 and "evil.example" not in sent.text.partition("<main")[2].partition("typed")[0]


def test_signing_out_ends_the_sessions_of_this_account(house: House, organiser_id: int, organiser: Visitor) -> None:
    house.act(accounts.deactivate, organiser_id, actor=house.administrator)
    assert "逐项说明如下" in answer(organiser)


def test_a_change_of_language_keeps_a_refused_form(house: House, organiser: Visitor) -> None:
    assert 'name="state"' in answer(organiser, state="")
    page = change_language(organiser)
    assert '<html lang="en"' in page and "still here" in page
    assert TYPED in page.replace("\r\n", "\n") and f'action="{HOME}desk/1#' in page
    assert answers(house) == [""]


def test_a_change_of_language_keeps_what_waits_for_a_confirmation(house: House, organiser: Visitor) -> None:
    assert "data-confirms" in answer(organiser, is_sure="")
    page = change_language(organiser)
    assert '<html lang="en"' in page and TYPED in page.replace("\r\n", "\n")
    assert answers(house) == [""]


def test_a_change_of_language_keeps_what_waits_for_a_sign_in(
    house: House, organiser_id: int, organiser: Visitor
) -> None:
    end_session(house, organiser_id)
    answer(organiser)
    page = change_language(organiser)
    assert '<html lang="en"' in page and 'action="/sign-in/on"' in page
    page = sign_in_from(organiser, page)
    assert f'action="{HOME}desk/1" data-sends-itself' in page
    assert hidden(page)["answer"].replace("\r\n", "\n") == TYPED


def test_a_change_of_language_brings_back_no_words_that_another_site_sent(organiser: Visitor) -> None:
    answer(organiser, headers={"Origin": "https://evil.example"}, csrf_token="forged")
    assert organiser.page is not None and "逐项说明如下" not in organiser.page.text


def test_a_role_taken_away_while_somebody_wrote_keeps_what_was_typed(house: House, organiser: Visitor) -> None:
    with house.database.reading() as session:
        person = session.query(Person).filter_by(login="organiser").one()
        grant = person.roles[0].id
    house.act(grants.withdraw_grant, grant, actor=house.administrator)
    page = answer(organiser)
    assert organiser.page is not None and organiser.page.status_code == 401
    page = sign_in_from(organiser, page)
    sent = {**hidden(page), "is_sure": "1"}
    refused = organiser.client.post(f"{HOME}desk/1", data=sent, headers=HERE)
    assert (refused.status_code, answers(house)) == (403, [""])
    assert "逐项说明如下" in refused.text


def test_a_secret_changed_while_somebody_wrote_keeps_what_was_typed_and_sends_it_on(
    house: House, organiser: Visitor
) -> None:
    token = organiser.token()
    organiser.app.secret_key = "another installation's"
    page = answer(organiser, csrf_token=token)
    assert organiser.page is not None and organiser.page.status_code == 400
    page = sign_in_from(organiser, page)
    sent = organiser.client.post(f"{HOME}desk/1", data={**hidden(page), "is_sure": "1"}, headers=HERE)
    assert sent.status_code == 302
    assert [one.replace("\r\n", "\n") for one in answers(house)] == [TYPED]


def test_a_second_refusal_comes_back_too(house: House, organiser: Visitor) -> None:
    answer(organiser, state="")
    stage = house.ask(lambda session: session.query(Objection).one().stage_id)
    house.act(commands.withdraw, stage, CODE, actor=VISITOR)
    there = {"Origin": "http://localhost", "Referer": f"http://localhost{HOME}desk/1"}  # as the browser says then
    page = answer(organiser, headers=there, came_from=f"{HOME}desk")
    assert organiser.page is not None and organiser.page.status_code == 409
    assert "逐项说明如下" in page and "撤回" in page


def test_files_that_can_not_be_kept_are_named(house: House, organiser_id: int, organiser: Visitor) -> None:
    end_session(house, organiser_id)
    page = answer(organiser, files=(BytesIO(b"%PDF-1.7"), "年度台账.pdf"))
    assert "文件无法保留，请重新选择：年度台账.pdf" in page
    signed_in = sign_in_from(organiser, page)
    assert "年度台账.pdf" in signed_in and "data-sends-itself" not in signed_in
