from decimal import Decimal
from fractions import Fraction

import pytest

from evalflow.tally.panel import Steps, part, score
from evalflow.tally.recheck import Outlier, outliers
from evalflow.tally.scoring import Aggregate, aggregate

JUDGES = {"j1": Decimal("7.25"), "j2": 7, "j3": Decimal("7.5"), "j4": 8}
SKATING = Steps("trimmed_mean", trim_when_more_than=2, round_panel=2, round_part=2)


def test_a_part_tells_who_was_kept_and_dropped_the_panel_the_factor_and_the_points():
    found = part(JUDGES, SKATING, factor=Decimal("1.6"))
    assert found.panel == Aggregate(
        score=Fraction("7.375"),
        raters=4,
        kept=(("j1", Fraction("7.25")), ("j3", Fraction("7.5"))),
        dropped=(("j2", Fraction(7)), ("j4", Fraction(8))),
    )
    assert (found.value, found.factor, found.points) == (Fraction("7.38"), Fraction("1.6"), Fraction("11.81"))


def test_unless_said_otherwise_points_are_dropped_from_six_raters_on():
    trimmed = Steps("trimmed_mean")
    five, six = ({f"j{number}": number**2 for number in range(count)} for count in (5, 6))
    assert [part(points, trimmed).value for points in (five, six)] == [Fraction(30, 5), Fraction(1 + 4 + 9 + 16, 4)]


def test_each_step_is_rounded_only_where_the_rules_say_so():
    steps = [Steps("mean"), Steps("mean", round_panel=1), Steps("mean", round_part=1), Steps("mean", 1, 5, 1, 1)]
    points = [part({"a": Decimal("1.25"), "b": Decimal("1.25")}, one, factor=Decimal("0.5")).points for one in steps]
    assert points == [Fraction("0.625"), Fraction("0.65"), Fraction("0.6"), Fraction("0.7")]


def test_a_missing_judge_is_left_out_before_anything_is_dropped():
    nine = {f"j{number}": number for number in range(1, 10)}
    eight = {judge: mark for judge, mark in nine.items() if judge != "j9"}
    assert part(nine, SKATING).value == 5
    assert part(eight, SKATING).value == Fraction("4.5")


def test_a_criterion_nobody_scored_or_whose_factor_is_unknown_leaves_the_entry_without_a_score():
    whole, empty, unknown = part(JUDGES, SKATING), part({}, SKATING), part(JUDGES, SKATING, factor=None)
    assert (empty.value, empty.points) == (None, None)
    assert (unknown.value, unknown.points) == (Fraction("7.38"), None)
    assert [score({"a": whole}), score({"a": whole, "b": empty}), score({"a": whole, "b": unknown}), score({})] == [
        Fraction("7.38"),
        None,
        None,
        None,
    ]


def test_a_negative_factor_takes_points_away_and_rounds_away_from_zero():
    parts = {"style": part({"a": 9}, Steps("mean")), "faults": part({"a": 1}, Steps("mean", 1, 5, None, 0), factor=-1)}
    assert score(parts) == 8
    assert part({"a": Fraction(5, 2)}, Steps("mean", 1, 5, None, 0), factor=-1).points == -3


def test_several_marks_of_each_end_may_be_dropped():
    marks = {f"j{number}": number for number in (1, 2, 3, 4, 5, 60, 70)}
    found = aggregate(marks, "trimmed_mean", trim=2)
    assert [mark for _, mark in found.dropped] == [1, 2, 60, 70]
    assert found.score == 4
    assert aggregate(marks, "trimmed_sum", trim=3, trim_when_more_than=6).score == 4


@pytest.mark.parametrize(("trim", "more_than"), [(2, 3), (3, 5), (0, 5), (-1, 5)])
def test_dropping_that_could_leave_nothing_is_refused(trim, more_than):
    with pytest.raises(ValueError, match="can't be dropped|leave no mark"):
        aggregate({"b1": 50, "b2": 80}, "trimmed_mean", trim=trim, trim_when_more_than=more_than)


def test_marks_beyond_the_distance_are_listed_the_furthest_first():
    marks = {"a": 88, "b": 90, "c": 92, "d": 9, "e": 110}
    assert outliers(marks, beyond=15) == (
        Outlier("d", Fraction(9), Fraction(90)),
        Outlier("e", Fraction(110), Fraction(90)),
    )
    assert [one.distance for one in outliers(marks, beyond=15)] == [81, 20]


def test_a_mark_exactly_as_far_as_allowed_is_not_listed():
    assert outliers({"a": 80, "b": 90, "c": 100}, beyond=10) == ()


def test_the_mean_is_drawn_by_the_far_mark_itself_the_median_is_not():
    marks = {"a": 90, "b": 90, "c": 90, "d": 70}
    assert [one.rater for one in outliers(marks, beyond=15)] == ["d"]
    assert outliers(marks, beyond=15, centre="mean") == ()


def test_one_mark_is_never_far_from_itself_and_no_marks_have_no_centre():
    assert outliers({"a": 90}, beyond=0) == outliers({}, beyond=0) == ()
    with pytest.raises(ValueError, match="-1 can't be"):
        outliers({"a": 90}, beyond=-1)
