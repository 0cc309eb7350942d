"""At most so many winners of one branch or one area: what the ranking proposes, and what is a deviation from it."""

from dataclasses import replace
from fractions import Fraction

from evalflow.workflow.definition import Definition
from evalflow.workflow.outcome import Case, Outcome
from tests.kinds.cases import complaint, outcome, table
from tests.kinds.test_components import declared, ruled

FIGURE = '{ from = "form", as = "figure", figure = "output" }'
AREAS = {"area": {"a": "mine", "b": "mine", "c": "smelter", "d": "smelter"}}
MEETING = "quorum = { present = '1/2', ayes = '1/2 of entitled' }"


def capped(*, per: str = "form.area", more: str = "", seats: int = 2) -> Definition:
    return ruled(FIGURE, options=f"combine = 'sum'\ncap = {{ at_most = 1, per = '{per}' }}\n{more}", seats=seats)


def decided(*lines: str, output: str = "9 8 7 6") -> Case:
    """A meeting that carried the whole list and decided these lines, "entry,place,reason"."""
    head = "motion,sitting,about,ayes,noes,abstentions,recused,entitled,present,result"
    tables = {
        "attendance": table("sitting,member,present", "1,m1,yes"),
        "motions": table(head, "1,1,list,1,0,0,0,1,1,carried"),
        "decided": table("entry,place,reason", *lines),
    }
    return replace(declared(capped(more=MEETING), output=output, choices=AREAS), tables=tables)


def winners(found: Outcome) -> list[tuple[str, int]]:
    return [(one["entry"], one["place"]) for one in found.facts["decided"]]


def test_the_next_of_another_area_moves_up_and_the_places_stay_without_a_gap() -> None:
    found = outcome(declared(capped(), output="9 8 7 6", choices=AREAS))
    assert winners(found) == [("a", 1), ("c", 2)]
    assert found.figures["place"] == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert found.facts["cut"] == {
        "winners": ["a", "c"],
        "tied": [],
        "seats_left": 0,
        "below": ["b", "d"],
        "passed_over": ["b"],
    }


def test_places_stay_empty_where_every_area_has_enough() -> None:
    found = outcome(declared(capped(seats=4), output="9 8 7 6", choices=AREAS))
    assert (winners(found), found.facts["cut"]["seats_left"]) == ([("a", 1), ("c", 2)], 2)


def test_an_entry_that_chose_nothing_is_of_no_group() -> None:
    found = outcome(declared(capped(), output="9 8 7", choices={"area": {"a": "mine"}}))
    assert winners(found) == [("a", 1), ("b", 2)]


def test_a_cap_by_branch_counts_the_entries_of_a_branch() -> None:
    of = declared(capped(per="branch"), output="9 8 7")
    contenders = tuple(replace(one, branch="A" if one.key in "ab" else "C") for one in of.contenders)
    assert winners(outcome(replace(of, contenders=contenders))) == [("a", 1), ("c", 2)]


def test_a_pass_over_by_the_cap_is_what_the_ranking_says() -> None:
    assert outcome(decided("a,1,", "c,2,")).facts["deviations"] == []


def test_a_seat_beyond_the_cap_needs_a_reason() -> None:
    told = "decided.csv:3: entry 'b': expected a reason, found ranked 2 and decided 2, and none"
    assert complaint(decided("a,1,", "b,2,", "c,,让位")) == told
    found = outcome(decided("a,1,", "b,2,特别贡献", "c,,让位"))
    assert [(one["entry"], one["reason"]) for one in found.facts["deviations"]] == [("b", "特别贡献"), ("c", "让位")]


def test_of_two_that_tie_for_the_room_of_their_area_one_is_free_to_choose_and_both_need_reasons() -> None:
    tie = "9 9 7 6"
    assert outcome(decided("b,1,", "c,2,", output=tie)).facts["deviations"] == []
    told = "decided.csv:2: entry 'a': expected a reason, found ranked 1 and decided 1, and none"
    assert complaint(decided("a,1,", "b,2,", "c,,让位", output=tie)) == told


def test_without_a_cap_nobody_is_passed_over() -> None:
    found = outcome(declared(ruled(FIGURE), output="9 8 7", choices=AREAS))
    assert (winners(found), "passed_over" in found.facts["cut"]) == ([("a", 1), ("b", 2)], False)
    assert found.figures["composite"] == {"a": Fraction(9), "b": Fraction(8), "c": Fraction(7)}
