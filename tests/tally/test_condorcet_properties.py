"""What Schulze's method promises on any ballots, and a second opinion that walks every path there is.

Each property runs on a few ballot boxes in every build. In the long proofs the second opinion is heard on 100,000,
and every other property is tried on 5,000.
"""

from itertools import pairwise as neighbours
from itertools import permutations
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evalflow.tally.condorcet import pairwise, schulze, strongest_path
from evalflow.tally.profile import NO_OPINION, UNRANKED, Profile

FEW, MANY, VERY_MANY = 40, 5_000, 100_000
MARKS = (1, 2, 3, 4, UNRANKED, NO_OPINION)


@st.composite
def boxes(draw):
    """A few ballots on up to five entries: whole rankings, or any marks."""
    size = draw(st.integers(1, 5))
    at_will = st.lists(st.sampled_from(MARKS), min_size=size, max_size=size)
    rows = draw(st.lists(at_will | st.permutations(range(1, size + 1)), max_size=7))
    times = draw(st.lists(st.integers(1, 4), min_size=len(rows), max_size=len(rows)))
    return Profile(tuple("abcde"[:size]), tuple(map(bytes, rows)), tuple(times))


def beaten(profile):
    """Who beats whom, as the strengths that the method states say it."""
    step = next(step for step in schulze(profile).steps if step["finding"] == "strongest_paths")
    names, paths = step["entries"], step["strengths"]
    strong = [[(path[0], -path[1]) if path else (0, 0) for path in row] for row in paths]
    indices = range(len(names))
    return {(names[i], names[j]) for i in indices for j in indices if strong[i][j] > strong[j][i]}


def slow_votes(profile):
    """{(entry, other): ballots that rank the one above the other}, ballot by ballot."""
    votes = dict.fromkeys(permutations(profile.entries, 2), 0)
    for row, times in zip(profile.rows, profile.times, strict=True):
        marks = dict(zip(profile.entries, row, strict=True))
        for one, other in votes:
            if NO_OPINION not in (marks[one], marks[other]) and marks[one] < marks[other]:
                votes[one, other] += times
    return votes


def slow_strengths(profile):
    """{(entry, other): strength}, the best over all simple paths of defeats; (0, 0) without any."""
    votes = slow_votes(profile)
    found = dict.fromkeys(votes, (0, 0))
    for length in range(2, len(profile.entries) + 1):
        for path in permutations(profile.entries, length):
            links = [(votes[link], -votes[link[::-1]]) for link in neighbours(path)]
            if all(ayes > -noes for ayes, noes in links):
                found[path[0], path[-1]] = max(found[path[0], path[-1]], min(links))
    return found


def the_count_and_the_groups_are_those_of_a_walk_over_every_path(profile, chance):
    votes, strength = slow_votes(profile), slow_strengths(profile)
    pairs, election = pairwise(profile), schulze(profile)
    assert {pair: pairs.above(*pair) for pair in votes} == votes
    left, groups = set(profile.entries), []
    while left:
        groups.append(tuple(sorted(a for a in left if all(strength[b, a] <= strength[a, b] for b in left - {a}))))
        left -= set(groups[-1])
    assert election.order == tuple(groups)
    level = [
        [a, b]
        for above, group in enumerate(groups)
        for lower in groups[above + 1 :]
        for a in group
        for b in lower
        if strength[a, b] == strength[b, a]
    ]
    assert [step["pairs"] for step in election.steps if step["finding"] == "even"] == ([level] if level else [])


def a_strongest_path_is_a_chain_of_defeats_as_strong_as_any(profile, chance):
    votes, strength, pairs = slow_votes(profile), slow_strengths(profile), pairwise(profile)
    for one, other in votes:
        path = strongest_path(pairs, one, other)
        stops = [link.winner for link in path] + [link.loser for link in path[-1:]]
        assert [link.loser for link in path[:-1]] == stops[1:-1]
        assert [(link.votes, link.against) for link in path] == [(votes[p], votes[p[::-1]]) for p in neighbours(stops)]
        assert all(link.votes > link.against for link in path)
        assert min(((link.votes, -link.against) for link in path), default=(0, 0)) == strength[one, other]
        assert (stops[:1], stops[-1:]) == (([one], [other]) if path else ([], []))


def renaming_the_entries_renames_the_result(profile, chance):
    names = dict(zip(profile.entries, chance.sample(profile.entries, len(profile.entries)), strict=True))
    renamed = Profile(tuple(names[entry] for entry in profile.entries), profile.rows, profile.times)
    expected = [{names[entry] for entry in group} for group in schulze(profile).order]
    assert [set(group) for group in schulze(renamed).order] == expected


def neither_the_order_of_the_ballots_nor_that_of_the_entries_matters(profile, chance):
    ballots = list(zip(profile.rows, profile.times, strict=True))
    chance.shuffle(ballots)
    columns = chance.sample(range(len(profile.entries)), len(profile.entries))
    shuffled = Profile(
        tuple(profile.entries[column] for column in columns),
        tuple(bytes(row[column] for column in columns) for row, _ in ballots),
        tuple(times for _, times in ballots),
    )
    assert schulze(shuffled).order == schulze(profile).order


def equal_ballots_counted_apart_are_the_same_ballots(profile, chance):
    parts = [(row, part) for row, times in zip(profile.rows, profile.times, strict=True) for part in (1, times - 1)]
    apart = Profile(profile.entries, tuple(row for row, _ in parts), tuple(times for _, times in parts))
    assert schulze(apart) == schulze(profile)


def whoever_defeats_all_others_is_the_only_winner(profile, chance):
    votes = slow_votes(profile)
    heads = [a for a in profile.entries if all(votes[a, b] > votes[b, a] for b in profile.entries if b != a)]
    assume(heads)
    assert schulze(profile).order[0] == (heads[0],)


def ballots_turned_round_turn_every_comparison_round(profile, chance):
    turned = tuple(bytes(mark if mark == NO_OPINION else UNRANKED - mark for mark in row) for row in profile.rows)
    mirrored = Profile(profile.entries, turned, profile.times)
    assert beaten(mirrored) == {(other, one) for one, other in beaten(profile)}
    first = schulze(profile).order[0]
    assert len(profile.entries) == 1 or len(first) > 1 or schulze(mirrored).order[0] != first


def a_winner_raised_on_a_ballot_still_wins(profile, chance):
    winner = chance.choice(schulze(profile).order[0])
    at = profile.entries.index(winner)
    ballots = [row for row in range(len(profile.rows)) if 1 < profile.rows[row][at] != NO_OPINION]
    assume(ballots)
    ballot = chance.choice(ballots)
    old = profile.rows[ballot]
    better = chance.randrange(min(old[at], 6))
    rows = list(profile.rows)
    rows[ballot] = old[:at] + bytes([better]) + old[at + 1 :]
    after = schulze(Profile(profile.entries, tuple(rows), profile.times)).order[0]
    assert winner in after


SECOND_OPINION = the_count_and_the_groups_are_those_of_a_walk_over_every_path
PROPERTIES = (
    SECOND_OPINION,
    a_strongest_path_is_a_chain_of_defeats_as_strong_as_any,
    renaming_the_entries_renames_the_result,
    neither_the_order_of_the_ballots_nor_that_of_the_entries_matters,
    equal_ballots_counted_apart_are_the_same_ballots,
    whoever_defeats_all_others_is_the_only_winner,
    ballots_turned_round_turn_every_comparison_round,
    a_winner_raised_on_a_ballot_still_wins,
)


def check(promise, boxes_tried):
    """Without a deadline or a look at the clock: a busy machine is no counterexample."""
    chances = st.integers(0, 2**32).map(Random)
    settings(max_examples=boxes_tried, deadline=None, database=None)(given(boxes(), chances)(promise))()


@pytest.mark.parametrize("promise", PROPERTIES, ids=lambda promise: promise.__name__)
def test_on_any_ballots(promise):
    check(promise, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("promise", PROPERTIES, ids=lambda promise: promise.__name__)
def test_on_very_many_ballots(promise):
    check(promise, VERY_MANY if promise is SECOND_OPINION else MANY)
