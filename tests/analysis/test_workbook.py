"""The workbook calculates what the outcome says, by itself: nothing it shows was only copied there."""

import io
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import openpyxl
import pytest

from evalflow.analysis.workbook import workbook
from evalflow.bundle.format import Bundle
from evalflow.bundle.recount import recount
from evalflow.workflow.outcome import Outcome
from tests.analysis.recalculated import NEEDED, changed, emptied, recalculated
from tests.analysis.worked import PARTS, TOML, unmet, worked

SEATS = "seats = 2"
TRIMMED = 'aggregate = { method = "trimmed_mean", trim_when_more_than = 3 }'
SAME = 'void = [{ rule = "same_score_for_all" }]'
SUMMED = PARTS.replace(", weight = 40", "").replace(", weight = 60", "")
UNWEIGHTED = (
    TOML.replace(", weight = 40, max", ", max")
    .replace('"Results" }, weight = 60', '"Results" }')
    .replace(PARTS, f'combine = "sum"\n{SUMMED}')
)
SEASONS = {
    "trimmed": TOML,
    "mean": TOML.replace(TRIMMED, 'aggregate = { method = "mean" }\nround = 1'),
    "median": TOML.replace(TRIMMED, 'aggregate = { method = "median" }'),
    "trimmed-sum": UNWEIGHTED.replace(TRIMMED, 'aggregate = { method = "trimmed_sum", trim_when_more_than = 3 }'),
    "by-criterion": UNWEIGHTED.replace(TRIMMED, 'aggregate = { by = "criterion", method = "mean", round_panel = 0 }'),
    "panel": UNWEIGHTED.replace(
        TRIMMED,
        'aggregate = { by = "criterion", method = "trimmed_mean", trim_when_more_than = 2, round_panel = 1, '
        "round_part = 1 }\nround = 2",
    )
    .replace('step = "0.5"', 'step = "0.5", factor = "1.5"')
    .replace(SAME, ""),
    "panel-sum": UNWEIGHTED.replace(TRIMMED, 'aggregate = { by = "criterion", method = "sum" }'),
    "panel-levelled": UNWEIGHTED.replace(TRIMMED, 'aggregate = { by = "criterion", method = "mean", level = true }'),
    "levelled": TOML.replace("trim_when_more_than = 3", "trim_when_more_than = 3, level = true"),
    "quota": TOML.replace(SAME, 'void = [{ rule = "quota", at_most = 1, score = 80 }]'),
    "both": TOML.replace(SAME, 'void = [{ rule = "same_score_for_all" }, { rule = "quota", at_most = 2, score = 80 }]'),
    "share-of-votes": TOML.replace("rank_points", "share_of_votes"),
    "approvals": TOML.replace("rank_points", "approvals_over_electors"),
    "share-of-maximum": TOML.replace("rank_points", "share_of_maximum"),
    "exact": TOML.replace(SEATS, "seats = 2\nround = { decimals = 1, before_ranking = false }"),
    "added": TOML.replace(PARTS, f'combine = "sum"\n{SUMMED}'.replace("rank_points", "given_points")),
    "subtracted": TOML.replace(PARTS, f'combine = "sum"\n{SUMMED}'.replace('"score"', '"score", subtract = true')),
    "multiplied": TOML.replace(PARTS, f'combine = "geometric"\n{SUMMED}'),
    "vetoed": TOML.replace(
        PARTS, f'veto = [{{ label = {{ zh = "票少" }}, from = "vote", figure = "votes", below = "2" }}]\n{PARTS}'
    ),
}


def books(seasons: Mapping[str, Bundle]) -> dict[str, bytes]:
    return {name: workbook(one, recount(one).outcomes, locale="en") for name, one in seasons.items()}


def column(sheet: Any, heading: str, *, row: int = 1) -> dict[str, Any]:
    """{title of the entry: value} below a heading."""
    at = next(cell.column for cell in sheet[row] if cell.value == heading)
    lines = sheet.iter_rows(min_row=row + 1, values_only=True)
    return {line[0]: line[at - 1] for line in lines if isinstance(line[0], str) and line[0].startswith("品牌")}


def titled(figures: Mapping[str, Fraction]) -> dict[str, float]:
    return {f"品牌{key}": round(float(value), 9) for key, value in figures.items()}


def numbers(found: Mapping[str, Any]) -> dict[str, float]:
    """Without the empty, to 9 decimals."""
    return {entry: round(value, 9) for entry, value in found.items() if value not in (None, "")}


def scores(book: Any) -> dict[str, float]:
    """From the last block of the marks' worksheet."""
    sheet = next(one for one in book.worksheets if one.title.startswith("3b"))
    row = max(line[0].row for line in sheet.iter_rows() if any(cell.value == "Score" for cell in line))
    return numbers(column(sheet, "Score", row=row))


def shown(book: Any) -> tuple[dict[str, float], ...]:
    """(scores, composites as places go by them, places)."""
    decision = book.worksheets[-1]
    return scores(book), numbers(column(decision, "Composite")), numbers(column(decision, "Place"))


def expected(outcomes: Mapping[str, Outcome]) -> tuple[dict[str, float], ...]:
    decision = outcomes["decide"].figures
    return titled(outcomes["peers"].figures["score"]), titled(decision["composite"]), titled(decision["place"])


def cells(book: Any) -> list[Any]:
    return [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]


@NEEDED
def test_libreoffice_calculates_what_every_rule_gives(tmp_path: Any) -> None:
    seasons = {"met": worked(), **{name: unmet(toml) for name, toml in SEASONS.items()}}
    found = recalculated(books(seasons), tmp_path)
    assert {name: shown(book) for name, book in found.items()} == {
        name: expected(recount(one).outcomes) for name, one in seasons.items()
    }
    marks = {name: [cell.value for cell in cells(book) if cell.value in ("✓", "≠")] for name, book in found.items()}
    assert marks == {name: ["✓"] * 15 for name in seasons}
    assert [cell.value for book in found.values() for cell in cells(book) if str(cell.value).startswith("#")] == []


@NEEDED
def test_whoever_changes_a_number_sees_the_result_change(tmp_path: Any) -> None:
    """By the votes alone; e's sheet no longer the same for all, so that it counts; e the one with most votes."""
    season = unmet(TOML)
    plain = books({"plain": season})["plain"]
    found = recalculated(
        {
            "weights": changed(plain, 4, B2=100, C2=0),
            "sheet": changed(plain, 2, D19=75),
            "votes": changed(plain, 1, B10=9),
        },
        tmp_path,
    )
    assert shown(found["weights"])[1:] == (
        {"品牌a": 98, "品牌b": 100, "品牌c": 99, "品牌d": 97, "品牌e": 96},
        {"品牌a": 3, "品牌b": 1, "品牌c": 2, "品牌d": 4, "品牌e": 5},
    )
    assert found["sheet"].worksheets[2]["A19"].value == "E支部"
    rows = [{**row, "points": "75"} if _is_changed(row) else row for row in season.tables["peers"]["sheets"]]
    altered = replace(season, tables={**season.tables, "peers": {"sheets": rows}})
    assert shown(found["sheet"]) == expected(recount(altered).outcomes)
    assert numbers(column(found["votes"].worksheets[1], "rank points", row=5)) == {
        "品牌a": 97,
        "品牌b": 99,
        "品牌c": 98,
        "品牌d": 96,
        "品牌e": 100,
    }
    assert "≠" in [cell.value for cell in cells(found["votes"])]


def _is_changed(row: Mapping[str, str]) -> bool:
    return (row["rater"], row["entry"], row["criterion"]) == ("e", "a", "works")


def test_what_is_not_typed_in_is_a_formula() -> None:
    """Marks, flags, scores, points, composites and places: not one of them is a number."""
    book = openpyxl.load_workbook(io.BytesIO(books({"one": worked()})["one"]))
    decision, marks = book.worksheets[-1], book.worksheets[3]
    derived = [decision.cell(row, at).value for row in range(3, 8) for at in (2, 3, 4, 6, 7, 9)]
    derived += [marks.cell(row, at).value for row in range(10, 15) for at in range(7, 12)]
    derived += [marks.cell(7, at).value for at in range(2, 7)]
    assert [value for value in derived if not str(value).startswith("=")] == []
    assert marks["K14"].value == '=IF(G14=0,"",IF(G14>3,(H14-I14-J14)/(G14-2),H14/G14))'
    assert book.worksheets[1]["F6"].value == '=IF(C6="","",MAX(0,101-C6))'


def test_a_preview_that_cannot_calculate_shows_the_same() -> None:
    season = worked()
    book = openpyxl.load_workbook(io.BytesIO(books({"one": season})["one"]), data_only=True)
    assert shown(book) == expected(recount(season).outcomes)


def test_a_title_that_looks_like_a_formula_stays_a_title() -> None:
    signs = ("=1+1", "+1", "-1", "@SUM(A1)", "{=1}")
    season = worked()
    entries = tuple(replace(one, title=sign) for one, sign in zip(season.entries, signs, strict=True))
    branches = tuple(replace(one, name=f"={sign}") for one, sign in zip(season.branches, signs, strict=True))
    season = replace(season, entries=entries, branches=branches)
    book = openpyxl.load_workbook(io.BytesIO(books({"one": season})["one"]))
    typed = [cell for cell in cells(book) if cell.value in {*signs, *(f"={sign}" for sign in signs)}]
    assert {cell.value for cell in typed} == {*signs, *(f"={sign}" for sign in signs)}
    assert {cell.data_type for cell in typed} == {"s"}


@pytest.mark.parametrize("reached", [(), ("form",), ("form", "vote"), ("form", "vote", "peers")])
def test_a_season_that_is_not_over_has_the_worksheets_of_what_is_done(reached: tuple[str, ...]) -> None:
    season = replace(worked(), tables={key: worked().tables[key] for key in reached})
    book = openpyxl.load_workbook(io.BytesIO(workbook(season, recount(season).outcomes)))
    assert len(book.worksheets) == 1 + {0: 0, 1: 0, 2: 1, 3: 3}[len(reached)]


def test_values_beside_formulas_are_really_taken_away_before_libreoffice_sees_them() -> None:
    content = books({"one": worked()})["one"]
    book = openpyxl.load_workbook(io.BytesIO(emptied(content)), data_only=True)
    assert [cell.value for cell in cells(book) if cell.value in ("✓", "≠")] == []
