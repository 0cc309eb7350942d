"""What the cells of a file show: the same from Excel, WPS, LibreOffice and old Excel files."""

import io
from datetime import date, time
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles.numbers import FORMAT_TEXT

from evalflow.importing import bounded, reading
from evalflow.importing.sheets import Sheet
from evalflow.importing.shown import shown
from evalflow.importing.table import Column, read

HERE = Path(__file__).parent
OFFICE = Sheet(
    "数据",
    {
        1: ("项目", "值", "", "合并"),
        2: ("percent", "96.8%", "", "m"),
        3: ("date", "2026-07-01", "", "m"),
        4: ("thousand", "12345.60", "", "m"),
        5: ("err", "#DIV/0!", "", "m"),
        6: ("lines", "a\nb"),
        7: ("pad", "00007"),
        8: ("third", "33.3333333333333"),
        9: ("two", "33.33"),
        10: ("bool", "TRUE"),
        11: ("time", "08:30"),
        12: ("f", "24691.2"),
        13: ("neg", "-1234.50"),
        14: ("long", "1.1010119900307E+17"),
    },
    frozenset({6}),
)


def saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_an_old_excel_file_shows_what_it_showed_there():
    """Percent, days, decimals, leading zeros, error values, merged areas, lines, results of formulas, hidden rows."""
    assert reading.sheets((HERE / "shown.xls").read_bytes()) == (OFFICE,)


def test_an_opendocument_file_shows_the_same_but_for_how_it_writes_money_and_truth():
    (found,) = reading.sheets((HERE / "shown.ods").read_bytes())
    rows = {number: tuple(cells) for number, cells in found.rows.items()}
    written = {10: ("bool", "1"), 11: ("time", "8:30:00"), 13: ("neg", "-1234.5")}
    assert (rows, found.hidden) == (dict(OFFICE.rows) | written, OFFICE.hidden)


def test_a_workbook_shows_percents_days_decimals_and_zeros_as_its_formats_say():
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for value, form in (
        (0.968, "0.0%"),
        (0.968, "0%"),
        (date(2026, 7, 1), 'yyyy"年"m"月"d"日"'),
        (12345.678, "#,##0.00"),
        (7, "00000"),
        (0.30000000000000004, "General"),
        (-5.5, "0.0;[Red]-0.0"),
        (-5.5, "(0.0)"),
        (0, "0;-0;;@"),
        (12345, '0.0,"千"'),
        (time(8, 30), "h:mm"),
        (20260001, '[$-804]General"号"'),
        ("007", FORMAT_TEXT),
    ):
        sheet.append([value])
        sheet.cell(sheet.max_row, 1).number_format = form
    (found,) = reading.sheets(saved(book))
    assert [cells[0] for cells in found.rows.values()] == [
        "96.8%",
        "97%",
        "2026-07-01",
        "12345.68",
        "00007",
        "0.3",
        "-5.5",
        "-5.5",
        "12.3",
        "08:30",
        "20260001",
        "007",
    ]


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("33.333333333333336", "", "33.3333333333333"),
        ("2.675", "0.00", "2.68"),
        ("1e-7", "", "0.0000001"),
        ("59", "yyyy-m-d", "1900-02-28"),
        ("61", "yyyy-m-d", "1900-03-01"),
        ("-1", "yyyy-m-d", "-1"),
        ("0.125", "# ?/?", "0.125"),
        ("1234567", "0.00E+00", "1234567"),
        ("5", ";;;", "5"),
        ("12.5", '0.##"t"', "12.5"),
        ("nonsense", "0.00", "nonsense"),
    ],
)
def test_a_number_is_shown_by_its_format(value: str, code: str, text: str):
    assert shown(value, code) == text


def test_a_workbook_that_counts_days_from_1904_shows_the_same_day():
    assert shown("44742", "yyyy-mm-dd", from_1904=True) == shown("46204", "yyyy-mm-dd") == "2026-07-01"


def test_hidden_sheets_are_not_read():
    book = openpyxl.Workbook()
    book.worksheets[0].append(["账号"])
    hidden = book.create_sheet("hidden")
    hidden.append(["账号"])
    hidden.sheet_state = "hidden"
    assert [sheet.name for sheet in reading.sheets(saved(book))] == ["Sheet"]


COLUMNS = (
    Column("name", ("名称",)),
    Column("one", ("1月",), is_required=False),
    Column("two", ("2月",), is_required=False),
    Column("text", ("说明",), is_required=False, is_long=True),
)


def table(*rows: list[object], merged: tuple[str, ...] = ()):
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    for area in merged:
        book.worksheets[0].merge_cells(area)
    return read(bounded.read(saved(book)), COLUMNS)


def test_headings_may_take_two_rows_merged_or_not():
    expected = {4: {"name": "甲", "one": "1", "two": "2"}}
    title = ["2026年"]
    assert table(title, ["名称", "一季度"], [None, "1月", "2月"], ["甲", 1, 2]).rows == expected
    assert (
        table(title, ["名称", "一季度"], [None, "1月", "2月"], ["甲", 1, 2], merged=("A2:A3", "B2:C2")).rows == expected
    )


def test_a_row_that_repeats_no_heading_is_data():
    assert table(["名称", "1月"], ["1月", 3]).rows == {2: {"name": "1月", "one": "3"}}


def test_a_merged_area_means_its_value_in_each_of_its_rows_that_has_anything_else():
    found = table(["名称", "1月"], ["甲", 1], [None, 2], [None, None], merged=("A2:A4",))
    assert [row["name"] for row in found.rows.values()] == ["甲", "甲"]


def test_long_texts_keep_their_lines_and_others_are_one_line():
    found = table(["名称", "说明"], ["甲\n乙", "一、\n\n  （1）甲"])
    assert found.rows == {2: {"name": "甲 乙", "text": "一、\n\n  （1）甲"}}


def test_errors_and_numbers_without_their_last_digits_are_named_by_their_cell():
    found = table(["名称", "1月"], ["#N/A", 1], ["甲", "#DIV/0!"], [110101199003070000, 1], [True, 1])
    assert {number: (flaw.code, flaw.cell, flaw.value) for number, flaw in found.flaws.items()} == {
        2: ("cell_error", "A2", "#N/A"),
        3: ("cell_error", "B3", "#DIV/0!"),
        4: ("cell_cut", "A4", "1.1010119900307E+17"),
        5: ("cell_truth", "A5", "TRUE"),
    }
