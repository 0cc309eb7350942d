"""Schulze's method by hand: his own example, ties, defaults, and what a page shows as the proof."""

from decimal import Decimal
from fractions import Fraction

import pytest

from evalflow.tally.condorcet import Defeat, Pairwise, pairwise, schulze, strongest_path
from evalflow.tally.election import Election
from evalflow.tally.profile import NO_OPINION, UNRANKED, Profile, profile_of

PAPER = {"acbed": 5, "adecb": 5, "bedac": 8, "cabed": 3, "caebd": 7, "cbade": 2, "dceba": 7, "ebadc": 8}


def ranked(entries, ballots, *, left_out=UNRANKED):
    """Ballots as written: {"ab=c": times}, best first, "=" before an entry that shares the rank before it."""

    def ranks(ballot):
        found, rank = {}, 0
        for index, entry in enumerate(ballot):
            if entry != "=":
                rank += ballot[index - 1 : index] != "="
                found[entry] = rank
        return found

    return profile_of(entries, [(ranks(ballot), times) for ballot, times in ballots.items()], left_out=left_out)


def test_forty_five_voters_elect_e_as_schulze_published():
    election = schulze(ranked("abcde", PAPER))
    assert election.order == (("e",), ("a",), ("c",), ("b",), ("d",))
    assert election.steps[0] == {
        "finding": "pairwise",
        "entries": ["a", "b", "c", "d", "e"],
        "votes": [
            [0, 20, 26, 30, 22],
            [25, 0, 16, 33, 18],
            [19, 29, 0, 17, 24],
            [15, 12, 28, 0, 14],
            [23, 27, 21, 31, 0],
        ],
    }
    weakest = [[path and path[0] for path in row] for row in election.steps[1]["strengths"]]
    assert weakest == [
        [None, 28, 28, 30, 24],
        [25, None, 28, 33, 24],
        [25, 29, None, 29, 24],
        [25, 28, 28, None, 24],
        [25, 28, 28, 31, None],
    ]


def test_a_strongest_path_shows_every_link_with_the_votes_for_and_against():
    pairs = pairwise(ranked("abcde", PAPER))
    assert strongest_path(pairs, "e", "a") == (
        Defeat("e", "b", 27, 18),
        Defeat("b", "a", 25, 20),
    )
    assert strongest_path(pairs, "a", "e") == (Defeat("a", "c", 26, 19), Defeat("c", "e", 24, 21))


def test_where_no_path_leads_the_proof_is_empty_and_an_entry_is_not_compared_with_itself():
    pairs = pairwise(ranked("ab", {"ab": 1}))
    assert (strongest_path(pairs, "b", "a"), strongest_path(pairs, "a", "b")) == ((), (Defeat("a", "b", 1, 0),))
    for one, other in (("a", "a"), ("a", "z")):
        with pytest.raises(ValueError):
            strongest_path(pairs, one, other)


def test_unranked_is_below_every_rank_and_level_with_unranked_while_no_opinion_leaves_the_pair():
    rows = (bytes([253, UNRANKED, UNRANKED]), bytes([1, NO_OPINION, UNRANKED]), bytes([2, 2, NO_OPINION]))
    assert pairwise(Profile(("a", "b", "c"), rows, (5, 3, 7))).votes == ((0, 5, 8), (0, 0, 0), (0, 0, 0))


def test_many_equal_ballots_count_as_often_as_they_were_cast():
    many = 10**12 + 7
    assert pairwise(Profile(("a", "b"), (b"\1\2", b"\2\1", b"\1\3"), (many, 0, 5))).votes == ((0, many + 5), (0, 0))


@pytest.mark.parametrize(
    "profile",
    [Profile(("a", "b"), (b"\1",), (1,)), Profile(("a",), (b"\1",)), Profile(("a",), (b"\1",), (-1,))],
    ids=["a row too short", "no times", "negative times"],
)
def test_rows_that_do_not_fit_are_refused(profile):
    with pytest.raises(ValueError):
        pairwise(profile)


def test_without_ballots_everybody_is_tied_and_without_entries_nobody_is():
    assert schulze(Profile(("b", "a", "c"))).order == (("a", "b", "c"),)
    assert schulze(Profile(())).order == ()
    assert schulze(Profile(("a",), (b"\1",), (3,))).order == (("a",),)


def test_a_cycle_of_equal_defeats_is_a_tie():
    assert schulze(ranked("abc", {"abc": 1, "bca": 1, "cab": 1})).order == (("a", "b", "c"),)


def test_equal_first_ranks_are_a_tie_above_the_others():
    assert schulze(ranked("abc", {"a=bc": 3, "b=ac": 2})).order == (("a", "b"), ("c",))


def test_of_two_defeats_with_equal_votes_the_one_with_fewer_against_is_the_stronger():
    cycle = {"ab": 6, "ba": 2, "bc": 6, "cb": 3, "ca": 6, "ac": 4}
    election = schulze(ranked("abc", cycle, left_out=NO_OPINION))
    assert election.order == (("a",), ("b",), ("c",))
    assert election.steps[1]["strengths"] == [
        [None, [6, 2], [6, 3]],
        [[6, 4], None, [6, 3]],
        [[6, 4], [6, 4], None],
    ]


def test_ties_that_cross_groups_are_named():
    election = schulze(ranked("abc", {"ac": 2, "cb": 1, "ba": 1}, left_out=NO_OPINION))
    assert election.order == (("a", "b"), ("c",))
    assert election.steps[2:] == ({"finding": "even", "pairs": [["b", "c"]]},)


def test_whom_a_map_of_majorities_does_not_name_still_needs_more_than_half():
    votes = ranked("abcN", {"aNbc": 4, "abNc": 4, "baNc": 1, "cN=ab": 2})
    election = schulze(votes, default="N", majority={"a": 2})
    drops = [(step["entry"], step["above"], step["needed"]) for step in election.steps if step["finding"] == "dropped"]
    assert (election.order, election.out) == ((("a",), ("N",)), ("b", "c"))
    assert drops == [("b", 5, 7), ("c", 2, 10)]


def test_below_the_quorum_or_the_majority_an_entry_is_out_and_the_figures_say_why():
    votes = ranked("abcN", {"aNbc": 4, "abNc": 4, "baNc": 1, "cN=ab": 2})
    election = schulze(votes, default="N", quorum=Decimal("2.5"))
    assert election == Election(
        order=(("a",), ("N",)),
        out=("b", "c"),
        steps=(
            {
                "finding": "pairwise",
                "entries": ["a", "b", "c", "N"],
                "votes": [[0, 10, 9, 9], [1, 0, 9, 5], [2, 2, 0, 2], [0, 6, 9, 0]],
            },
            {"finding": "dropped", "entry": "b", "reason": "majority", "above": 5, "below": 6, "needed": 7},
            {"finding": "dropped", "entry": "c", "reason": "quorum", "above": 2, "below": 9, "needed": 3},
            {"finding": "strongest_paths", "entries": ["a", "N"], "strengths": [[None, [9, 0]], [None, None]]},
        ),
    )


@pytest.mark.parametrize(
    ("ayes", "noes", "ratio", "strict", "wins"),
    [
        (6, 2, 3, True, False),
        (6, 2, 3, False, True),
        (7, 2, 3, True, True),
        (5, 2, Fraction(5, 2), True, False),
        (5, 2, Decimal("2.5"), False, True),
        (2, 2, 1, False, False),
        (2, 2, 1, True, False),
        (3, 2, 1, False, True),
        (0, 0, 1, False, False),
        (1, 0, 3, True, True),
    ],
)
def test_a_majority_is_more_than_the_ratio_or_if_not_strict_the_ratio_itself(ayes, noes, ratio, strict, wins):
    election = schulze(ranked("aN", {"aN": ayes, "Na": noes}), default="N", majority={"a": ratio}, strict=strict)
    assert (election.order, election.out) == (((("a",), ("N",)), ()) if wins else ((("N",),), ("a",)))


@pytest.mark.parametrize(("quorum", "wins"), [(3, True), (Fraction(7, 2), False), (4, False)])
def test_a_quorum_is_reached_by_as_many_ballots(quorum, wins):
    assert schulze(ranked("aN", {"aN": 3}), default="N", quorum=quorum).out == (() if wins else ("a",))


def test_a_dropped_entry_lends_no_path():
    pairs = {"ba": 7, "ac": 8, "cb": 5, "aN": 2, "Na": 2, "bN": 1, "cN": 1}
    votes = ranked("abcN", pairs, left_out=NO_OPINION)
    assert schulze(votes).order[0] == ("b",)
    assert schulze(votes, default="N").order == (("c",), ("b",), ("N",))


@pytest.mark.parametrize(
    "conditions",
    [
        {"default": "z"},
        {"quorum": 1},
        {"majority": 2},
        {"default": "b", "majority": {"z": 2}},
        {"default": "b", "majority": Fraction(1, 2)},
        {"default": "b", "quorum": -1},
    ],
    ids=str,
)
def test_conditions_that_cannot_be_meant_are_refused(conditions):
    with pytest.raises(ValueError):
        schulze(ranked("ab", {"ab": 1}), **conditions)


def test_an_inexact_quorum_or_ratio_is_refused():
    for conditions in ({"quorum": 1.5}, {"majority": 1.5}):
        with pytest.raises(TypeError):
            schulze(ranked("ab", {"ab": 1}), default="b", **conditions)


def test_above_reads_the_matrix_and_knows_its_entries():
    pairs = Pairwise(("a", "b"), ((0, 4), (3, 0)))
    assert (pairs.above("a", "b"), pairs.above("b", "a")) == (4, 3)
    with pytest.raises(ValueError):
        pairs.above("a", "z")


@pytest.mark.parametrize(
    ("ayes", "noes", "ratio", "strict", "needed"),
    [(4, 2, 2, True, 5), (3, 2, 2, False, 4), (7, 3, Fraction(5, 2), False, 8), (7, 3, Fraction(5, 2), True, 8)],
)
def test_how_many_more_are_needed_against_the_default_is_told(ayes, noes, ratio, strict, needed):
    election = schulze(ranked("aN", {"aN": ayes, "Na": noes}), default="N", majority=ratio, strict=strict)
    dropped = [step for step in election.steps if step["finding"] == "dropped"]
    assert [(step["above"], step["below"], step["needed"]) for step in dropped] == [(ayes, noes, needed)]


def test_a_majority_is_strict_unless_the_rules_say_otherwise():
    votes = ranked("aN", {"aN": 4, "Na": 2})
    assert [schulze(votes, default="N", majority=2, **how).order[0] for how in ({}, {"strict": False})] == [
        ("N",),
        ("a",),
    ]


def test_an_entry_without_a_ratio_of_its_own_needs_more_than_the_default():
    votes = ranked("abN", {"bNa": 2, "Nab": 1})
    assert schulze(votes, default="N", majority={"a": 2}).order[0] == ("b",)
