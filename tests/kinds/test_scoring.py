"""From sheets to scores: what counts, what is left out, what can't have been handed in."""

from fractions import Fraction

import pytest

from evalflow.kinds.rubric import ScoringOptions
from evalflow.kinds.scoring import words
from evalflow.workflow.outcome import Outcome, Row
from tests.kinds.cases import case, complaint, outcome, table, workflow

PLAIN = """
peers scoring
raters = "each_branch"
aggregate = { method = "trimmed_mean" }
criterion = [{ key = "all", label = { zh = "总分" }, weight = 100 }]
"""
TWO = """
peers scoring
raters = "each_branch"
aggregate = { method = "mean" }
criterion = [
  { key = "fame", label = { zh = "知名度" }, weight = 40, max = 10, step = "0.5" },
  { key = "results", label = { zh = "成效" }, weight = 60 },
]
"""
HANDED_OUT = """
jury scoring
raters = "each_branch"
aggregate = { method = "sum" }
criterion = [{ key = "points", label = { zh = "分" }, max = 12, given = [12, 10, 8] }]
"""


def sheets(*lines: str) -> list[Row]:
    """Lines "RATER ENTRY POINTS" for rubrics of one criterion, "RATER ENTRY CRITERION POINTS" for others."""
    full = [words if len(words) == 4 else [*words[:2], "all", words[2]] for words in map(str.split, lines)]
    return table("rater,entry,criterion,points", *(",".join(words) for words in full))


def scored(rules: str, entries: str, *lines: str, **tables: list[Row]) -> Outcome:
    return outcome(case(workflow(rules), entries=entries, sheets=sheets(*lines), **tables))


def refused(rules: str, entries: str, *lines: str, **tables: list[Row]) -> str:
    return complaint(case(workflow(rules), entries=entries, sheets=sheets(*lines), **tables))


def test_a_small_scoring_as_a_whole() -> None:
    assert scored(PLAIN, "abc", "A b 90", "A c 70", "B a 80", "C a 91") == Outcome(
        {
            "score": {"a": Fraction(171, 2), "b": Fraction(90), "c": Fraction(70)},
            "raters": {"a": Fraction(2), "b": Fraction(1), "c": Fraction(1)},
        },
        {
            "asked": 3,
            "handed_in": 3,
            "void": [],
            "dropped": {},
            "recused": [],
            "missing": {"B": ["c"], "C": ["b"]},
        },
    )


def test_more_than_five_raters_lose_the_highest_and_the_lowest_mark_five_lose_none() -> None:
    six = ("B a 50", "C a 60", "D a 70", "E a 80", "F a 90", "G a 100")
    five = ("A b 50", "C b 60", "D b 70", "E b 80", "F b 100")
    found = scored(PLAIN, "abcdefg", *six, *five)
    assert found.figures["score"] == {"a": Fraction(75), "b": Fraction(72)}
    assert found.facts["dropped"] == {"a": [["B", "50"], ["G", "100"]]}


def test_a_mark_is_each_criterions_share_of_its_maximum_by_weight() -> None:
    found = scored(TWO, "ab", "A b fame 8.5", "A b results 50")
    assert found.figures["score"] == {"b": Fraction(64)}  # 40 × 8.5/10 + 60 × 50/100


def test_a_criterion_left_out_takes_its_weight_with_it() -> None:
    assert scored(TWO, "ab", "A b fame 9").figures["score"] == {"b": Fraction(90)}


def test_a_missing_mark_is_never_a_zero_and_an_entry_nobody_scored_has_no_score() -> None:
    found = scored(PLAIN, "abc", "A b 80")
    assert found.figures == {
        "score": {"b": Fraction(80)},
        "raters": {"a": Fraction(0), "b": Fraction(1), "c": Fraction(0)},
    }
    assert found.facts["missing"] == {"A": ["c"], "B": ["a", "c"], "C": ["a", "b"]}


def test_a_sheet_that_gives_all_the_same_score_is_void_where_the_rules_say_so() -> None:
    lines = ("A b 90", "A c 90", "B a 60", "B c 70", "C a 80", "C b 85")
    kept, void = (
        scored(PLAIN, "abc", *lines),
        scored(f'{PLAIN}void = [{{ rule = "same_score_for_all" }}]', "abc", *lines),
    )
    assert kept.figures["score"] == {"a": Fraction(70), "b": Fraction(175, 2), "c": Fraction(80)}
    assert void.figures["score"] == {"a": Fraction(70), "b": Fraction(85), "c": Fraction(70)}
    assert void.facts["void"] == [{"rater": "A", "rule": "same_score_for_all", "entries": ["b", "c"]}]


def test_a_sheet_beyond_its_quota_is_void() -> None:
    rules = f'{PLAIN}void = [{{ rule = "quota", at_most = 1, score = 90 }}]'
    found = scored(rules, "abc", "A b 90", "A c 95", "B a 90", "B c 89")
    assert found.figures["score"] == {"a": Fraction(90), "c": Fraction(89)}
    assert found.facts["void"] == [
        {"rater": "A", "rule": "quota", "entries": ["b", "c"], "at_most": 1, "score": "90"},
    ]


def test_a_recused_rater_is_not_asked_about_that_entry() -> None:
    found = scored(PLAIN, "abc", "A b 80", "B a 70", "B c 60", recusals=table("rater,entry", "A,c"))
    assert found.facts["recused"] == [["A", "c"]]
    assert found.facts["missing"] == {"C": ["a", "b"]}


def test_scores_are_rounded_half_up_where_the_rules_say_so() -> None:
    lines = ("A b 80", "C b 81", "D b 81", "E b 80")
    assert scored(f"{PLAIN}round = 1", "abcde", *lines).figures["score"] == {"b": Fraction(161, 2)}
    assert scored(f"{PLAIN}round = 0", "abcde", *lines).figures["score"] == {"b": Fraction(81)}


def test_harsh_and_lenient_raters_are_brought_to_one_mean_and_spread() -> None:
    rules = PLAIN.replace('"trimmed_mean"', '"mean", level = true') + 'own_entry = "allowed"\nround = 2'
    found = scored(rules, "ab", "A a 50", "A b 40", "B a 90", "B b 80")
    assert found.figures["score"] == {"a": Fraction("85.62"), "b": Fraction("44.38")}


def test_committee_members_may_belong_to_no_branch_and_never_score_their_own() -> None:
    rules = PLAIN.replace("each_branch", "each_committee_member")
    raters = table("rater,branch", "m1,A", "m2,")
    found = scored(rules, "ab", "m1 b 80", "m2 a 70", "m2 b 60", raters=raters)
    assert found.figures["score"] == {"a": Fraction(70), "b": Fraction(70)}
    assert (
        refused(rules, "ab", "m1 a 80", raters=raters)
        == "sheets.csv:2: rater 'm1': expected no points for 'a', its own entry, found some"
    )


def test_points_handed_out_are_added_up_and_tell_who_gave_and_what() -> None:
    found = scored(HANDED_OUT, "abcd", "A b points 12", "A c points 10", "C b points 8", "D b points 0")
    assert found.figures["score"] == {"a": Fraction(0), "b": Fraction(20), "c": Fraction(10), "d": Fraction(0)}
    assert (found.facts["givers"], found.facts["countback"]) == (
        {"a": 0, "b": 2, "c": 1, "d": 0},
        {"a": [0, 0, 0], "b": [1, 0, 1], "c": [0, 1, 0], "d": [0, 0, 0]},
    )


@pytest.mark.parametrize(
    ("rules", "lines", "expected"),
    [
        (PLAIN, ["A a 80"], "sheets.csv:2: rater 'A': expected no points for 'a', its own entry, found some"),
        (PLAIN, ["Z a 80"], "sheets.csv:2: rater: expected A, B or C, found 'Z'"),
        (PLAIN, ["A z 80"], "sheets.csv:2: entry: expected a, b or c, found 'z'"),
        (PLAIN, ["A b fun 80"], "sheets.csv:2: criterion: expected all, found 'fun'"),
        (PLAIN, ["A b 101"], "sheets.csv:2: points: expected 0 to 100 in steps of 1, found 101"),
        (PLAIN, ["A b -1"], "sheets.csv:2: points: expected 0 to 100 in steps of 1, found -1"),
        (PLAIN, ["A b many"], "sheets.csv:2: points: expected a number such as 85, 85.5 or 171/2, found 'many'"),
        (PLAIN, ["A b 9e1"], "sheets.csv:2: points: expected a number such as 85, 85.5 or 171/2, found '9e1'"),
        (TWO, ["A b fame 8.3"], "sheets.csv:2: points: expected 0 to 10 in steps of 0.5, found 8.3"),
        (
            PLAIN,
            ["A b 80", "A b 90"],
            "sheets.csv:3: rater, entry, criterion: expected each once, found A, b, all again",
        ),
        (HANDED_OUT, ["A b points 11"], "sheets.csv:2: points: expected one of 12, 10, 8, or 0, found 11"),
        (
            HANDED_OUT,
            ["A b points 12", "A c points 12"],
            "sheets.csv:3: rater 'A': points: expected 12 once, found twice",
        ),
        (
            f"{TWO}missing_allowed = false",
            ["A b fame 8"],
            "sheets.csv:2: rater 'A': expected points for 'b' 'results', found none",
        ),
    ],
    ids=[
        "its own entry",
        "a rater who was not asked",
        "an entry that does not take part",
        "a criterion that is none",
        "more than the maximum",
        "less than nothing",
        "not a number",
        "a number that people don't write",
        "between the steps",
        "twice",
        "points nobody may give",
        "the same points to two",
        "incomplete where all is asked",
    ],
)
def test_what_can_not_have_been_handed_in_is_refused(rules: str, lines: list[str], expected: str) -> None:
    assert refused(rules, "abc", *lines) == expected


def test_a_mark_for_an_entry_the_rater_stepped_back_from_is_refused() -> None:
    recusals = table("rater,entry", "A,b")
    assert (
        refused(PLAIN, "abc", "A b 80", recusals=recusals)
        == "sheets.csv:2: rater 'A': expected no points for 'b', as it is recused, found some"
    )


def test_several_marks_of_each_end_may_be_dropped() -> None:
    rules = PLAIN.replace('"trimmed_mean"', '"trimmed_mean", trim = 2')
    six = ("B a 50", "C a 60", "D a 70", "E a 80", "F a 90", "G a 100")
    found = scored(rules, "abcdefg", *six)
    assert found.figures["score"] == {"a": Fraction(75)}
    assert found.facts["dropped"] == {"a": [["B", "50"], ["C", "60"], ["F", "90"], ["G", "100"]]}


MEDIAN = f"{PLAIN}recheck = {{ beyond = 15 }}"
MEAN = f'{PLAIN}recheck = {{ beyond = 15, from = "mean" }}'


def test_marks_far_from_the_median_are_pointed_out_and_still_count() -> None:
    lines = ("B a 90", "C a 88", "D a 9", "A b 70", "C b 85")
    found = scored(MEDIAN, "abcd", *lines)
    assert found.facts["recheck"] == [{"rater": "D", "entry": "a", "mark": "9", "centre": "88", "distance": "79"}]
    assert found.figures["score"] == {"a": Fraction(187, 3), "b": Fraction(155, 2)}
    assert [row["rater"] for row in scored(MEAN, "abcd", *lines).facts["recheck"]] == ["D", "B", "C"]


def test_marks_of_void_sheets_are_not_pointed_out() -> None:
    rules = f'{MEDIAN}\nvoid = [{{ rule = "quota", at_most = 0, score = 95 }}]'
    found = scored(rules, "abcd", "B a 60", "C a 62", "D a 100")
    assert [found.facts["recheck"], [row["rater"] for row in found.facts["void"]]] == [[], ["D"]]


def test_harsh_raters_are_levelled_before_marks_are_called_far_off() -> None:
    lines = ("A a 50", "A b 40", "B a 90", "B b 80")
    allowed = 'own_entry = "allowed"'
    rules = PLAIN.replace('"trimmed_mean"', '"mean"')
    levelled = rules.replace('"mean"', '"mean", level = true')
    far = [
        len(scored(f"{text}{allowed}\nrecheck = {{ beyond = 15 }}", "ab", *lines).facts["recheck"])
        for text in (rules, levelled)
    ]
    assert far == [4, 0]


def test_where_no_rule_asks_for_it_no_mark_is_pointed_out() -> None:
    assert "recheck" not in scored(PLAIN, "ab", "A b 1", "B a 99").facts


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_raters_are_told_what_is_pointed_out(locale: str) -> None:
    told = [words(_options(rules), locale) for rules in (PLAIN, MEDIAN)]
    [sentence] = [one for one in told[1] if one not in told[0]]
    assert "15" in sentence


def _options(rules: str) -> ScoringOptions:
    options = workflow(rules).stages[-1].options
    assert isinstance(options, ScoringOptions)
    return options
