"""From ballots to votes: what counts, what is invalid, what makes a vote void."""

from dataclasses import replace
from fractions import Fraction

import pytest

from evalflow.workflow.outcome import Case, Outcome, Row
from tests.kinds.cases import case, complaint, outcome, table, workflow

RULES = """
vote ballot
method = "approval"
choose = { min = 1, max = 2 }
"""
ROLL = ("A,6,4", "B,5,3")


def vote(*ballots: str, roll: tuple[str, ...] = ROLL, rules: str = RULES) -> Case:
    """A vote on a, b and c. ballots: "ID,CHOICES,VOTES" as in the file."""
    rows: list[Row] = table("ballot,choices,votes", *ballots)
    return case(workflow(rules), entries="abc", ballots=rows, roll=table("branch,electors,voted", *roll))


def test_a_small_vote_as_a_whole() -> None:
    assert outcome(vote("1,a|b,1", "2,a,1", "3,b|a,2", "4,,1", "5,a|b|c,1")) == Outcome(
        {"votes": {"a": Fraction(4), "b": Fraction(3), "c": Fraction(0)}},
        {
            "valid": 4,
            "invalid": 2,
            "abstentions": 0,
            "cast": 6,
            "electors": 11,
            "voted": 7,
            "void": False,
        },
    )


def test_an_empty_ballot_abstains_where_the_rules_let_it() -> None:
    found = outcome(vote("1,a,1", "2,,1", rules=RULES.replace("min = 1", "min = 0")))
    assert (found.facts["valid"], found.facts["invalid"], found.facts["abstentions"]) == (1, 0, 1)


def test_where_nobody_is_marked_on_the_roll_more_ballots_than_electors_make_a_vote_void() -> None:
    unmarked = ("A,6,", "B,5,3")
    full = outcome(vote("1,a,11", roll=unmarked)).facts
    over = outcome(vote("1,a,12", roll=unmarked)).facts
    assert (full["voted"], full["void"], over["voted"], over["void"]) == (None, False, None, True)


def test_fewer_ballots_than_voters_stay_a_vote() -> None:
    facts = outcome(vote("1,a,6")).facts
    assert (facts["cast"], facts["voted"], facts["void"]) == (6, 7, False)


@pytest.mark.parametrize(
    ("ballots", "roll", "expected"),
    [
        (["1,a|z,1"], ROLL, "ballots.csv:2: choices: expected a, b or c, found 'z'"),
        (["1,a,1", "1,b,1"], ROLL, "ballots.csv:3: ballot: expected each once, found 1 again"),
        (["1,a,-1"], ROLL, "ballots.csv:2: votes: expected a whole number, found '-1'"),
        (["1,a,0"], ROLL, "ballots.csv:2: votes: expected 1 or more, found 0"),
        ([",a,1"], ROLL, "ballots.csv:2: ballot: expected an id, found nothing"),
        (["1,a|a,1"], ROLL, "ballots.csv:2: choices: expected each entry once on a ballot, found 'a' again"),
        (["1,a,5", "2,b,3"], ROLL, "ballots.csv:3: expected at most 7 ballots, as the roll has voters, found 8"),
        (["1,a,1"], (), "roll.csv: expected electors, found nobody"),
        (["1,a,1"], ("Z,6,4",), "roll.csv:2: branch: expected \"\", A, B or C, found 'Z'"),
        (["1,a,1"], ("A,6,4", "A,5,3"), "roll.csv:3: branch: expected each once, found A again"),
        (["1,a,1"], ("A,6,7",), "roll.csv:2: voted: expected at most the 6 electors, found 7"),
        (["1,a,1"], ("A,six,4",), "roll.csv:2: electors: expected a whole number, found 'six'"),
    ],
    ids=[
        "an entry that is none",
        "a ballot twice",
        "a negative number",
        "no votes",
        "no id",
        "an entry twice",
        "more ballots than voters",
        "no roll",
        "no such branch",
        "a branch twice",
        "more voters than electors",
        "electors in words",
    ],
)
def test_ballots_that_can_not_have_been_cast_are_refused(
    ballots: list[str], roll: tuple[str, ...], expected: str
) -> None:
    assert complaint(vote(*ballots, roll=roll)) == expected


def test_a_paper_of_more_entries_than_a_ballot_holds_is_refused() -> None:
    entries = "".join(chr(ord("一") + number) for number in range(63))
    long = case(workflow(RULES), entries=entries, ballots=[], roll=table("branch,electors,voted", "一,9,0"))
    assert complaint(long) == "ballots.csv: entries on the paper: expected at most 62, found 63"


NAMED = RULES + 'secrecy = "named"\n'


def open_vote(*voters: str, rules: str = NAMED) -> Case:
    """An open vote of two ballots. voters: "BALLOT,BRANCH"."""
    found = vote("1,a,1", "2,b,1", rules=rules)
    return replace(found, tables={**found.tables, "voters": table("ballot,branch", *voters)})


def test_who_voted_openly_changes_nothing_of_the_count() -> None:
    assert outcome(open_vote("1,A", "2,")) == outcome(vote("1,a,1", "2,b,1", rules=NAMED))


@pytest.mark.parametrize(
    ("voters", "rules", "expected"),
    [
        (["1,A"], RULES, "voters.csv:2: expected no rows, as this vote is secret, found some"),
        (["1,A", "1,B"], NAMED, "voters.csv:3: ballot: expected each once, found 1 again"),
        (["3,A"], NAMED, "voters.csv:2: ballot: expected 1 or 2, found '3'"),
        (["1,Z"], NAMED, "voters.csv:2: branch: expected \"\", A, B or C, found 'Z'"),
    ],
    ids=["sealed", "a ballot twice", "no such ballot", "no such branch"],
)
def test_voters_that_can_not_be_are_refused(voters: list[str], rules: str, expected: str) -> None:
    assert complaint(open_vote(*voters, rules=rules)) == expected
