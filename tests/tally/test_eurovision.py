"""Real contests recomputed: every country scores the others and never itself, from 2016 on with a public vote beside.

Rules: from 2016 jury points plus televote points, ties to the higher televote; 2008 to 2015 one sum, ties to the
entry with more givers, then more 12s, more 10s and so on, then the earlier one in the running order. Finals of
both eras are at hand; what held before 2008 (more 12s first, without the givers) is not, and `ties` shows it worked.
"""

import csv
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from evalflow.tally.points import given_points
from evalflow.tally.ranking import break_ties, rank, total
from evalflow.tally.scoring import aggregate
from evalflow.tally.ties import count_of_marks, earlier_number, number_of_givers
from evalflow.tally.voting import Count

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "eurovision"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published results of Eurovision are not at hand")


def rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contests():
    """{(year, round): its official rows}, in the order of the file."""
    found = defaultdict(list)
    for row in rows("official_results.csv"):
        found[int(row["year"]), row["round"]].append(row)
    return found


def sheets(year, stage, column, official):
    """{entry: {rater: points}} of one contest; the points left out in the file were zero."""
    given = {row["country"]: {} for row in official}
    for row in rows("votes.csv"):
        if (int(row["year"]), row["round"]) == (year, stage) and row[column]:
            given[row["to"]][row["from"]] = int(row[column])
    return given


def sums(given):
    return {entry: aggregate(marks, "sum").score or Fraction(0) for entry, marks in given.items()}


def places(ordering):
    return [(place.place, place.entry, place.score) for place in ordering.places]


def published(official):
    return [(int(row["place"]), row["country"], Fraction(row["points"])) for row in official]


ALL = contests() if FOLDER.is_dir() else {}
ONE_SUM = [contest for contest in ALL if 2008 <= contest[0] <= 2015]
WITH_TELEVOTE = [contest for contest in ALL if contest[0] >= 2016 and all(row["tele"] for row in ALL[contest])]


def test_the_contests_at_hand_are_the_finals_of_2014_2018_and_2023_all_recomputed():
    assert list(ALL) == [(2014, "f"), (2018, "f"), (2023, "f")]
    assert sorted(ONE_SUM + WITH_TELEVOTE) == sorted(ALL)


@pytest.mark.parametrize("contest", ONE_SUM)
def test_one_sum_with_ties_by_givers_marks_and_running_order_equals_the_official_result(contest):
    official = ALL[contest]
    given = sheets(*contest, "total_points", official)
    chain = [
        ("givers", number_of_givers(given)),
        ("marks", count_of_marks(given)),
        ("running_order", earlier_number({row["country"]: int(row["running_order"]) for row in official})),
    ]
    assert places(break_ties(rank(sums(given)), chain)) == published(official)


@pytest.mark.parametrize("contest", WITH_TELEVOTE)
def test_jury_plus_televote_with_ties_to_the_televote_equals_the_official_result(contest):
    official = ALL[contest]
    jury = sums(sheets(*contest, "jury_points", official))
    tele = given_points(Count(sums(sheets(*contest, "tele_points", official)), valid=0))
    assert jury == {row["country"]: Fraction(row["jury"]) for row in official}
    assert tele == {row["country"]: Fraction(row["tele"]) for row in official}
    assert places(break_ties(rank(total([jury, tele])), [("televote", tele)])) == published(official)


@pytest.mark.parametrize("contest", list(ALL))
def test_nobody_scored_itself(contest):
    given = sheets(*contest, "total_points", ALL[contest])
    assert [entry for entry, marks in given.items() if entry in marks] == []


def test_the_ties_of_2014_are_decided_by_the_links_the_rule_names():
    if (2014, "f") not in ALL:
        pytest.skip("the final of 2014 is not at hand")
    given = sheets(2014, "f", "total_points", ALL[2014, "f"])
    chain = [("givers", number_of_givers(given)), ("marks", count_of_marks(given))]
    after = break_ties(rank(sums(given)), chain)
    assert [after.decided_by(*pair) for pair in (("dk", "es"), ("fi", "ro"), ("it", "az"))] == ["givers"] * 3
