"""Springboard diving at Sydney 2000: seven judges, the middle five, difficulty, scores carried over between rounds.

Rules: FINA Diving Rules 2000: the highest and the lowest award are cancelled, the sum of the others is multiplied by
the degree of difficulty and by 3/5. The preliminaries count in the semifinal, the semifinal in the final.
"""

import csv
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from evalflow.tally.panel import Steps, part, score
from evalflow.tally.ranking import rank
from evalflow.tally.scoring import aggregate

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "diving_2000"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the published results of the divers are not at hand")

JUDGES = range(1, 8)
MIDDLE_FIVE = Steps("trimmed_sum", trim_when_more_than=2)
CARRIED = {"Prelim": ["Prelim"], "Semi": ["Prelim", "Semi"], "Final": ["Semi", "Final"]}


def dives():
    with (FOLDER / "dives.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def given(row):
    return {f"J{number}": Fraction(row[f"J{number}"]) for number in JUDGES}


def rounds(steps, *, share):
    """{(event, round): {diver: score}}, the rounds by themselves. share: what a dive's panel is multiplied by."""
    parts = defaultdict(lambda: defaultdict(dict))
    for row in dives():
        factor = Fraction(row["difficulty"]) * share
        parts[row["event"], row["round"]][row["diver"]][row["dive_no"]] = part(given(row), steps, factor=factor)
    return {name: {diver: score(own) for diver, own in divers.items()} for name, divers in parts.items()}


def carried(found):
    """{(event, round): {diver: score with what the rules carry over}}"""
    return {
        (event, name): {diver: sum(found[event, one][diver] for one in CARRIED[name]) for diver in divers}
        for (event, name), divers in found.items()
    }


def places(totals):
    return {name: {place.entry: place.place for place in rank(scores)} for name, scores in totals.items()}


def official():
    found = defaultdict(dict)
    for row in dives():
        found[row["event"], row["round"]][row["diver"]] = int(row["rank_in_round"])
    return found


def test_every_round_is_ranked_as_published():
    assert places(carried(rounds(MIDDLE_FIVE, share=Fraction(3, 5)))) == official()


def test_the_middle_fives_mean_times_three_is_the_same():
    mean = rounds(Steps("trimmed_mean", trim_when_more_than=2), share=3)
    assert mean == rounds(MIDDLE_FIVE, share=Fraction(3, 5))


def test_without_trimming_or_without_what_is_carried_over_places_would_differ():
    plain = rounds(Steps("mean"), share=3)
    assert places(carried(plain)) != official()
    assert places(rounds(MIDDLE_FIVE, share=Fraction(3, 5))) != official()


def test_seven_judges_leave_five_and_of_equal_awards_only_one_is_dropped():
    for row in dives():
        found = aggregate(given(row), "trimmed_sum", trim_when_more_than=2)
        ordered = sorted(given(row).values())
        assert [mark for _, mark in found.kept] == ordered[1:-1]
        assert [mark for _, mark in found.dropped] == [ordered[0], ordered[-1]]
