"""The Human Development Index of every country in 2015: goalposts, caps, a logarithm, a geometric mean, bands.

Rules: UNDP, Human Development Report 2021/2022, technical note 1.
"""

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from evalflow.tally.attainment import Scale, Targets, attainment
from evalflow.tally.ranking import rank
from evalflow.tally.roots import geometric_mean
from evalflow.tally.rounding import round_half_up
from evalflow.tally.tiers import Tier, assign

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "hdi"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published human development index is not at hand")

LIFE, EXPECTED, MEAN = Targets(20, 85), Targets(0, 18), Targets(0, 15)
INCOME = Targets(100, 75000, scale=Scale.LOG)
GROUPS = [Tier("very high", at_least=800), Tier("high", at_least=700), Tier("medium", at_least=550), Tier("low")]


def rows():
    with (FOLDER / "hdi.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def index(row):
    """In thousandths, as published: three decimals."""
    schooling = attainment(Fraction(row["expected_schooling"]), EXPECTED)
    education = (schooling + attainment(Fraction(row["mean_schooling"]), MEAN)) / 2
    health, income = attainment(Fraction(row["life_expectancy"]), LIFE), Fraction(row["gni_per_capita"])
    return Fraction(round_half_up(geometric_mean([health, education, attainment(income, INCOME)]) / 100, 3)) * 1000


def test_every_countrys_index_equals_the_published_one():
    assert {row["iso3"]: index(row) for row in rows()} == {
        row["iso3"]: Fraction(row["hdi_published"]) * 1000 for row in rows()
    }


def test_the_groups_of_development_are_the_published_bands():
    published = {row["iso3"]: Fraction(row["hdi_published"]) for row in rows()}
    tiering = assign(rank({row["iso3"]: index(row) for row in rows()}), GROUPS)
    lines = [Fraction(8, 10), Fraction(7, 10), Fraction(55, 100), Fraction(0)]
    floors = dict(zip(tiering.members, lines, strict=True))
    found = {country: group for group, members in tiering.members.items() for country in members}
    assert found == {
        country: next(group for group, floor in floors.items() if value >= floor)
        for country, value in published.items()
    }
