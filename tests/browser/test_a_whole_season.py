"""One season, clicked from declaration to certificates by everybody who has a part in it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.browser.conftest import SEASON, Site, fits, press

pytestmark = pytest.mark.browser
BRANCHES = ("smelting", "refining", "electrolysis")
VOTERS = ("smelting-member001", "refining-member001", "electrolysis-member001", "smelting-member002")


def send(page: Page, action: str) -> None:
    """Send the form that goes to an address ending so; questions are answered with yes."""
    press(page.locator(f"form[action$='{action}'] button[type=submit]").first)


def agree(page: Page) -> Page:
    page.on("dialog", lambda dialog: dialog.accept())
    return page


def see_everywhere(site: Site, page: Page) -> str:
    """All that a visitor can read of the season."""
    paths = [
        "/",
        f"/s/{SEASON}",
        *(site.stage(*one) for one in (("ceremony", "award"), ("committee_decision", "decision"))),
    ]
    texts = []
    for path in paths:
        page.goto(path)
        texts.append(page.inner_text("main"))
    return "\n".join(texts)


def test_a_season_from_declaration_to_certificates(site: Site, season: Callable[[], None], tmp_path: Path) -> None:
    season()
    organiser, visitor = agree(site.person("organiser")), site.visitor(phone=True)
    secretaries = {branch: agree(site.person(f"{branch}-secretary")) for branch in BRANCHES}
    _declare(site, secretaries, tmp_path)
    _review(site, organiser, secretaries["refining"])
    _pass_on(site, organiser, "declaration")
    _promote(site, visitor)
    _vote(site, organiser)
    _score(site, organiser, secretaries)
    _decide(site, organiser)
    _object(site, organiser, visitor)
    _award(site, visitor)


def _declare(site: Site, secretaries: dict[str, Page], tmp_path: Path) -> None:
    picture = tmp_path / "cover.png"
    Image.new("RGB", (320, 240), (155, 28, 31)).save(picture)
    for branch, page in secretaries.items():
        page.goto(site.stage("declaration", "submission"))
        press(page.locator("main form button[type=submit]").first)
        page.fill("[name$=title]", f"{branch} 品牌")
        page.fill("textarea[name$=measures]", "措施一：导师带徒。\n措施二：攻关小组。")
        page.set_input_files("input[type=file]", picture)
        press(page.locator("button[name=action][value=submit]"))
        assert fits(page)
        assert page.locator("button[name=action]").count() == 0, page.inner_text("main")


def _review(site: Site, organiser: Page, returned: Page) -> None:
    desk = site.stage("declaration", "submission") + "desk"
    organiser.goto(f"{desk}/refining")
    organiser.fill("form[action$='/return'] textarea >> nth=-1", "请补充数据。")
    send(organiser, "/return")
    returned.goto(site.stage("declaration", "submission") + "entry/refining")
    assert "请补充数据。" in returned.inner_text("main")
    returned.fill("textarea[name$=measures]", "措施一：导师带徒，带出 12 人。")
    press(returned.locator("button[name=action][value=submit]"))
    for branch in BRANCHES:
        organiser.goto(f"{desk}/{branch}")
        send(organiser, "/accept")
    organiser.goto(desk)
    assert fits(organiser)


def _pass_on(site: Site, organiser: Page, stage: str) -> None:
    """Close a stage by hand, with a reason, on the organiser's desk; what follows opens by itself."""
    organiser.goto(f"/steer/{SEASON}/")
    form = organiser.locator(f"form[action$='/{stage}/close']")
    form.evaluate("form => form.closest('details').open = true")
    form.locator("textarea").fill("各支部均已完成")
    press(form.locator("button[type=submit]"))
    assert fits(organiser)
    press(organiser.locator("button[name=confirmed]"))
    assert organiser.locator(".alert-success").count() == 1, organiser.inner_text("main")
    site.tick()


def _promote(site: Site, visitor: Page) -> None:
    visitor.goto(site.stage("promotion", "promotion"))
    assert all(f"{branch} 品牌" in visitor.inner_text("main") for branch in BRANCHES)
    visitor.goto(f"/e/{SEASON}/smelting")
    assert "导师带徒" in visitor.inner_text("main")
    assert fits(visitor)


def _vote(site: Site, organiser: Page) -> None:
    for number in (1, 2, 3):
        teller = site.person(f"teller{number}")
        teller.goto(site.stage("online_vote", "ballot") + "teller")
        teller.fill("[name=passphrase]", f"监票人口令 teller {number}")
        teller.fill("[name=again]", f"监票人口令 teller {number}")
        send(teller, "/teller/key")
    _pass_on(site, organiser, "promotion")
    for number, login in enumerate(VOTERS):
        member = site.person(login, phone=True)
        member.goto(site.stage("online_vote", "ballot"))
        member.check("[name=entries][value=smelting]")
        if number % 2:
            member.check("[name=entries][value=refining]")
        press(member.locator("form[data-choose-max] [type=submit]"))
        member.wait_for_url("**/receipt?**")
        assert fits(member)
    organiser.goto(site.stage("online_vote", "ballot") + "turnout")
    assert "4" in organiser.inner_text("main")
    _pass_on(site, organiser, "online_vote")
    for number in (1, 3):
        teller = site.person(f"teller{number}")
        teller.goto(site.stage("online_vote", "ballot") + "teller")
        teller.fill("[name=passphrase]", f"监票人口令 teller {number}")
        send(teller, "/teller/share")
    site.tick()


def _score(site: Site, organiser: Page, secretaries: dict[str, Page]) -> None:
    for branch, page in secretaries.items():
        page.goto(site.stage("peer_scoring", "scoring"))
        names = [one.get_attribute("name") or "" for one in page.locator("input[name^='points.']").all()]
        assert names
        assert not any(f".{branch}." in name for name in names)
        for name in names:
            points = {"smelting": "95", "refining": "90", "electrolysis": "70"}[name.split(".")[1]]
            page.fill(f"[name='{name}']", points if name.endswith("results") else "80")
        press(page.locator("button[name=hand_in]"))
        assert page.locator("form[action$='/take-back']").count() == 1, page.inner_text("main")
    _pass_on(site, organiser, "peer_scoring")


def _decide(site: Site, organiser: Page) -> None:
    home = site.stage("committee_decision", "decision")
    member = agree(site.person("committee2"))
    member.goto(home)
    press(member.locator("form[action$='/recuse'] button[value=smelting]"))
    organiser.goto(home)
    assert organiser.locator(".quorum-missing").count() == 1
    for box in organiser.locator("[name=present]").all():
        box.check()
    send(organiser, "/attendance")
    assert organiser.locator(".quorum-met").count() == 1
    for ayes in organiser.locator("form[action$='/divide'] input[name$='.ayes']").all():
        ayes.evaluate("(field) => { field.value = field.max; }")  # everybody who may says aye
    send(organiser, "/divide")
    send(organiser, "/decide")
    member.goto(home)
    assert "95" not in member.locator("tr", has_text="smelting 品牌").inner_text()
    organiser.goto(home)
    with organiser.expect_download() as download:
        organiser.evaluate(
            "path => { const a = document.createElement('a'); a.href = path; a.download = ''; a.click(); }",
            home + "minutes.pdf",
        )
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    _pass_on(site, organiser, "committee_decision")


def _object(site: Site, organiser: Page, visitor: Page) -> None:
    home = site.stage("public_notice", "notice")
    visitor.goto(home)
    assert "smelting 品牌" in visitor.inner_text("main")
    assert fits(visitor)
    visitor.fill("[name=name]", "某职工（测试）")
    visitor.fill("[name=contact]", "000-0000")
    visitor.fill("[name=text]", "申报材料中的带徒人数与班组台账不一致，请核对原始记录并予以说明。")
    visitor.select_option("[name=entry]", index=1)
    press(visitor.locator("form[action$='/notice/'] [type=submit]"))
    assert visitor.locator(".is-invalid").count() == 0
    organiser.goto(home + "desk")
    organiser.locator("[name=state][value=rejected]").first.check()
    organiser.fill("[name=answer]", "已核对原始记录，数据属实。")
    press(organiser.locator("form[action*='/desk/'] [type=submit]").first)
    site.clock.wait(days=20)
    site.tick()


def _award(site: Site, visitor: Page) -> None:
    site.clock.wait(days=120)
    site.tick()
    honour = "优秀党建品牌"
    assert honour not in see_everywhere(site, visitor)
    committee = agree(site.person("committee1"))
    committee.goto(site.stage("ceremony", "award"))
    assert committee.locator("form[action$='/finalise']").count() == 1, committee.inner_text("main")
    send(committee, "/finalise")
    assert honour in see_everywhere(site, visitor)
    visitor.goto(site.stage("ceremony", "award"))
    assert fits(visitor)
    certificates = visitor.locator("a[href*='/certificate/']")
    assert certificates.count() == 2
    with visitor.expect_download() as download:
        certificates.first.click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
