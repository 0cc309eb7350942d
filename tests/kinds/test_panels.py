"""A scoring criterion by criterion: trimmed and rounded in each, weighed by factors, added up, and every step told."""

import re
from fractions import Fraction
from typing import Any

import pytest

from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS
from evalflow.kinds.rubric import ScoringOptions
from evalflow.kinds.scoring import words
from evalflow.workflow import reader
from evalflow.workflow.outcome import Outcome
from evalflow.workflow.telling import tell_stages
from tests.kinds.cases import HEAD, case, complaint, outcome, table, workflow

SKATING = """
marks scoring
raters = "each_branch"
own_entry = "allowed"
aggregate = { by = "criterion", method = "trimmed_mean", trim_when_more_than = 2, round_panel = 2, round_part = 2 }
criterion = [
  { key = "skills", label = { zh = "技巧", en = "Skills" }, max = 10, step = "0.25", factor = "1.6" },
  { key = "timing", label = { zh = "节奏", en = "Timing" }, max = 10, step = "0.25" },
]
"""
DIVING = """
[[stage]]
key = "dives"
kind = "scoring"
title = { zh = "跳水", en = "Dives" }
raters = "each_branch"
own_entry = "allowed"
aggregate = { by = "criterion", method = "trimmed_sum", trim_when_more_than = 2 }
criterion = [
  { key = "one", label = { zh = "一", en = "One" }, max = 10, step = "0.5", factor = "0.6", factor_from = "form.hard" },
]
"""
NUMBER = 'field = [{ key = "hard", type = "number", label = { zh = "难度", en = "Difficulty" } }, '
FAULTS = """
marks scoring
raters = "each_branch"
own_entry = "allowed"
aggregate = { by = "criterion", method = "mean" }
criterion = [
  { key = "style", label = { zh = "风格" }, max = 10 },
  { key = "faults", label = { zh = "扣分" }, min = -5, max = 0 },
]
"""
SHEETS = "rater,entry,criterion,points"


def scored(rules: str, entries: str, *lines: str) -> Outcome:
    rows = table(SHEETS, *(line.replace(" ", ",") for line in lines))
    return outcome(case(workflow(rules), entries=entries, sheets=rows))


def test_a_small_scoring_as_a_whole() -> None:
    skills = ("A a skills 7.25", "B a skills 7", "C a skills 7.5", "D a skills 8")
    found = scored(SKATING, "abcd", *skills, "A a timing 6.5", "B a timing 7", "A b skills 9")
    assert found.figures == {
        "score": {"a": Fraction("18.56")},  # round(7.375 × 1.6) + 6.75
        "raters": {"a": Fraction(4), "b": Fraction(1), "c": Fraction(0), "d": Fraction(0)},
    }
    nothing: dict[str, Any] = {"kept": [], "dropped": [], "panel": None, "part": None}
    assert found.facts == {
        "asked": 4,
        "handed_in": 4,
        "void": [],
        "recused": [],
        "missing": {"A": ["c", "d"], "B": ["b", "c", "d"], "C": ["b", "c", "d"], "D": ["b", "c", "d"]},
        "parts": {
            "a": {
                "skills": {
                    "kept": [["A", "29/4"], ["C", "15/2"]],
                    "dropped": [["B", "7"], ["D", "8"]],
                    "panel": "369/50",
                    "factor": "8/5",
                    "part": "1181/100",
                },
                "timing": {
                    "kept": [["A", "13/2"], ["B", "7"]],
                    "dropped": [],
                    "panel": "27/4",
                    "factor": "1",
                    "part": "27/4",
                },
            },
            "b": {
                "skills": {
                    "kept": [["A", "9"]],
                    "dropped": [],
                    "panel": "9",
                    "factor": "8/5",
                    "part": "72/5",
                },
                "timing": {**nothing, "factor": "1"},
            },
            **{entry: {"skills": {**nothing, "factor": "8/5"}, "timing": {**nothing, "factor": "1"}} for entry in "cd"},
        },
    }


def test_each_criterion_is_trimmed_by_its_own_number_of_raters() -> None:
    lines = [f"{rater} a skills {points}" for rater, points in zip("ABC", (1, 8, 10), strict=True)]
    found = scored(SKATING, "abc", *lines, "A a timing 4", "B a timing 6")
    assert found.figures["score"] == {"a": Fraction("17.8")}  # 8 × 1.6 + 5


def test_marks_dropped_in_each_criterion_are_others_than_those_dropped_by_sheet() -> None:
    lines = ("A a skills 7", "A a timing 5", "B a skills 8", "B a timing 6.25", "C a skills 4", "C a timing 9")
    criterion = SKATING.replace(', factor = "1.6"', "")
    sheet = re.sub("aggregate = .*", 'aggregate = { method = "trimmed_sum", trim_when_more_than = 2 }', criterion)
    assert scored(criterion, "abc", *lines).figures["score"] == {"a": Fraction("13.25")}  # 7 and 6.25
    assert scored(sheet, "abc", *lines).figures["score"]["a"] == 13  # of 12, 14.25 and 13


def diving(*lines: str, difficulty: str) -> Outcome:
    """One dive of the entry a, which declared its difficulty, or nothing."""
    rules = reader.read(HEAD.replace("field = [", NUMBER) + DIVING, KINDS, file="small.toml")
    declared = {"a": Fraction(difficulty)} if difficulty else {}
    rows = table(SHEETS, *(line.replace(" ", ",") for line in lines))
    return outcome(case(rules, entries="ab", sheets=rows, earlier={"form": Outcome({"hard": declared})}))


def test_a_factor_may_be_a_number_that_the_entry_declared() -> None:
    found = diving("A a one 7.5", "B a one 8", difficulty="3.1")
    assert found.figures["score"] == {"a": Fraction("28.83"), "b": Fraction(0)}  # 15.5 × 0.6 × 3.1
    assert found.facts["parts"]["a"]["one"]["factor"] == "93/50"


def test_an_entry_with_points_but_without_the_number_has_no_score() -> None:
    found = diving("A a one 7.5", difficulty="")
    assert found.figures["score"] == {"b": Fraction(0)}
    assert found.facts["parts"]["a"]["one"] == {
        "kept": [["A", "15/2"]],
        "dropped": [],
        "panel": "15/2",
        "factor": None,
        "part": None,
    }


def test_deductions_are_points_below_zero() -> None:
    found = scored(FAULTS, "ab", "A a style 8", "B a style 7", "A a faults -2", "B a faults 0")
    assert found.figures["score"] == {"a": Fraction("6.5")}
    assert refused("A a faults 1") == "sheets.csv:2: points: expected -5 to 0 in steps of 1, found 1"
    assert refused("A a faults -6") == "sheets.csv:2: points: expected -5 to 0 in steps of 1, found -6"
    assert refused("A a style -1") == "sheets.csv:2: points: expected 0 to 10 in steps of 1, found -1"


def refused(line: str) -> str:
    return complaint(case(workflow(FAULTS), entries="ab", sheets=table(SHEETS, line.replace(" ", ","))))


def test_a_void_sheet_leaves_every_criterion() -> None:
    rules = f'{SKATING}void = [{{ rule = "quota", at_most = 0, score = 20 }}]'
    found = scored(rules, "ab", "A a skills 10", "A a timing 10", "B a skills 5", "B a timing 6")
    assert found.figures == {"score": {"a": Fraction(14)}, "raters": {"a": Fraction(1), "b": Fraction(0)}}
    assert [row["rater"] for row in found.facts["void"]] == ["A"]


def test_harsh_and_lenient_raters_are_levelled_in_each_criterion_by_itself() -> None:
    rules = FAULTS.replace('"mean"', '"mean", level = true, round_panel = 2')
    lines = ("A a style 4", "A b style 2", "B a style 10", "B b style 8")
    found = scored(rules, "ab", *lines, *(f"{rater} {entry} faults -1" for rater in "AB" for entry in "ab"))
    assert {entry: parts["style"]["panel"] for entry, parts in found.facts["parts"].items()} == {
        "a": "229/25",  # 6 + √10
        "b": "71/25",
    }
    assert found.figures["score"] == {"a": Fraction("8.16"), "b": Fraction("1.84")}


def test_points_far_from_the_others_in_a_criterion_are_pointed_out_and_still_count() -> None:
    rules = f'{FAULTS}recheck = {{ beyond = "2.5" }}'
    lines = ("A a style 8", "B a style 7", "C a style 1", "A a faults 0", "B a faults 0", "C a faults -1")
    found = scored(rules, "abc", *lines)
    assert found.facts["recheck"] == [
        {"rater": "C", "entry": "a", "mark": "1", "centre": "7", "distance": "6", "criterion": "style"}
    ]
    assert found.figures["score"] == {"a": Fraction(5)}  # (8 + 7 + 1) / 3 - 1/3


def test_the_rules_are_told_step_by_step() -> None:
    options = workflow(SKATING).stages[-1].options
    assert isinstance(options, ScoringOptions)
    assert words(options, "en")[1:-1] == [
        "Where more than 2 raters gave an entry points in a criterion, the highest and the lowest of them are dropped.",
        "For each criterion the mean of an entry's points is taken.",
        "It is rounded half up (decimals: 2).",
        "It is multiplied: Skills × 1.6.",
        "Each product is rounded half up (decimals: 2).",
        "An entry's score is the sum over all criteria.",
        "Marks are public with the names of their raters once the awards are final; the committee reads them before.",
    ]


def test_a_number_of_the_entry_is_called_by_its_title() -> None:
    rules = reader.read(HEAD.replace("field = [", NUMBER) + DIVING, KINDS, file="small.toml")
    [_, (_, sentences)] = tell_stages(rules, KINDS, "en")
    assert "It is multiplied: One × 0.6 × “申报 · Difficulty”." in sentences


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (SKATING.replace('by = "criterion", ', ""), 'aggregate: expected round_panel only with by = "criterion"'),
        (FAULTS.replace("max = 10", "weight = 100"), 'criterion.weight: expected no weights with by = "criterion"'),
        (
            FAULTS.replace("max = 10", 'factor_from = "form.hard"'),
            "criterion.0.factor_from: expected an earlier number",
        ),
        (FAULTS.replace("max = 10", 'factor = "0.0"'), "criterion.0.factor: "),
        (FAULTS.replace("min = -5", "min = 0"), "criterion.1: expected min below max"),
        (SKATING.replace("trim_when", "trim = 2, trim_when"), "trim_when_more_than at least twice trim"),
        (FAULTS.replace('"mean"', '"mean", trim = 2'), "trim only with method"),
        (f'{FAULTS}recheck = {{ beyond = "0" }}', "recheck.beyond"),
    ],
    ids=[
        "rounding by criterion where marks are made by sheet",
        "weights where factors weigh",
        "a number nobody declares",
        "a factor of nothing",
        "no range",
        "trimming that could leave nothing",
        "trimming where nothing is trimmed",
        "everything far off",
    ],
)
def test_rules_that_contradict_themselves_are_refused(rules: str, expected: str) -> None:
    with pytest.raises(DefinitionError) as refusal:
        workflow(rules)
    assert expected in str(refusal.value)
