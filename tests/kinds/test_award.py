"""What was decided and left standing becomes final, tier by tier, and nothing else does."""

from fractions import Fraction

import pytest

from evalflow.kinds.award import due
from evalflow.workflow.outcome import Case, Outcome
from tests.kinds.cases import case, complaint, outcome, table, workflow
from tests.kinds.test_notice import DECIDED, DECISION, NOTICE, VOTE

AWARD = """
ceremony award
honour = { zh = "优秀品牌" }
"""
TIERS = f"""{AWARD}
tier = [
  {{ key = "first", title = {{ zh = "一等奖" }}, places = 1 }},
  {{ key = "second", title = {{ zh = "二等奖" }}, places = 2 }},
]
"""
STRUCK = {**DECIDED, "names": Outcome(facts={"remaining": [{"entry": "a", "place": 1}, {"entry": "c", "place": 3}]})}


def ceremony(*awards: str, rules: str = AWARD) -> Case:
    """A ceremony after a notice that struck b. awards: "ENTRY,PLACE,TIER" as in the file."""
    definition = workflow(VOTE, DECISION, NOTICE, rules)
    return case(definition, entries="abcd", earlier=STRUCK, awards=table("entry,place,tier", *awards))


def test_a_small_ceremony_as_a_whole() -> None:
    assert outcome(ceremony("c,3,second", "a,1,first", rules=TIERS)) == Outcome(
        {"place": {"a": Fraction(1), "c": Fraction(3)}},
        {"awards": [{"entry": "a", "place": 1, "tier": "first"}, {"entry": "c", "place": 3, "tier": "second"}]},
    )


def test_a_struck_name_is_not_due_and_those_after_it_keep_their_place_and_tier() -> None:
    assert due(ceremony(rules=TIERS)) == [
        {"entry": "a", "place": 1, "tier": "first"},
        {"entry": "c", "place": 3, "tier": "second"},
    ]


def test_without_tiers_all_are_awarded_alike() -> None:
    assert outcome(ceremony("a,1,", "c,3,")).facts["awards"] == [
        {"entry": "a", "place": 1, "tier": ""},
        {"entry": "c", "place": 3, "tier": ""},
    ]


def test_without_a_notice_the_decided_are_due() -> None:
    straight = case(workflow(VOTE, DECISION, AWARD), entries="abcd", earlier=DECIDED)
    assert due(straight) == [
        {"entry": "a", "place": 1, "tier": ""},
        {"entry": "b", "place": 2, "tier": ""},
        {"entry": "c", "place": 3, "tier": ""},
    ]


@pytest.mark.parametrize(
    ("awards", "told"),
    [
        ((), "awards.csv: entry 'a': expected a line, found none"),
        (("a,1,",), "awards.csv: entry 'c': expected a line, found none"),
        (("a,1,", "b,2,", "c,3,"), "awards.csv:3: entry: expected a or c, found 'b'"),
        (("a,1,", "c,2,"), "awards.csv:3: place of 'c': expected 3, found 2"),
        (("a,1,gold", "c,3,"), "awards.csv:2: tier of 'a': expected '', found 'gold'"),
    ],
    ids=["nobody", "one left out", "a struck name", "another place", "a tier that is none"],
)
def test_awards_other_than_those_due_are_told_by_file_line_expected_and_found(
    awards: tuple[str, ...], told: str
) -> None:
    assert complaint(ceremony(*awards)) == told
