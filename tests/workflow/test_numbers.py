"""One reading of numbers for every field of the program."""

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalflow.errors import Invalid
from evalflow.kinds import money
from evalflow.meetings import pages as meetings
from evalflow.people import names
from evalflow.stages.decision import cutline_views
from evalflow.stages.inspection import acts
from evalflow.stages.scoring import commands as scoring
from evalflow.stages.tracking import bringing
from evalflow.workflow import fields, indicators, numbers, rows
from evalflow.workflow.fields import Field

ROW = {"name": "a", "unit": "%", "better": "more", "baseline": "1", "work": "9", "stretch": "99", "weight": "100"}
ROW |= {"source": "b", "every": "month"}


def field(typed: str) -> str:
    asked = Field(key="n", type="number", label={"zh": "数"})
    answer = numbers.plain(typed)
    return answer if not fields.faults((asked,), {"n": answer}) else ""


def target(typed: str) -> str:
    kept = rows.kept("indicators", [ROW | {"baseline": "-5", "work": typed}])
    return kept[0]["work"] if not indicators.faults(kept) else ""


def share(typed: str) -> str:
    kept = rows.kept("partners", [{"branch": "a", "unit": "", "share": typed}])
    return kept[0]["share"] if not rows.faults("partners", kept) else ""


def yuan(typed: str) -> str:
    try:
        return str(money.read(typed) // 100)
    except ValueError:
        return ""


def weight(typed: str) -> str:
    found = names.normal_weight(typed)
    return "" if names.weight_flaw(found) else found


def votes(typed: str) -> str:
    try:
        return str(meetings.number({"ayes": typed}, "ayes"))
    except Invalid:
        return ""


def places(typed: str) -> str:
    found = cutline_views.count_of(typed)
    return "" if found is None else str(found)


def claimed(typed: str) -> str:
    found = numbers.in_unit(typed, "%")
    return acts.plain(found) if acts.is_number(found) else ""


def figure(typed: str) -> str:
    try:
        return bringing.figure_of(typed, "%")
    except ValueError:
        return ""


def points(typed: str) -> str:
    return scoring.points_of(typed) or ""


FIELDS: tuple[Callable[[str], str], ...] = (field, target, share, yuan, weight, votes, places, claimed, figure, points)


@pytest.mark.parametrize("read", FIELDS, ids=lambda read: read.__name__)
@pytest.mark.parametrize("typed", ["8", "８", " 8 ", "+8", "＋８", "08"])
def test_every_field_reads_a_number_as_it_is_typed_on_any_keyboard(read: Callable[[str], str], typed: str) -> None:
    assert read(typed) == "8"


@pytest.mark.parametrize("read", FIELDS, ids=lambda read: read.__name__)
@pytest.mark.parametrize(
    "typed", ["1e1", "1e1%", "1_0", "²", "8²", "٨", "NaN", "Infinity", "0x8", "8,0", "八", "8 8", "--8"]
)
def test_no_field_takes_for_a_number_what_people_do_not_write(read: Callable[[str], str], typed: str) -> None:
    assert read(typed) == ""


@pytest.mark.parametrize("read", [field, yuan, claimed, figure])
def test_commas_are_taken_out_only_where_they_group_thousands(read: Callable[[str], str]) -> None:
    assert [read(typed) for typed in ("12,500", "１２，５００", "1,2500", "12,50", ",500")] == [
        "12500",
        "12500",
        "",
        "",
        "",
    ]


@pytest.mark.parametrize("read", [target, share, claimed, figure])
def test_a_per_cent_sign_is_taken_off_where_per_cent_are_asked_for(read: Callable[[str], str]) -> None:
    assert [read(typed) for typed in ("8%", "８％")] == ["8", "8"]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_a_number_is_read_as_what_it_is_and_reading_it_again_changes_nothing(number) -> None:
    grouped = f"{number:,f}"
    wide = grouped.translate({ord(mark): ord(mark) + 0xFEE0 for mark in "0123456789,.-+"})
    for typed in (f"{number:f}", grouped, wide):
        assert Fraction(numbers.plain(typed)) == Fraction(number)
        assert numbers.plain(numbers.plain(typed)) == numbers.plain(typed)
