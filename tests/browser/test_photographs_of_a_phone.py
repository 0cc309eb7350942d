"""Four photographs as a phone takes them go up with a declaration, with a script and without one."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Request
from sqlalchemy import select

from evalflow.files.models import ORIGINAL, AttachmentBlob, WaitingFile
from tests.browser.conftest import Site, fits, press

pytestmark = pytest.mark.browser
COVER = 'type = "image", role = "picture", label = { zh = "封面图片", en = "Cover" }, max_files = 1 }'
PHOTOS = COVER.replace("max_files = 1", "max_files = 6")
LARGE = 6 * 1024 * 1024
WORDS = "措施一：导师带徒。"


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """4000 × 3000 points of noise each, more than 6 MB; the camera was held upright, as the first one says."""
    noise = Image.effect_noise((4000, 3000), 90).convert("RGB")
    folder, exif = tmp_path_factory.mktemp("photographs"), Image.Exif()
    exif[0x0112] = 6
    paths = [folder / f"照片{number}.jpg" for number in range(1, 5)]
    for number, path in enumerate(paths):
        noise.paste((number * 60, 80, 40), (0, 0, 900, 900))
        noise.save(path, quality=88, exif=exif if not number else b"")
        assert path.stat().st_size > LARGE
    return paths


@pytest.fixture
def form(site: Site, season: Callable[..., None]) -> Callable[..., Page]:
    """The form of a declaration, on a phone."""

    def begun(*, scripts: bool) -> Page:
        season(COVER, PHOTOS)
        page = site.person("smelting-secretary", phone=True, scripts=scripts)
        page.goto(site.stage("declaration", "submission"))
        press(page.locator("main form button[type=submit]").first)
        page.fill("[name$=title]", "铜花飞扬")
        page.fill("textarea[name$=measures]", WORDS)
        return page

    return begun


def test_with_a_script_they_are_made_smaller_and_go_up_one_by_one_before_the_form(
    site: Site, form: Callable[..., Page], photographs: list[Path]
) -> None:
    page, sent = form(scripts=True), []

    def heard(request: Request) -> None:
        if request.url.endswith("/files/waiting"):
            sent.append(request.sizes()["requestBodySize"])

    page.on("requestfinished", heard)
    page.set_input_files("input[type=file]", photographs)
    assert page.locator("[data-list] progress").count() > 0
    assert fits(page)
    page.locator("[data-list] [data-name]").nth(3).wait_for(timeout=120_000)
    assert page.locator("[data-list] progress").count() == 0
    assert len(sent) == 4 and max(sent) < LARGE / 2
    assert "照片1.jpg" in page.inner_text("[data-list]") and fits(page)
    press(page.locator("button[name=action][value=submit]"))
    assert "申报已提交" in page.inner_text("main")
    assert page.locator("main img").count() == 4
    with site.database.reading() as session:
        assert session.scalars(select(WaitingFile)).all() == []
        first = session.scalars(select(AttachmentBlob).where(AttachmentBlob.variant == ORIGINAL)).first()
        assert first is not None
        assert Image.open(io.BytesIO(first.content)).size == (1920, 2560)


def test_a_button_pressed_while_they_go_up_waits_for_them(
    site: Site, form: Callable[..., Page], photographs: list[Path]
) -> None:
    page = form(scripts=True)
    page.set_input_files("input[type=file]", photographs[:2])
    with page.expect_navigation(timeout=120_000):
        page.locator("button[name=action][value=save]").click(no_wait_after=True)
    assert page.locator("main fieldset img").count() == 2
    assert page.input_value("textarea[name$=measures]") == WORDS


def test_what_can_t_be_kept_says_why_beside_its_name_and_holds_the_form_up(
    site: Site, form: Callable[..., Page], tmp_path: Path
) -> None:
    picture = tmp_path / "IMG_0001.HEIC"
    picture.write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
    page = form(scripts=True)
    page.set_input_files("input[type=file]", picture)
    page.wait_for_selector("[data-list] [role=alert]")
    assert "“设置 › 相机 › 格式”里选“兼容性最佳”" in page.inner_text("[data-list]")
    page.get_by_role("button", name="不再上传").click()
    press(page.locator("button[name=action][value=submit]"))
    assert "申报已提交" in page.inner_text("main")


def test_without_a_script_the_limits_are_told_and_too_much_at_once_loses_no_word(
    site: Site, form: Callable[..., Page], photographs: list[Path]
) -> None:
    page = form(scripts=False)
    assert "合计不超过24 MB" in page.inner_text("#answer_cover-hint")
    page.set_input_files("input[type=file]", photographs)
    press(page.locator("button[name=action][value=save]"))
    assert "未收到：照片1.jpg; 照片2.jpg; 照片3.jpg; 照片4.jpg。" in page.inner_text("main")
    assert page.input_value("textarea[name$=measures]") == WORDS and fits(page)
    page.set_input_files("input[type=file]", photographs[0])
    press(page.locator("button[name=action][value=submit]"))
    assert "申报已提交" in page.inner_text("main")
