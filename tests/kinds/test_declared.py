"""The kinds that gather and show: submission, promotion, tracking."""

from fractions import Fraction

import pytest

from evalflow.workflow.outcome import Case, Outcome
from tests.kinds.cases import case, complaint, outcome, table, workflow

SHOWN = "show promotion"
TRACKED = "tracking tracking"


def declared(*submissions: str) -> Case:
    """A declaration that a and b came out of. submissions: "ENTRY,REVISION,STATE" as in the file."""
    return case(workflow(), entries="ab", submissions=table("entry,revision,state", *submissions))


def shown(*views: str, rules: str = SHOWN) -> Case:
    return case(workflow(rules), entries="ab", views=table("entry,day,views", *views))


def tracked(*reports: str) -> Case:
    return case(workflow(TRACKED), entries="ab", reports=table("entry,number,state,day,corrects", *reports))


def test_a_small_declaration_as_a_whole() -> None:
    lines = (
        "b,1,accepted",
        "a,3,accepted",
        "c,1,rejected",
        "d,2,withdrawn",
        "e,0,draft",
        "f,1,submitted",
        "g,2,returned",
    )
    assert outcome(declared(*lines)) == Outcome(
        facts={"accepted": ["a", "b"], "rejected": ["c"], "withdrawn": ["d"], "unfinished": ["e", "f", "g"]}
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["a,1,accepted"], "entries.csv:3: entry 'b': expected accepted, as it takes part, found otherwise"),
        (
            ["a,1,accepted", "b,1,returned"],
            "submissions.csv:3: entry 'b': expected accepted, as it takes part, found otherwise",
        ),
        (["a,1,accepted", "a,2,accepted"], "submissions.csv:3: entry: expected each once, found a again"),
        (
            ["a,1,lost"],
            "submissions.csv:2: state: expected accepted, rejected, withdrawn, draft, submitted or returned, "
            "found 'lost'",
        ),
        (["a,last,accepted"], "submissions.csv:2: revision: expected a whole number, found 'last'"),
    ],
    ids=["never declared", "only returned", "twice", "a state that is none", "a revision without number"],
)
def test_declarations_that_can_not_be_are_refused(lines: list[str], expected: str) -> None:
    assert complaint(declared(*lines)) == expected


def test_views_are_added_up_over_the_days_and_nobody_looking_is_0() -> None:
    assert outcome(shown("a,2026-03-22,3", "a,2026-03-23,4")) == Outcome(
        {"views": {"a": Fraction(7), "b": Fraction(0)}}
    )


def test_where_views_are_not_counted_there_are_none() -> None:
    rules = f"{SHOWN}\nviews = false"
    assert outcome(shown(rules=rules)) == Outcome()
    assert (
        complaint(shown("a,2026-03-22,3", rules=rules))
        == "views.csv:2: expected no rows, as by these rules views are not counted, found some"
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["c,2026-03-22,3"], "views.csv:2: entry: expected a or b, found 'c'"),
        (
            ["a,2026-03-22,3", "a,2026-03-22,4"],
            "views.csv:3: entry, day: expected each once, found a, 2026-03-22 again",
        ),
        (["a,20260322,3"], "views.csv:2: day: expected a day such as 2026-06-25, found '20260322'"),
        (["a,2026-02-30,3"], "views.csv:2: day: expected a day such as 2026-06-25, found '2026-02-30'"),
        (["a,2026-03-22,٣"], "views.csv:2: views: expected a whole number, found '٣'"),
        (["a,2026-03-22," + "3" * 19], f"views.csv:2: views: expected a whole number, found '{'3' * 19}'"),
        (["a,today,3"], "views.csv:2: day: expected a day such as 2026-06-25, found 'today'"),
        (["a,2026-03-22,-3"], "views.csv:2: views: expected a whole number, found '-3'"),
    ],
    ids=[
        "of an entry that is none",
        "twice a day",
        "on a day spelt otherwise",
        "on a day that is none",
        "in other digits",
        "beyond all measure",
        "on no day",
        "fewer than none",
    ],
)
def test_views_that_can_not_be_are_refused(lines: list[str], expected: str) -> None:
    assert complaint(shown(*lines)) == expected


def test_reports_are_counted_by_entry() -> None:
    assert outcome(tracked("a,1,filed,2026-05-01,", "a,2,filed,2026-05-02,1")) == Outcome(
        {"reports": {"a": Fraction(2), "b": Fraction(0)}}
    )


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ["a,1,filed,2026-05-01,", "a,1,filed,2026-05-01,"],
            "reports.csv:3: entry, number: expected each once, found a, 1 again",
        ),
        (["c,1,filed,2026-05-01,"], "reports.csv:2: entry: expected a or b, found 'c'"),
        (["a,1,lost,2026-05-01,"], "reports.csv:2: state: expected filed or entered, found 'lost'"),
        (["a,1,filed,May,"], "reports.csv:2: day: expected a day such as 2026-06-25, found 'May'"),
        (["a,1,filed,2026-05-01,1"], "reports.csv:2: corrects: expected an earlier report that still counts, found 1"),
        (
            ["a,1,filed,2026-05-01,", "a,2,filed,2026-05-01,1", "a,3,filed,2026-05-01,1"],
            "reports.csv:4: corrects: expected an earlier report that still counts, found 1",
        ),
    ],
    ids=["twice", "on an entry that is none", "a state that is none", "no day", "itself corrected", "corrected twice"],
)
def test_reports_that_can_not_be_are_refused(lines: list[str], expected: str) -> None:
    assert complaint(tracked(*lines)) == expected
