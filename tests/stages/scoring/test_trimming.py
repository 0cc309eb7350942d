"""The trimmed mean of a committee's sheets, reckoned by hand, and what stepping back takes out of it."""

from fractions import Fraction

import pytest

from evalflow.access import Actor, Role
from evalflow.seasons import queries as seasons
from tests.builders import House
from tests.declared import declared
from tests.scored import SCORING, Scoring

TRIMMED = SCORING.replace('"each_branch"', '"each_committee_member"').replace(
    '{ method = "mean" }', '{ method = "trimmed_mean", trim_when_more_than = 4 }'
)
POINTS = {  # rater: (known of 10, works of 100) for smelting and for refining
    "anna": (("9", "95"), ("5", "60")),
    "bert": (("8", "90"), ("7.5", "70")),
    "cleo": (("10", "100"), ("6", "65")),
    "dora": (("2", "30"), ("9", "85")),
    "emil": (("8.5", "82"), ("4", "50")),
}


@pytest.fixture
def committee(house: House, by: dict[str, Actor]) -> Scoring:
    """Five members of the committee, their sheets filled in and not handed in."""
    members = {name: house.actor(name, Role.COMMITTEE_MEMBER) for name in POINTS}
    season = declared(house, TRIMMED, by=by)
    house.open(season, "score")
    scoring = Scoring(house, season, members)
    for name, (smelting, refining) in POINTS.items():
        typed = {"smelting": smelting, "refining": refining}
        scoring.save(name, {key: {"known": known, "works": works} for key, (known, works) in typed.items()})
    return scoring


def settled(scoring: Scoring) -> tuple[dict[str, Fraction], dict[str, Fraction], list[str]]:
    """(scores, number of raters, raters of smelting whose mark was dropped)."""
    scoring.house.close(scoring.season, "score")
    outcome = seasons.outcome_of(scoring.house.settle(scoring.season, "score"))
    assert outcome is not None
    dropped = [rater for rater, _mark in outcome.facts["dropped"].get("smelting", [])]
    return dict(outcome.figures["score"]), dict(outcome.figures["raters"]), dropped


def rater(scoring: Scoring, name: str) -> str:
    return scoring.sheet(name).rater


def test_the_highest_and_the_lowest_of_five_are_dropped(committee: Scoring) -> None:
    """known counts 40 of 100 and has 10 points, works counts 60.

    smelting: 93, 86, 100, 26, 83.2; without 26 and 100: (93 + 86 + 83.2) / 3 = 87.4
    refining: 56, 72, 63, 87, 46; without 46 and 87: (56 + 72 + 63) / 3 = 191/3
    """
    for name in POINTS:
        committee.hand_in(name)
    raters = [rater(committee, name) for name in ("dora", "cleo")]
    score, count, dropped = settled(committee)
    assert score == {"smelting": Fraction("87.4"), "refining": Fraction(191, 3)}
    assert count == {"smelting": 5, "refining": 5}
    assert dropped == raters


def test_a_draft_that_came_too_late_leaves_four_of_whom_none_is_dropped(committee: Scoring) -> None:
    """smelting: (93 + 86 + 26 + 83.2) / 4 = 72.05; refining: (56 + 72 + 87 + 46) / 4 = 65.25"""
    for name in ("anna", "bert", "dora", "emil"):
        committee.hand_in(name)
    assert settled(committee) == (
        {"smelting": Fraction("72.05"), "refining": Fraction("65.25")},
        {"smelting": 4, "refining": 4},
        [],
    )


def test_who_steps_back_from_one_entry_counts_for_the_other_only(committee: Scoring) -> None:
    """smelting without cleo: (93 + 86 + 26 + 83.2) / 4 = 72.05; refining as by all five."""
    committee.recuse("cleo", "smelting")
    for name in POINTS:
        committee.hand_in(name)
    assert settled(committee) == (
        {"smelting": Fraction("72.05"), "refining": Fraction(191, 3)},
        {"smelting": 4, "refining": 5},
        [],
    )
