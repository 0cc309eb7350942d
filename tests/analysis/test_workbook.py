"""The workbook calculates what the outcome says, by itself: nothing it shows was only copied there."""

import io
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import openpyxl
import pytest

from evalflow.analysis.samples import sample
from evalflow.analysis.workbook import workbook
from evalflow.bundle.format import Bundle
from evalflow.bundle.recount import recount
from evalflow.config import WORKFLOWS
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from evalflow.workflow.outcome import Outcome
from tests.analysis.recalculated import NEEDED, changed, emptied, recalculated
from tests.analysis.worked import PARTS, TOML, unmet, worked

MEETING = 'quorum = { present = "1/2", ayes = "1/2 of present" }\n'
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
DECLARED = TOML.replace(
    "required = true }]",
    """required = true },
  { key = "heads", type = "number", label = { zh = "人数" }, required = true, min = 1 },
  { key = "output", type = "number", label = { zh = "产量" }, required = true, min = 1 }]""",
)
TARGETS = 'as = "attainment", weight = 60, value = "output", baseline = "20", work = "60", stretch = "90"'
HELD = DECLARED.replace('{ from = "peers", as = "score", weight = 60 }', f'{{ from = "form", {TARGETS} }}').replace(
    "component =", 'veto = [{ label = { zh = "人少" }, from = "form", figure = "heads", below = "30" }]\ncomponent ='
)
APPROVAL = 'method = "approval"\nsecrecy = "named"\nchoose = { min = 1, max = 5 }'
GRADES = (
    'grade = [{ key = "good", label = { zh = "好" }, worth = 90 }, { key = "fair", label = { zh = "中" }, worth = 60 }]'
)


def voted(method: str, points: str, of: str = DECLARED) -> str:
    return of.replace(APPROVAL, method).replace("rank_points", points)


INVENTED = {  # by rules whose evidence the season worked by hand does not have
    "head-count": voted(f'{APPROVAL}\nestablishment = "form.heads"', "head_count_fair"),
    "grades": voted(f'method = "grade"\nno_opinion = true\n{GRADES}', "mean_of_grades"),
    "full-marks": voted('method = "score"\npoints = 9', "share_of_full_marks"),
    "schulze": voted('method = "schulze"', "rank_points"),
    "star": voted('method = "star"\npoints = 5', "rank_points"),
    "capped": DECLARED.replace(SEATS, "seats = 2\ncap = { at_most = 1 }"),
    "attainment": HELD,
    "logarithm": HELD.replace('stretch = "90"', 'stretch = "90", scale = "log"'),
    "fewer-is-better": HELD.replace(
        'baseline = "20", work = "60", stretch = "90"', 'baseline = "90", work = "60", better = "less", capped = false'
    ),
}


def invented(toml: str) -> Bundle:
    """Five branches' invented evidence, up to the decision."""
    rules = reader.read(toml.replace(MEETING, ""), KINDS, file="invented.toml")
    found = sample(rules, branches=5)
    return replace(
        found,
        entries=tuple(replace(one, title=f"品牌{one.key}") for one in found.entries),
        tables={key: rows for key, rows in found.tables.items() if key not in ("put_up", "ceremony")},
    )


def seasons() -> dict[str, Bundle]:
    return {
        "met": worked(),
        **{name: unmet(toml) for name, toml in SEASONS.items()},
        **{name: invented(toml) for name, toml in INVENTED.items()},
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
    played = seasons()
    found = recalculated(books(played), tmp_path)
    assert {name: shown(book) for name, book in found.items()} == {
        name: expected(recount(one).outcomes) for name, one in played.items()
    }
    marks = {name: [cell.value for cell in cells(book) if cell.value in ("✓", "≠")] for name, book in found.items()}
    assert marks == {name: ["✓"] * 15 for name in played}
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


@pytest.mark.parametrize("season", seasons().values(), ids=list(seasons()))
def test_by_every_rule_scores_points_composites_and_places_are_formulas(season: Bundle) -> None:
    book = openpyxl.load_workbook(io.BytesIO(books({"one": season})["one"]))
    decision, marks = book.worksheets[-1], next(one for one in book.worksheets if one.title.startswith("3b"))
    heads = [cell.value for cell in decision[1]]
    parts = heads[1 : heads.index("Composite, exact") + 1]
    row = max(line[0].row for line in marks.iter_rows() if any(cell.value == "Score" for cell in line))
    found = [
        *(column(decision, heading) for heading in (*parts, "Composite", "Place")),
        column(marks, "Score", row=row),
    ]
    assert [value for one in found for value in one.values() if not str(value).startswith("=")] == []


@NEEDED
def test_a_check_says_so_as_soon_as_a_raw_number_is_another(tmp_path: Any) -> None:
    """One mark of one sheet, levelled criterion by criterion; one declared figure held against its targets."""
    played = {name: one for name, one in seasons().items() if name in ("panel-levelled", "levelled", "attainment")}
    plain = books(played)
    found = recalculated(
        {
            "panel-levelled": changed(plain["panel-levelled"], 2, D4=60),
            "levelled": changed(plain["levelled"], 2, D4=60),
            "attainment": changed(plain["attainment"], 4, F2=61),
        },
        tmp_path,
    )
    sheets = {
        name: [one.title for one in book.worksheets if "≠" in [cell.value for row in one.iter_rows() for cell in row]]
        for name, book in found.items()
    }
    assert sheets == {
        "panel-levelled": ["3b Peers", "4 Decision"],
        "levelled": ["3b Peers", "4 Decision"],
        "attainment": ["4 Decision"],
    }


@NEEDED
def test_an_inspection_s_attainment_is_calculated_from_targets_values_and_weights(tmp_path: Any) -> None:
    path = WORKFLOWS / "vanguard_project.toml"
    rules = reader.read(path.read_text(encoding="utf-8"), KINDS, file=path.name)
    whole = sample(rules, branches=4)
    after = ("decision", "public_notice", "ceremony")
    season = replace(whole, tables={key: rows for key, rows in whole.tables.items() if key not in after})
    outcomes = recount(season).outcomes
    stage = next(one.key for one in rules.stages if one.kind == "inspection")
    plain = workbook(season, outcomes, locale="en")
    at = max(  # after the tracking, which has an attainment of its own
        number
        for number, sheet in enumerate(openpyxl.load_workbook(io.BytesIO(plain)).worksheets)
        if any(cell.value == "Attainment" for row in sheet.iter_rows() for cell in row)
    )
    found = recalculated({"plain": plain, "other": changed(plain, at, F2=0)}, tmp_path)
    sheet = found["plain"].worksheets[at]
    row = next(line[1].row for line in sheet.iter_rows() if line[1].value == "Attainment")
    titles = {one.key: one.title for one in season.entries}
    assert {line[0]: round(line[1], 9) for line in sheet.iter_rows(min_row=row + 1, values_only=True)} == {
        titles[entry]: round(float(value), 9) for entry, value in outcomes[stage].figures["attainment"].items()
    }
    assert "≠" not in [cell.value for cell in cells(found["plain"])]
    assert "≠" in [cell.value for row in found["other"].worksheets[at].iter_rows() for cell in row]


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
