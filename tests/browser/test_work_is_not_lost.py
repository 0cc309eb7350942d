"""In the middle of a long form the session ends, somebody else acts, the page is closed: what was typed is not lost."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Response
from werkzeug.serving import make_server

from evalflow.access import VISITOR, Actor, Role
from evalflow.meetings import commands as meeting
from evalflow.people import accounts
from evalflow.people.models import Person
from evalflow.stages.notice import commands as notice
from evalflow.stages.notice.models import Objection
from evalflow.stages.scoring.queries import is_in
from evalflow.stages.submission import commands as submission
from evalflow.stages.submission import queries as declarations
from evalflow.stages.tracking import commands as tracking
from evalflow.stages.tracking.commands import Said
from evalflow.stages.tracking.models import ProgressReport
from tests import approved, met
from tests.browser.conftest import DESK, press
from tests.builders import House
from tests.decided import decided
from tests.declared import SUBMISSION, YEAR, declared, secretaries
from tests.scored import SCORING, Scoring
from tests.stages.notice.test_notice import CODE, NOTICE, WORDS

pytestmark = pytest.mark.browser
PASSWORD = "browser-test-2026"
TEXT = "措施一：导师带徒。\n措施二：攻关小组，逐项核对台账。"
STAGE = "/s/test-2026"
Served = Callable[[], Page]


@dataclass
class Writing:
    """Somebody in the middle of a long form. typed: {selector: what is typed there}; send: the button.

    between: somebody else's act. done: whether what was typed is the house's by now.
    """

    path: str
    typed: dict[str, str]
    send: str
    between: Callable[[], object]
    done: Callable[[], bool]
    login: str = ""
    ticked: list[str] = field(default_factory=list)

    def write(self, page: Page) -> None:
        page.goto(self.path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        for selector in self.ticked:
            page.check(selector)
        for selector, text in self.typed.items():
            page.fill(selector, text)

    def is_there(self, page: Page) -> bool:
        """Whether the form on the page holds all that was typed."""
        return all(page.input_value(selector) == text for selector, text in self.typed.items()) and all(
            page.is_checked(selector) for selector in self.ticked
        )


def deputy(house: House, branch: int) -> Actor:
    return house.actor("deputy", Role.BRANCH_SECRETARY, branch_id=branch)


def declaration(house: House) -> Writing:
    season = house.season(SUBMISSION, starts_on=house.now.date())
    own = secretaries(house)["smelting"]
    stage = house.open(season, "declare")
    entry = house.act(submission.begin, stage.id, house.smelting, actor=own)
    other = deputy(house, house.smelting)

    def between() -> None:
        draft = house.ask(lambda session: declarations.draft_of(session, declarations.entry_of(session, entry.id)))
        named = {"version": draft.version if draft else 0, "page": "f" * 32, "actor": other}
        house.act(submission.save, stage.id, entry.id, {"story": "他人所写"}, **named)

    def done() -> bool:
        return bool(house.ask(lambda session: declarations.entry_of(session, entry.id)).answers.get("story") == TEXT)

    return Writing(
        f"{STAGE}/declare/submission/entry/smelting",
        {"[name=answer_name]": "铜花飞扬", "[name=answer_story]": TEXT},
        "[name=action][value=submit]",
        between,
        done,
        "smelting-secretary",
    )


def report(house: House) -> Writing:
    by = secretaries(house)
    season = declared(house, YEAR, by=by)
    stage = house.open(season, "progress")
    other = deputy(house, house.smelting)
    return Writing(
        f"{STAGE}/progress/tracking/smelting",
        {"[name=text]": TEXT},
        f"form[action='{STAGE}/progress/tracking/smelting'] [type=submit]",
        lambda: house.act(tracking.report, stage.id, "smelting", Said("他人所报"), number=1, actor=other),
        lambda: TEXT in [one.text for one in house.ask(lambda session: session.query(ProgressReport).all())],
        "smelting-secretary",
    )


def sheet(house: House) -> Writing:
    by = secretaries(house)
    season = declared(house, SCORING, by=by)
    house.open(season, "score")
    scoring = Scoring(house, season, by)
    points = {"smelting.known": "9.5", "smelting.works": "90", "refining.known": "7", "refining.works": "61"}
    return Writing(
        f"{STAGE}/score/scoring/",
        {f"[name='points.{name}']": text for name, text in points.items()},
        "button[name=hand_in]",
        lambda: scoring.save("smelting", {"refining": {"works": "12"}}, page="f" * 32),
        lambda: is_in(scoring.sheet("smelting")) and scoring.points("smelting")["refining"]["works"] == "61",
        "smelting-secretary",
    )


def minutes(house: House) -> Writing:
    held = met.convened(house)
    held.attend()
    held.award("smelting", "refining")
    typed = {"[name='smelting.place']": "2", "[name='refining.place']": "1"}
    typed |= {
        f"[name='{entry}.reason']": f"{entry}：{TEXT.partition(chr(10))[0]}" for entry in ("smelting", "refining")
    }
    return Writing(
        f"{STAGE}/decide/decision/",
        typed,
        f"form[action='{STAGE}/decide/decision/decide'] [type=submit]",
        lambda: held.recuse(held.members[3], "drawing"),
        lambda: [one[:2] for one in held.decided()] == [("refining", 1), ("smelting", 2)],
        "organiser",
        ["[name=leaves_empty]"],
    )


def motion(house: House) -> Writing:
    board = approved.convened(house)
    board.attend()
    return Writing(
        f"{STAGE}/committee/approval/entry/smelting",
        {"[name=reason]": TEXT, "[name='vote.ayes']": "3"},
        f"form[action='{STAGE}/committee/approval/entry/smelting/rule'] [type=submit]",
        lambda: house.act(meeting.recuse, board.stage.id, "smelting", actor=board.members[3]),
        lambda: board.states()["smelting"][0] == "returned",
        "organiser",
        ["[name=subject][value=return]"],
    )


def answer(house: House) -> Writing:
    """The organiser's answer to an objection, while its objector withdraws another."""
    season = decided(house, NOTICE, by=secretaries(house))
    house.open(season, "notice")
    stage = house.stage(season, "notice")
    for code, entry in ((CODE, "refining"), ("f" * 32, "smelting")):
        house.act(notice.object_to, stage.id, actor=VISITOR, **{**WORDS, "entry_key": entry}, code=code)
    house.actor("organiser", Role.ORGANISER)

    def between() -> None:
        house.act(notice.withdraw, stage.id, CODE, actor=VISITOR)

    return Writing(
        f"{STAGE}/notice/notice/desk",
        {"#answer-1": TEXT},
        f"form[action^='{STAGE}/notice/notice/desk/1#'] [type=submit]",
        between,
        lambda: TEXT in [one.answer for one in house.ask(lambda session: session.query(Objection).all())],
        "organiser",
        ["#objection-1 [name=state][value=rejected]"],
    )


def objection(house: House) -> Writing:
    """A visitor's, without an account; what comes between is the end of the notice."""
    season = decided(house, NOTICE, by=secretaries(house))
    house.open(season, "notice")
    return Writing(
        f"{STAGE}/notice/notice/",
        {"[name=name]": "某职工（测试）", "[name=contact]": "000-0000", "[name=text]": TEXT},
        f"form[action='{STAGE}/notice/notice/'] [type=submit]",
        lambda: house.clock.wait(days=30),
        lambda: TEXT in [one.text for one in house.ask(lambda session: session.query(Objection).all())],
    )


FORMS = (declaration, report, sheet, minutes, motion, answer, objection)


@pytest.fixture
def browser(app: Flask, chromium: Browser) -> Iterator[Served]:
    """A new tab of one browser, of which nobody has heard yet."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = chromium.new_context(base_url=f"http://127.0.0.1:{server.server_port}", **DESK)
    yield context.new_page
    context.close()
    server.shutdown()


def sign_in(house: House, page: Page, login: str) -> None:
    if not login:
        return
    person_id = house.ask(lambda session: session.query(Person).filter_by(login=login).one().id)
    house.join(house.act(accounts.invite, person_id, actor=house.administrator), PASSWORD)
    page.goto("/sign-in")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    press(page.locator("main [type=submit]"))


def is_autosave(answer: Response) -> bool:
    return "/unsent?" in answer.url


def sent_on(page: Page) -> None:
    """What was typed is on its way by itself; what can't be taken back is asked once more."""
    page.wait_for_function("!document.querySelector('form[data-sends-itself]')")
    page.wait_for_load_state()
    sure = page.locator("form[data-confirms] button[type=submit]")
    if sure.count():
        press(sure)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_who_is_signed_out_in_another_tab_signs_in_where_they_are_and_it_is_sent(
    house: House, browser: Served, form: Callable[[House], Writing]
) -> None:
    writing, page = form(house), browser()
    sign_in(house, page, writing.login)
    writing.write(page)
    if writing.login:
        other = browser()
        other.goto("/")
        press(other.locator("form[action='/sign-out'] button"))
    else:
        page.context.clear_cookies()  # a visitor's session is its cookie
    page.locator(writing.send).click()
    page.wait_for_selector("text=登录已失效")
    shown = page.locator(".typed").inner_html()
    assert all(text.partition("\n")[0] in shown for text in writing.typed.values() if len(text) > 5)
    assert not writing.done()
    if writing.login:
        page.fill("main [name=login]", writing.login)
        page.fill("main [name=password]", PASSWORD)
    press(page.locator("main form [type=submit]"))
    sent_on(page)
    assert writing.done(), page.inner_text("main")


@pytest.mark.parametrize("form", [one for one in FORMS if one not in (answer, objection)], ids=lambda one: one.__name__)
def test_somebody_else_s_act_shows_the_form_again_and_it_can_be_sent(
    house: House, browser: Served, form: Callable[[House], Writing]
) -> None:
    writing, page = form(house), browser()
    sign_in(house, page, writing.login)
    writing.write(page)
    writing.between()
    press(page.locator(writing.send))
    assert page.locator("main [role=alert]").count(), page.inner_text("main")
    assert not writing.done()
    assert writing.is_there(page), page.inner_text("main")
    press(page.locator(writing.send))
    assert writing.done(), page.inner_text("main")


@pytest.mark.parametrize("form", [answer, objection], ids=lambda one: one.__name__)
def test_where_the_form_is_gone_by_then_what_was_typed_can_be_copied(
    house: House, browser: Served, form: Callable[[House], Writing]
) -> None:
    writing, page = form(house), browser()
    sign_in(house, page, writing.login)
    writing.write(page)
    writing.between()
    press(page.locator(writing.send))
    assert page.locator(writing.send).count() == 0
    assert TEXT in [area.input_value() for area in page.locator(".typed textarea").all()]


@pytest.mark.parametrize("form", [report, minutes, motion, answer], ids=lambda one: one.__name__)
def test_who_closes_the_page_finds_what_was_typed_in_its_form_until_it_is_sent(
    house: House, browser: Served, form: Callable[[House], Writing]
) -> None:
    writing, page = form(house), browser()
    sign_in(house, page, writing.login)
    with page.expect_response(is_autosave):
        writing.write(page)
    page.wait_for_selector("[data-saved]:has-text('已保存')")
    page.close()
    page = browser()
    page.goto(writing.path)
    assert page.locator("[data-restored]:visible").count() == 1
    assert writing.is_there(page)
    press(page.locator(writing.send))
    assert writing.done(), page.inner_text("main")
    page.goto(writing.path)
    assert page.locator("[data-restored]").count() == 0


def test_what_was_typed_is_discarded_by_a_click(house: House, browser: Served) -> None:
    writing, page = report(house), browser()
    sign_in(house, page, writing.login)
    with page.expect_response(is_autosave):
        writing.write(page)
    page.goto(writing.path)
    with page.expect_navigation():
        page.locator("[data-restored] button").click()
    assert page.input_value("[name=text]") == ""


def test_an_objection_is_kept_in_its_own_window_only(house: House, browser: Served) -> None:
    writing, page = objection(house), browser()
    writing.write(page)
    page.goto("/")
    page.goto(writing.path)
    assert writing.is_there(page) and page.locator("[data-kept-here]:visible").count() == 1
    other = browser()
    other.goto(writing.path)
    assert other.input_value("[name=text]") == ""
    press(page.locator(writing.send))
    assert writing.done()
    page.goto(writing.path)
    assert page.input_value("[name=text]") == ""


def test_the_language_can_be_changed_on_a_refused_form(house: House, browser: Served) -> None:
    writing, page = report(house), browser()
    sign_in(house, page, writing.login)
    writing.write(page)
    page.fill("[name=day]", "")
    writing.between()
    press(page.locator(writing.send))
    press(page.locator("button[name=locale]"))
    assert page.locator("html").get_attribute("lang") == "en"
    assert TEXT in page.locator("main").inner_html()
