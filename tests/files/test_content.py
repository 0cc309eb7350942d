"""What may be uploaded, by its bytes alone."""

import io
import zipfile

import pytest
from PIL import Image, PngImagePlugin

from evalflow.errors import Invalid
from evalflow.files import images
from evalflow.files.content import MAX_FILE_BYTES, Cleaned, cleaned_file, cleaned_image

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def picture(form: str = "JPEG", size: tuple[int, int] = (800, 600), **named: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "darkred").save(out, form, **named)
    return out.getvalue()


def office(*parts: str, types: str = "<Types/>") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as document:
        document.writestr("[Content_Types].xml", types)
        for part in parts:
            document.writestr(part, "<x/>")
    return out.getvalue()


def refusal(content: bytes, name: str = "file", *, image: bool = False) -> str:
    with pytest.raises(Invalid) as refused:
        (cleaned_image if image else cleaned_file)(name, content)
    return refused.value.code


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("form", "media_type", "name"),
    [("JPEG", "image/jpeg", "a.jpg"), ("PNG", "image/png", "a.png"), ("WEBP", "image/webp", "a.webp")],
)
def test_a_picture_stays_of_its_type_and_gets_a_small_variant(form: str, media_type: str, name: str) -> None:
    cleaned = cleaned_image("a.exe", picture(form))
    assert (cleaned.media_type, cleaned.name) == (media_type, name)
    assert (opened(cleaned.content).size, opened(cleaned.small).size) == ((800, 600), (640, 480))


def test_nothing_but_the_picture_survives() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at the secret furnace"
    content = picture(exif=exif, comment=b"by a person") + b"<script>alert(1)</script>"
    cleaned = cleaned_image("a.jpg", content)
    for secret in (b"secret furnace", b"by a person", b"<script>", b"Exif"):
        assert secret in content and secret not in cleaned.content + cleaned.small


def test_texts_inside_a_png_do_not_survive() -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", "a person")
    content = picture("PNG", pnginfo=texts)
    assert b"a person" in content and b"a person" not in cleaned_image("a.png", content).content


def test_a_picture_taken_sideways_stands_upright_once_its_metadata_are_gone() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(cleaned_image("a.jpg", picture(exif=exif)).content).size == (600, 800)


def test_a_huge_picture_is_made_smaller() -> None:
    assert opened(cleaned_image("a.jpg", picture(size=(5120, 100))).content).size == (2560, 50)


def test_a_palette_with_transparency_keeps_its_transparency() -> None:
    out = io.BytesIO()
    Image.new("P", (10, 10)).save(out, "PNG", transparency=0)
    assert opened(cleaned_image("a.png", out.getvalue()).content).mode == "RGBA"


def test_a_decompression_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    Image.new("1", (8000, 7000)).save(out, "PNG")
    assert len(out.getvalue()) < 20_000 and images.MAX_PIXELS["PNG"] < 8000 * 7000
    assert refusal(out.getvalue(), image=True) == "image_too_large"


def test_a_bomb_beyond_the_library_s_own_bound_is_refused_alike() -> None:
    out = io.BytesIO()
    Image.new("1", (20000, 10000)).save(out, "PNG")
    assert refusal(out.getvalue(), image=True) == "image_too_large"


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", picture()[:400], b"GIF89a" + bytes(40), b"%PDF-1.7"]
)
def test_what_is_no_picture_is_refused_as_a_picture(content: bytes) -> None:
    assert refusal(content, "a.jpg", image=True) == "image_unreadable"


@pytest.mark.parametrize(
    ("name", "content", "media_type", "kept_as"),
    [
        ("方案.PDF", b"%PDF-1.7\n...", "application/pdf", "方案.pdf"),
        ("x.bin", office("word/document.xml"), DOCX, "x.docx"),
        ("a.txt", "党建品牌".encode(), "text/plain", "a.txt"),
        ("a.csv", "月份,金额\n1,20".encode("gb18030"), "text/csv", "a.csv"),
    ],
)
def test_documents_are_known_by_their_bytes(name: str, content: bytes, media_type: str, kept_as: str) -> None:
    assert cleaned_file(name, content) == Cleaned(kept_as, media_type, content)


def test_a_picture_among_the_documents_is_cleaned_like_any_other() -> None:
    assert cleaned_file("a.pdf", picture()).media_type == "image/jpeg"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.txt", b"<svg onload=alert(1)>"),
        ("a.txt", b"\n < HTML><script>alert(1)</script>"),
        ("a.csv", b"a,b\n<!DOCTYPE html>,1"),
        ("a.html", b"hello"),
        ("a.txt", b"MZ\x00\x01"),
        ("a.txt", b"\xff\xff\xff"),
        ("a.pdf", b"hello"),
        ("a.zip", b"PK\x03\x04 not really"),
        ("a.docx", office("evil.html")),
        ("a.docx", office("word/document.xml", "xl/workbook.xml")),
    ],
)
def test_everything_else_is_refused(name: str, content: bytes) -> None:
    assert refusal(content, name) == "file_type_refused"


@pytest.mark.parametrize(
    "content",
    [
        office("word/document.xml", "word/vbaProject.bin"),
        office("xl/workbook.xml", types="<Override ContentType='…sheet.macroEnabled.main+xml'/>"),
    ],
)
def test_macros_are_refused(content: bytes) -> None:
    assert refusal(content, "a.docx") == "file_has_macros"


def test_sizes_are_bounded_on_both_sides() -> None:
    assert refusal(b"", "a.txt") == "file_empty"
    assert refusal(bytes(MAX_FILE_BYTES + 1), "a.txt") == "file_too_large"
