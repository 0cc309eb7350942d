"""A score made criterion by criterion, told so that anybody can follow it with a pocket calculator."""

import re
from dataclasses import replace
from fractions import Fraction

from evalflow.analysis.explanation import explain
from evalflow.analysis.samples import sample
from evalflow.analysis.scores_explained import Scoring
from evalflow.analysis.variants import What, variants
from evalflow.bundle.format import Bundle
from evalflow.bundle.recount import recount
from evalflow.kinds.rubric import ScoringOptions
from tests.analysis.worked import TOML, unmet

RULE = (
    'aggregate = { by = "criterion", method = "trimmed_mean", trim_when_more_than = 3, round_panel = 1, '
    "round_part = 0 }\nround = 0\nrecheck = { beyond = 25 }"
)
FACTORS = TOML.replace("weight = 40, max = 10", 'factor = "2.5", max = 10').replace(
    '"Results" }, weight = 60', '"Results" }'
)
BY_CRITERION = re.sub("aggregate = .*", RULE, FACTORS)
SEVERAL = re.sub("aggregate = .*", 'aggregate = { method = "trimmed_mean", trim = 2, trim_when_more_than = 4 }', TOML)


def scoring(entry: str, bundle: Bundle) -> Scoring:
    found = explain(bundle, recount(bundle).outcomes, entry)
    return next(part for part in found.parts if isinstance(part, Scoring))


def test_every_panel_tells_who_was_dropped_the_value_the_factor_and_the_part() -> None:
    """e: known 6, 7, 7.5 and 9.5, works 60, 70, 75 and 95; e's own sheet is void."""
    found = scoring("e", unmet(BY_CRITERION))
    known, works = found.panels
    assert (known.lowest, known.highest, known.counted) == ((("a", Fraction(6)),), (("d", Fraction("9.5")),), 2)
    assert known.working is not None and known.weighing is not None
    assert (known.working.text(), known.value) == ("(7 + 7.5) ÷ 2 = 7.25", Fraction("7.3"))
    assert (known.weighing.text(), known.points) == ("7.3 × 2.5 = 18.25", 18)
    assert works.working is not None
    assert (works.working.text(), works.value, works.weighing) == ("(70 + 75) ÷ 2 = 72.5", Fraction("72.5"), None)
    assert works.points == 73
    assert found.working is not None
    assert (found.working.text(), found.rounded) == ("18 + 73 = 91", 91)


def test_the_sheets_stand_beside_it_and_none_of_them_is_called_dropped() -> None:
    found = scoring("e", unmet(BY_CRITERION))
    assert [(mark.rater, mark.fate.value) for mark in found.marks] == [
        ("d", "counted"),
        ("c", "counted"),
        ("b", "counted"),
        ("a", "counted"),
        ("e", "own"),
    ]
    assert found.others == ()


def test_where_several_of_each_end_are_dropped_each_is_called_by_its_end() -> None:
    bundle = unmet(SEVERAL.replace('"each_branch"', '"each_branch"\nown_entry = "allowed"'))
    own = {"rater": "e", "entry": "e", "criterion": "works", "points": "71"}
    tables = {**bundle.tables, "peers": {"sheets": [*bundle.tables["peers"]["sheets"], own]}}
    found = scoring("e", replace(bundle, tables=tables))
    assert [(mark.rater, mark.fate.value) for mark in found.marks] == [
        ("d", "highest"),
        ("c", "highest"),
        ("e", "counted"),
        ("b", "lowest"),
        ("a", "lowest"),
    ]
    assert found.working is not None
    assert found.working.text() == "(71) ÷ 1 = 71"


MEAN = 'aggregate = { by = "criterion", method = "mean", round_part = 1 }'
RANGE = '"Results" }, min = -5, max = 0, step = "2"'
DEDUCTIONS = re.sub("aggregate = .*", MEAN, FACTORS).replace('"Results" }', RANGE)


def test_invented_sheets_keep_within_the_range_and_the_steps() -> None:
    definition = unmet(DEDUCTIONS).definition
    rows = sample(definition, branches=6).tables["peers"]["sheets"]
    options = definition.stage("peers").options
    assert isinstance(options, ScoringOptions)
    allowed = [options.criterion_by_key(row["criterion"]).allows(Fraction(row["points"])) for row in rows]
    assert rows and all(allowed)
    assert {row["points"] for row in rows if row["criterion"] == "works"} <= {"-4", "-2", "0"}


def test_other_rules_of_a_scoring_by_criterion_stay_by_criterion() -> None:
    found = variants(unmet(DEDUCTIONS).definition).items()
    options = {change.value: one.stage("peers").options for change, one in found if change.what is What.AGGREGATE}
    rules = {name: (rule.aggregate.by, rule.aggregate.round_part) for name, rule in options.items()}
    assert rules == dict.fromkeys(("median", "trimmed_mean"), ("criterion", 1))
