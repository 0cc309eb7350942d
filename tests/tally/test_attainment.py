"""An indicator against its baseline, work target and stretch target: what a target contract (目标责任书) pays for."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.tally.attainment import Better, Scale, Targets, attainment

numbers = st.fractions(min_value=1, max_value=1000, max_denominator=20)


@st.composite
def targets(draw):
    steps = sorted(draw(st.lists(numbers, min_size=2, max_size=3, unique=True)))
    better = draw(st.sampled_from(Better))
    return Targets(
        *(steps if better is Better.MORE else reversed(steps)),
        better=better,
        stretch_points=draw(st.integers(100, 200)),
        capped=draw(st.booleans()),
        scale=draw(st.sampled_from(Scale)),
    )


def for_all(*strategies):
    return lambda test: settings(max_examples=80, deadline=None)(given(*strategies)(test))


@for_all(targets())
def test_the_baseline_is_worth_0_the_work_target_exactly_100_and_the_stretch_target_what_it_says(goal):
    assert attainment(goal.baseline, goal) == 0
    assert attainment(goal.work, goal) == 100
    assert goal.stretch is None or attainment(goal.stretch, goal) == goal.stretch_points


@for_all(targets(), numbers, numbers)
def test_a_better_value_never_gets_fewer_points(goal, one, other):
    worse, better = sorted((one, other), reverse=goal.better is Better.LESS)
    assert attainment(worse, goal) <= attainment(better, goal)


@for_all(targets(), st.fractions(min_value=-1000, max_value=3000, max_denominator=20))
def test_capped_points_stay_between_0_and_the_stretch_targets(goal, value):
    if goal.capped:
        assert 0 <= attainment(value, goal) <= (goal.stretch_points if goal.stretch is not None else 100)


@for_all(targets(), numbers)
def test_capping_changes_nothing_between_the_baseline_and_the_last_target(goal, value):
    ends = (goal.baseline, goal.work if goal.stretch is None else goal.stretch)
    if min(ends) <= value <= max(ends):
        free, capped = (Targets(**{**vars(goal), "capped": capped}) for capped in (False, True))
        assert attainment(value, free) == attainment(value, capped)


def test_fewer_accidents_are_better():
    goal = Targets(baseline=10, work=5, stretch=0, better=Better.LESS, stretch_points=110)
    assert [attainment(value, goal) for value in (12, 10, 8, 5, 2, 0)] == [0, 0, 40, 100, 106, 110]


def test_without_a_cap_the_lines_go_on():
    goal = Targets(baseline=50, work=100, stretch=150, capped=False)
    assert [attainment(value, goal) for value in (25, 50, 100, 125, 150, 200)] == [-50, 0, 100, 110, 120, 140]


def test_without_a_stretch_target_nothing_above_the_work_target_is_told_apart():
    assert [attainment(value, Targets(0, 80)) for value in (80, 90)] == [100, 100]


def test_equal_ratios_weigh_alike_on_the_logarithmic_scale():
    goal = Targets(1, 100, scale=Scale.LOG)
    assert [attainment(value, goal) for value in (-5, 0, Fraction(1, 2), 1, 10, 100)] == [0, 0, 0, 0, 50, 100]


def test_on_the_logarithmic_scale_points_are_rounded_where_logarithms_end():
    """log 8 / log 32 is 3/5, and the middle of 1/2 and 2 is 1."""
    assert [attainment(value, Targets(1, 32, scale=Scale.LOG)) for value in (2, 4, 8, 16)] == [20, 40, 60, 80]
    assert attainment(1, Targets(Fraction(1, 2), 2, scale=Scale.LOG)) == 50


def test_on_the_linear_scale_nothing_is_rounded():
    assert attainment(1, Targets(0, 3)) == Fraction(100, 3)
    assert attainment(4, Targets(0, 3, 6, stretch_points=101)) == 100 + Fraction(1, 3)


def test_nothing_at_all_is_the_best_where_less_is_better_on_the_logarithmic_scale():
    assert attainment(0, Targets(100, 10, 1, better=Better.LESS, scale=Scale.LOG)) == 120


@pytest.mark.parametrize(
    "goal",
    [
        Targets(80, 60),
        Targets(60, 60),
        Targets(60, 80, 80),
        Targets(60, 80, 70),
        Targets(4, 12, better=Better.LESS),
        Targets(12, 4, 5, better=Better.LESS),
    ],
)
def test_targets_that_contradict_their_direction_are_refused(goal):
    with pytest.raises(ValueError, match="contradict their direction"):
        attainment(70, goal)


def test_a_stretch_target_worth_less_than_the_work_target_is_refused():
    with pytest.raises(ValueError, match="100 points or more"):
        attainment(70, Targets(60, 80, 90, stretch_points=99))


@pytest.mark.parametrize(("value", "baseline"), [(0, 1), (5, 0)])
def test_what_has_no_logarithm_is_refused_where_nothing_is_capped(value, baseline):
    with pytest.raises(ValueError, match="no logarithm"):
        attainment(value, Targets(baseline, 10, capped=False, scale=Scale.LOG))


def test_a_float_is_refused():
    with pytest.raises(TypeError):
        attainment(0.5, Targets(0, 1))
