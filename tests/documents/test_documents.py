"""What every printed document keeps to, whatever it says."""

import json
import os
import re
import subprocess
import sys
import zlib
from datetime import date
from pathlib import Path

import pytest

from evalflow import documents, signs
from evalflow.documents import DocumentError, in_words, labels, render
from evalflow.errors import Invalid
from evalflow.typesetter import Typesetter

pytestmark = pytest.mark.fonts

RARE = "䶮𬱟㛃龑骉甡"
DIGEST = "3f9a1c7be2d04a5f8e6b7c1d2a9f0e4c5b6a7d8e9f0a1b2c3d4e5f6a7b8c9d0e"
CHECKPOINT = (
    "evalflow.example/log\n4211\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— evalflow.example/log Az3grlg=\n"
)


def ranking(rows: int) -> dict[str, object]:
    columns = [
        {"label": "名次", "numeric": True},
        {"label": "品牌", "wide": True},
        {"label": "综合得分", "numeric": True},
    ]
    filled = [{"cells": [str(place), f"品牌{place}", "97.04"], "chosen": place <= 10} for place in range(1, rows + 1)]
    return {"columns": columns, "rows": filled, "note": "四舍五入"}


ONE = {
    "recipient": f"{RARE}党支部",
    "citation": "在评选中，你支部申报的品牌",
    "entry": "铜花飞扬 筑梦中冶",
    "award": "十大优秀党建品牌",
    "number": "2026-001",
    "verify": "",
}
OWN: dict[str, dict[str, object]] = {
    "certificate": {"certificates": [ONE]},
    "minutes": {
        "held_at": "14:30",
        "place": "会议室",
        "chair": "党委书记",
        "teller": "监票人",
        "entitled": "9",
        "present": "8",
        "absent": "",
        "sittings": [],
        "recusals": [f"{RARE}：回避"],
        "motions": [
            {"title": "确定十个品牌", "text": "按排名。", "votes": [["同意", "7"]], "result": "通过", "carried": True}
        ],
        "ranking": ranking(19),
        "deviations": [{"entry": "品牌 7", "reason": "一票否决"}],
        "ties": ["第 8、9 名同分"],
        "signatures": ["党委书记", "监票人", "纪检监督员"],
        "digest": DIGEST,
    },
    "notice": {
        "intro": [f"{RARE}予以公示。"],
        "proposals": ranking(19),
        "afterwards": [f"{RARE}递补为第3名。"],
        "period": "五个工作日",
        "objecting": ["可以提出异议。"],
        "contacts": [["电话", "000"]],
        "checkpoint": CHECKPOINT,
        "digest": DIGEST,
    },
    "results": {
        "facts": [["有效选票", f"1,516 {RARE}"]],
        "ranking": ranking(19),
        "notes": ["去掉最高最低分。"],
        "checkpoint": CHECKPOINT,
        "digest": DIGEST,
    },
}


def given(name: str, lang: str = "zh_Hans", **changed: object) -> dict[str, object]:
    return {
        "lang": lang,
        "labels": labels(name, lang),
        "dated": "2026-07-01",
        "date_words": in_words(date(2026, 7, 1), lang),
        "title": "荣誉证书",
        "organisation": "中共某某委员会",
        **OWN[name],
        **changed,
    }


def named(entry: str) -> dict[str, object]:
    """A certificate for an entry of this name."""
    return given("certificate", certificates=[{**ONE, "entry": entry}])


def printed(pdf: bytes) -> set[str]:
    """Every character that a glyph of the document stands for, by its ToUnicode tables."""
    found: set[str] = set()
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            text = zlib.decompress(packed)
        except zlib.error:
            continue
        for group in re.findall(rb"beginbfchar(.*?)endbfchar", text, re.DOTALL):
            for code in re.findall(rb"<[0-9A-F]+>\s*<([0-9A-F]+)>", group):
                found.update(bytes.fromhex(code.decode()).decode("utf-16-be"))
    return found


@pytest.mark.parametrize("lang", ["zh_Hans", "en"])
@pytest.mark.parametrize("name", sorted(documents.LABELS))
def test_every_document_prints_rare_characters_in_both_languages_and_twice_alike(name: str, lang: str) -> None:
    pdf = render(name, given(name, lang))
    assert pdf.startswith(b"%PDF-1.7") and b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert set(RARE) <= printed(pdf)
    assert render(name, given(name, lang)) == pdf


def test_the_same_values_give_the_same_bytes_in_another_run_of_the_program() -> None:
    script = (
        "import json, sys; from evalflow.documents import render;"
        "sys.stdout.buffer.write(render('certificate', json.load(sys.stdin)))"
    )
    ended = _run(script, given=json.dumps(given("certificate")))
    assert ended.stdout == render("certificate", given("certificate"))


def test_the_only_time_stamp_in_a_document_is_the_date_it_bears() -> None:
    pdf = render("certificate", given("certificate"))
    assert set(re.findall(rb"D:\d{14}", pdf)) == {b"D:20260701000000"}


def test_markup_in_a_value_is_shown_and_never_evaluated() -> None:
    pdf = render("certificate", named('#panic("x") $ * _ @a <b> \\ "'))
    assert set('#panic("x")$*_@a<b>\\') <= printed(pdf)


# What people paste, and what breaks programs that print: each goes through every text of every document.
WORST = {
    "a keycap": "1️⃣ 会议室",
    "a byte order mark": "\ufeff会议室",
    "zero-width and direction marks": "会\u200b议\u202e室\u2066\u00ad",
    "controls and half a character": "会议\x07\x1b[31m室\ud800",
    "line ends of every kind": "第一行\r\n第二行\u2028第三行\u2029第四行\r第五行\x85\x0b",
    "emoji of several": "👨‍👩‍👧‍👦🇨🇳👍🏽🏆",
    "rare characters": "䶮𬱟㛃龑骉甡𪚥葛󠄀",
    "private use": "\ue000\U0010ffff",
    "accents upon accents": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L",
    "other scripts": "नमस्ते שלום الله ก็ ᄀᄀ 한국 Ω ж",
    "markup of typst": '#panic("x") $x^2 $ * _ @a <b> \\ " \\u{41} // /* ` ~ = - + [ ] { }',
    "markup of pages": "</script><b>&amp;{{ 7*7 }}%(x)s${x}",
    "a formula": "=cmd|' /C calc'!A0",
    "nothing but a blank": " ",
    "a word without end": "铜" * 60,
    "letters without end": "x" * 200,
    "a paragraph in every cell and heading": "铜花飞扬筑梦中冶" * 50,
}
KEPT_AS_THEY_ARE = ("lang", "dated")


def every_text(values: dict[str, object], text: str) -> dict[str, object]:
    """The values with this text in the place of every other."""
    changed = signs.each(values, lambda _: text)
    assert isinstance(changed, dict)
    return {**changed, **{key: values[key] for key in KEPT_AS_THEY_ARE}}


@pytest.mark.parametrize("text", WORST.values(), ids=WORST)
@pytest.mark.parametrize("name", sorted(documents.LABELS))
def test_whatever_is_typed_into_every_text_a_document_comes_out(name: str, text: str) -> None:
    assert render(name, every_text(given(name), text)).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("typed", "shown", "named_as"),
    [
        ("🏆", "〓", "U+1F3C6"),
        ("\ue000", "〓", "U+E000"),
        ("1️⃣", "〓", "U+0031 U+FE0F U+20E3"),
        ("👍🏽🏆", "〓〓", "U+1F44D U+1F3FD, U+1F3C6"),
    ],
)
def test_what_no_font_has_is_printed_as_the_missing_type_mark_and_named_in_a_note(
    typed: str, shown: str, named_as: str
) -> None:
    found, lacking = signs.printable(f"铜花{typed}飞扬", documents._is_shown)
    assert (found, lacking) == (f"铜花{shown}飞扬", named_as)
    with_note, without = (render("minutes", given("minutes", place=f"铜花{text}飞扬")) for text in (typed, shown))
    assert set(named_as) <= printed(with_note)
    assert with_note != without


@pytest.mark.parametrize("unseen", ["\ufeff", "\u200b", "\u202e", "\x07", "\ud800", "\u00ad"])
def test_what_nobody_sees_is_left_out(unseen: str) -> None:
    assert render("certificate", named(f"铜花{unseen}飞扬")) == render("certificate", named("铜花飞扬"))


def test_only_the_certificate_that_lacks_a_sign_says_so() -> None:
    two = given("certificate", certificates=[{**ONE, "entry": "铜花🏆飞扬"}, ONE])
    pages = [render("certificate", {**two, "certificates": [one]}) for one in two["certificates"]]
    assert "+" in printed(pages[0]) and "+" not in printed(pages[1])


def test_a_meeting_without_motions_ranking_or_signatures_has_minutes_too() -> None:
    bare = given("minutes", motions=[], ranking=None, deviations=[], ties=[], signatures=[], recusals=[], digest="")
    assert render("minutes", bare).startswith(b"%PDF")


def test_many_certificates_are_one_document_with_a_page_for_each() -> None:
    pdf = render("certificate", given("certificate", certificates=[ONE, {**ONE, "entry": ""}, ONE]))
    assert [int(count) for count in re.findall(rb"/Type\s*/Pages[^>]*?/Count (\d+)", pdf)] == [3]


def test_results_have_no_checkpoint_before_one_is_signed() -> None:
    assert render("results", given("results", checkpoint="")) != render("results", given("results"))


def test_a_missing_value_is_named() -> None:
    lacking = given("certificate", certificates=[{key: text for key, text in ONE.items() if key != "award"}])
    with pytest.raises(DocumentError, match='certificate: dictionary does not contain key "award"'):
        render("certificate", lacking)


@pytest.mark.parametrize("dated", [None, "", "1 July", "2026-02-30"])
def test_a_document_without_a_date_is_refused(dated: object) -> None:
    with pytest.raises(DocumentError, match="certificate: dated: expected an ISO date"):
        render("certificate", given("certificate", dated=dated))


def test_only_the_known_documents_can_be_named() -> None:
    with pytest.raises(DocumentError, match=r"no document '\.\./base'"):
        render("../base", {})


def test_a_warning_of_typst_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "certificate.typ").write_text('#set document(title: "t")\n#text(font: "No Such Face")[a]')
    monkeypatch.setattr(documents, "FOLDER", tmp_path)
    with pytest.raises(DocumentError, match="certificate: unknown font family: no such face"):
        render("certificate", given("certificate"))


def test_without_the_fonts_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "fonts.conf").write_text(f"<fontconfig><dir>{tmp_path}</dir></fontconfig>")
    script = "from evalflow.documents import render; render('certificate', {'dated': '2026-07-01'})"
    ended = _run(script, FONTCONFIG_FILE=str(tmp_path / "fonts.conf"))
    assert ended.returncode == 1
    assert ended.stderr.decode().splitlines()[-1] == (
        "evalflow.errors.NotReady: fonts_missing(families=Noto Serif CJK SC, Noto Sans CJK SC, Noto Sans Mono CJK SC)"
    )


def test_a_document_that_takes_too_long_is_given_up_with_a_sentence_and_the_next_one_comes_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "certificate.typ").write_text("#for a in range(100000) { for b in range(100000) { [#a] } }")
    monkeypatch.setattr(documents, "_typesetter", Typesetter(seconds=2))
    with monkeypatch.context() as there:
        there.setattr(documents, "FOLDER", tmp_path)
        with pytest.raises(Invalid, match="document_too_long"):
            render("certificate", given("certificate"))
    monkeypatch.setattr(documents, "_typesetter", Typesetter())
    assert render("certificate", given("certificate")).startswith(b"%PDF")


def test_a_process_that_was_ended_by_others_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_typesetter", Typesetter())
    first = render("certificate", given("certificate"))
    documents._typesetter.end()
    assert render("certificate", given("certificate")) == first


def _run(script: str, given: str = "", **environ: str) -> subprocess.CompletedProcess[bytes]:
    environ = {**os.environ, "PYTHONPATH": str(Path(documents.__file__).parents[1]), **environ}
    return subprocess.run([sys.executable, "-c", script], env=environ, input=given.encode(), capture_output=True)
