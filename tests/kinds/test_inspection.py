"""What an inspection comes to: every figure accepted or corrected, and attainment computed from the values found."""

from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS, attained, decision
from evalflow.kinds.attained import Cap
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition
from evalflow.workflow.indicators import Indicator
from evalflow.workflow.outcome import Case, Outcome
from tests.kinds.cases import HEAD, case, complaint, outcome, stage_text, table, workflow

PLAN = '{ key = "plan", type = "indicators", label = { zh = "指标" } }'
YEAR_END = """year_end inspection
flag = [{ key = "accident", label = { zh = "安全事故", en = "Accident" } }]"""
ROW = {"unit": "%", "better": "more", "source": "laboratory", "every": "month"}
RECOVERY = {**ROW, "name": "Recovery", "baseline": "90", "work": "95", "stretch": "97", "weight": "60"}
DAYS = {**ROW, "name": "Overhaul", "better": "less", "baseline": "10", "work": "9", "stretch": "7.5", "weight": "40"}
PLANS = Outcome({}, {"indicators": {"a": [RECOVERY, DAYS], "b": [{**RECOVERY, "weight": "100"}]}})
ALONE = Outcome({}, {"indicators": {"a": [RECOVERY, DAYS]}})
NO_FLAGS = "year_end inspection"


def rules(*stages: str) -> Definition:
    """An application with a plan, then these stages."""
    text = HEAD.replace("field = [", f"field = [{PLAN}, ") + "".join(stage_text(stage) for stage in stages)
    return reader.read(text, KINDS, file="small.toml")


def inspected(*lines: str, claims: tuple[str, ...] = (), flags: tuple[str, ...] = (), of: str = NO_FLAGS) -> Case:
    """One entry, a. lines: INDICATOR,VALUE,STATE,REASON; claims: INDICATOR,VALUE; flags: FLAG,DECLARED,FOUND,REASON."""
    return case(
        rules(of),
        entries="a",
        earlier={"form": ALONE},
        claims=table("entry,indicator,value", *(f"a,{line}" for line in claims)),
        inspected=table("entry,indicator,value,state,reason", *(f"a,{line}" for line in lines)),
        flags=table("entry,flag,declared,inspected,reason", *(f"a,{line}" for line in flags)),
    )


def test_a_small_inspection_as_a_whole() -> None:
    """60 % of 120 for beyond the stretch target, 40 % of 50 for half the way to the work target; b at its target."""
    found = outcome(
        case(
            rules(YEAR_END),
            entries="ab",
            earlier={"form": PLANS},
            claims=table("entry,indicator,value", "a,1,98", "a,2,9", "b,1,95"),
            inspected=table(
                "entry,indicator,value,state,reason",
                "a,1,98,accepted,",
                "a,2,9.5,corrected,half a day was not counted",
                "b,1,95.0,accepted,",
            ),
            flags=table("entry,flag,declared,inspected,reason", "a,accident,no,yes,record 7", "b,accident,no,no,"),
        )
    )
    told = {"reason": "", "state": "accepted"}
    assert found == Outcome(
        {"attainment": {"a": Fraction(92), "b": Fraction(100)}},
        {
            "attained": {
                "a": [
                    {"indicator": 1, "claimed": "98", "value": "98", **told, "attainment": "120", "share": "72"},
                    {
                        "indicator": 2,
                        "claimed": "9",
                        "value": "19/2",
                        "state": "corrected",
                        "reason": "half a day was not counted",
                        "attainment": "50",
                        "share": "20",
                    },
                ],
                "b": [{"indicator": 1, "claimed": "95", "value": "95", **told, "attainment": "100", "share": "100"}],
            },
            "choices": {"accident": {"a": "yes", "b": "no"}},
        },
    )


def test_a_figure_that_nobody_stated_is_found_with_a_reason() -> None:
    found = outcome(inspected("1,95,corrected,from the records", "2,9,corrected,from the records"))
    assert found.figures == {"attainment": {"a": Fraction(100)}}
    assert [one["claimed"] for one in found.facts["attained"]["a"]] == [None, None]


@pytest.mark.parametrize(
    ("capped", "reached"), [("work", Fraction(60)), ("stretch", Fraction(72)), ("none", Fraction(78))]
)
def test_points_end_where_the_rules_say(capped: str, reached: Fraction) -> None:
    """98 is half as far beyond the stretch target as that is beyond the work target; 11 days are worse than before."""
    of = f'{NO_FLAGS}\ncapped = "{capped}"'
    found = outcome(inspected("1,98,accepted,", "2,11,accepted,", claims=("1,98", "2,11"), of=of))
    assert found.figures["attainment"] == {"a": reached}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (
            ("1,95,accepted,", "2,9,corrected,r"),
            "inspected.csv:2: value: expected 94, what was stated and accepted, found 95",
        ),
        (
            ("1,96,corrected,", "2,9,corrected,r"),
            "inspected.csv:2: reason: expected one, as the value is corrected, found none",
        ),
        (
            ("1,94,corrected,r", "2,9,corrected,r"),
            "inspected.csv:2: value: expected another than stated, as it is corrected, found 94",
        ),
        (("1,94,accepted,",), "inspected.csv: indicator 2 of 'a': expected a line, found none"),
        (("1,94,accepted,", "3,9,corrected,r"), "inspected.csv:3: indicator: expected 1 or 2, found '3'"),
        (
            ("1,94,accepted,", "1,95,corrected,r"),
            "inspected.csv:3: entry, indicator: expected each once, found a, 1 again",
        ),
        (("1,much,corrected,r",), "inspected.csv:2: value: expected a number such as 85, 85.5 or 171/2, found 'much'"),
        (("1,94,guessed,r",), "inspected.csv:2: state: expected accepted or corrected, found 'guessed'"),
    ],
)
def test_a_finding_that_can_not_be_is_refused_with_its_line(lines: tuple[str, ...], told: str) -> None:
    assert complaint(inspected(*lines, claims=("1,94",))) == told


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        (("4,94",), "claims.csv:2: indicator: expected 1 or 2, found '4'"),
        (("1,94", "1,94"), "claims.csv:3: entry, indicator: expected each once, found a, 1 again"),
        (("1,1e3",), "claims.csv:2: value: expected a number such as 85, 85.5 or 171/2, found '1e3'"),
    ],
)
def test_a_claim_that_can_not_be_is_refused_with_its_line(claims: tuple[str, ...], told: str) -> None:
    assert complaint(inspected(claims=claims)) == told


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ((), "flags.csv: 'accident' of 'a': expected a line, found none"),
        (("accident,no,yes,",), "flags.csv:2: reason: expected one, as no was declared, found none"),
        (("accident,no,,",), "flags.csv:2: inspected: expected yes or no, found ''"),
        (("fire,no,no,",), "flags.csv:2: flag: expected accident, found 'fire'"),
        (
            ("accident,no,no,", "accident,no,no,"),
            "flags.csv:3: entry, flag: expected each once, found a, accident again",
        ),
    ],
)
def test_a_flag_that_can_not_be_is_refused_with_its_line(flags: tuple[str, ...], told: str) -> None:
    lines = ("1,95,corrected,r", "2,9,corrected,r")
    assert complaint(inspected(*lines, flags=flags, of=YEAR_END)) == told


# A decision that stands on it


DECISION = """meeting decision
seats = 1
tie_break = ["year_end", "number"]
component = [{ from = "year_end", as = "attainment", weight = 100 }]
veto = [{ label = { zh = "安全事故" }, from = "year_end", figure = "accident", is = "yes" }]"""
REACHED = Outcome(
    {"attainment": {"a": Fraction(110), "b": Fraction(90), "c": Fraction(90)}},
    {"choices": {"accident": {"a": "yes", "b": "no", "c": "no"}}},
)


def test_a_decision_counts_with_attainment_and_vetoes_by_a_flag() -> None:
    stands = decision.proposed(case(rules(YEAR_END, DECISION), entries="abc", earlier={"year_end": REACHED}))
    assert stands.points == {"year_end": REACHED.figures["attainment"]}
    assert [one.entry for one in stands.barred] == ["a"]
    assert [(place.entry, place.place) for place in stands.order.places] == [("b", 1), ("c", 2), ("a", None)]


def test_a_decision_says_in_words_what_it_vetoes_by() -> None:
    stage = rules(YEAR_END, DECISION).stage("meeting")
    words = decision.DECISION.words(stage.options, "en")
    assert "The ranking is made of: “year_end” (attainment of targets) 100%." in words
    assert "Veto: 安全事故. Whoever has chosen yes for “year_end.accident” is not ranked." in words


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'as = "attainment"',
            'as = "attainment", value = "attainment", baseline = "0", work = "1"',
            "component.0.value: expected nothing: its figure is an attainment, found attainment",
        ),
        ('as = "attainment"', 'as = "score"', "component.0.as: expected attainment | figure, found score"),
        ('is = "yes"', 'is = "often"', "veto.0.is: expected yes | no, found often"),
        ('figure = "accident"', 'figure = "fire"', "veto.0.figure: expected accident, found fire"),
    ],
)
def test_a_decision_that_asks_for_what_an_inspection_has_not(old: str, new: str, told: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        rules(YEAR_END, DECISION.replace(old, new))
    line = 26 if told.startswith("veto") else 25
    assert str(caught.value) == f"small.toml:{line}: stage meeting: {told}"


def test_without_indicators_there_is_nothing_to_inspect() -> None:
    with pytest.raises(DefinitionError) as caught:
        workflow(NO_FLAGS)
    expected = 'a submission before it with a field of type "indicators"'
    assert str(caught.value) == f"small.toml:15: stage year_end: kind: expected {expected}, found none"


# Properties of attainment


NUMBERS = st.decimals(-1000, 1000, places=2)


@st.composite
def indicators(draw: st.DrawFn, number: int = 1, weight: Decimal = Decimal(100)) -> Indicator:
    better = draw(st.sampled_from(("more", "less")))
    steps = sorted(draw(st.lists(NUMBERS, min_size=3, max_size=3, unique=True)), reverse=better == "less")
    return Indicator(number, "x", "%", better, *steps, weight, "records", "month")


CAPS, STRETCH = st.sampled_from(Cap), st.integers(100, 200)


@settings(max_examples=200, deadline=None)
@given(indicators(), NUMBERS, NUMBERS, CAPS, STRETCH)
def test_a_better_value_never_has_fewer_points(
    of: Indicator, one: Decimal, other: Decimal, cap: Cap, stretch: int
) -> None:
    worse, better = sorted((one, other), reverse=of.better == "less")
    low, high = (attained.points(of, Fraction(value), cap=cap, stretch_points=stretch) for value in (worse, better))
    assert low <= high


@settings(max_examples=200, deadline=None)
@given(indicators(), CAPS, STRETCH)
def test_the_baseline_has_0_points_the_work_target_exactly_100_and_the_stretch_target_what_the_rules_say(
    of: Indicator, cap: Cap, stretch: int
) -> None:
    found = [
        attained.points(of, Fraction(value), cap=cap, stretch_points=stretch)
        for value in (of.baseline, of.work, of.stretch)
    ]
    assert found == [0, 100, 100 if cap is Cap.WORK else stretch]


@settings(max_examples=100, deadline=None)
@given(indicators(), NUMBERS, STRETCH)
def test_points_are_never_below_0_and_a_cap_is_never_passed(of: Indicator, value: Decimal, stretch: int) -> None:
    found = {cap: attained.points(of, Fraction(value), cap=cap, stretch_points=stretch) for cap in Cap}
    assert 0 <= found[Cap.WORK] <= 100
    assert found[Cap.WORK] <= found[Cap.STRETCH] <= min(max(found[Cap.NONE], 0), stretch)


@settings(max_examples=100, deadline=None)
@given(indicators(1, Decimal(60)), indicators(2, Decimal(40)), NUMBERS, NUMBERS, CAPS)
def test_every_indicator_at_its_work_target_makes_exactly_100(
    one: Indicator, other: Indicator, first: Decimal, second: Decimal, cap: Cap
) -> None:
    plan = (one, other)
    at_work = {of.number: Fraction(of.work) for of in plan}
    assert attained.attained(plan, at_work, cap=cap, stretch_points=120).total == 100
    found = attained.attained(plan, {1: Fraction(first), 2: Fraction(second)}, cap=cap, stretch_points=120)
    assert found.total == sum(step.share for step in found.steps)
    assert [step.share for step in found.steps] == [
        step.points * weight / 100 for step, weight in zip(found.steps, (60, 40), strict=True)
    ]


def test_the_order_of_rows_never_matters() -> None:
    lines, claims = ("1,96,accepted,", "2,8,accepted,"), ("1,96", "2,8")
    found = {
        str(outcome(inspected(*some, claims=stated)).to_json())
        for some in permutations(lines)
        for stated in permutations(claims)
    }
    assert len(found) == 1
