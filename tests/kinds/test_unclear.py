"""Ranked papers with a rank left out or given twice count as far as the file says, by default as their method."""

from fractions import Fraction

import pytest

from evalflow.kinds.ballot_rules import METHODS
from evalflow.kinds.marking import Fault
from evalflow.tally.profile import UNRANKED
from evalflow.workflow.outcome import Outcome
from tests.kinds.cases import case, outcome, table, workflow
from tests.kinds.test_marking import paper

GAP = {"a": 1, "b": 2, "c": 4}
TWICE = {"a": 1, "b": 2, "c": 2}
NO_FIRST = {"a": 2, "b": 3}
TWO_FIRST = {"a": 1, "b": 1, "c": 2}


def read(method: str, marks: dict[str, int], **more: str) -> list[int] | None:
    of = paper(method, **more)
    found = of.counted(of.code(marks))
    return list(found) if isinstance(found, bytes) else found


@pytest.mark.parametrize(
    ("unclear", "told"),
    [
        ("void", [None, None, None, None]),
        ("to_gap", [[1, 2, UNRANKED], [1, UNRANKED, UNRANKED], None, None]),
        ("over_gaps", [[1, 2, 3], [1, UNRANKED, UNRANKED], [1, 2, UNRANKED], None]),
    ],
)
@pytest.mark.parametrize("method", ["stv", "meek", "instant_runoff"])
def test_a_paper_counts_as_far_as_the_file_says(method: str, unclear: str, told: list[list[int] | None]) -> None:
    assert [read(method, marks, unclear=unclear) for marks in (GAP, TWICE, NO_FIRST, TWO_FIRST)] == told


@pytest.mark.parametrize(
    ("method", "unclear"),
    [("stv", "to_gap"), ("meek", "to_gap"), ("instant_runoff", "over_gaps"), ("positional", "void")],
)
def test_left_out_it_is_the_published_rule_of_the_method(method: str, unclear: str) -> None:
    assert METHODS[method].unclear == paper(method).options.reading == unclear


def test_whoever_votes_on_the_page_is_still_told_of_the_slip() -> None:
    of = paper("stv")
    assert of.fault(of.code(GAP)) == Fault("ranks_with_gaps", {})


VOTE = """
vote ballot
method = "stv"
seats = 1
secrecy = "named"
"""


def counted(rules: str) -> Outcome:
    """Two clear papers for b, three that rank a and then give 2 to nobody or to two."""
    lines = ("1,b:1|a:2,2", "2,a:1|c:3,2", "3,a:1|b:2|c:2,1", "4,a:2|c:3,1")
    return outcome(
        case(
            workflow(rules),
            entries="abc",
            ballots=table("ballot,choices,votes", *lines),
            roll=table("branch,electors,voted", "A,6,6", "B,0,0", "C,0,0"),
        )
    )


def test_a_recount_from_the_files_follows_the_same_rule() -> None:
    clear, void = counted(VOTE), counted(f'{VOTE}unclear = "void"\n')
    assert (clear.figures["votes"], clear.facts["valid"], clear.facts["invalid"]) == ({"a": 3, "b": 2, "c": 0}, 5, 1)
    assert (void.figures["votes"], void.facts["valid"], void.facts["invalid"]) == ({"a": 0, "b": 2, "c": 0}, 2, 4)
    assert clear.figures["place"]["a"] == Fraction(1)
