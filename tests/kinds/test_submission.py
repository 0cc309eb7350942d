"""What a declaration comes to: who is in, and the numbers and choices that later stages may count with."""

import inspect
import re
from fractions import Fraction

import pytest

from evalflow.kinds import KINDS
from evalflow.kinds.columns import EXPECTED
from evalflow.workflow import fields, indicators, reader, rows
from evalflow.workflow.fields import Field
from evalflow.workflow.outcome import Case, Contender, Outcome
from tests.kinds.cases import HEAD, complaint, outcome, table

FIELDS = """\
field = [
  { key = "name", type = "text", role = "title", label = { zh = "名称" }, required = true },
  { key = "output", type = "number", label = { zh = "产量" }, min = 0, max = 1000 },
  { key = "area", type = "choice", label = { zh = "类别" }, choice = [
    { key = "smelter", label = { zh = "冶炼" } }, { key = "mine", label = { zh = "矿山" } } ] },
]
"""
FORM = reader.read(HEAD.partition("field = ")[0] + FIELDS, KINDS, file="form.toml")


def handed_in(*answers: str) -> Case:
    """a and b accepted, c rejected. answers: "ENTRY,FIELD,VALUE" as in the file."""
    states = table("entry,revision,state", "a,1,accepted", "b,2,accepted", "c,1,rejected")
    tables = {"submissions": states, "fields": table("entry,field,value", *answers)}
    contenders = (Contender("a", "A", 1), Contender("b", "B", 2))
    return Case(FORM, FORM.stages[0], contenders, ("A", "B", "C"), tables, {})


def test_a_small_declaration_as_a_whole() -> None:
    assert outcome(handed_in("a,output,12.5", "b,output,0.10", "a,area,mine")) == Outcome(
        {"output": {"a": Fraction(25, 2), "b": Fraction(1, 10)}},
        {
            "accepted": ["a", "b"],
            "rejected": ["c"],
            "withdrawn": [],
            "unfinished": [],
            "choices": {"area": {"a": "mine"}},
        },
    )


def test_a_field_that_nobody_answered_is_absent() -> None:
    found = outcome(handed_in())
    assert (found.figures, "choices" in found.facts) == ({}, False)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (("c,output,1",), "fields.csv:2: entry: expected a or b, found 'c'"),
        (("a,name,1",), "fields.csv:2: field: expected output or area, found 'name'"),
        (
            ("a,output,1", "b,output,much"),
            "fields.csv:3: value: expected a number such as 85, 85.5 or 171/2, found 'much'",
        ),
        (("a,output,1e3",), "fields.csv:2: value: expected a number such as 85, 85.5 or 171/2, found '1e3'"),
        (("a,output,1000.5",), "fields.csv:2: value of 'output': expected 0 to 1000, found 1000.5"),
        (("a,output,-1",), "fields.csv:2: value of 'output': expected 0 to 1000, found -1"),
        (("a,area,forest",), "fields.csv:2: value: expected mine or smelter, found 'forest'"),
        (("a,output,1", "a,output,2"), "fields.csv:3: entry, field: expected each once, found a, output again"),
    ],
)
def test_an_answer_that_can_not_be_is_refused_with_its_line(answers: tuple[str, ...], told: str) -> None:
    assert complaint(handed_in(*answers)) == told


@pytest.mark.parametrize(
    ("typed", "evidence"), [("12.50", "12.50"), ("+5", "5"), (".5", "0.5"), ("-0.0010", "-0.0010"), ("", "")]
)
def test_a_number_is_written_plainly_and_loses_no_digit(typed: str, evidence: str) -> None:
    assert fields.written(_number(), {"n": typed}) == evidence


@pytest.mark.parametrize("typed", ["1e9", "1E999999999", "NaN", "Infinity", "9" * 31])
def test_a_number_that_evidence_could_not_hold_is_a_fault(typed: str) -> None:
    assert fields.faults((_number(),), {"n": typed}) == {"n": "not_a_number"}


def _number() -> Field:
    return Field.model_validate({"key": "n", "type": "number", "label": {"zh": "数"}})


def test_every_fault_of_an_entry_s_own_table_is_told_by_what_was_expected() -> None:
    source = inspect.getsource(rows) + inspect.getsource(indicators)
    codes = {code for code in re.findall(r'"(\w+)"\)', source) if "_" in code} - {"milestone_outside", "way_outside"}
    assert codes == EXPECTED.keys()
