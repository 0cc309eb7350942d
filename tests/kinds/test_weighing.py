"""A weighted vote from files: what the roll's weights make of ballots, and which ballots can't be of that roll."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalflow.kinds import KINDS
from evalflow.kinds.ballot import counted, paper_of
from evalflow.kinds.ballot_rules import METHODS, BallotOptions
from evalflow.tally.points import approvals_over_electors
from evalflow.tally.profile import NO_OPINION, UNRANKED
from evalflow.workflow.definition import Definition
from evalflow.workflow.outcome import Case, Outcome
from tests.kinds.cases import case, complaint, outcome, table, workflow

WEIGHTED = """
vote ballot
method = "approval"
choose = { min = 1, max = 2 }
weights = "roll"
"""
ROLL, WEIGHTS = ("A,4,2", "B,3,2"), ("1,5", "3,2")


def vote(
    *ballots: str, roll: tuple[str, ...] = ROLL, weights: tuple[str, ...] = WEIGHTS, rules: str = WEIGHTED
) -> Case:
    """A vote on a, b and c of seven electors, who have eleven votes together. ballots: "ID,CHOICES,VOTES"."""
    rows = {
        "ballots": table("ballot,choices,votes", *ballots),
        "roll": table("branch,electors,voted", *roll),
        "weights": table("weight,electors", *weights),
    }
    return case(workflow(rules), entries="abc", **rows)


def test_a_small_weighted_vote_as_a_whole() -> None:
    assert outcome(vote("1,a|b,3", "2,a,1", "3,b,1", "4,a|b|c,3")) == Outcome(
        {"votes": {"a": Fraction(4), "b": Fraction(4), "c": Fraction(0)}},
        {
            "valid": 5,
            "invalid": 3,
            "abstentions": 0,
            "cast": 8,
            "electors": 7,
            "voted": 4,
            "roll_votes": 11,
            "void": False,
        },
    )


def test_ballots_too_many_for_the_marks_on_the_roll_are_counted_by_heads() -> None:
    four = ["1,a,3", "2,a,3", "3,a,1", "4,a,1"]
    assert outcome(vote(*four)).facts["cast"] == 8
    assert (
        complaint(vote(*four, "5,a,1")) == "ballots.csv:6: expected at most 4 ballots, as the roll has voters, found 5"
    )


def test_approvals_are_divided_by_all_votes_on_the_roll() -> None:
    found = outcome(vote("1,a|b,3", "2,a,1"))
    assert approvals_over_electors(counted(found)) == {
        "a": Fraction(400, 11),
        "b": Fraction(300, 11),
        "c": Fraction(0),
    }


@pytest.mark.parametrize(
    ("ballots", "is_void"),
    [
        (["1,a,3", "2,a,3"], False),
        (["1,a,3", "2,a,3", "3,a,3"], True),
        ([f"{number},a,1" for number in range(5)], False),
        ([f"{number},a,1" for number in range(6)], True),
    ],
    ids=["both heavy electors", "three heavy ballots, fewer votes than there are", "all light", "six light ballots"],
)
def test_more_ballots_than_electors_of_a_weight_make_a_vote_void(ballots: list[str], is_void: bool) -> None:
    assert outcome(vote(*ballots, roll=("A,7,",))).facts["void"] is is_void


@pytest.mark.parametrize(
    ("ballots", "weights", "rules", "expected"),
    [
        (
            ["1,a,1", "2,a,5", "3,a,2"],
            WEIGHTS,
            WEIGHTED,
            "ballots.csv:3: votes: expected 1 or 3, found 5",
        ),
        (["1,a,1"], ("1,6", "3,2"), WEIGHTED, "weights.csv:3: electors: expected 7 in all, as roll.csv has, found 8"),
        (["1,a,1"], (), WEIGHTED, "weights.csv: electors: expected 7 in all, as roll.csv has, found 0"),
        (["1,a,1"], ("1,5", "1,2"), WEIGHTED, "weights.csv:3: weight: expected 1 or more, each once, found 1 again"),
        (["1,a,1"], ("0,5", "1,2"), WEIGHTED, "weights.csv:2: weight: expected 1 or more, each once, found 0"),
        (["1,a,1"], ("1.5,7",), WEIGHTED, "weights.csv:2: weight: expected a whole number, found '1.5'"),
        (
            ["1,a,1"],
            WEIGHTS,
            WEIGHTED.replace('"roll"', '"equal"'),
            "weights.csv:2: expected no rows, as in this vote every elector counts once, found some",
        ),
    ],
    ids=["nobody's weight", "too many electors", "no weights", "twice", "nothing", "no whole number", "equal votes"],
)
def test_weights_that_can_not_be_are_refused(
    ballots: list[str], weights: tuple[str, ...], rules: str, expected: str
) -> None:
    assert complaint(vote(*ballots, weights=weights, rules=rules)) == expected


def test_voters_are_told_that_ballots_weigh_and_that_few_do_not_share_a_weight() -> None:
    told = [
        KINDS["ballot"].words(rules_of("plurality", weights=weights).stages[-1].options, "en")
        for weights in ("equal", "roll")
    ]
    assert [sentence for sentence in told[1] if sentence not in told[0]] == [
        "Votes are weighted: a ballot counts as many votes as the roll has for its voter.",
        "The count shows the weight of every ballot; so each weight is shared by at least 5 electors.",
    ]


GRADES = """
grade = [
  { key = "good", label = { zh = "好" }, worth = 100 },
  { key = "fair", label = { zh = "中" }, worth = 60 },
  { key = "poor", label = { zh = "差" }, worth = 20 },
]
"""
RULES = {
    "approval": "choose = { min = 0, max = 2 }",
    "plurality": "",
    "score": "points = 2\nno_opinion = true",
    "cumulative": "points = 4",
    "grade": GRADES,
    "positional": "ranks = [3, 1]",
    "star": "points = 2",
    "schulze": 'equal_ranks = true\ndefault = { title = { zh = "都不选" }, quorum = "2", majority = "3/2" }',
    "instant_runoff": "",
    "stv": "seats = 2",
    "meek": "seats = 2",
}
MARKS = {
    "points": [0, 1, 2, NO_OPINION],
    "grades": [0, 1, 2, NO_OPINION],
    "ranks": [1, 2, 3, UNRANKED],
}


def rules_of(method: str, *, weights: str) -> Definition:
    return workflow(f'vote ballot\nmethod = "{method}"\nweights = "{weights}"\n{RULES[method]}')


def choices(definition: Definition) -> st.SearchStrategy[str]:
    """What may stand on a ballot on a, b and c, valid or not."""
    options = definition.stages[-1].options
    assert isinstance(options, BallotOptions)
    paper = paper_of("abc", options)
    if options.form == "names":
        return st.integers(0, 7).map(paper.text)
    marks = st.lists(st.sampled_from(MARKS[options.form]), min_size=len(paper.entries), max_size=len(paper.entries))
    return marks.map(lambda found: paper.text(bytes(found)))


def test_every_method_is_weighed_here() -> None:
    assert RULES.keys() == METHODS.keys()


@pytest.mark.parametrize("method", RULES)
@given(data=st.data())
def test_an_elector_of_weight_3_equals_three_of_weight_1_who_vote_alike(method: str, data: st.DataObject) -> None:
    weighted, equal = rules_of(method, weights="roll"), rules_of(method, weights="equal")
    cast = data.draw(st.lists(st.tuples(choices(weighted), st.sampled_from([1, 3])), max_size=6))
    heavy = [f"h{number},{chosen},{weight}" for number, (chosen, weight) in enumerate(cast)]
    alike = [f"e{number}-{copy},{chosen},1" for number, (chosen, weight) in enumerate(cast) for copy in range(weight)]
    roll = {"roll": table("branch,electors,voted", "A,12,"), "weights": table("weight,electors", "1,6", "3,6")}
    found = outcome(case(weighted, entries="abc", ballots=table("ballot,choices,votes", *heavy), **roll))
    votes = {"roll": table("branch,electors,voted", "A,24,")}
    expected = outcome(case(equal, entries="abc", ballots=table("ballot,choices,votes", *alike), **votes))
    assert found.figures == expected.figures
    assert found.facts["roll_votes"] == expected.facts["electors"]
    heads = {"electors", "roll_votes"}
    assert {key: fact for key, fact in found.facts.items() if key not in heads} == {
        key: fact for key, fact in expected.facts.items() if key not in heads
    }
