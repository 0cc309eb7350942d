"""Five working days with names: who remains after objections, and what an objection can't be."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from evalflow.workflow.outcome import Case, Outcome
from tests.kinds.cases import case, complaint, outcome, table, workflow

DECISION = """
meeting decision
seats = 3
quorum = { present = "2/3", ayes = "1/2 of entitled" }
component = [{ from = "vote", as = "rank_points", weight = 100 }]
"""
VOTE = """
vote ballot
method = "approval"
choose = { max = 3 }
"""
NOTICE = """
names notice
closes = "opening + 5 working days"
"""
DECIDED: Mapping[str, Outcome] = {
    "meeting": Outcome(facts={"decided": [{"entry": e, "place": p} for p, e in enumerate("abc", 1)]})
}


def notice(*objections: str, names: tuple[str, ...] = ("a,1", "b,2", "c,3"), rules: str = NOTICE) -> Case:
    """A notice of a, b and c. objections: "NUMBER,ENTRY,STATE,DECIDED" as in the file."""
    return case(
        workflow(VOTE, DECISION, rules),
        entries="abcd",
        earlier=DECIDED,
        names=table("entry,place", *names),
        objections=table("number,entry,state,decided", *objections),
    )


def test_a_small_notice_as_a_whole() -> None:
    objections = (
        "1,b,upheld,2026-05-08",
        "2,c,rejected,2026-05-08",
        "3,,rejected,2026-05-09",
        "4,a,withdrawn,2026-05-09",
    )
    assert outcome(notice(*objections)) == Outcome(
        facts={
            "names": [{"entry": "a", "place": 1}, {"entry": "b", "place": 2}, {"entry": "c", "place": 3}],
            "objections": {"upheld": 1, "rejected": 2, "withdrawn": 1},
            "struck": ["b"],
            "remaining": [{"entry": "a", "place": 1}, {"entry": "c", "place": 3}],
        }
    )


def test_those_after_a_struck_name_move_up_only_where_the_rules_say_so() -> None:
    upheld = ("1,a,upheld,2026-05-08",)
    stay, move = outcome(notice(*upheld)), outcome(notice(*upheld, rules=f"{NOTICE}move_up = true"))
    assert stay.facts["remaining"] == [{"entry": "b", "place": 2}, {"entry": "c", "place": 3}]
    assert move.facts["remaining"] == [{"entry": "b", "place": 1}, {"entry": "c", "place": 2}]


def test_two_objections_to_one_name_strike_it_once() -> None:
    found = outcome(notice("1,a,upheld,2026-05-08", "2,a,upheld,2026-05-09"))
    assert (found.facts["struck"], found.facts["objections"]["upheld"]) == (["a"], 2)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("a,1", "b,2"), "names.csv: entry 'c': expected a line, found none"),
        (("a,2", "b,1", "c,3"), "names.csv:2: place of 'a': expected 1, found 2"),
        (("a,1", "b,2", "d,3"), "names.csv:4: entry: expected a, b or c, found 'd'"),
    ],
)
def test_names_other_than_those_decided_are_told_by_file_line_expected_and_found(
    names: tuple[str, ...], told: str
) -> None:
    assert complaint(notice(names=names)) == told


@pytest.mark.parametrize(
    ("objection", "expected"),
    [
        ("1,d,rejected,2026-05-08", "objections.csv:2: entry: expected a, b or c, found 'd'"),
        ("1,,upheld,2026-05-08", "objections.csv:2: entry: expected one, as the objection is upheld, found nothing"),
        ("1,a,open,2026-05-08", "objections.csv:2: state: expected upheld, rejected or withdrawn, found 'open'"),
        ("1,a,upheld,8 May", "objections.csv:2: decided: expected a day such as 2026-06-25, found '8 May'"),
        ("one,a,upheld,2026-05-08", "objections.csv:2: number: expected a whole number, found 'one'"),
    ],
    ids=["to a name not put up", "upheld against nobody", "not answered", "on no day", "without a number"],
)
def test_objections_that_can_not_have_been_decided_are_refused(objection: str, expected: str) -> None:
    assert complaint(notice(objection)) == expected


def test_objections_where_none_are_taken_are_refused() -> None:
    rules = f"{NOTICE}objections = false"
    assert complaint(notice("1,a,rejected,2026-05-08", rules=rules)) == (
        "objections.csv:2: expected no rows, as by these rules no objections are taken, found some"
    )


def test_who_shares_a_place_still_does_after_moving_up() -> None:
    of = notice("1,a,upheld,2026-05-08", names=("a,1", "b,2", "c,2"), rules=f"{NOTICE}move_up = true")
    decided = [{"entry": "a", "place": 1}, {"entry": "b", "place": 2}, {"entry": "c", "place": 2}]
    shared = {"meeting": Outcome(facts={"decided": decided})}
    assert outcome(replace(of, earlier=shared)).facts["remaining"] == [
        {"entry": "b", "place": 1},
        {"entry": "c", "place": 1},
    ]
