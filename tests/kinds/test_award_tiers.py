"""Classes of an award by places, score, share of the field and full marks, with shared places and empty ones."""

from fractions import Fraction

import pytest

from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS
from evalflow.kinds.award import due
from evalflow.workflow.outcome import Case, Outcome
from tests.kinds.cases import case, outcome, table, workflow
from tests.kinds.test_decision import NOBODY_MEETS, VOTE

PEERS = """
peers scoring
raters = "each_committee_member"
aggregate = { method = "sum" }
criterion = [{ key = "one", label = { zh = "一" }, max = 7 }, { key = "two", label = { zh = "二" }, max = 7 }]
"""
RANKING = NOBODY_MEETS.replace("seats = 2", "seats = 8")


def tier(key: str, rule: str) -> str:
    return f'{{ key = "{key}", title = {{ zh = "{key}", en = "{key}" }}, {rule} }}'


def rules(*tiers: str) -> str:
    return f'ceremony award\nhonour = {{ zh = "优秀" }}\ntier = [{", ".join(tiers)}]\n'


def ceremony(
    *tiers: str, composite: str = "95 90 90 80 59 40", places: str = "1 2 2 4 5 6", full_marks: object = None
) -> Case:
    """Entries a, b, c, … with their composites and decided places."""
    keys = "abcdefgh"[: len(composite.split())]
    figures = {"composite": {key: Fraction(text) for key, text in zip(keys, composite.split(), strict=True)}}
    decided = [{"entry": key, "place": int(text)} for key, text in zip(keys, places.split(), strict=True)]
    earlier = {
        "peers": Outcome(facts={"full_marks": full_marks or {}}),
        "ranking": Outcome(figures, {"decided": [one for one in decided if one["place"]]}),
    }
    definition = workflow(VOTE, PEERS, RANKING, rules(*tiers))
    return case(definition, entries=keys, earlier=earlier)


def tiers(of: Case) -> dict[str, str]:
    return {one["entry"]: one["tier"] for one in due(of)}


def problem(*given: str) -> str:
    with pytest.raises(DefinitionError) as refused:
        workflow(VOTE, PEERS, RANKING, rules(*given))
    return str(refused.value)


def test_bands_take_everybody_who_reaches_them_and_who_reaches_none_is_not_awarded() -> None:
    bands = (tier("gold", 'at_least = "90"'), tier("silver", 'at_least = "60"'))
    assert tiers(ceremony(*bands)) == {"a": "gold", "b": "gold", "c": "gold", "d": "silver"}


def test_a_tier_with_places_and_a_score_leaves_places_empty() -> None:
    both = (tier("first", 'places = 2, at_least = "92"'), tier("second", 'places = 6, at_least = "80"'))
    assert tiers(ceremony(*both)) == {"a": "first", "b": "second", "c": "second", "d": "second"}


def test_a_tier_takes_its_share_of_all_entries_and_shared_places_the_better_one() -> None:
    shares = (tier("gold", 'share = "1/3"'), tier("silver", 'share = "1/3"'))
    of = ceremony(*shares)
    assert tiers(of) == {"a": "gold", "b": "gold", "c": "gold", "d": "silver"}


def test_who_shares_a_place_across_a_line_is_told() -> None:
    shares = (tier("gold", 'share = "1/3"'), tier("silver", 'share = "1/3"'))
    of = ceremony(*shares)
    rows = [f"{one['entry']},{one['place']},{one['tier']}" for one in due(of)]
    met = Case(
        of.definition, of.stage, of.contenders, of.branches, {"awards": table("entry,place,tier", *rows)}, of.earlier
    )
    assert outcome(met).facts["straddles"] == [{"entries": ["b", "c"], "tiers": ["gold", "silver"]}]


def test_full_marks_for_one_criterion_make_a_mention_of_whoever_is_in_no_other_tier() -> None:
    given = (tier("gold", 'at_least = "90"'), tier("mention", 'full_mark_in = "peers"'))
    found = tiers(ceremony(*given, full_marks={"a": ["one"], "e": ["two"]}))
    assert found == {"a": "gold", "b": "gold", "c": "gold", "e": "mention"}


def test_places_that_the_committee_left_empty_move_nobody_up() -> None:
    by_places = (tier("first", "places = 2"), tier("second", "places = 6"))
    left_empty = ceremony(*by_places, composite="95 90 85", places="1 3 4")
    assert tiers(left_empty) == {"a": "first", "b": "second", "c": "second"}


def test_full_marks_are_told_where_a_tier_asks_for_them() -> None:
    definition = workflow(VOTE, PEERS, RANKING, rules(tier("mention", 'full_mark_in = "peers"')))
    sheets = table(
        "rater,entry,criterion,points",
        "m1,a,one,7",
        "m1,a,two,3",
        "m2,a,one,7",
        "m1,b,one,7",
        "m2,b,one,6",
        "m2,b,two,7",
    )
    raters = table("rater,branch", "m1,", "m2,")
    stage = definition.stage("peers")
    contenders = case(definition, entries="ab").contenders
    of = Case(definition, stage, contenders, ("A", "B"), {"sheets": sheets, "raters": raters}, {})
    assert outcome(of).facts["full_marks"] == {"a": ["one"], "b": ["two"]}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((tier("gold", "places = 7"),), "places that total the seats of ranking (8), found 7"),
        ((tier("gold", 'share = "1/3", places = 1'),), "places or share, not both"),
        ((tier("gold", 'share = "0/3"'),), "a share above 0 and up to 1/1"),
        ((tier("gold", 'share = "2/3"'), tier("silver", 'share = "1/2"')), "add up to 1 or less"),
        ((tier("gold", 'at_least = "60"'), tier("silver", 'at_least = "70"')), "no higher than in the tier before"),
        ((tier("gold", 'full_mark_in = "peers", places = 1'),), "full_mark_in alone"),
        ((tier("m", 'full_mark_in = "peers"'), tier("g", 'at_least = "9"')), "tiers by full marks after the others"),
        ((tier("m", 'full_mark_in = "vote"'),), "tier.0.full_mark_in: expected an earlier scoring: peers, found vote"),
        ((tier("gold", 'at_least = "9"').replace(', at_least = "9"', ""),), "places, at_least, share or full_mark_in"),
    ],
)
def test_tiers_that_can_not_be_meant_are_refused_by_name(given: tuple[str, ...], told: str) -> None:
    assert told in problem(*given)


def test_what_a_tier_takes_is_told() -> None:
    given = (
        tier("gold", 'places = 1, at_least = "90"'),
        tier("silver", 'share = "1/4"'),
        tier("bronze", 'share = "1/4", at_least = "60"'),
        tier("praise", 'at_least = "50"'),
        tier("mention", 'full_mark_in = "peers"'),
    )
    options = workflow(VOTE, PEERS, RANKING, rules(*given)).stages[-1].options
    assert KINDS["award"].words(options, "en")[1:-1] == [
        "gold: 1 place, from a composite of 90 on.",
        "silver: 1/4 of all entries.",
        "bronze: 1/4 of all entries, from a composite of 60 on.",
        "praise: from a composite of 50 on.",
        "mention: whoever is in no other tier and has full marks for some criterion of “peers”.",
        "Who shares a place shares the better tier.",
    ]
