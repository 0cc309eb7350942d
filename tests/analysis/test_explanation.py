"""Every step from the sheets and counts to the place, against what `worked` says was worked out by hand."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from evalflow.analysis.afterwards_explained import Award, Notice, Plain
from evalflow.analysis.decision_explained import Decision, Neighbour, TieBreak
from evalflow.analysis.explanation import EXPLAINERS, Explanation, explain, explain_plainly
from evalflow.analysis.projects_explained import Approval, Tracked
from evalflow.analysis.scores_explained import Scoring
from evalflow.analysis.votes_explained import Vote
from evalflow.bundle.format import Bundle
from evalflow.bundle.recount import case_of, recount
from evalflow.errors import NotFound
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from evalflow.workflow.outcome import Case, Outcome
from tests.analysis.worked import PARTS, TOML, unmet, worked
from tests.declared import PLAN


def told(entry: str, bundle: Bundle | None = None) -> Explanation:
    bundle = bundle or worked()
    return explain(bundle, recount(bundle).outcomes, entry)


def scoring(explanation: Explanation) -> Scoring:
    return next(part for part in explanation.parts if isinstance(part, Scoring))


def decision(explanation: Explanation) -> Decision:
    assert explanation.decision is not None
    return explanation.decision


def lines(explanation: Explanation) -> list[tuple[str, str, str]]:
    """(rater, what became of the mark, how it was worked out)."""
    return [(one.rater, one.fate, one.working.text() if one.working else "") for one in scoring(explanation).marks]


def test_the_sentence_at_the_top_is_what_anybody_gets_on_a_pocket_calculator() -> None:
    assert [told(key).sentence("en") for key in "abcde"] == [
        "84.20 = 40 % × 98 + 60 % × 75, place 3 of 5",
        "88.00 = 40 % × 100 + 60 % × 80, place 2 of 5",
        "88.00 = 40 % × 99 + 60 % × 80.67, place 1 of 5",
        "71.80 = 40 % × 97 + 60 % × 55, place 5 of 5",
        "81.90 = 40 % × 96 + 60 % × 72.5, place 4 of 5",
    ]


def test_parts_are_shown_with_as_many_decimals_as_the_composite_needs() -> None:
    """0.4 × 99 + 0.6 × 80.67 would be 88.002; the score is 80 2/3 and the composite 88."""
    found = told("c", unmet(TOML.replace("seats = 2", "seats = 2\nround = { decimals = 3 }")))
    assert found.equation == "88.000 = 40 % × 99 + 60 % × 80.667"


def test_the_vote_tells_votes_place_and_points() -> None:
    part = told("e").parts[0]
    assert isinstance(part, Vote)
    counts = (part.votes, part.place, part.alike, part.cast, part.valid, part.invalid, part.abstentions, part.electors)
    assert counts == (1, 5, 1, 6, 5, 1, 0, 10)
    assert [(one.rule, one.working.text() if one.working else "") for one in part.points] == [
        ("rank_points", "101 − 5 = 96")
    ]


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("share_of_votes", "100 × 3 ÷ 15 = 20"),
        ("approvals_over_electors", "100 × 3 ÷ 10 = 30"),
        ("share_of_maximum", "100 × 3 ÷ 5 = 60"),
    ],
)
def test_every_rule_for_points_shows_its_arithmetic(rule: str, line: str) -> None:
    part = told("a", unmet(TOML.replace("rank_points", rule))).parts[0]
    assert isinstance(part, Vote)
    assert [one.working.text() for one in part.points if one.working] == [line]


def test_a_sheet_that_is_void_stays_visible_with_its_rule_and_does_not_count() -> None:
    found = scoring(told("a"))
    assert lines(told("a")) == [
        ("d", "counted", "40 % × 8 × 100 ÷ 10 + 60 % × 80 = 80"),
        ("c", "counted", "40 % × 7.5 × 100 ÷ 10 + 60 % × 75 = 75"),
        ("b", "counted", "(60 % × 70) ÷ 60 % = 70"),
        ("e", "void", "40 % × 7 × 100 ÷ 10 + 60 % × 70 = 70"),
        ("a", "own", ""),
    ]
    assert [breach.rule for mark in found.marks for breach in mark.breaches] == ["same_score_for_all"]
    assert found.working is not None
    assert found.working.text() == "(70 + 75 + 80) ÷ 3 = 75"


def test_a_mark_that_was_not_given_is_left_out_and_said_so() -> None:
    found = scoring(told("b"))
    assert [(mark.rater, mark.fate.value) for mark in found.marks if mark.value is None] == [
        ("a", "missing"),
        ("b", "own"),
    ]
    assert (found.raters, found.counted, found.score) == (2, 2, 80)


def test_the_highest_and_the_lowest_mark_are_named_where_they_are_dropped() -> None:
    found = scoring(told("e"))
    assert [(mark.rater, mark.fate.value, mark.value) for mark in found.marks] == [
        ("d", "highest", 95),
        ("c", "counted", 75),
        ("b", "counted", 70),
        ("a", "lowest", 60),
        ("e", "own", None),
    ]
    assert found.working is not None
    assert (found.working.text(), found.raters, found.counted) == ("(70 + 75) ÷ 2 = 72.5", 4, 2)


def test_the_median_shows_the_marks_in_the_middle() -> None:
    bundle = unmet(TOML.replace('method = "trimmed_mean", trim_when_more_than = 3', 'method = "median"'))
    workings = [scoring(told(key, bundle)).working for key in "ae"]
    assert [one.text() for one in workings if one] == ["(75) ÷ 1 = 75", "(70 + 75) ÷ 2 = 72.5"]


def test_levelled_marks_stand_beside_those_given_and_make_the_score() -> None:
    bundle = unmet(TOML.replace("trim_when_more_than = 3", "trim_when_more_than = 3, level = true"))
    found = scoring(told("e", bundle))
    kept = [mark.levelled for mark in found.marks if mark.fate == "counted" and mark.levelled is not None]
    assert found.score == sum(kept, Fraction(0)) / 2 == recount(bundle).outcomes["peers"].figures["score"]["e"]
    assert [mark.value for mark in found.marks[:4]] != [mark.levelled for mark in found.marks[:4]]


def test_a_tie_names_the_link_that_broke_it_and_who_stands_next() -> None:
    found = decision(told("b"))
    assert found.ties == (TieBreak("peers", (("c",), ("b",))),)
    assert (found.above, found.below) == (
        Neighbour("c", 1, Fraction(0)),
        Neighbour("a", 3, Fraction(-19, 5)),
    )


def test_the_line_the_votes_of_the_meeting_and_the_reason_of_a_deviation_are_told() -> None:
    a, b = decision(told("a")), decision(told("b"))
    assert (a.line, str(a.last_in), a.decided, a.deviates, a.reason) == ("below", "88.00", 2, True, "先行先试")
    assert (b.line, b.decided, b.deviates, b.reason) == ("in", None, True, "今年已获上级表彰")
    assert [(one.about, one.ayes, one.noes, one.result) for one in a.motions] == [("award:a", 2, 1, "carried")]


def test_a_cap_that_passes_an_entry_over_and_a_veto_that_keeps_one_out_are_told() -> None:
    """b and c are vetoed for their votes; d and e are of one branch, which may have one place."""
    veto = 'veto = [{ label = { zh = "票多" }, from = "vote", figure = "votes", above = "3" }]'
    whole = unmet(TOML.replace("seats = 2", f"seats = 3\ncap = {{ at_most = 1 }}\n{veto}"))
    entries = tuple(replace(one, branch="d") if one.key == "e" else one for one in whole.entries)
    sheets = [row for row in whole.tables["peers"]["sheets"] if (row["rater"], row["entry"]) != ("d", "e")]
    bundle = replace(whole, entries=entries, tables={**whole.tables, "peers": {"sheets": sheets}})
    found = {key: decision(told(key, bundle)) for key in "abcde"}
    assert {key: [(bar.label.zh, bar.value) for bar in one.barred] for key, one in found.items() if one.barred} == {
        "b": [("票多", "5")],
        "c": [("票多", "4")],
    }
    assert {key: (one.place, one.line, one.is_passed_over) for key, one in found.items() if not one.barred} == {
        "a": (1, "in", False),
        "e": (2, "in", False),
        "d": (3, "below", True),
    }


def test_what_became_of_it_is_told_to_the_end() -> None:
    struck, awarded = told("a").parts[-2:], told("c").parts[-2:]
    assert isinstance(struck[0], Notice)
    assert isinstance(awarded[0], Notice)
    assert (struck[0].put_up, struck[0].objections, struck[0].is_struck) == (2, ("upheld",), True)
    assert (awarded[0].put_up, awarded[0].remains) == (1, 1)
    assert [part.place for part in (struck[1], awarded[1]) if isinstance(part, Award)] == [None, 1]


def test_who_has_no_score_has_no_composite_and_no_sentence() -> None:
    """Everybody but c gave d a mark that is taken away; c steps back."""
    whole = unmet(TOML)
    kept = [row for row in whole.tables["peers"]["sheets"] if row["entry"] != "d"]
    bundle = Bundle(**{**vars(whole), "tables": {**whole.tables, "peers": {"sheets": kept}}})
    found = told("d", bundle)
    assert (found.sentence("en"), decision(found).place, decision(found).exact) == ("", None, None)
    assert (scoring(found).score, scoring(found).working) == (None, None)


def test_parts_that_are_added_and_subtracted_are_told_so() -> None:
    parts = 'component = [{ from = "vote", as = "rank_points" }, { from = "peers", as = "score", subtract = true }]'
    bundle = unmet(TOML.replace(PARTS, f'combine = "sum"\n{parts}'))
    assert told("a", bundle).equation == "23.00 = 98 − 75"


def test_parts_that_are_multiplied_are_told_so() -> None:
    parts = 'component = [{ from = "vote", as = "rank_points" }, { from = "peers", as = "score" }]'
    bundle = unmet(TOML.replace(PARTS, f'combine = "geometric"\n{parts}'))
    assert told("a", bundle).equation == "85.73 = √(98 × 75)"


def test_a_figure_the_marks_do_not_give_is_told_without_a_working_that_would_be_wrong() -> None:
    bundle = worked()
    outcomes = dict(recount(bundle).outcomes)
    figures = {**outcomes["peers"].figures, "score": {**outcomes["peers"].figures["score"], "a": Fraction(76)}}
    outcomes["peers"] = Outcome(figures, outcomes["peers"].facts)
    found = scoring(explain(bundle, outcomes, "a"))
    assert (found.score, found.working) == (76, None)


def test_a_kind_without_an_explanation_of_its_own_tells_its_figures_and_facts() -> None:
    bundle = worked()
    outcome = Outcome({"reports": {"a": Fraction(7)}}, {"late": ["a"], "capped": {"a": "90", "b": "80"}})
    part = explain_plainly(case_of(bundle, bundle.definition.stage("peers"), {}), outcome, "a")
    assert isinstance(part, Plain)
    assert (part.figures, part.facts) == ((("reports", Fraction(7)),), (("late", "✓"), ("capped", "90")))
    assert "submission" not in EXPLAINERS


def test_a_project_tells_which_targets_a_motion_changed_and_what_was_reported_last() -> None:
    text = """
format = 1
key = "small"
title = { zh = "小" }
moves = "apart"
entry = { noun = { zh = "工程" } }

[[stage]]
key = "apply"
kind = "submission"
title = { zh = "申报" }
field = [
  { key = "name", type = "text", role = "title", label = { zh = "名称" }, required = true },
  { key = "plan", type = "indicators", label = { zh = "指标" } },
]

[[stage]]
key = "approve"
kind = "approval"
title = { zh = "把关" }
quorum = { present = "2/3", ayes = "1/2 of entitled" }

[[stage]]
key = "track"
kind = "tracking"
title = { zh = "推动" }
"""
    definition = reader.read(text, KINDS, file="small.toml")
    rows = {"a": PLAN["plan"]}
    change = {"entry": "a", "indicator": 2, "old_work": "9", "old_stretch": "7.5", "work": "8.5", "stretch": "7"}
    outcomes = {
        "apply": Outcome(facts={"indicators": rows}),
        "approve": Outcome(facts={"approved": ["a"], "changes": [{**change, "motion": "4"}]}),
        "track": Outcome(
            {"reports": {"a": Fraction(3)}, "attainment": {"a": Fraction(50)}},
            {"last": {"a": {"1": {"value": "93", "day": "2026-08-29"}}}},
        ),
    }
    cases = {key: Case(definition, definition.stage(key), (), (), {}, outcomes) for key in outcomes}
    approved = EXPLAINERS["approval"](cases["approve"], outcomes["approve"], "a")["a"]
    assert isinstance(approved, Approval) and approved.is_approved
    assert [(one.indicator, one.old, one.new, one.motion) for one in approved.changes] == [
        ("工期", (Decimal(9), Decimal("7.5")), (Decimal("8.5"), Decimal(7)), "4")
    ]
    tracked = EXPLAINERS["tracking"](cases["track"], outcomes["track"], "a")["a"]
    assert isinstance(tracked, Tracked)
    assert (tracked.reports, tracked.attainment) == (3, 50)
    assert [(one.indicator.name, one.value, str(one.day)) for one in tracked.last] == [("回收率", 93, "2026-08-29")]


def test_only_entries_that_take_part_are_explained() -> None:
    with pytest.raises(NotFound):
        told("z")
