"""Votes by points, grades and ranks, from the form to the count, and recounted from the bundle."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest
from flask import Flask

from evalflow.access import Role
from evalflow.audit.signing import Signer
from evalflow.bundle import recount
from evalflow.engine import bundles, jobs
from evalflow.errors import Invalid
from evalflow.kinds.ballot_rules import METHODS
from evalflow.seasons import queries as seasons
from evalflow.tally.profile import NO_OPINION
from evalflow.workflow.outcome import Outcome
from tests.builders import House
from tests.sealed import VOTE, Vote, vote_of
from tests.visitors import Visitor

SignIn = Callable[[int | None], Visitor]
GRADES = """
  [[stage.grade]]
  key = "good"
  label = { zh = "好", en = "Good" }
  worth = 100
  [[stage.grade]]
  key = "fair"
  label = { zh = "一般", en = "Fair" }
  worth = 60
"""
S, R = "smelting", "refining"
HALVES = Fraction(3, 2)
RULES = {
    "plurality": "",
    "score": "points = 5\nno_opinion = true",
    "cumulative": "points = 10",
    "grade": GRADES,
    "positional": "ranks = [3, 1]",
    "star": "points = 5",
    "schulze": "equal_ranks = true",
    "instant_runoff": "",
    "stv": "seats = 1",
    "meek": "seats = 1",
}
CASES: list[tuple[str, list[Mapping[str, int]], dict[str, dict[str, int]]]] = [
    ("plurality", [{S: 1}, {R: 1}, {R: 1}], {"votes": {S: 1, R: 2}}),
    (
        "score",
        [{S: 5, R: 0}, {S: NO_OPINION, R: 4}, {R: 3}],
        {"votes": {S: 5, R: 7}, "givers": {S: 1, R: 3}},
    ),
    ("cumulative", [{S: 4, R: 6}, {S: 10}], {"votes": {S: 14, R: 6}}),
    ("grade", [{S: 0, R: 1}, {S: 1, R: 1}], {"votes": {S: 160, R: 120}}),
    ("positional", [{S: 1, R: 2}, {R: 1}], {"votes": {S: 3, R: 4}}),
    ("star", [{S: 5, R: 4}, {S: 5, R: 4}, {R: 5}], {"votes": {S: 10, R: 13}, "place": {S: 1, R: 2}}),
    ("schulze", [{S: 1, R: 2}, {R: 1}, {R: 1}], {"votes": {S: 1, R: 2}, "place": {S: 2, R: 1}}),
    ("schulze", [{S: 1, R: 1}, {S: 2, R: 1}, {S: 1}], {"votes": {S: HALVES, R: HALVES}, "place": {S: 1, R: 1}}),
    ("instant_runoff", [{S: 1, R: 2}, {R: 1}, {R: 1}], {"votes": {S: 1, R: 2}, "place": {S: 2, R: 1}}),
    ("stv", [{S: 1, R: 2}, {R: 1}, {R: 1}], {"votes": {S: 1, R: 2}, "place": {S: 2, R: 1}}),
    ("meek", [{S: 1, R: 2}, {R: 1}, {R: 1}], {"votes": {S: 1, R: 2}, "place": {S: 2, R: 1}}),
]  # fmt: skip


def opened_with(house: House, method: str) -> Vote:
    rules = VOTE.replace('method = "approval"\nchoose = { min = 1, max = 2 }', f'method = "{method}"')
    vote = vote_of(house, rules + RULES[method] + "\n")
    vote.keep_keys()
    vote.house.open(vote.season, "vote")
    return vote


def outcome(vote: Vote) -> Outcome:
    vote.house.close(vote.season, "vote")
    assert [vote.hand_in(teller) for teller in vote.tellers[:2]] == [False, True]
    found = seasons.outcome_of(vote.house.settle(vote.season, "vote"))
    assert found is not None
    return found


def test_every_method_but_approval_is_voted_by_here() -> None:
    assert RULES.keys() == METHODS.keys() - {"approval"}
    assert {method for method, _, _ in CASES} == RULES.keys()


@pytest.mark.parametrize(("method", "ballots", "expected"), CASES, ids=[method for method, *_ in CASES])
def test_sealed_marks_are_counted_and_recounted_from_the_bundle(
    house: House, signer: Signer, method: str, ballots: list[Mapping[str, int]], expected: dict[str, dict[str, int]]
) -> None:
    vote = opened_with(house, method)
    for member, marks in zip(vote.members, ballots, strict=False):
        vote.cast(member, **marks)
    found = outcome(vote)
    assert found.figures == expected
    assert (found.facts["valid"], found.facts["invalid"]) == (len(ballots), 0)
    jobs.seal(house.database, signer, now=house.now)
    bundle = house.ask(lambda session: bundles.export(session, seasons.season_by_key(session, vote.season.key), signer))
    assert recount.recount(bundle).differences == ()


@pytest.mark.parametrize(
    ("method", "marks", "code"),
    [
        ("score", {S: 6}, "points_out_of_range"),
        ("score", {}, "nothing_marked"),
        ("cumulative", {S: 6, R: 5}, "too_many_points"),
        ("grade", {S: 0}, "grade_missing"),
        ("stv", {S: 1, R: 1}, "rank_twice"),
        ("stv", {S: 2}, "ranks_with_gaps"),
        ("schulze", {"mining": 1}, "not_on_the_paper"),
    ],
)
def test_marks_that_would_not_count_are_refused_before_they_are_sealed(
    house: House, method: str, marks: Mapping[str, int], code: str
) -> None:
    vote = opened_with(house, method)
    with pytest.raises(Invalid) as caught:
        vote.cast(vote.members[0], **(marks or {}))
    assert (caught.value.code, vote.envelopes()) == (code, [])


@pytest.mark.parametrize(
    ("method", "typed"),
    [
        ("stv", {S: "1", R: "2"}),
        ("grade", {S: "good", R: "fair"}),
        ("cumulative", {S: "3", R: "7"}),
        ("score", {S: "?", R: "5"}),
    ],
)  # fmt: skip
def test_a_member_marks_the_paper_in_a_browser(
    house: House, app: Flask, signed_in: SignIn, method: str, typed: dict[str, str]
) -> None:
    vote = opened_with(house, method)
    visitor = signed_in(vote.members[0].person_id)
    page = visitor.get("/s/test-2026/vote/ballot/").text
    assert all(f'name="mark.{key}"' in page for key in typed)
    attempt = re.search(r'name="attempt" value="([0-9a-f]{32})"', page)
    assert attempt is not None
    fields = {f"mark.{key}": text for key, text in typed.items()}
    refused = visitor.post("/s/test-2026/vote/ballot/", attempt=attempt.group(1), **{f"mark.{S}": "999"})
    assert (refused.status_code, vote.envelopes()) == (422, [])
    visitor.post("/s/test-2026/vote/ballot/", attempt=attempt.group(1), **fields)
    assert len(vote.envelopes()) == 1


@pytest.mark.parametrize("method", ["schulze", "instant_runoff", "stv", "meek"])
def test_whoever_reads_the_dossier_sees_the_order_and_how_the_count_went(
    house: House, app: Flask, signed_in: SignIn, method: str
) -> None:
    vote = opened_with(house, method)
    for member, marks in zip(vote.members, [{S: 1, R: 2}, {R: 1}, {R: 1}], strict=False):
        vote.cast(member, **marks)
    outcome(vote)
    auditor = signed_in(house.actor("auditor", Role.AUDITOR).person_id)
    page = auditor.get("/s/test-2026/vote/ballot/").text
    shown = re.findall(r'<li><strong class="tabular">(\d)</strong> (\w+) brand</li>', page)
    assert shown == [("1", R), ("2", S)]
    assert ("count-matrix" in page) == (method == "schulze")
    assert ("count-rounds" in page) == (method != "schulze")
