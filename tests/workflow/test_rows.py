"""Answers that are tables: what is wrong with a row, with a cell, with the table as a whole."""

from datetime import date

import pytest

from evalflow.workflow import rows
from evalflow.workflow.indicators import Fault

GOOD = {
    "name": "回收率",
    "unit": "%",
    "better": "more",
    "baseline": "90",
    "work": "95",
    "stretch": "97.5",
    "weight": "60",
    "source": "化验",
    "every": "month",
}
FEWER = {**GOOD, "name": "工期", "better": "less", "baseline": "10", "work": "9", "stretch": "7.5", "weight": "40"}


def plan(**changed: str) -> list[tuple[int, str, str]]:
    """What is wrong with two good rows when the first is changed."""
    return [(fault.row, fault.column, fault.code) for fault in rows.faults("indicators", [{**GOOD, **changed}, FEWER])]


def test_a_good_plan_has_no_fault() -> None:
    assert plan() == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"work": "90"}, (1, "work", "work_not_beyond_baseline")),
        ({"work": "85", "stretch": "80"}, (1, "work", "work_not_beyond_baseline")),
        ({"stretch": "95"}, (1, "stretch", "stretch_not_beyond_work")),
        ({"better": "less", "work": "80", "stretch": "85"}, (1, "stretch", "stretch_not_beyond_work")),
        ({"weight": "50"}, (0, "weight", "weights_not_100")),
        ({"weight": "0"}, (1, "weight", "weight_out_of_range")),
        ({"baseline": "many"}, (1, "baseline", "not_a_number")),
        ({"baseline": "٣"}, (1, "baseline", "not_a_number")),
        ({"baseline": "1e9"}, (1, "baseline", "not_a_number")),
        ({"unit": " "}, (1, "unit", "answer_missing")),
        ({"name": "x" * 61}, (1, "name", "too_long")),
        ({"better": "higher"}, (1, "better", "no_such_choice")),
        ({"every": "day"}, (1, "every", "no_such_choice")),
        ({"way": "95 in June"}, (1, "way", "way_unreadable")),
        ({"way": "2026-02-30: 92"}, (1, "way", "way_unreadable")),
        ({"way": "2026-06-30: 1e3"}, (1, "way", "way_unreadable")),
        ({"way": "2026-06-30: 91; 2026-06-30: 92"}, (1, "way", "way_days_not_rising")),
        ({"way": "2026-06-30: 93; 2026-09-30: 92"}, (1, "way", "way_turns_back")),
        ({"way": "2026-06-30: 89"}, (1, "way", "way_turns_back")),
        ({"way": "2026-06-30: 96"}, (1, "way", "way_turns_back")),
        ({"way": ";" * 401}, (1, "way", "too_long")),
    ],
)
def test_a_target_that_contradicts_itself_is_named(changed: dict[str, str], expected: tuple[int, str, str]) -> None:
    assert plan(**changed) == [expected]


def test_an_indicator_is_named_once() -> None:
    assert plan(name="工期") == [(2, "name", "named_twice")]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"name": "投料", "due": "2027-02-29"}, Fault(1, "due", "not_a_date")),
        ({"name": "", "due": "2027-02-28"}, Fault(1, "name", "answer_missing")),
        ({"name": "投料", "due": ""}, Fault(1, "due", "answer_missing")),
    ],
)
def test_a_milestone_has_a_name_and_a_day(row: dict[str, str], expected: Fault) -> None:
    assert rows.faults("milestones", [row]) == (expected,)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ([("power", "", "30"), ("", "设计院", "70")], []),
        ([("power", "设计院", "30")], [Fault(1, "branch", "branch_or_unit")]),
        ([("", "", "30")], [Fault(1, "branch", "branch_or_unit")]),
        ([("power", "", "30"), ("power", "", "3")], [Fault(2, "branch", "named_twice")]),
        ([("power", "", "60"), ("", "设计院", "40.01")], [Fault(0, "share", "shares_above_100")]),
        ([("power", "", "-1")], [Fault(1, "share", "share_out_of_range")]),
        ([("power", "", "NaN")], [Fault(1, "share", "share_out_of_range")]),
    ],
)
def test_who_takes_part_is_named_once_with_a_share(table: list[tuple[str, str, str]], expected: list[Fault]) -> None:
    found = rows.faults("partners", [dict(zip(("branch", "unit", "share"), row, strict=True)) for row in table])
    assert list(found) == expected


def test_interim_targets_are_kept_as_days_and_values_however_they_were_typed() -> None:
    typed = [{**GOOD, "way": "2026年6月30日：92.50；2026/9/30 94"}, {**GOOD, "way": " "}, {**GOOD, "way": "June: 92"}]
    kept = rows.kept("indicators", typed)
    assert [row.get("way") for row in kept] == ["2026-06-30: 92.50; 2026-09-30: 94", None, "June: 92"]
    assert plan(way="2026年6月30日：90；2026-09-30: 95") == []


def test_interim_targets_lie_between_the_first_and_the_last_day() -> None:
    table = [{**GOOD, "way": "2026-04-02: 91"}, {**GOOD, "way": "2026-04-01: 91"}, {**GOOD, "way": "?"}, GOOD]
    days = (date(2026, 4, 1), date(2026, 12, 31))
    assert rows.outside("indicators", table, *days) == (Fault(2, "way", "way_outside"),)


def test_a_draft_keeps_rows_in_which_something_was_typed_whatever_it_was() -> None:
    blank = {"name": " ", "better": "more", "every": "month"}
    typed = {"name": "", "work": "abc", "better": "less", "strange": "x"}
    columns = dict.fromkeys(rows.cells("indicators", {}), "")
    assert rows.kept("indicators", [blank, typed]) == [{**columns, "work": "abc", "better": "less"}]


def test_more_rows_than_anybody_reads_are_too_many() -> None:
    assert rows.faults("milestones", [{"name": "x", "due": "2027-01-01"}] * 21) == (
        Fault(0, "", "too_many_table_rows"),
    )
