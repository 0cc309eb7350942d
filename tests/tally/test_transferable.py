"""Papers that move: counts by hand, a second count that keeps every paper apart, and what must hold of any count."""

from collections import Counter
from fractions import Fraction
from itertools import combinations, permutations
from math import floor

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyrankvote import Ballot, Candidate, instant_runoff_voting

from evalflow.tally.election import Election
from evalflow.tally.preferences import preferences
from evalflow.tally.profile import NO_OPINION, UNRANKED, Profile, profile_of
from evalflow.tally.transferable import instant_runoff, transferable


def cast(entries: str, *orders: tuple[int, str]) -> Profile:
    """A profile of ballots written as (how often, "abc")."""
    marks = [({entry: rank for rank, entry in enumerate(order, 1)}, times) for times, order in orders]
    return profile_of(entries, marks, left_out=UNRANKED)


def flat(election: Election) -> list[str]:
    return [entry for group in election.order for entry in group]


def papers(profile: Profile) -> list[tuple[bytes, int]]:
    return list(zip(*preferences(profile), strict=True))


def findings(election: Election) -> list[tuple]:
    return [(step["finding"], *step.get("of", ())) for step in election.steps]


def is_decided(election: Election) -> bool:
    """No tie came up, broken or not."""
    return not any("level" in step for step in election.steps)


# Counts by hand


def test_a_surplus_goes_on_at_the_same_fraction_of_every_paper_cut_off_after_five_decimals():
    election = transferable(cast("abcd", (7, "ab"), (2, "ac"), (3, "d"), (1, "c"), (1, "b")), 2)
    # quota 14/3 = 4 and 1; surplus 4 of 9: 0.44444 on each of nine papers
    first, second, *_ = election.steps
    assert (first["quota"], first["elected"], first["transferred"]["a"]) == ("5", ["a"], "9")
    assert second["transferred"] == {"b": "3.11108", "c": "0.88888"}
    assert second["votes"] == {"a": "5", "b": "4.11108", "c": "1.88888", "d": "3"}
    assert second["not_transferable"] == "0.00004"


def test_an_excluded_entrys_papers_go_on_at_what_they_were_worth_when_they_came():
    election = transferable(cast("abcd", (7, "acb"), (2, "acd"), (5, "d"), (1, "cb"), (4, "b")), 2)
    # quota 19/3 = 6 and 1; two over of nine: nine papers of 0.22222 join the one of 1 with c, then all go on
    assert findings(election)[1:3] == [("surplus", "a"), ("exclusion", "c")]
    assert election.steps[1]["transferred"] == {"c": "1.99998"}
    assert election.steps[2]["transferred"] == {"b": "2.55554", "d": "0.44444"}


def test_the_larger_surplus_moves_first_even_when_it_came_later():
    election = transferable(cast("abcde", (18, "ab"), (10, "ce"), (7, "b"), (2, "d"), (2, "e")), 4)
    # quota 39/5 = 7 and 1: a has 10 over, c 2; then b has 16.99992 and 8.99992 over, more than c
    assert findings(election)[1:4] == [("surplus", "a"), ("surplus", "b"), ("surplus", "c")]
    assert election.order[:3] == (("a",), ("c",), ("b",))


def test_papers_pass_over_whoever_is_elected_already():
    election = transferable(cast("abcd", (6, "abc"), (5, "b"), (3, "c"), (1, "d")), 2)
    # quota 6: a is elected without a surplus
    assert election.steps[0]["elected"] == ["a"]
    election = transferable(cast("abcd", (8, "abc"), (6, "b"), (2, "c"), (1, "d")), 2)
    # quota 6: both are elected at once, all places are filled and nothing moves
    assert (findings(election), election.order) == ([("first_preferences",)], (("a",), ("b",), ("c",), ("d",)))


def test_a_surplus_passes_over_entries_elected_at_the_same_stage():
    election = transferable(cast("abcd", (9, "abc"), (7, "bd"), (3, "c"), (2, "d")), 3)
    # quota 21/4 = 5 and 1: a has 3 over, which skip b and go to c
    assert election.steps[1]["transferred"] == {"c": "2.99997"}


def test_the_last_places_are_filled_without_a_quota_and_without_moving_papers():
    election = transferable(cast("abcd", (5, "a"), (3, "b"), (2, "c"), (1, "dc")), 3)
    # quota 11/4 = 2 and 1: a and b; a's two over are not transferable; d leaves, c has the place
    assert findings(election) == [("first_preferences",), ("surplus", "a"), ("exclusion", "d"), ("filled",)]
    assert (election.order, election.steps[-1]["votes"]["c"]) == ((("a",), ("b",), ("c",), ("d",)), "2")


def test_a_runoff_ends_when_more_than_half_of_the_papers_that_still_count_are_with_one():
    election = instant_runoff(cast("abc", (5, "a"), (4, "b"), (2, "c")))
    assert (election.order, findings(election)) == (
        (("a",), ("b",), ("c",)),
        [("first_preferences",), ("exclusion", "c")],
    )
    assert [step["quota"] for step in election.steps] == ["6", "5"]


def test_the_textbook_runoff_of_tennessee_elects_knoxville():
    capital = cast("MNCK", (42, "MNCK"), (26, "NCKM"), (15, "CKNM"), (17, "KCNM"))
    assert instant_runoff(capital).order == (("K",), ("M",), ("N",), ("C",))


# What a ballot says


def test_a_paper_counts_down_to_the_first_equal_ranks_and_is_not_valid_where_they_come_first():
    rows = (bytes([1, 2, 2]), bytes([1, 1, 2]), bytes([5, 9, UNRANKED]), bytes([NO_OPINION, 1, UNRANKED]))
    profile = Profile(("a", "b", "c"), (*rows, bytes([UNRANKED] * 3)), (1, 2, 3, 4, 5))
    assert preferences(profile) == ([b"\0", b"\0\1", b"\1"], [1, 3, 4])
    assert transferable(profile, 1).steps[0]["quota"] == "5"  # 8 valid papers


def test_many_entries_are_read_alike():
    entries = tuple(f"e{number:03d}" for number in range(200))
    row = bytes(200 - number for number in range(200))
    assert preferences(Profile(entries, (row,), (1,))) == ([bytes(range(199, -1, -1))], [1])
    equal = bytes([199, *row[1:]])
    assert preferences(Profile(entries, (equal,), (1,))) == ([bytes(range(199, 1, -1))], [1])


def test_a_ballot_that_nobody_cast_is_not_told_of():
    cast_once = Profile(("a", "b"), (bytes([1, 2]), bytes([2, 1])), (1, 0))
    assert transferable(cast_once, 1) == transferable(cast("ab", (1, "ab")), 1)


@pytest.mark.parametrize(
    "profile",
    [
        Profile(("a", "b"), (bytes([1]),), (1,)),
        Profile(("a",), (bytes([1]),), (-1,)),
        Profile(("a",), (bytes([1]),), ()),
    ],
)
def test_rows_that_do_not_fit_are_refused(profile):
    for read in (instant_runoff, preferences):
        with pytest.raises(ValueError, match=r"every row needs|shorter"):
            read(profile)


def test_an_order_has_room_for_255_entries():
    with pytest.raises(ValueError, match="at most 255"):
        preferences(Profile(tuple(f"e{number}" for number in range(256))))


def test_no_seat_can_not_be_filled():
    with pytest.raises(ValueError, match="0 seats"):
        transferable(cast("ab"), 0)


# Ties


def test_a_tie_is_broken_by_the_most_recent_stage_that_tells_apart():
    election = transferable(cast("abcd", (6, "a"), (4, "b"), (3, "c"), (1, "dc")), 1)
    # d leaves, b and c have four each; c had fewer before
    assert [step.get("broken_by") for step in election.steps] == [None, None, "stage", None, None]
    assert (election.steps[2]["of"], election.steps[2]["level"]) == (["c"], ["b", "c"])


def test_a_tie_that_no_stage_breaks_ends_the_count_and_says_so():
    election = instant_runoff(cast("abcd", (4, "a"), (3, "b"), (3, "c"), (1, "d")))
    assert election.order == (("a", "b", "c"), ("d",))
    assert election.steps[-1] == {"finding": "tie", "level": ["b", "c"]}


def test_equal_surpluses_end_the_count_with_both_elected():
    election = transferable(cast("abcd", (8, "ac"), (8, "bd"), (1, "c"), (1, "d")), 3)
    assert election.order == (("a", "b"), ("c", "d"))
    assert election.steps[-1] == {"finding": "tie", "level": ["a", "b"]}


def test_lots_decide_what_no_stage_does_the_higher_stays():
    profile = cast("abcd", (4, "a"), (3, "b"), (3, "c"), (1, "d"))
    election = instant_runoff(profile, lots={"a": 1, "b": 2, "c": 4, "d": 3})
    assert (flat(election), election.steps[2]["of"]) == (["a", "c", "b", "d"], ["b"])
    assert (election.steps[2]["level"], election.steps[2]["broken_by"]) == (["b", "c"], "lots")


def test_lots_decide_which_of_two_equal_surpluses_moves_first_the_higher():
    profile = cast("abcd", (8, "ac"), (8, "bd"), (1, "c"), (1, "d"))
    election = transferable(profile, 3, lots={"a": 1, "b": 2, "c": 3, "d": 4})
    assert election.steps[1]["of"] == ["b"]
    assert flat(election)[:2] == ["b", "a"]


def test_entries_without_any_votes_leave_together():
    election = instant_runoff(cast("abcd", (4, "a"), (3, "b"), (2, "ab")))
    assert election.order == (("a",), ("b",), ("c", "d"))
    election = instant_runoff(cast("abcde", (4, "a"), (3, "b"), (2, "c")))
    assert (election.order, findings(election)[1]) == ((("a",), ("b",), ("c",), ("d", "e")), ("exclusion", "d", "e"))


def test_without_ballots_all_are_tied_and_without_entries_there_is_nobody():
    assert transferable(cast("abc"), 2).order == (("a", "b", "c"),)
    assert flat(transferable(cast("abc"), 2, lots={"a": 1, "b": 3, "c": 2})) == ["b", "c", "a"]
    assert (instant_runoff(Profile(())).order, transferable(cast("ab"), 2).order) == ((), (("a", "b"),))


@pytest.mark.parametrize("lots", [{"a": 1}, {"a": 1, "b": 1}])
def test_lots_that_do_not_decide_are_refused(lots):
    with pytest.raises(ValueError, match="lots"):
        instant_runoff(cast("ab", (1, "a")), lots=lots)


# A second count, which keeps every paper apart in fractions and adds up anew at every stage


class Naive:
    """elected, excluded: in order. stages: the votes at the end of each. lots break all ties that stages don't."""

    def __init__(self, profile: Profile, seats: int, lots: dict[str, int], *, runoff: bool = False):
        self.seats, self.lots, self.runoff = seats, lots, runoff
        self.elected, self.excluded, self.kept, self.stages = [], [], {}, []
        rows = [order for row, times in zip(profile.rows, profile.times, strict=True) for order in [row] * times]
        orders = [order for order in (self.read(profile.entries, row) for row in rows) if order]
        self.papers = [{"order": order, "worth": Fraction(1), "with": order[0]} for order in orders]
        self.quota = Fraction(len(orders) // (seats + 1) + 1)
        self.end_stage()
        while len(self.elected) < seats and self.continuing():
            self.go_on()

    @staticmethod
    def read(entries: tuple[str, ...], row: bytes) -> list[str]:
        order = []
        for rank in sorted({mark for mark in row if mark < UNRANKED}):
            named = [entry for entry, mark in zip(entries, row, strict=True) if mark == rank]
            if len(named) > 1:
                break
            order += named
        return order

    def continuing(self) -> list[str]:
        return [entry for entry in self.lots if entry not in self.elected + self.excluded]

    def standing(self, entry: str) -> tuple:
        return [stage[entry] for stage in reversed(self.stages)], self.lots[entry]

    def end_stage(self) -> None:
        votes = {
            entry: sum((p["worth"] for p in self.papers if p["with"] == entry), Fraction(0)) for entry in self.lots
        }
        self.stages.append({**votes, **self.kept})
        if self.runoff:
            self.quota = Fraction(sum(votes.values()) // 2 + 1)
        reached = [entry for entry in self.continuing() if votes[entry] >= self.quota]
        self.elected += sorted(reached, key=self.standing, reverse=True)

    def go_on(self) -> None:
        over = [e for e in self.elected if e not in self.kept and self.stages[-1][e] > self.quota]
        if len(self.elected) + len(self.continuing()) <= self.seats:
            self.elected += sorted(self.continuing(), key=self.standing, reverse=True)
        elif over:
            entry = max(over, key=self.standing)
            votes = self.stages[-1][entry]
            self.kept[entry] = self.quota
            self.move(entry, (votes - self.quota) / votes)
        else:
            entry = min(self.continuing(), key=self.standing)
            self.excluded.append(entry)
            if len(self.elected) + len(self.continuing()) > self.seats:
                self.move(entry, Fraction(1))
            else:
                self.stages.append(self.stages[-1])

    def move(self, entry: str, share: Fraction) -> None:
        names = self.continuing()
        for paper in self.papers:
            if paper["with"] == entry:
                paper["with"] = next((name for name in paper["order"] if name in names), None)
                paper["worth"] = Fraction(floor(paper["worth"] * share * 100000), 100000)
        self.end_stage()


ENTRIES = "abcde"


@st.composite
def profiles(draw, *, strict: bool = False) -> Profile:
    size = draw(st.integers(1, 5))
    if strict:
        row = st.permutations(range(1, size + 1)).flatmap(
            lambda ranks: st.integers(1, size).map(lambda last: bytes(r if r <= last else UNRANKED for r in ranks))
        )
    else:
        marks = st.sampled_from([*range(1, size + 2), UNRANKED, NO_OPINION])
        row = st.lists(marks, min_size=size, max_size=size).map(bytes)
    rows = draw(st.lists(row, max_size=8, unique=True))
    times = draw(st.lists(st.integers(1, 9), min_size=len(rows), max_size=len(rows)))
    return Profile(tuple(ENTRIES[:size]), tuple(rows), tuple(times))


def lots_of(profile: Profile, number: int = 0) -> dict[str, int]:
    orders = list(permutations(range(len(profile.entries))))
    return dict(zip(profile.entries, orders[number % len(orders)], strict=True))


def check_against_the_second_count(profile: Profile, seats: int, number: int) -> None:
    lots = lots_of(profile, number)
    counts = (
        (transferable(profile, seats, lots=lots), Naive(profile, seats, lots)),
        (instant_runoff(profile, lots=lots), Naive(profile, 1, lots, runoff=True)),
    )
    for election, second in counts:
        assert flat(election)[: len(second.elected)] == second.elected
        assert flat(election)[::-1][: len(second.excluded)] == second.excluded
        told = [step["votes"] for step in election.steps if step["finding"] != "filled"]
        assert [{entry: Fraction(text) for entry, text in votes.items()} for votes in told] == second.stages


def check_what_must_hold(profile: Profile, seats: int) -> None:
    election = transferable(profile, seats)
    valid = sum(times for _, times in papers(profile))
    assert sorted(flat(election)) == sorted(profile.entries)
    for step in election.steps:
        if step["finding"] != "tie":
            votes = {entry: Fraction(text) for entry, text in step["votes"].items()}
            assert sum(votes.values()) + Fraction(step["not_transferable"]) == valid
            above = {entry for entry in votes if votes[entry] >= Fraction(step["quota"])}
            assert above <= {*flat(election)[:seats]}


@given(profiles(), st.integers(1, 5), st.integers(0, 119))
@settings(max_examples=150, deadline=None)
def test_every_stage_is_as_in_the_second_count(profile, seats, number):
    check_against_the_second_count(profile, seats, number)


@pytest.mark.slow
@given(profiles(), st.integers(1, 5), st.integers(0, 119))
@settings(max_examples=20_000, deadline=None)
def test_every_stage_is_as_in_the_second_count_in_many_elections(profile, seats, number):
    check_against_the_second_count(profile, seats, number)
    check_what_must_hold(profile, seats)


# What must hold of any count


@given(profiles(), st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_no_vote_is_lost_and_nobody_reaches_the_quota_and_loses(profile, seats):
    check_what_must_hold(profile, seats)


@given(profiles(), st.integers(1, 5), st.permutations(range(5)))
@settings(max_examples=100, deadline=None)
def test_no_entry_is_treated_better_for_its_key_or_its_place(profile, seats, turn):
    turn = [place for place in turn if place < len(profile.entries)]
    turned = Profile(
        tuple(profile.entries[place] for place in turn),
        tuple(bytes(row[place] for place in turn) for row in profile.rows),
        profile.times,
    )
    assert transferable(turned, seats).order == transferable(profile, seats).order
    names = {entry: ENTRIES[-1 - number] for number, entry in enumerate(profile.entries)}
    renamed = transferable(Profile(tuple(names[e] for e in profile.entries), profile.rows, profile.times), seats)
    assert renamed.order == tuple(
        tuple(sorted(names[entry] for entry in group)) for group in transferable(profile, seats).order
    )


@given(profiles(), st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_it_does_not_matter_who_cast_which_ballot_or_how_equal_ones_are_bundled(profile, seats):
    rows = (*profile.rows[::-1], *profile.rows)
    times = (*(number - 1 for number in profile.times[::-1]), *(1 for _ in profile.times))
    assert transferable(Profile(profile.entries, rows, times), seats) == transferable(profile, seats)


@given(profiles(), st.integers(1, 5), st.integers(0, 119))
@settings(max_examples=100, deadline=None)
def test_what_is_told_without_lots_no_lots_can_change(profile, seats, number):
    plain, drawn = transferable(profile, seats), transferable(profile, seats, lots=lots_of(profile, number))
    if plain.steps[-1]["finding"] == "tie":
        settled = [entry for step in plain.steps[:-1] for entry in step["elected"]]
        assert {*settled} <= {*flat(drawn)[:seats]}
    else:
        assert {*flat(plain)[:seats]} == {*flat(drawn)[:seats]}


@given(profiles())
@settings(max_examples=100, deadline=None)
def test_one_seat_goes_to_the_winner_of_the_runoff(profile):
    runoff, single = instant_runoff(profile), transferable(profile, 1)
    assume(is_decided(runoff) and is_decided(single))
    assert runoff.order[0] == single.order[0]


@given(profiles())
@settings(max_examples=100, deadline=None)
def test_whoever_more_than_half_put_first_wins_the_runoff(profile):
    first = Counter({order[0]: 0 for order, _ in papers(profile)})
    for order, times in papers(profile):
        first[order[0]] += times
    leaders = [profile.entries[place] for place, votes in first.items() if 2 * votes > first.total()]
    assert [*instant_runoff(profile).order[0]] == leaders or not leaders


@given(profiles(strict=True), st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_a_group_that_enough_voters_put_above_all_others_gets_its_share_of_seats(profile, seats):
    election = transferable(profile, seats, lots=lots_of(profile))
    placed = {*flat(election)[:seats]}
    quota = int(election.steps[0]["quota"])
    for size in range(1, len(profile.entries)):
        for group in combinations(range(len(profile.entries)), size):
            solid = sum(times for order, times in papers(profile) if {*order[:size]} == {*group})
            earned = min(size, max(0, solid - 1) // quota)  # a paper over, for what is cut off
            assert len(placed & {profile.entries[place] for place in group}) >= earned


@given(profiles(strict=True))
@settings(max_examples=100, deadline=None)
def test_an_independent_library_finds_the_same_winner_of_the_runoff(profile):
    election = instant_runoff(profile)
    assume(len(profile.entries) > 1 and profile.rows and is_decided(election))
    candidates = [Candidate(entry) for entry in profile.entries]
    ballots = [Ballot([candidates[place] for place in order]) for order, n in papers(profile) for _ in range(n)]
    winners = instant_runoff_voting(candidates, ballots).get_winners()
    assert [winner.name for winner in winners] == list(election.order[0])
