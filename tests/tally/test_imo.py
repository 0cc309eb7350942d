"""The International Mathematical Olympiad of 2019: totals, shared ranks, medals by cutoffs, honourable mention.

Rules: General Regulations, article 5: medals by cutoffs that the jury sets (an input here), honourable mention for who
has no medal but all seven points for some problem.
"""

import csv
import json
from collections import Counter, defaultdict
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from evalflow.tally.ranking import rank
from evalflow.tally.scoring import total
from evalflow.tally.tiers import Tier, assign

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "imo"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published results of the olympiad are not at hand")

PROBLEMS = [f"p{number}" for number in range(1, 7)]
AWARDS = {"Gold": "Gold medal", "Silver": "Silver medal", "Bronze": "Bronze medal"}


def rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def contestants():
    return {row["contestant"]: row for row in rows("individual_results.csv")}


def cutoffs():
    return json.loads((FOLDER / "cutoffs.json").read_text(encoding="utf-8"))["2019"]


def totals():
    return {key: total([int(row[problem]) for problem in PROBLEMS]) for key, row in contestants().items()}


def awards():
    """{contestant: what it is awarded}, "" for nothing."""
    lines = cutoffs()
    tiering = assign(rank(totals()), [Tier(title, at_least=lines[short]) for short, title in AWARDS.items()])
    found = {key: title for title, members in tiering.members.items() for key in members}
    mentioned = {key for key in tiering.outside if "7" in [contestants()[key][problem] for problem in PROBLEMS]}
    return {key: found.get(key, "Honourable mention" if key in mentioned else "") for key in contestants()}


def test_every_total_and_every_shared_rank_equals_the_published_one():
    assert {place.entry: (place.score, place.place) for place in rank(totals())} == {
        key: (Fraction(row["total"]), int(row["rank"])) for key, row in contestants().items()
    }


def test_every_medal_and_honourable_mention_equals_the_published_one():
    found = awards()
    assert found == {key: row["award"] for key, row in contestants().items()}
    counts = Counter(award.split()[0] for award in found.values() if award)
    assert counts == cutoffs()["counts"]


def test_every_countrys_sums_and_medals_equal_the_published_ones():
    sums, medals = defaultdict(Counter), defaultdict(Counter)
    found = awards()
    for key, row in contestants().items():
        sums[row["country"]].update({problem: int(row[problem]) for problem in PROBLEMS})
        medals[row["country"]][found[key]] += 1
    columns = {"gold": "Gold medal", "silver": "Silver medal", "bronze": "Bronze medal", "hm": "Honourable mention"}
    for row in rows("country_results.csv"):
        country = row["country"]
        assert {problem: sums[country][problem] for problem in PROBLEMS} == {p: int(row[p]) for p in PROBLEMS}
        assert [medals[country][award] for award in columns.values()] == [int(row[short]) for short in columns]
