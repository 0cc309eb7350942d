"""A budget spent down the ranking: who is in, who is passed over, and which rules can't work."""

from dataclasses import replace
from fractions import Fraction

import pytest

from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS, decision
from evalflow.workflow import reader, telling
from evalflow.workflow.definition import Definition
from evalflow.workflow.outcome import Case, Contender, Outcome
from tests.kinds.cases import HEAD, complaint, outcome, table

FIELD = '{ key = "cost", type = "number", required = true, min = 0, label = { zh = "费用", en = "Cost" } }'
DECISION = """
[[stage]]
key = "funding"
kind = "decision"
title = { zh = "资助", en = "Funding" }
seats = SEATS
combine = "sum"
budget = { amount = 100, cost = "form.cost" }
component = [{ from = "form", as = "figure", figure = "liking" }]
"""
MEETING = DECISION.replace("budget", 'quorum = { present = "1/2", ayes = "1/2 of entitled" }\nbudget')


def spending(rules: str = DECISION, *, seats: int = 4, field: str = FIELD) -> Definition:
    liking = FIELD.replace("cost", "liking").replace("费用", "支持")
    form = HEAD.replace(" required = true }]", f" required = true }}, {field}, {liking}]")
    return reader.read(form + rules.replace("SEATS", str(seats)), KINDS, file="small.toml")


def funded(liking: str, cost: str, *, rules: str = DECISION, seats: int = 4) -> Case:
    """Entries a, b, c, … with what was declared of each, "-" for nothing."""
    definition = spending(rules, seats=seats)
    keys = "abcdef"[: len(liking.split())]
    numbers = {
        name: {key: Fraction(cell) for key, cell in zip(keys, row.split(), strict=True) if cell != "-"}
        for name, row in (("liking", liking), ("cost", cost))
    }
    contenders = tuple(Contender(key, key.upper(), number) for number, key in enumerate(keys, 1))
    return Case(definition, definition.stages[-1], contenders, tuple(keys.upper()), {}, {"form": Outcome(numbers)})


def test_whoever_costs_more_than_is_left_is_passed_over_and_the_next_that_fits_is_in() -> None:
    found = outcome(funded("9 8 5 4", "60 50 50 40"))
    assert found.facts["cut"] == {
        "winners": ["a", "d"],
        "tied": [],
        "seats_left": 2,
        "below": ["b", "c"],
        "passed_over": ["b", "c"],
        "left": "0",
    }
    assert found.facts["decided"] == [{"entry": "a", "place": 1}, {"entry": "d", "place": 2}]
    assert found.figures["place"] == {"a": 1, "b": 2, "c": 3, "d": 4}


def test_seats_end_it_before_the_money_does() -> None:
    cut = outcome(funded("9 8 7", "10 10 10", seats=2)).facts["cut"]
    assert (cut["winners"], cut["passed_over"], cut["left"]) == (["a", "b"], [], "80")


def test_equals_of_whom_only_some_can_be_paid_tie_until_the_chain_parts_them() -> None:
    case = ("9 8 8", "40 60 60")
    cut = outcome(funded(*case)).facts["cut"]
    assert (cut["winners"], cut["tied"], cut["left"]) == (["a"], ["b", "c"], "60")
    chained = DECISION.replace("budget", 'tie_break = ["number"]\nbudget')
    cut = outcome(funded(*case, rules=chained)).facts["cut"]
    assert (cut["winners"], cut["tied"], cut["passed_over"]) == (["a", "b"], [], ["c"])


def spent(*lines: str, costs: str = "60 60 150", likings: str = "9 9 9", more: str = "", ties: str = "") -> Case:
    """A meeting that carried the whole list and decided these lines, "entry,place,reason".

    ties: what else was carried, as "a>b c>d".
    """
    head = "motion,sitting,about,ayes,noes,abstentions,recused,entitled,present,result"
    tables = {
        "attendance": table("sitting,member,present", "1,m1,yes"),
        "motions": table(
            head,
            *(f"t{number},1,tie:{order},1,0,0,0,1,1,carried" for number, order in enumerate(ties.split())),
            "l,1,list,1,0,0,0,1,1,carried",
        ),
        "decided": table("entry,place,reason", *lines),
    }
    return replace(funded(likings, costs, rules=MEETING + more), tables=tables)


def test_of_those_who_tie_for_what_is_left_as_many_as_it_pays_are_free_to_choose() -> None:
    found = outcome(spent("b,1,"))
    assert (found.facts["cut"]["tied"], found.facts["deviations"]) == (["a", "b"], [])


@pytest.mark.parametrize(
    ("lines", "line", "entry"),
    [
        (("a,1,", "b,2,"), 2, "a"),
        (("c,1,",), 2, "c"),
        (("a,1,", "b,2,", "c,3,"), 2, "a"),
    ],
    ids=["120 of 100", "150 of 100", "270 of 100"],
)
def test_whoever_overspends_the_budget_needs_reasons_or_is_refused(
    lines: tuple[str, ...], line: int, entry: str
) -> None:
    assert complaint(spent(*lines)) == (
        f"decided.csv:{line}: entry '{entry}': expected a reason, found ranked 1 and decided 1, and none"
    )
    refused = spent(*(f"{told}另有资金" for told in lines), more='deviation = "refused"\n')
    assert complaint(refused) == (
        f"decided.csv:{line}: entry '{entry}': expected no deviation, as these rules refuse any, "
        "found ranked 1 and decided 1"
    )
    found = outcome(spent(*(f"{told}另有资金" for told in lines)))
    assert [one["entry"] for one in found.facts["deviations"]] == [told[0] for told in lines]


def waiting(of: Case) -> tuple[tuple[str, ...], ...]:
    """The ties that wait for a motion."""
    return decision.open_ties(decision.proposed(of), decision.options_of(of))


def test_a_motion_orders_all_who_share_the_place_whether_they_can_be_paid_or_not() -> None:
    chain = 'tie_break = ["motion"]\n'
    assert waiting(spent(more=chain)) == (("a", "b", "c"),)
    ordered = spent("b,1,", ties="b>a>c", more=chain)
    assert (waiting(ordered), outcome(ordered).facts["cut"]["winners"]) == ((), ["b"])


AT_LINE = 'ties = "at_line"\n'


@pytest.mark.parametrize("ties", ["all", "at_line"])
def test_every_tie_that_decides_who_is_awarded_is_broken_one_after_the_other(ties: str) -> None:
    rules = DECISION + f'tie_break = ["number"]\nties = "{ties}"\n'
    found = outcome(funded("9 9 8 8", "60 60 30 30", rules=rules))
    cut = found.facts["cut"]
    assert (cut["winners"], cut["tied"], cut["passed_over"], cut["left"]) == (["a", "c"], [], ["b", "d"], "10")
    assert found.facts["ties"] == [
        {"link": "number", "groups": [["a"], ["b"]]},
        {"link": "number", "groups": [["c"], ["d"]]},
    ]


def test_a_tie_that_decides_nothing_is_shared_though_another_is_broken() -> None:
    rules = DECISION + f'tie_break = ["number"]\n{AT_LINE}'
    found = outcome(funded("9 9 8 8", "60 60 10 10", rules=rules))
    assert found.figures["place"] == {"a": 1, "b": 2, "c": 3, "d": 3}
    assert found.facts["cut"]["winners"] == ["a", "c", "d"]


def test_motions_break_one_tie_over_the_money_after_the_other() -> None:
    meeting = {"costs": "60 60 30 30", "likings": "9 9 8 8", "more": f'tie_break = ["motion"]\n{AT_LINE}'}
    assert waiting(spent(**meeting)) == (("a", "b"),)
    assert waiting(spent(**meeting, ties="a>b")) == (("c", "d"),)
    both = spent("a,1,", "d,2,", **meeting, ties="a>b d>c")
    assert (waiting(both), outcome(both).facts["cut"]["winners"]) == ((), ["a", "d"])


def test_an_entry_without_a_declared_cost_is_refused() -> None:
    assert complaint(funded("9 8", "40 -")) == "form: entry 'b': expected a number for 'cost', found none"


@pytest.mark.parametrize(
    ("rules", "field", "told"),
    [
        (DECISION.replace("form.cost", "form.name"), FIELD, "budget.cost: expected DECLARATION.FIELD, "),
        (DECISION.replace("form.cost", "vote.cost"), FIELD, "budget.cost: expected DECLARATION.FIELD, "),
        (DECISION, FIELD.replace("min = 0", "min = -1"), "budget.cost: expected DECLARATION.FIELD, "),
        (DECISION, FIELD.replace("required = true, ", ""), "budget.cost: expected DECLARATION.FIELD, "),
        (DECISION.replace("budget", "cap = { at_most = 1 }\nbudget"), FIELD, "budget: expected no cap beside it"),
    ],
    ids=["no number", "no such stage", "below 0", "not required", "a cap"],
)
def test_a_budget_that_can_not_be_spent_is_refused(rules: str, field: str, told: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        spending(rules, field=field)
    assert told in str(refused.value)


def test_the_rules_say_how_far_the_money_goes() -> None:
    definition = spending()
    told = "100 are spent down the ranking; whoever costs more than is left is passed over."
    assert told in telling.tell_stage(definition.stages[-1], KINDS, "en")
