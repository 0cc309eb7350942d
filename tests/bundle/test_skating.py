"""Figure skating as bundles written by hand: nine judges by component, factors, rounding at each step, deductions.

Rules: ISU Special Regulations & Technical Rules, Single & Pair Skating and Ice Dance, 2016, rule 353. Of the elements
only totals are published, so each is a number the skaters come with; what the judges gave for the components is
recounted from their marks.
"""

import csv
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from evalflow.bundle import format, recount
from evalflow.errors import BundleError
from tests.bundle.written import recounted, write_entries, write_rules, write_sheets

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "skating_isu"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published results of figure skating are not at hand")

JUDGES = [f"J{number}" for number in range(1, 10)]
RULES = """
format = 1
key = "skating"
title = { zh = "花样滑冰", en = "Figure skating" }
moves = "together"

[entry]
noun = { zh = "选手", en = "skater" }
per_owner = 10

[[stage]]
key = "ice"
kind = "submission"
title = { zh = "技术", en = "Elements" }
review = "none"
field = [
  { key = "name", type = "text", role = "title", required = true, label = { zh = "姓名", en = "Name" } },
  { key = "elements", type = "number", label = { zh = "技术分", en = "Elements" } },
  { key = "deductions", type = "number", label = { zh = "扣分", en = "Deductions" } },
]

[[stage]]
key = "components"
kind = "scoring"
title = { zh = "节目内容分", en = "Components" }
raters = "each_committee_member"
aggregate = { by = "criterion", method = "trimmed_mean", trim_when_more_than = 2, round_panel = 2, round_part = 2 }
criterion = [CRITERIA]

[[stage]]
key = "segment"
kind = "decision"
title = { zh = "结果", en = "Result" }
seats = 3
combine = "sum"
TIES
component = [
  { from = "ice", as = "figure", figure = "elements" },
  { from = "components", as = "score" },
  { from = "ice", as = "figure", figure = "deductions", subtract = true },
]
"""
CRITERION = '{ key = "KEY", label = { zh = "NAME", en = "NAME" }, max = 10, step = "0.25", factor = "FACTOR" }'


def rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def segments():
    """{(competition, program): its performances, in the order of starting}"""
    found = defaultdict(list)
    for row in rows("performances.csv") if FOLDER.is_dir() else ():
        found[row["competition"], row["program"]].append(row)
    return {name: sorted(own, key=lambda row: int(row["start"])) for name, own in found.items()}


def key(row):
    return f"s{row['performance_id']}"


def criterion_of(component):
    """A key such as "interpretation-of-the-music"."""
    return component.lower().replace(" / ", "-").replace(" ", "-")


def components_of(performances):
    """{(entry, criterion): row} of a segment."""
    known = {row["performance_id"] for row in performances}
    own = [row for row in rows("components.csv") if row["performance_id"] in known]
    return {(key(row), criterion_of(row["component"])): row for row in own}


def rules_of(components, program):
    """Equal totals go by the components in a free program, by the elements in a short one."""
    weighed = {criterion: row for (_, criterion), row in components.items()}
    assert all(row["factor"] == weighed[criterion]["factor"] for (_, criterion), row in components.items())
    criteria = [
        CRITERION.replace("KEY", name).replace("NAME", row["component"]).replace("FACTOR", row["factor"])
        for name, row in sorted(weighed.items())
    ]
    ties = 'tie_break = ["ice.elements"]' if "SHORT" in program else 'tie_break = ["components"]'
    return RULES.replace("CRITERIA", ", ".join(criteria)).replace("TIES", ties)


def write_segment(folder, name):
    performances = segments()[name]
    components = components_of(performances)
    write_rules(folder, rules_of(components, name[1]), season="segment")
    numbers = {"elements": "element_score", "deductions": "deductions"}
    write_entries(
        folder,
        {key(row): (row["nation"].lower(), row["performance_id"]) for row in performances},
        stage="ice",
        fields=[(key(row), field, row[column]) for row in performances for field, column in numbers.items()],
    )
    given = [
        (judge.lower(), entry, criterion, row[judge])
        for (entry, criterion), row in components.items()
        for judge in JUDGES
        if Fraction(row[judge])  # 0.0 stands for a judge who was missing
    ]
    write_sheets(folder, "components", given, raters={judge.lower(): "" for judge in JUDGES})
    (folder / "stages" / "segment").mkdir()
    return performances, components


def figure(performances, column):
    return {key(row): Fraction(row[column]) for row in performances}


@pytest.mark.parametrize("name", segments(), ids=lambda name: name[1].lower())
def test_every_panel_component_total_segment_total_and_place_equals_the_published_one_given_the_elements(
    tmp_path, name
):
    performances, components = write_segment(tmp_path / "segment", name)
    outcomes = recounted(tmp_path / "segment")
    parts = outcomes["components"].facts["parts"]
    panels = {(entry, one): Fraction(part["panel"]) for entry, own in parts.items() for one, part in own.items()}
    assert panels == {name: Fraction(row["panel_score"]) for name, row in components.items()}
    assert outcomes["components"].figures["score"] == figure(performances, "component_score")
    assert outcomes["segment"].figures["composite"] == figure(performances, "segment_score")
    assert outcomes["segment"].figures["place"] == figure(performances, "rank")


@pytest.mark.parametrize("name", segments(), ids=lambda name: name[1].lower())
def test_each_part_is_its_panel_times_the_factor_and_drops_the_highest_and_the_lowest_of_its_judges(tmp_path, name):
    _, components = write_segment(tmp_path / "segment", name)
    parts = recount.recount(format.read(tmp_path / "segment")).outcomes["components"].facts["parts"]
    for (entry, criterion), row in components.items():
        part, marks = parts[entry][criterion], sorted(Fraction(row[judge]) for judge in JUDGES)
        assert [Fraction(mark) for _, mark in part["kept"]] == marks[1:-1]
        assert [Fraction(mark) for _, mark in part["dropped"]] == [marks[0], marks[-1]]
        assert Fraction(part["factor"]) == Fraction(row["factor"])
        assert abs(Fraction(part["part"]) - Fraction(part["panel"]) * Fraction(part["factor"])) <= Fraction("0.005")


def test_marks_between_the_steps_are_refused_with_their_file_and_line(tmp_path):
    write_segment(tmp_path / "segment", next(iter(segments())))
    sheets = tmp_path / "segment" / "stages" / "components" / "sheets.csv"
    lines = sheets.read_text(encoding="utf-8").splitlines()
    start, criterion, points = lines[4].rsplit(",", 2)
    sheets.write_text("\n".join([*lines[:4], f"{start},{criterion},{points[0]}.1", *lines[5:], ""]), encoding="utf-8")
    with pytest.raises(BundleError) as refused:
        recount.recount(format.read(tmp_path / "segment"))
    reason = f"points: expected 0 to 10 in steps of 0.25, found {points[0]}.1"
    assert str(refused.value) == f"stages/components/sheets.csv:5: {reason}"
