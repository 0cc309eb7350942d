"""What a composite can be made of beside votes and scores: numbers as they are, targets, deductions, products."""

from fractions import Fraction

import pytest

from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS
from evalflow.workflow import reader, telling
from evalflow.workflow.definition import Definition
from evalflow.workflow.outcome import Case, Contender, Outcome
from tests.kinds.cases import HEAD, complaint, outcome, table

FORM = """\
field = [
  { key = "name", type = "text", role = "title", label = { zh = "名称", en = "Name" }, required = true },
  { key = "output", type = "number", label = { zh = "产量", en = "Output" } },
  { key = "goal", type = "number", label = { zh = "目标", en = "Goal" } },
  { key = "harm", type = "number", label = { zh = "事故", en = "Accidents" } },
  { key = "area", type = "choice", label = { zh = "类别", en = "Area" }, choice = [
    { key = "mine", label = { zh = "矿山" } }, { key = "smelter", label = { zh = "冶炼" } } ] },
  { key = "fined", type = "choice", label = { zh = "处罚", en = "Fined" }, choice = [
    { key = "yes", label = { zh = "是" } }, { key = "no", label = { zh = "否" } } ] },
]
"""
SUM = "combine = 'sum'"
OUTPUT = '{ from = "form", as = "attainment", value = "output", baseline = "60", work = "80", stretch = "90" }'


def ruled(*components: str, options: str = "combine = 'sum'", seats: int = 2, after: str = "") -> Definition:
    stage = f"""
[[stage]]
key = "ranking"
kind = "decision"
title = {{ zh = "排名", en = "Ranking" }}
seats = {seats}
{options}
component = [{", ".join(components)}]
{after}
"""
    return reader.read(HEAD.partition("field = ")[0] + FORM + stage, KINDS, file="small.toml")


def declared(definition: Definition, *, choices: dict[str, dict[str, str]] | None = None, **figures: str) -> Case:
    """Entries a, b, c, …; figures: {field: "12 7 -"}, one cell for each of them, "-" for none."""
    cells = {field: dict(zip("abcdefgh", row.split(), strict=False)) for field, row in figures.items()}
    keys = "abcdefgh"[: max(len(row) for row in cells.values())]
    numbers = {field: {key: Fraction(cell) for key, cell in row.items() if cell != "-"} for field, row in cells.items()}
    form = Outcome(numbers, {"choices": choices} if choices else {})
    contenders = tuple(Contender(key, key.upper(), number) for number, key in enumerate(keys, 1))
    return Case(definition, definition.stages[-1], contenders, tuple(keys.upper()), {}, {"form": form})


def problems(*components: str, **named: str) -> str:
    with pytest.raises(DefinitionError) as refused:
        ruled(*components, **named)
    return str(refused.value)


def places(found: Outcome) -> list[tuple[str, int | None]]:
    return [(one["entry"], one["place"]) for one in found.facts["ranking"]]


def test_targets_make_points_and_points_a_ranking() -> None:
    found = outcome(declared(ruled(OUTPUT), output="70 90 85 -"))
    assert found.figures["points.form.output"] == {"a": 50, "b": 120, "c": 110}
    assert places(found) == [("b", 1), ("c", 2), ("a", 3), ("d", None)]
    assert found.facts["decided"] == [{"entry": "b", "place": 1}, {"entry": "c", "place": 2}]


def test_every_entry_can_bring_its_own_target() -> None:
    own = '{ from = "form", as = "attainment", value = "output", baseline = "0", work = "goal", capped = false }'
    found = outcome(declared(ruled(own), output="50 50 50 50", goal="100 40 - 0"))
    assert found.figures["points.form.output"] == {"a": 50, "b": 125}
    assert found.facts["unworkable"] == {"form.output": ["d"]}
    assert places(found) == [("b", 1), ("a", 2), ("c", None), ("d", None)]


def test_deductions_are_subtracted_from_what_is_added_up() -> None:
    rules = ruled(
        '{ from = "form", as = "figure", figure = "output" }',
        '{ from = "form", as = "figure", figure = "harm", subtract = true }',
    )
    found = outcome(declared(rules, output="80 75.5 90", harm="10 0 -"))
    assert found.figures["composite"] == {"a": 70, "b": Fraction(151, 2)}
    assert found.figures["points.form.harm"] == {"a": 10, "b": 0}


def test_parts_of_a_group_are_averaged_before_they_are_multiplied() -> None:
    parts = [
        '{ from = "form", as = "figure", figure = "output", group = "work" }',
        '{ from = "form", as = "figure", figure = "goal", group = "work" }',
        '{ from = "form", as = "figure", figure = "harm" }',
    ]
    found = outcome(declared(ruled(*parts, options="combine = 'geometric'"), output="2 9", goal="6 -", harm="9 9"))
    assert found.figures["composite"] == {"a": 6}


def test_who_meets_a_veto_is_not_ranked_and_the_facts_say_why() -> None:
    after = """
  [[stage.veto]]
  label = { zh = "重大事故", en = "Serious accident" }
  from = "form"
  figure = "harm"
  above = "0"
  [[stage.veto]]
  label = { zh = "受处罚", en = "Fined" }
  from = "form"
  figure = "fined"
  is = "yes"
"""
    rules = ruled(OUTPUT, after=after)
    found = outcome(declared(rules, output="90 80 70 65", harm="1 0 - 0", choices={"fined": {"b": "yes", "c": "no"}}))
    assert places(found) == [("c", 1), ("d", 2), ("a", None), ("b", None)]
    assert found.facts["vetoed"] == [
        {
            "entry": "a",
            "label": {"zh": "重大事故", "en": "Serious accident"},
            "from": "form",
            "figure": "harm",
            "value": "1",
        },
        {"entry": "b", "label": {"zh": "受处罚", "en": "Fined"}, "from": "form", "figure": "fined", "value": "yes"},
    ]
    assert [one["entry"] for one in found.facts["decided"]] == ["c", "d"]


def test_who_does_not_meet_a_condition_or_has_no_figure_for_it_is_not_ranked() -> None:
    after = """
  [[stage.eligible]]
  label = { zh = "产量达标" }
  from = "form"
  figure = "goal"
  at_least = "60"
"""
    found = outcome(declared(ruled(OUTPUT, after=after), output="70 90 85", goal="60 59.99 -"))
    assert places(found) == [("a", 1), ("b", None), ("c", None)]
    assert [(one["entry"], one["value"]) for one in found.facts["vetoed"]] == [("b", "5999/100"), ("c", "")]


@pytest.mark.parametrize(
    ("limit", "ranked"),
    [("above = '5'", "ab"), ("below = '5'", "bc")],
)
def test_a_veto_begins_beyond_its_number(limit: str, ranked: str) -> None:
    after = f"\n  [[stage.veto]]\n  label = {{ zh = '线' }}\n  from = 'form'\n  figure = 'harm'\n  {limit}\n"
    found = outcome(declared(ruled(OUTPUT, after=after), output="70 71 72", harm="4 5 6"))
    assert {entry for entry, place in places(found) if place} == set(ranked)


def test_a_committee_can_not_award_who_is_vetoed() -> None:
    quorum = "combine = 'sum'\nquorum = { present = '1/2', ayes = '1/2 of entitled' }"
    after = "\n  [[stage.veto]]\n  label = { zh = '事故' }\n  from = 'form'\n  figure = 'harm'\n  above = '0'\n"
    of = declared(ruled(OUTPUT, options=quorum, after=after), output="90 80", harm="1 0")
    head = "motion,sitting,about,ayes,noes,abstentions,recused,entitled,present,result"
    tables = {
        "attendance": table("sitting,member,present", "1,m1,yes"),
        "motions": table(head, "1,1,list,1,0,0,0,1,1,carried"),
        "decided": table("entry,place,reason", "a,1,特别贡献", "b,2,"),
    }
    met = Case(of.definition, of.stage, of.contenders, of.branches, tables, of.earlier)
    told = "expected no place, as it takes no part in the ranking, found 事故 (1)"
    assert complaint(met) == f"decided.csv:2: entry 'a': {told}"


@pytest.mark.parametrize(
    ("component", "told"),
    [
        ('{ from = "form", as = "figure" }', 'figure exactly where as = "figure"'),
        ('{ from = "form", as = "figure", figure = "area" }', "output | goal | harm"),
        ('{ from = "form", as = "score" }', "figure | attainment"),
        ('{ from = "form", as = "attainment", value = "output", work = "5" }', "value, baseline and work"),
        (OUTPUT.replace('"80"', '"50"'), "targets that rise from baseline to work to stretch"),
        (OUTPUT.replace('"80"', '"goals"'), "output | goal | harm"),
        (OUTPUT.replace(" }", ', better = "less" }'), "targets that fall from baseline to work to stretch"),
        (OUTPUT.replace('"60"', '"0"').replace(" }", ', scale = "log" }'), "stretch, above 0"),
        ('{ from = "form", as = "figure", figure = "harm", capped = false }', 'capped only where as = "attainment"'),
        ('{ from = "form", as = "figure", figure = "harm", subtract = true }', "something to subtract from"),
        ('{ from = "form", as = "figure", figure = "harm", group = "one" }', 'combine = "geometric"'),
        (f"{OUTPUT}, {OUTPUT}", "each stage once"),
    ],
)
def test_a_component_that_can_not_be_meant_is_refused_by_name(component: str, told: str) -> None:
    assert told in problems(component)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("veto = [{ label = { zh = '线' }, from = 'form', figure = 'harm' }]", "exactly one of above, below, is"),
        ("veto = [{ label = { zh = '线' }, from = 'form', figure = 'area', above = '1' }]", "output | goal | harm"),
        ("veto = [{ label = { zh = '线' }, from = 'form', figure = 'harm', is = 'yes' }]", "area | fined"),
        ("veto = [{ label = { zh = '线' }, from = 'form', figure = 'fined', is = 'maybe' }]", "yes | no"),
        ("veto = [{ label = { zh = '线' }, from = 'later', figure = 'harm', above = '1' }]", "an earlier stage: form"),
        ("eligible = [{ label = { zh = '线' }, from = 'form', figure = 'x', at_least = '1' }]", "output | goal | harm"),
        ("cap = { at_most = 1, per = 'form.output' }", "branch | form.area | form.fined"),
        ("cap = { at_most = 0 }", "expected 1 or more"),
    ],
)
def test_a_line_or_a_cap_that_can_not_be_meant_is_refused_by_name(line: str, told: str) -> None:
    assert told in problems(OUTPUT, options=f"combine = 'sum'\n{line}")


def test_the_rules_are_told_with_the_titles_of_stages_and_fields() -> None:
    options = """combine = "geometric"
cap = { at_most = 1, per = "form.area" }
veto = [{ label = { zh = "事故", en = "Accident" }, from = "form", figure = "harm", above = "0" }]
eligible = [{ label = { zh = "达标", en = "On target" }, from = "form", figure = "output", at_least = "60" }]"""
    rules = ruled(OUTPUT, '{ from = "form", as = "figure", figure = "goal", group = "g" }', options=options)
    sentences = KINDS["decision"].words(rules.stages[-1].options, "en")
    assert [telling.titled(one, rules, "en") for one in sentences][1:6] == [
        "The ranking is the geometric mean of: “申报 · Output”, “申报 · Goal”.",
        "“申报 · Output”: more is better; baseline 60: 0 points, work target 80: 100 points, stretch target 90: 120 "
        "points. Between targets points go by equal steps. Beyond them nothing is added or taken.",
        "Veto: Accident. Whoever has “申报 · Accidents” above 0 is not ranked.",
        "Condition: On target. Only who has “申报 · Output” of 60 or more is ranked.",
        "At most 1 with the same “申报 · Area” can win; further ones are passed over.",
    ]


def test_a_declared_number_breaks_a_tie_and_the_more_goes_before() -> None:
    rules = ruled('{ from = "form", as = "figure", figure = "output" }', options=f"{SUM}\ntie_break = ['form.harm']")
    found = outcome(declared(rules, output="70 90 70", harm="1 0 4"))
    assert places(found) == [("b", 1), ("c", 2), ("a", 3)]


def test_a_number_that_one_of_the_tied_did_not_declare_breaks_nothing() -> None:
    rules = ruled('{ from = "form", as = "figure", figure = "output" }', options=f"{SUM}\ntie_break = ['form.harm']")
    assert places(outcome(declared(rules, output="70 70", harm="- 0"))) == [("a", 1), ("b", 1)]


@pytest.mark.parametrize("link", ["form.area", "form.none", "form"])
def test_only_numbers_of_a_declaration_break_ties(link: str) -> None:
    complaint_of = problems(
        '{ from = "form", as = "figure", figure = "output" }', options=f"{SUM}\ntie_break = ['{link}']"
    )
    assert complaint_of.startswith("small.toml:28: stage ranking: tie_break.0: expected ")
    assert complaint_of.endswith("found form, a submission" if link == "form" else f"found {link}")


MARKS = """
[[stage]]
key = "marks"
kind = "ballot"
title = { zh = "评分", en = "Marks" }
method = "score"
points = 5
"""


def test_a_mean_of_marks_that_are_not_out_of_100_is_no_part_of_weights_but_of_a_sum() -> None:
    part = '{ from = "marks", as = "mean_of_grades"WEIGHT }'
    weighted = graded(part.replace("WEIGHT", ", weight = 100"), "")
    with pytest.raises(DefinitionError) as refused:
        reader.read(weighted, KINDS, file="small.toml")
    assert str(refused.value) == (
        "small.toml:35: stage ranking: component.0.as: expected rank_points | share_of_votes | share_of_maximum | "
        "share_of_full_marks | figure | attainment, found mean_of_grades"
    )
    assert reader.read(graded(part.replace("WEIGHT", ""), SUM), KINDS, file="small.toml").stages[-1].key == "ranking"


def graded(part: str, options: str) -> str:
    """A file in which a score ballot is the only part of the composite."""
    stage = f"""
[[stage]]
key = "ranking"
kind = "decision"
title = {{ zh = "排名", en = "Ranking" }}
seats = 2
{options}
component = [{part}]
"""
    return HEAD.partition("field = ")[0] + FORM + MARKS + stage
