"""Figures in workbooks as offices write them: read as people see them, asked about where a slip is likely."""

import io
import re
from datetime import date
from typing import Any

import openpyxl
import pytest
from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.importing import bounded
from evalflow.importing.rows import BadRow, Preview
from evalflow.seasons.models import Season
from evalflow.stages.tracking import bringing
from evalflow.stages.tracking.bringing import Figures
from tests.builders import ZONE, House
from tests.declared import PLAN, PROJECT, declared, secretaries
from tests.published import published
from tests.stages.tracking.test_bringing import HOME, TITLE, TODAY, TRACKING, reported, told
from tests.visitors import Visitor

APRIL, MAY = date(2026, 4, 30), date(2026, 5, 31)


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def season(house: House, by: dict[str, Actor]) -> Season:
    """Begun early in April; it is the tenth of June. 回收率 is in per cent, 工期 in days."""
    season = declared(house, TRACKING, by=by, answers=PLAN, form=PROJECT)
    house.open(season, "progress")
    house.clock.wait(days=(TODAY - house.now.astimezone(ZONE).date()).days)
    return season


def workbook(*rows: list[Any], forms: dict[str, str] | None = None, merged: tuple[str, ...] = ()) -> bytes:
    """rows: below the headings of project, indicator, April, May and June. forms: number formats by cell."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["名称", "指标", "4月", "5月", "6月"], *rows):
        sheet.append(row)
    for cell, form in (forms or {}).items():
        sheet[cell].number_format = form
    for area in merged:
        sheet.merge_cells(area)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def seen(house: House, season: Season, by: dict[str, Actor], content: bytes) -> Preview[Figures]:
    stage, book = house.stage(season, "progress"), bounded.read(content)

    def preview(session: Session) -> Preview[Figures]:
        return bringing.preview(session, stage, book, actor=by["smelting"], now=house.now, locale="zh_Hans")

    found: Preview[Figures] = house.ask(preview)
    return found


def values(found: Preview[Figures]) -> list[dict[date, str]]:
    assert found.bad == ()
    return [dict(row.values) for row in found.good]


@pytest.mark.parametrize(
    ("cell", "form", "value"),
    [
        (0.968, "0.0%", "96.8"),
        ("96.8%", "@", "96.8"),
        ("９６．８％", "@", "96.8"),
        ("+96.8", "@", "96.8"),
        ("1,096.8", "@", "1096.8"),
        (33.333333333333336, "General", "33.333333"),
        (33.333333333333336, "0.00", "33.33"),
        (0.1 + 0.2, "General", "0.3"),
    ],
)
def test_a_figure_is_what_its_cell_shows(
    house: House, season: Season, by: dict[str, Actor], cell: object, form: str, value: str
) -> None:
    content = workbook([TITLE, "回收率", cell], forms={"C2": form})
    assert values(seen(house, season, by, content)) == [{APRIL: value}]


@pytest.mark.parametrize(
    ("indicator", "cell", "form", "bad"),
    [
        ("工期", 0.968, "0.0%", BadRow(2, "figure_other_unit", {"figure": "96.8%", "month": "4月", "unit": "天"})),
        ("回收率", "96,8", "@", BadRow(2, "figure_malformed", {"figure": "96,8", "month": "4月"})),
        ("回收率", "1e1", "@", BadRow(2, "figure_malformed", {"figure": "1e1", "month": "4月"})),
        ("回收率", "1_0", "@", BadRow(2, "figure_malformed", {"figure": "1_0", "month": "4月"})),
        ("回收率", "9²", "@", BadRow(2, "figure_malformed", {"figure": "9²", "month": "4月"})),
        ("回收率", "#DIV/0!", "General", BadRow(2, "cell_error", {"cell": "C2", "value": "#DIV/0!"})),
        ("回收率", "=A1", "General", BadRow(2, "cell_not_calculated", {"cell": "C2", "value": "#CALC?"})),
    ],
)
def test_what_can_be_misread_is_refused(
    house: House, season: Season, by: dict[str, Actor], indicator: str, cell: object, form: str, bad: BadRow
) -> None:
    found = seen(house, season, by, workbook([TITLE, indicator, cell], forms={"C2": form}))
    assert (found.good, found.bad) == ((), (bad,))


def test_a_project_merged_over_its_rows_stands_in_each_of_them(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    content = workbook([TITLE, "回收率", 91], [None, "工期", 9], merged=("A2:A3",))
    assert values(seen(house, season, by, content)) == [{APRIL: "91"}, {APRIL: "9"}]


def test_each_figure_stands_beside_the_last_one_and_one_far_from_it_is_named(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    """7.33 becoming 733: the point was left out."""
    found = seen(house, season, by, workbook([TITLE, "工期", 7.33, 733, 7.4], [TITLE, "回收率", 91, 0.92]))
    days, rate = found.good
    assert days.last == {MAY: "7.33", TODAY: "733"}
    assert days.far == (MAY, TODAY)
    assert rate.far == (MAY,)


def test_the_import_asks_once_about_a_figure_far_from_the_last(
    house: House, season: Season, by: dict[str, Actor], visitor: Visitor
) -> None:
    visitor.become(by["smelting"].person_id or 0, house.database)
    visitor.get(HOME + "import")
    content = workbook([TITLE, "工期", 7.33, 733])
    page = visitor.post(HOME + "import", file=(io.BytesIO(content), "a.xlsx")).text
    assert "2026年5月 7.33 → 733" in page
    kept = re.search(r'name="content"[^>]*value="([^"]+)"', page)
    assert kept is not None
    again = visitor.post(HOME + "import/confirm", content=kept[1], good="1")
    assert again.status_code == 422
    assert "请再核对这些数据" in again.text
    assert reported(house) == []
    visitor.post(HOME + "import/confirm", content=kept[1], good="1", sure="y")
    assert [figures for *_, figures in reported(house)] == [{2: "7.33"}, {2: "733"}]


def test_the_report_form_asks_once_about_a_figure_far_from_the_last(
    house: House, season: Season, by: dict[str, Actor], visitor: Visitor
) -> None:
    stage = house.stage(season, "progress")
    first = seen(house, season, by, workbook([TITLE, "工期", 7.33]))
    house.act(bringing.write, stage.id, first, told, actor=by["smelting"])
    visitor.become(by["smelting"].person_id or 0, house.database)
    visitor.get(HOME + "smelting")
    typed = {"text": "完成检修", "day": "2026-06-10", "figure_2": "７３３", "number": "2"}
    asked = visitor.post(HOME + "smelting", **typed)
    assert asked.status_code == 422
    assert "7.33 → 733" in asked.text
    assert "完成检修" in asked.text
    assert visitor.post(HOME + "smelting", **(typed | {"figure_2": "734", "sure": "2:733"})).status_code == 422
    assert visitor.post(HOME + "smelting", **typed, sure="2:733").status_code == 302
    assert reported(house)[-1][-1] == {2: "733"}


def test_rows_left_out_come_back_with_their_reasons_and_are_brought_in_corrected(
    house: House, season: Season, by: dict[str, Actor], visitor: Visitor
) -> None:
    visitor.become(by["smelting"].person_id or 0, house.database)
    visitor.get(HOME + "import")
    content = workbook([TITLE, "回收率", "约九十"], [TITLE, "工期", 9])
    page = visitor.post(HOME + "import", file=(io.BytesIO(content), "a.xlsx")).text
    assert "下载未导入的行" in page
    kept = re.search(r'name="content"[^>]*value="([^"]+)"', page)
    assert kept is not None
    given = visitor.post(HOME + "import/confirm", content=kept[1], good="1", action="refused")
    book = openpyxl.load_workbook(io.BytesIO(given.data))
    sheet = book.worksheets[0]
    assert [[cell.value for cell in line] for line in sheet.iter_rows()] == [
        ["名称", "指标", "4月", "5月", "6月", "退回原因"],
        [TITLE, "回收率", "约九十", None, None, "4月的“约九十”不是数字。"],
    ]
    assert reported(house) == []
    sheet["C2"] = "90"
    corrected = io.BytesIO()
    book.save(corrected)
    assert values(seen(house, season, by, corrected.getvalue())) == [{APRIL: "90"}]


def test_rows_that_a_file_hides_are_named_before_they_are_brought_in(
    house: House, season: Season, by: dict[str, Actor], visitor: Visitor
) -> None:
    visitor.become(by["smelting"].person_id or 0, house.database)
    visitor.get(HOME + "import")
    book = openpyxl.load_workbook(io.BytesIO(workbook([TITLE, "回收率", 91], [TITLE, "工期", 9])))
    book.worksheets[0].row_dimensions[3].hidden = True
    hidden = io.BytesIO()
    book.save(hidden)
    page = visitor.post(HOME + "import", file=(io.BytesIO(hidden.getvalue()), "a.xlsx")).text
    assert re.search(r"文件中隐藏了以下行，这些行同样会被读取：\s+3", page)


@pytest.mark.parametrize(
    ("name", "unit", "figures"),
    [
        ("percent-cell.xlsx", "%", ["96.8"]),
        ("text-percent.xlsx", "%", ["96.8"]),
        ("third.xlsx", "", ["33.333333"]),
        ("float-noise-raw.xlsx", "", ["0.3", "96.7"]),
        ("decimal-comma.csv", "%", ["refused"]),
        ("merged-project.xlsx", "", ["8", "96.8"]),
    ],
)
def test_the_files_that_went_wrong_give_their_right_values(name: str, unit: str, figures: list[str]) -> None:
    """The last cell of each row, read as figures are, and the project's name in every row."""
    (sheet,) = bounded.read(published("cases", name).read_bytes()).sheets
    rows = [cells for number, cells in sheet.rows.items() if number > 1]
    assert all(cells[0] for cells in rows)
    found = []
    for cells in rows:
        try:
            found.append(bringing.figure_of(next(cell for cell in reversed(cells) if cell), unit))
        except ValueError:
            found.append("refused")
    assert found == figures
