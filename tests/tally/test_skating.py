"""Figure skating recomputed: nine judges, trimmed mean, factor, rounding at each step, deductions.

Rules: ISU Special Regulations & Technical Rules, Single & Pair Skating and Ice Dance, 2016, rule 353.
"""

import csv
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from evalflow.tally.panel import Steps, part, score
from evalflow.tally.ranking import break_ties, rank
from evalflow.tally.rounding import round_half_up

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "skating_isu"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published results of figure skating are not at hand")

STEPS = Steps("trimmed_mean", trim_when_more_than=2, round_panel=2, round_part=2)
ONLY_AT_THE_END = Steps("trimmed_mean", trim_when_more_than=2)


def rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def given(row):
    """{judge: mark}; 0.0 stands for a judge who was missing."""
    marks = {f"J{number}": Fraction(row[f"J{number}"]) for number in range(1, 10)}
    return {judge: mark for judge, mark in marks.items() if mark}


def components(steps):
    """{performance: {component: part}}"""
    found = defaultdict(dict)
    for row in rows("components.csv"):
        found[row["performance_id"]][row["component"]] = part(given(row), steps, factor=Fraction(row["factor"]))
    return found


def elements():
    """{performance: sum of base values and grades of execution}"""
    found = defaultdict(Fraction)
    for row in rows("elements.csv"):
        found[row["performance_id"]] += Fraction(row["base_value"]) + Fraction(row["goe"])
    return found


def published(column):
    return {row["performance_id"]: Fraction(row[column]) for row in rows("performances.csv")}


def test_every_trimmed_mean_of_nine_judges_none_missing_equals_the_published_panel_score():
    official = {
        (row["performance_id"], row["component"]): Fraction(row["panel_score"]) for row in rows("components.csv")
    }
    found = {(key, name): one.value for key, parts in components(STEPS).items() for name, one in parts.items()}
    assert found == official


def test_every_component_total_equals_the_published_one():
    assert {key: score(parts) for key, parts in components(STEPS).items()} == published("component_score")


def test_rounding_only_at_the_end_would_give_other_totals():
    official = published("component_score")
    once = {key: Fraction(round_half_up(score(parts), 2)) for key, parts in components(ONLY_AT_THE_END).items()}
    assert 0 < sum(once[key] != official[key] for key in official) < len(official)


def test_every_element_and_segment_total_equals_the_published_one():
    base, parts, lost = elements(), components(STEPS), published("deductions")
    assert base == published("element_score")
    assert {key: base[key] + score(parts[key]) - lost[key] for key in base} == published("segment_score")


def test_every_ranking_equals_the_published_one_short_programs_by_elements_free_ones_by_components():
    base, parts, lost = elements(), components(STEPS), published("deductions")
    segments = defaultdict(dict)
    for row in rows("performances.csv"):
        segments[row["competition"], row["program"]][row["performance_id"]] = int(row["rank"])
    assert segments
    for (_, program), places in segments.items():
        totals = {key: base[key] + score(parts[key]) - lost[key] for key in places}
        link = base if "SHORT" in program else {key: score(parts[key]) for key in places}
        order = break_ties(rank(totals), [("second", link)])
        assert {place.entry: place.place for place in order.places} == places
