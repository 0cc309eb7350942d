"""Meek's method: a count by hand, a second count that shares out every paper alone, and what must hold of any count."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.tally.meek import meek
from evalflow.tally.preferences import preferences
from evalflow.tally.profile import UNRANKED, Profile, profile_of
from evalflow.tally.transferable import instant_runoff


def cast(entries: str, *orders: tuple[int, str]) -> Profile:
    marks = [({entry: rank for rank, entry in enumerate(order, 1)}, times) for times, order in orders]
    return profile_of(entries, marks, left_out=UNRANKED)


def flat(election) -> list[str]:
    return [entry for group in election.order for entry in group]


# Counts by hand


def test_a_surplus_goes_on_by_keep_factors_and_what_runs_out_lowers_the_quota():
    election = meek(cast("abcd", (12, "ab"), (3, "b"), (4, "c"), (2, "d")), 2)
    # 21 papers, quota 7 and a unit: a keeps 7 of 12, b gets 12 times 5/12 on top of 3 and reaches it
    first, second = election.steps
    assert (first["elected"], first["votes"]["a"], first["quota"], first["surplus"]) == (
        ["a"],
        "12",
        "7.000000001",
        "4.999999999",
    )
    assert (second["elected"], second["keep"]["a"], second["quota"]) == (["b"], "0.583333334", "7.000000001")
    assert second["votes"] == {"a": "7.000000008", "b": "7.999999992", "c": "4", "d": "2"}
    assert election.order == (("a",), ("b",), ("c",), ("d",))


def test_papers_that_run_out_lower_the_quota_for_all():
    election = meek(cast("abcd", (12, "a"), (6, "b"), (5, "c"), (4, "d")), 2)
    # quota 9: a passes its 3 over to nobody; 24 votes are left, and the quota sinks towards 7.5 = 15 / 2 where a rests
    assert election.steps[1]["finding"] == "exclusion"
    assert Fraction(election.steps[1]["quota"]) - Fraction(15, 2) < Fraction(1, 100000)
    assert flat(election) == ["a", "b", "c", "d"]


def test_the_last_places_are_filled_without_a_quota():
    election = meek(cast("abc", (5, "a"), (1, "b")), 3)
    assert [step["finding"] for step in election.steps] == ["filled"]
    assert (election.order, election.steps[0]["votes"]) == ((("a",), ("b",), ("c",)), {"a": "5", "b": "1", "c": "0"})


# Ties


def test_a_tie_that_no_stage_breaks_ends_the_count_and_lots_go_on():
    profile = cast("abcd", (4, "a"), (3, "b"), (3, "c"), (1, "d"))
    election = meek(profile, 1)
    assert (election.order, election.steps[-1]) == ((("a", "b", "c"), ("d",)), {"finding": "tie", "level": ["b", "c"]})
    election = meek(profile, 1, lots={"a": 1, "b": 2, "c": 4, "d": 3})
    assert (flat(election), election.steps[1]["excluded"]) == (["a", "c", "b", "d"], ["b"])
    assert (election.steps[1]["level"], election.steps[1]["broken_by"]) == (["b", "c"], "lots")


def test_an_earlier_stage_breaks_a_tie():
    election = meek(cast("abcd", (6, "a"), (4, "b"), (3, "c"), (1, "dc")), 1)
    assert (election.steps[1]["excluded"], election.steps[1]["broken_by"]) == (["c"], "stage")


def test_whoever_is_within_the_surplus_left_of_the_fewest_is_level_with_it():
    election = meek(cast("abcd", (5, "acbd"), (3, "a"), (3, "d")), 2, decimals=4)
    step = election.steps[2]
    assert (step["votes"]["c"], step["votes"]["d"], step["surplus"]) == ("3.0465", "3", "0.0682")
    assert (step["level"], step["broken_by"], step["excluded"]) == (["c", "d"], "stage", ["d"])


def test_without_ballots_all_are_tied_and_without_entries_there_is_nobody():
    assert (meek(cast("abc"), 2).order, meek(Profile(()), 1).order) == ((("a", "b", "c"),), ())


@pytest.mark.parametrize(("seats", "decimals"), [(0, 9), (1, 3)])
def test_no_seat_and_too_few_decimals_are_refused(seats, decimals):
    with pytest.raises(ValueError, match="0 seats|3 decimals"):
        meek(cast("ab", (1, "a")), seats, decimals=decimals)


def test_entries_without_any_votes_leave_together():
    election = meek(cast("abcde", (4, "a"), (3, "b"), (2, "c")), 1)
    assert election.order == (("a",), ("b",), ("c",), ("d", "e"))
    assert [step["excluded"] for step in election.steps] == [["d", "e"], ["c"], []]


# A second count: every paper alone, in decimals, shared out anew each time


def ceiling(number: Decimal, unit: Decimal) -> Decimal:
    return number.quantize(unit, ROUND_CEILING)


class Naive:
    """The steps of the reference rule; lots only where no earlier stage decides. stages: the votes at each finding."""

    def __init__(self, profile: Profile, seats: int, lots: list[int], decimals: int):
        self.papers = [order for order, times in zip(*preferences(profile), strict=True) for _ in range(times)]
        self.keep = {entry: Decimal(1) for entry in range(len(profile.entries))}
        self.seats, self.lots, self.unit = seats, lots, Decimal(1).scaleb(-decimals)
        self.elected, self.excluded, self.stages = [], [], []
        while len(self.elected) < seats and self.hopeful():
            self.go_on()

    def hopeful(self) -> list[int]:
        return [entry for entry in self.keep if entry not in self.elected + self.excluded]

    def standing(self, entry: int) -> tuple:
        return [stage[entry] for stage in reversed(self.stages)], self.lots[entry]

    def shared_out(self) -> dict[int, Decimal]:
        votes = dict.fromkeys(self.keep, Decimal(0))
        for paper in self.papers:
            weight = Decimal(1)
            for entry in paper:
                part = ceiling(weight * self.keep[entry], self.unit)
                votes[entry] += part
                weight -= part
        return votes

    def go_on(self) -> None:
        if len(self.elected) + len(self.hopeful()) <= self.seats:
            self.stages.append(self.stages[-1] if self.stages else self.shared_out())
            self.elected += sorted(self.hopeful(), key=self.standing, reverse=True)
            return
        votes, surplus, won = self.settled()
        if won:
            self.stages.append(votes)
            self.elected += sorted(won, key=self.standing, reverse=True)
            return
        fewest = min(votes[entry] for entry in self.hopeful())
        out = min((entry for entry in self.hopeful() if votes[entry] <= fewest + surplus), key=self.standing)
        self.stages.append(votes)
        self.excluded.append(out)
        self.keep[out] = Decimal(0)

    def settled(self) -> tuple[dict[int, Decimal], Decimal, list[int]]:
        surpluses = []
        while True:
            votes = self.shared_out()
            quota = (sum(votes.values()) / (self.seats + 1)).quantize(self.unit, ROUND_FLOOR) + self.unit
            won = [entry for entry in self.hopeful() if votes[entry] >= quota]
            surpluses.append(max(Decimal(0), sum((votes[e] - quota for e in self.elected + won), Decimal(0))))
            shrinks = len(surpluses) == 1 or surpluses[-1] < surpluses[-2]
            if won or surpluses[-1] < 1000 * self.unit or not shrinks:
                return votes, surpluses[-1], won
            for entry in self.elected:
                self.keep[entry] = ceiling(ceiling(self.keep[entry] * quota, self.unit) / votes[entry], self.unit)


@st.composite
def profiles(draw) -> Profile:
    size = draw(st.integers(1, 5))
    row = st.lists(st.sampled_from([*range(1, size + 1), UNRANKED]), min_size=size, max_size=size).map(bytes)
    rows = draw(st.lists(row, max_size=8, unique=True))
    times = draw(st.lists(st.integers(1, 9), min_size=len(rows), max_size=len(rows)))
    return Profile(tuple("abcde"[:size]), tuple(rows), tuple(times))


def check_against_the_second_count(profile: Profile, seats: int, drawn: list[int], decimals: int) -> None:
    lots = drawn[: len(profile.entries)]
    election = meek(profile, seats, lots=dict(zip(profile.entries, lots, strict=True)), decimals=decimals)
    with localcontext() as context:
        context.prec = 60
        second = Naive(profile, seats, lots, decimals)
    places = [profile.entries.index(entry) for entry in flat(election)]
    assert places[: len(second.elected)] == second.elected
    assert places[::-1][: len(second.excluded)] == second.excluded
    told = [[Decimal(votes) for votes in step["votes"].values()] for step in election.steps]
    assert told == [list(stage.values()) for stage in second.stages]


@given(profiles(), st.integers(1, 4), st.permutations(range(5)), st.sampled_from([4, 9]))
@settings(max_examples=100, deadline=None)
def test_every_stage_is_as_in_the_second_count(profile, seats, drawn, decimals):
    check_against_the_second_count(profile, seats, drawn, decimals)


@pytest.mark.slow
@given(profiles(), st.integers(1, 4), st.permutations(range(5)), st.sampled_from([4, 9]))
@settings(max_examples=3_000, deadline=None)
def test_every_stage_is_as_in_the_second_count_in_many_elections(profile, seats, drawn, decimals):
    check_against_the_second_count(profile, seats, drawn, decimals)


# What must hold of any count


@given(profiles(), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_no_vote_is_lost_and_everybody_has_a_place(profile, seats):
    election = meek(profile, seats)
    valid = sum(preferences(profile)[1])
    assert sorted(flat(election)) == sorted(profile.entries)
    for step in election.steps:
        if step["finding"] != "tie":
            assert sum(map(Fraction, step["votes"].values())) + Fraction(step["not_transferable"]) == valid


@given(profiles(), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_it_does_not_matter_who_cast_which_ballot_or_how_equal_ones_are_bundled(profile, seats):
    rows = (*profile.rows[::-1], *profile.rows)
    times = (*(number - 1 for number in profile.times[::-1]), *(1 for _ in profile.times))
    assert meek(Profile(profile.entries, rows, times), seats) == meek(profile, seats)


@given(profiles())
@settings(max_examples=60, deadline=None)
def test_one_seat_goes_to_the_winner_of_the_runoff(profile):
    runoff, single = instant_runoff(profile), meek(profile, 1)
    if not any("level" in step for step in (*runoff.steps, *single.steps)):
        assert runoff.order[0] == single.order[0]
