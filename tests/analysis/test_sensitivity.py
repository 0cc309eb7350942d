"""How firm a ranking is: exact crossings of weights, and every variant the same as a recount of what is left."""

from dataclasses import replace
from fractions import Fraction

import pytest

from evalflow.analysis import samples, variants
from evalflow.analysis.bands import Band, Swap
from evalflow.analysis.preview import Column, preview
from evalflow.analysis.sensitivity import Seat, Without, sensitivity
from evalflow.analysis.variants import Change, What
from evalflow.bundle.format import BranchLine, Bundle
from evalflow.bundle.recount import recount
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition
from tests.analysis.test_preview import RULES
from tests.analysis.test_workbook import TRIMMED, UNWEIGHTED
from tests.analysis.worked import TOML, unmet

EXACT = (
    RULES.replace("seats = 10", "seats = SEATS\nround = { before_ranking = false }")
    .replace("weight = 40", "weight = VOTE")
    .replace("weight = 60", "weight = PEERS")
)


def rules(seats: int, vote: int = 40) -> Definition:
    text = EXACT.replace("SEATS", str(seats)).replace("VOTE", str(vote)).replace("PEERS", str(100 - vote))
    return reader.read(text, KINDS, file="rules.toml")


def sampled(definition: Definition, branches: int = 9) -> Bundle:
    return samples.sample(definition, branches=branches)


def firmness(bundle: Bundle):
    stage = bundle.definition.stage("result")
    return sensitivity(bundle, stage, recount(replace(bundle, outcomes=None)).outcomes)


def winners(bundle: Bundle, definition: Definition) -> tuple[str, ...]:
    column = preview(bundle, {"": definition}).columns[""]
    assert isinstance(column, Column)
    return tuple(sorted(column.winners))


@pytest.mark.parametrize("seats", [1, 3, 6])
def test_inside_a_band_the_winners_stay_and_just_outside_they_do_not(seats: int) -> None:
    bundle = sampled(rules(seats))
    vote = firmness(bundle).bands[0]
    assert (vote.component, vote.weight) == ("vote", 40)
    base = winners(bundle, bundle.definition)
    same = [w for w in range(1, 100) if winners(bundle, rules(seats, vote=w)) == base]
    assert same == [w for w in range(1, 100) if vote.low < w < vote.high]


def test_both_bands_of_two_parts_are_each_other_s_mirror() -> None:
    vote, peers = firmness(sampled(rules(3))).bands
    assert (vote.low, vote.high) == (100 - peers.high, 100 - peers.low)


def test_each_variant_is_the_recount_of_the_other_sheets() -> None:
    bundle = sampled(rules(3))
    found = firmness(bundle)
    raters = {row["rater"] for row in bundle.tables["peers"]["sheets"]}
    assert [one.rater for one in found.variants] == [*sorted(raters), ""]
    for one in found.variants[:-1]:
        rows = tuple(row for row in bundle.tables["peers"]["sheets"] if row["rater"] != one.rater)
        left = replace(bundle, tables={**bundle.tables, "peers": {**bundle.tables["peers"], "sheets": rows}})
        column = preview(left, {"": bundle.definition}).columns[""]
        assert isinstance(column, Column)
        assert one.places == {entry: line.place for entry, line in column.standings.items() if line.place}


def test_without_the_trim_is_the_plain_mean() -> None:
    bundle = sampled(rules(3))
    trim = firmness(bundle).variants[-1]
    mean = variants.altered(bundle.definition, Change(What.AGGREGATE, "peers", "mean"))
    column = preview(bundle, {"": mean}).columns[""]
    assert isinstance(column, Column)
    assert (trim.without, trim.places) == (
        Without.TRIM,
        {entry: line.place for entry, line in column.standings.items() if line.place},
    )


def test_a_place_is_certain_marginal_or_out_by_what_the_variants_do_to_it() -> None:
    found = firmness(sampled(rules(3)))
    gone = {entry for one in found.variants for entry in (*one.left, *one.tied)}
    came = {entry for one in found.variants for entry in (*one.came, *one.tied)}
    for line in found.lines:
        places = [line.place, *(one.places[line.entry] for one in found.variants)]
        assert (line.best, line.worst) == (min(places), max(places))
        wins = line.place <= 3
        expected = (
            Seat.CERTAIN
            if wins and line.entry not in gone
            else Seat.MARGINAL
            if wins or line.entry in came
            else Seat.OUT
        )
        assert line.seat is expected


SMALL = rules(1)


def by_hand(vote: dict[str, int], peers: dict[str, dict[str, int]]) -> Bundle:
    """votes and marks by entry; entries a and b of the houses a and b, raters as they are named."""
    bundle = sampled(SMALL, branches=2)
    keys = sorted(entry.key for entry in bundle.entries)
    name = dict(zip("ab", keys, strict=True))
    houses = {entry.key: entry.branch for entry in bundle.entries}
    ballots = tuple(
        {"ballot": f"{entry}{number}", "choices": name[entry], "votes": "1"}
        for entry, votes in vote.items()
        for number in range(votes)
    )
    raters = {"a": houses[name["a"]], "b": houses[name["b"]]}
    sheets = tuple(
        {"rater": raters[rater], "entry": name[entry], "criterion": "growth", "points": str(mark)}
        for entry, marks in peers.items()
        for rater, mark in marks.items()
    )
    roll = ({"branch": raters["a"], "electors": "99", "voted": "99"},)
    tables = {
        **bundle.tables,
        "vote": {"ballots": ballots, "roll": roll},
        "peers": {"sheets": sheets, "raters": (), "recusals": ()},
    }
    return replace(bundle, tables=tables, outcomes=None)


def test_a_weight_that_decides_is_told_to_the_fraction() -> None:
    """a: 100 by votes, 80 by the other; b: 99 and 83. They are level where t = 3 (100 - t), at 75 for the vote."""
    found = firmness(by_hand({"a": 2, "b": 1}, {"a": {"b": 80}, "b": {"a": 83}}))
    a, b = (line.entry for line in sorted(found.lines, key=lambda line: line.entry))
    assert found.bands == (
        Band("vote", Fraction(40), None, Swap(Fraction(75), a, b)),
        Band("peers", Fraction(60), Swap(Fraction(25), a, b), None),
    )
    assert found.margin == Fraction(6, 10) * 3 - Fraction(4, 10)


def test_a_sealed_vote_is_named_as_what_no_variant_takes_apart() -> None:
    assert firmness(sampled(rules(3))).undivided == ("vote",)


def test_the_same_marks_everywhere_leave_nothing_to_move() -> None:
    found = firmness(by_hand({"a": 2, "b": 1}, {"a": {"b": 80}, "b": {"a": 80}}))
    a, b = (line.entry for line in sorted(found.lines, key=lambda line: line.entry))
    assert found.bands == (
        Band("vote", Fraction(40), Swap(Fraction(0), b, a), None),
        Band("peers", Fraction(60), None, Swap(Fraction(100), b, a)),
    )


OPEN = reader.read(
    EXACT.replace("SEATS", "1")
    .replace("VOTE", "40")
    .replace("PEERS", "60")
    .replace("choose =", 'secrecy = "named"\nchoose ='),
    KINDS,
    file="rules.toml",
)


def test_of_an_open_vote_each_branch_s_votes_are_taken_away_in_turn() -> None:
    """a has two votes of one branch, b one of the other: without the first branch b is ahead in the vote, and wins."""
    sealed = by_hand({"a": 2, "b": 1}, {"a": {"b": 80}, "b": {"a": 80}})
    voters = tuple({"ballot": ballot, "branch": branch} for ballot, branch in (("a0", "x"), ("a1", "x"), ("b0", "")))
    tables = {**sealed.tables, "vote": {**sealed.tables["vote"], "voters": voters}}
    a, b = sorted(entry.key for entry in sealed.entries)
    found = firmness(replace(sealed, definition=OPEN, tables=tables, branches=(*sealed.branches, BranchLine("x", "x"))))
    votes = [one for one in found.variants if one.without is Without.VOTES]
    assert [(one.rater, one.places, one.came, one.left) for one in votes] == [
        ("", {a: 1, b: 2}, (), ()),
        ("x", {a: 2, b: 1}, (b,), (a,)),
    ]
    assert found.undivided == ()


def test_a_sealed_vote_stays_whole() -> None:
    found = firmness(by_hand({"a": 2, "b": 1}, {"a": {"b": 80}, "b": {"a": 80}}))
    assert (found.undivided, [one for one in found.variants if one.without is Without.VOTES]) == (("vote",), [])


def test_who_ties_at_the_line_in_one_variant_could_win_and_is_marginal() -> None:
    """a has two votes, b one. Without the first branch each has one, and no rule tells them apart."""
    sealed = by_hand({"a": 2, "b": 1}, {"a": {"b": 80}, "b": {"a": 80}})
    voters = tuple({"ballot": ballot, "branch": branch} for ballot, branch in (("a0", "x"), ("a1", ""), ("b0", "")))
    tables = {**sealed.tables, "vote": {**sealed.tables["vote"], "voters": voters}}
    a, b = sorted(entry.key for entry in sealed.entries)
    found = firmness(replace(sealed, definition=OPEN, tables=tables, branches=(*sealed.branches, BranchLine("x", "x"))))
    without = next(one for one in found.variants if one.rater == "x")
    assert (without.places, without.came, without.left, without.tied) == ({a: 1, b: 1}, (), (), (a, b))
    assert [(line.entry, line.seat) for line in found.lines] == [(a, Seat.MARGINAL), (b, Seat.MARGINAL)]


def test_whom_a_cap_passes_over_is_not_next_in_line() -> None:
    """b has 88, c of its branch 87.6 and is passed over, a 84.2; the first who could still come in is e with 81.9."""
    season = unmet(TOML.replace("seats = 2", "seats = 2\ncap = { at_most = 1 }"))
    entries = tuple(replace(one, branch="b") if one.key == "c" else one for one in season.entries)
    sheets = [row for row in season.tables["peers"]["sheets"] if (row["rater"], row["entry"]) != ("b", "c")]
    season = replace(season, entries=entries, tables={**season.tables, "peers": {"sheets": sheets}})
    found = sensitivity(season, season.definition.stage("decide"), recount(season).outcomes)
    assert found.margin == Fraction("84.2") - Fraction("81.9")


def test_without_the_trim_of_a_sum_is_the_plain_sum() -> None:
    season = unmet(UNWEIGHTED.replace(TRIMMED, 'aggregate = { method = "trimmed_sum", trim_when_more_than = 3 }'))
    plain = unmet(UNWEIGHTED.replace(TRIMMED, 'aggregate = { method = "sum" }'))
    trim = sensitivity(season, season.definition.stage("decide"), recount(season).outcomes).variants[-1]
    assert (trim.without, trim.places) == (Without.TRIM, recount(plain).outcomes["decide"].figures["place"])
