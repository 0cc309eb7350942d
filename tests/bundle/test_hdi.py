"""The Human Development Index of 2015 as a bundle: declared numbers, goalposts, a geometric mean, groups as tiers."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest

from evalflow.bundle import format, recount
from evalflow.errors import BundleError
from evalflow.kinds import KINDS
from tests.bundle.written import recounted, write_table

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "hdi"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published human development index is not at hand")

GROUPS = {"very-high": "80", "high": "70", "medium": "55", "low": "0"}
COLUMNS = {
    "life": "life_expectancy",
    "expected": "expected_schooling",
    "mean": "mean_schooling",
    "income": "gni_per_capita",
}
RULES = """
format = 1
key = "development"
title = { zh = "人类发展指数", en = "Human development index" }
moves = "together"

[entry]
noun = { zh = "国家", en = "country" }

[[stage]]
key = "figures"
kind = "submission"
title = { zh = "数据", en = "Figures" }
review = "none"
field = [
  { key = "name", type = "text", role = "title", required = true, label = { zh = "国家", en = "Country" } },
  { key = "life", type = "number", label = { zh = "预期寿命", en = "Life expectancy" } },
  { key = "expected", type = "number", label = { zh = "预期受教育年限", en = "Expected schooling" } },
  { key = "mean", type = "number", label = { zh = "平均受教育年限", en = "Mean schooling" } },
  { key = "income", type = "number", label = { zh = "人均国民总收入", en = "Income" } },
]

[[stage]]
key = "index"
kind = "decision"
title = { zh = "指数", en = "Index" }
seats = 1000
combine = "geometric"
round = { decimals = 1 }

  [[stage.component]]
  from = "figures"
  as = "attainment"
  value = "life"
  baseline = "20"
  work = "85"

  [[stage.component]]
  from = "figures"
  as = "attainment"
  value = "expected"
  baseline = "0"
  work = "18"
  group = "education"

  [[stage.component]]
  from = "figures"
  as = "attainment"
  value = "mean"
  baseline = "0"
  work = "15"
  group = "education"

  [[stage.component]]
  from = "figures"
  as = "attainment"
  value = "income"
  baseline = "100"
  work = "75000"
  scale = "log"

[[stage]]
key = "groups"
kind = "award"
title = { zh = "分组", en = "Groups" }
honour = { zh = "人类发展水平", en = "Human development" }
tier = [
  { key = "very-high", title = { zh = "极高", en = "Very high" }, at_least = "80" },
  { key = "high", title = { zh = "高", en = "High" }, at_least = "70" },
  { key = "medium", title = { zh = "中等", en = "Medium" }, at_least = "55" },
  { key = "low", title = { zh = "低", en = "Low" }, at_least = "0" },
]
"""


def official():
    with (FOLDER / "hdi.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["year"] == "2015"]


def key(row):
    return row["iso3"].lower()


def index(row):
    """In per cent, as the composite is."""
    return Fraction(row["hdi_published"]) * 100


def group(row):
    return next(name for name, floor in GROUPS.items() if index(row) >= int(floor))


@pytest.fixture
def development(tmp_path):
    """Every country as a branch with one entry, and the published groups as awards."""
    rows, folder = official(), tmp_path / "development"
    folder.mkdir()
    head = {"format": 1, "season": "hdi-2015", "digest": "", "draw_seed": ""}
    (folder / "bundle.json").write_text(json.dumps(head), encoding="utf-8")
    (folder / "definition.toml").write_text(RULES, encoding="utf-8")
    write_table(folder / "branches.csv", ("branch", "name"), *((key(row), row["country"]) for row in rows))
    write_table(
        folder / "entries.csv",
        ("entry", "number", "branch", "title", "state"),
        *((key(row), number, key(row), row["country"], "accepted") for number, row in enumerate(rows, 1)),
    )
    figures = folder / "stages" / "figures"
    write_table(
        figures / "submissions.csv", ("entry", "revision", "state"), *((key(row), 1, "accepted") for row in rows)
    )
    write_table(
        figures / "fields.csv",
        ("entry", "field", "value"),
        *((key(row), field, row[column]) for row in rows for field, column in COLUMNS.items()),
    )
    for table, columns in KINDS["decision"].tables.items():
        write_table(folder / "stages" / "index" / f"{table}.csv", columns)
    ranks = {key(row): 1 + sum(index(other) > index(row) for other in rows) for row in rows}
    write_table(
        folder / "stages" / "groups" / "awards.csv",
        ("entry", "place", "tier"),
        *((key(row), ranks[key(row)], group(row)) for row in rows),
    )
    return folder


def test_every_countrys_index_and_group_equals_the_published_one(development):
    outcomes = recounted(development)
    assert outcomes["index"].figures["composite"] == {key(row): index(row) for row in official()}
    awards = outcomes["groups"].facts["awards"]
    assert {one["entry"]: one["tier"] for one in awards} == {key(row): group(row) for row in official()}


def test_a_number_that_is_none_is_refused_with_its_file_and_line(development):
    fields = development / "stages" / "figures" / "fields.csv"
    lines = fields.read_text(encoding="utf-8").splitlines()
    entry, field, number = lines[7].split(",")
    fields.write_text("\n".join([*lines[:7], f"{entry},{field},{number}x", *lines[8:], ""]), encoding="utf-8")
    with pytest.raises(BundleError) as refused:
        recount.recount(format.read(development))
    assert str(refused.value) == (
        f"stages/figures/fields.csv:8: value: expected a number such as 85, 85.5 or 171/2, found '{number}x'"
    )
