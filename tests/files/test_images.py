"""Whatever is sent as a picture: what can be shown is kept upright and in its colours, all else is refused by name."""

import io
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from evalflow.errors import Invalid
from evalflow.files import images
from evalflow.files.content import Cleaned, cleaned_file, cleaned_image
from tests.files import pictures

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT.parent / "shared" / "cases"
# Reads a file in a process of its own and tells what became of it, and how many MB it took at its greatest.
MEASURED = """
import resource, sys
from pathlib import Path
from evalflow.errors import Invalid
from evalflow.files.images import reencode
content = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    told = reencode(content)[0]
except Invalid as refusal:
    told = refusal.code
print(told, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def near(found: object, wanted: tuple[int, ...]) -> bool:
    """Lossy formats move a colour a little."""
    assert isinstance(found, tuple)
    return len(found) == len(wanted) and all(abs(a - b) < 8 for a, b in zip(found, wanted, strict=True))


def measured(content: bytes, folder: Path) -> tuple[str, int]:
    path = folder / "picture"
    path.write_bytes(content)
    ended = subprocess.run(
        [sys.executable, "-c", MEASURED, str(path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    told, megabytes = ended.stdout.split()
    return told, int(megabytes)


KEPT = dict(pictures.kept())
REFUSED = {what: (content, why) for what, content, why in pictures.refused()}


@pytest.mark.parametrize("content", KEPT.values(), ids=KEPT)
def test_every_picture_that_can_be_shown_is_kept(content: bytes) -> None:
    cleaned = cleaned_image("a.jpg", content)
    shown, small = opened(cleaned.content), opened(cleaned.small)
    assert shown.format == {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}[cleaned.media_type]
    assert shown.mode in ("RGB", "RGBA", "L", "LA")
    assert (getattr(shown, "n_frames", 1), getattr(small, "n_frames", 1)) == (1, 1)
    assert cleaned_file("a.pdf", content) == cleaned


@pytest.mark.parametrize(("content", "why"), REFUSED.values(), ids=REFUSED)
def test_everything_else_is_refused_by_name(content: bytes, why: str) -> None:
    with pytest.raises(Invalid) as refusal:
        cleaned_image("a.jpg", content)
    assert refusal.value.code == why


def test_whatever_byte_of_a_picture_is_damaged_it_is_kept_or_refused() -> None:
    codes = {_kept_or_code(content) for content in pictures.damaged(1500)}
    assert codes == {"kept", "image_unreadable", "image_too_large"}


def test_of_a_phones_two_pictures_the_first_is_kept_as_jpeg() -> None:
    cleaned = cleaned_image("IMG_0001.MPO", pictures.phone())
    assert (cleaned.media_type, cleaned.name) == ("image/jpeg", "IMG_0001.jpg")
    assert near(opened(cleaned.content).getpixel((5, 5)), (139, 0, 0))


@pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not here")
def test_a_photograph_as_a_phone_took_it_is_kept() -> None:
    cleaned = cleaned_file("phone-mpo.jpg", (CASES / "phone-mpo.jpg").read_bytes())
    assert (cleaned.media_type, opened(cleaned.content).size) == ("image/jpeg", (400, 300))


def test_a_grey_scan_of_16_bits_keeps_its_greys() -> None:
    shown = opened(cleaned_image("scan.png", pictures.grey16()).content)
    assert [shown.getpixel((x, 8)) for x in (0, 64, 128, 255)] == [0, 64, 128, 255]


def test_what_is_transparent_stays_so() -> None:
    clear = Image.new("RGBA", (8, 8), (139, 0, 0, 90))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for told in ({}, {"icc_profile": profile}):
        shown = opened(cleaned_image("a.png", pictures.saved(clear, "PNG", **told)).content)
        assert shown.getpixel((4, 4)) == (139, 0, 0, 90)


def test_a_print_in_four_colours_is_shown_in_three() -> None:
    red = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    assert near(opened(cleaned_image("a.jpg", pictures.saved(red, "JPEG")).content).getpixel((4, 4)), (255, 0, 0))


def test_a_colour_profile_is_applied_and_left_behind() -> None:
    shown = opened(cleaned_image("a.png", pictures.profiled()).content)
    assert "icc_profile" not in shown.info
    assert near(shown.getpixel((5, 5)), (0, 255, 0))


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [
        *((1, "top left"), (2, "top right"), (3, "bottom right"), (4, "bottom left")),
        *((5, "top left"), (6, "top right"), (7, "bottom right"), (8, "bottom left")),
    ],
)
def test_a_picture_is_turned_as_the_camera_was_held(orientation: int, corner: str) -> None:
    shown = opened(cleaned_image("a.jpg", pictures.turned(orientation)).content).convert("L")
    assert shown.size == ((64, 48) if orientation < 5 else (48, 64))
    right, bottom = shown.width - 6, shown.height - 6
    corners = {"top left": (5, 5), "top right": (right, 5), "bottom left": (5, bottom), "bottom right": (right, bottom)}
    assert [name for name, at in corners.items() if shown.getpixel(at) > 200] == [corner]


def test_a_large_photograph_is_made_smaller() -> None:
    photo = pictures.saved(Image.new("RGB", (8000, 6000), "darkred"), "JPEG")
    cleaned = cleaned_image("a.jpg", photo)
    assert (opened(cleaned.content).size, opened(cleaned.small).size) == ((2560, 1920), (640, 480))


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(lambda: pictures.saved(Image.new("RGB", (7071, 7071)), "JPEG", subsampling=0), id="JPEG"),
        pytest.param(
            lambda: pictures.saved(Image.new("CMYK", (5000, 5000)), "JPEG", progressive=True, subsampling=0),
            id="progressive JPEG in four colours",
        ),
        pytest.param(lambda: pictures.saved(Image.new("P", (5000, 5000)), "PNG", transparency=0), id="PNG"),
        pytest.param(lambda: pictures.saved(Image.new("RGBA", (4000, 4000)), "WEBP", lossless=True), id="WebP"),
    ],
)
def test_the_greatest_pictures_accepted_take_350_megabytes_at_most(picture, tmp_path: Path) -> None:
    told, megabytes = measured(picture(), tmp_path)
    assert told.startswith("image/")
    assert megabytes <= 350


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(lambda: pictures.bomb(7000), id="190 kB of transparent black, 7,000 × 7,000"),
        pytest.param(
            lambda: pictures.saved(Image.new("P", (7000, 7000)), "PNG", transparency=0), id="6 kB, 7,000 × 7,000"
        ),
        pytest.param(lambda: pictures.canvas(16383, 16383), id="a canvas of 16,383 × 16,383"),
    ],
)
def test_a_small_file_that_would_unpack_to_hundreds_of_megabytes_is_refused_before_it_is_unpacked(
    picture, tmp_path: Path
) -> None:
    content = picture()
    assert len(content) < 250_000
    told, megabytes = measured(content, tmp_path)
    assert told == "image_too_large"
    assert megabytes < 10


def test_of_many_pictures_at_once_eight_are_taken_and_the_others_asked_to_come_again() -> None:
    large = pictures.saved(Image.new("RGB", (2500, 2500)), "PNG")
    start, told = threading.Barrier(20), []

    def read() -> None:
        start.wait()
        told.append(_kept_or_code(large))

    threads = [threading.Thread(target=read) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(told) == {"kept", "images_busy"}
    assert told.count("kept") >= images.AT_ONCE + images.WAITING
    assert _kept_or_code(large) == "kept"


def office(*streams: str) -> bytes:
    """An OLE2 file as far as it is looked at: its mark, and the names of its streams."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"".join(name.encode("utf-16-le") for name in streams)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("方案.doc", office("Root Entry", "WordDocument"), "file_old_text"),
        ("方案.wps", office("Root Entry", "WordDocument"), "file_old_text"),
        ("方案.wps", office("Root Entry"), "file_old_text"),
        ("台账.xls", office("Workbook"), "file_old_sheet"),
        ("台账.et", office("Workbook"), "file_old_sheet"),
        ("台账.xlsx", office("Workbook"), "file_old_sheet"),
        ("汇报.ppt", office("PowerPoint Document"), "file_old_slides"),
        ("汇报.dps", office(), "file_old_slides"),
        ("台账.xlsx", office("EncryptedPackage", "EncryptionInfo"), "file_encrypted"),
        ("setup.msi", office("Root Entry"), "file_type_refused"),
        ("IMG_0001.HEIC", b"\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1heic" + bytes(64), "image_heic"),
    ],
)
def test_what_people_can_change_themselves_is_refused_with_what_to_do(name: str, content: bytes, why: str) -> None:
    with pytest.raises(Invalid) as refusal:
        cleaned_file(name, content)
    assert refusal.value.code == why


def _kept_or_code(content: bytes) -> str:
    try:
        found: Cleaned = cleaned_image("a.jpg", content)
    except Invalid as refusal:
        return refusal.code
    return "kept" if found.content else "nothing"
