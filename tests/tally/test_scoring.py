from decimal import Decimal
from fractions import Fraction

import pytest

from evalflow.tally.levelling import DECIMALS, level
from evalflow.tally.scoring import Aggregate, Criterion, aggregate, weighted_score
from evalflow.tally.void import Breach, Quota, breaches

RUBRIC = [
    Criterion("awareness", 20, 100),
    Criterion("reputation", 20, 100),
    Criterion("sustainability", 20, 100),
    Criterion("results", 40, 100),
]


def test_a_sheet_is_the_weighted_sum_of_its_criteria():
    points = {"awareness": 90, "reputation": 80, "sustainability": Decimal("85.5"), "results": 70}
    assert weighted_score(points, RUBRIC) == Fraction(791, 10)


def test_a_criterion_without_points_leaves_with_its_weight():
    assert weighted_score({"awareness": 90, "results": 60}, RUBRIC) == 70
    assert weighted_score({}, RUBRIC) is None


@pytest.mark.parametrize("points", [{"awareness": 101}, {"awareness": -1}, {"beauty": 5}])
def test_points_out_of_range_or_for_no_criterion_are_refused(points):
    with pytest.raises(ValueError, match="awareness|beauty"):
        weighted_score(points, RUBRIC)


@pytest.mark.parametrize("criterion", [Criterion("awareness", 0, 10), Criterion("awareness", 20, 0)])
def test_a_criterion_without_weight_or_maximum_is_refused(criterion):
    with pytest.raises(ValueError, match="awareness: weight and maximum must be above 0"):
        weighted_score({"awareness": 0}, [criterion])


def test_more_than_five_raters_drop_one_highest_and_one_lowest():
    marks = {"b1": 60, "b2": 80, "b3": 82, "b4": 84, "b5": 86, "b6": 100}
    assert aggregate(marks, "trimmed_mean") == Aggregate(
        score=Fraction(83),
        raters=6,
        kept=(("b2", Fraction(80)), ("b3", Fraction(82)), ("b4", Fraction(84)), ("b5", Fraction(86))),
        dropped=(("b1", Fraction(60)), ("b6", Fraction(100))),
    )


def test_five_raters_or_fewer_give_a_plain_mean():
    marks = {"b1": 60, "b2": 80, "b3": 82, "b4": 84, "b5": 100}
    trimmed = aggregate(marks, "trimmed_mean")
    assert (trimmed.score, trimmed.dropped) == (Fraction(406, 5), ())
    assert trimmed == aggregate(marks, "mean")


def test_each_entry_is_trimmed_by_its_own_number_of_raters():
    sheets = {"b1": dict.fromkeys("cdefg", 80), "b2": dict.fromkeys("abcdefg", 80)}
    assert {entry: len(aggregate(marks, "trimmed_mean").dropped) for entry, marks in sheets.items()} == {
        "b1": 0,
        "b2": 2,
    }


def test_only_one_of_several_equal_highest_marks_is_dropped():
    assert aggregate({"b1": 90, "b2": 90, "b3": 60}, "trimmed_mean", trim_when_more_than=2).kept == (
        ("b1", Fraction(90)),
    )


@pytest.mark.parametrize("method", ["mean", "median", "trimmed_mean", "sum"])
def test_an_entry_nobody_scored_has_no_score_rather_than_zero(method):
    assert aggregate({}, method) == Aggregate(None, 0)


@pytest.mark.parametrize(("method", "score"), [("mean", 75), ("median", 80), ("trimmed_mean", 80), ("sum", 225)])
def test_the_methods_differ_on_the_same_marks(method, score):
    assert aggregate({"b1": 50, "b2": 80, "b3": 95}, method, trim_when_more_than=2).score == score


def test_trimming_that_could_leave_no_mark_is_refused():
    with pytest.raises(ValueError, match="leave no mark"):
        aggregate({"b1": 50, "b2": 80}, "trimmed_mean", trim_when_more_than=1)


def test_a_float_is_refused_everywhere():
    with pytest.raises(TypeError, match="an exact number is needed, not 0.5"):
        aggregate({"b1": 0.5}, "mean")


def test_a_sheet_without_distinction_or_above_its_quota_is_void_and_says_why():
    quota = Quota(at_most=3, or_more=90)
    high = {"b1": 90, "b2": 95, "b3": 90, "b4": 91, "b5": 80}
    assert breaches(high, same_score_void=True, quotas=[quota]) == (Breach("quota", ("b1", "b2", "b3", "b4"), quota),)
    same = dict.fromkeys(["b1", "b2", "b3", "b4"], 90)
    assert [breach.rule for breach in breaches(same, same_score_void=True, quotas=[quota])] == [
        "same_score_for_all",
        "quota",
    ]


def test_rules_that_the_workflow_does_not_state_void_nothing():
    assert breaches({"b1": 90, "b2": 90}) == ()


def test_the_quota_is_met_by_exactly_as_many_as_it_allows():
    assert breaches({"b1": 90, "b2": 90, "b3": 90, "b4": 89}, quotas=[Quota(3, 90)]) == ()


def test_one_entry_can_not_be_scored_without_distinction():
    assert breaches({"b1": 90}, same_score_void=True) == ()


def test_a_harsh_and_a_mild_rater_with_the_same_order_agree_once_levelled():
    sheets = {"b1": {"harsh": 50, "mild": 90}, "b2": {"harsh": 40, "mild": 85}, "b3": {"harsh": 30, "mild": 80}}
    levelled = level(sheets)
    assert {entry: len(set(marks.values())) for entry, marks in levelled.items()} == {"b1": 1, "b2": 1, "b3": 1}
    assert levelled["b2"]["mild"] == Fraction(125, 2)


def test_levelled_marks_are_written_to_twenty_decimals():
    """65 more or less five times the root of 17: a spread of 5 stretched to the common one, whose square is 425."""
    sheets = {"a": {"harsh": 50, "mild": 90}, "b": {"harsh": 40, "mild": 80}}
    told = {str(mark) for marks in level(sheets).values() for mark in marks.values()}
    assert told == {str(Fraction("85.61552812808830274911")), str(Fraction("44.38447187191169725089"))}


def test_levelling_raters_of_one_mean_and_spread_changes_nothing():
    sheets = {"b1": {"a": Fraction(70), "c": Fraction(80)}, "b2": {"a": Fraction(80), "c": Fraction(70)}}
    assert level(sheets) == sheets


def test_a_rater_without_distinction_says_the_common_mean():
    assert level({"b1": {"flat": 90, "a": 60}, "b2": {"flat": 90, "a": 80}})["b1"]["flat"] == 80


def test_levelled_marks_have_the_common_mean_and_spread_to_the_stated_precision():
    sheets = {"b1": {"a": 71, "c": 93}, "b2": {"a": 62, "c": 91}, "b3": {"a": 80}}
    marks = [Fraction(mark) for row in sheets.values() for mark in row.values()]
    mean = sum(marks) / len(marks)
    variance = sum((mark - mean) ** 2 for mark in marks) / len(marks)
    own = [row["a"] for row in level(sheets).values()]
    assert abs(sum(own) / 3 - mean) <= Fraction(1, 10**DECIMALS)
    assert abs(sum((mark - mean) ** 2 for mark in own) / 3 - variance) <= Fraction(1, 10 ** (DECIMALS - 3))


def test_the_smallest_weight_and_the_ends_of_the_scale_are_allowed():
    scale = [Criterion("all", 1, 1)]
    assert [weighted_score({"all": points}, scale) for points in (0, Fraction(1, 2), 1)] == [0, 50, 100]


@pytest.mark.parametrize(("weight", "maximum"), [(-1, 100), (0, 100), (1, -1), (1, 0)])
def test_a_weight_or_a_scale_that_can_not_be_is_refused(weight, maximum):
    with pytest.raises(ValueError, match="above 0"):
        weighted_score({"all": 0}, [Criterion("all", weight, maximum)])
