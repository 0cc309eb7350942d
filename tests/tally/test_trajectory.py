"""Where an indicator should be, which light that gives, and where it is heading."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalflow.tally.trajectory import Forecast, Light, Outlook, expected, forecast, light, outlook, worst

FIRST = date(2026, 1, 1)
numbers = st.fractions(min_value=-100, max_value=100, max_denominator=12)
days = st.integers(0, 364).map(lambda number: FIRST + timedelta(days=number))
points = st.lists(st.tuples(days, numbers), max_size=7)


def on(*values: int) -> list[tuple[date, int]]:
    """A figure every ten days."""
    return [(FIRST + timedelta(days=10 * number), value) for number, value in enumerate(values)]


@pytest.mark.parametrize(("day", "value"), [(-3, 100), (0, 100), (5, 105), (10, 110), (15, 135), (20, 160), (99, 160)])
def test_between_stations_the_value_rises_evenly(day, value):
    assert expected(on(100, 110, 160), FIRST + timedelta(days=day)) == value


@pytest.mark.parametrize("stations", [[], [(FIRST, 1), (FIRST, 2)], [(FIRST + timedelta(days=1), 1), (FIRST, 2)]])
def test_stations_without_rising_days_are_refused(stations):
    with pytest.raises(ValueError, match="days that rise"):
        expected(stations, FIRST)


@pytest.mark.parametrize(
    ("value", "found"),
    [(150, "green"), (147, "amber"), ("147.5", "green"), (140, "amber"), ("139.99", "red"), (99, "red")],
)
def test_the_light_is_the_share_of_the_progress_wanted(value, found):
    """Half way from 100 to 200 is wanted: 95 % of it is 147.5, 80 % is 140."""
    assert light(Fraction(value), 150, baseline=100, work=200).value == found


def test_where_less_is_better_the_light_is_the_same_the_other_way_round():
    assert [light(value, 9, baseline=10, work=8).value for value in (8, 9, Fraction("9.1"), 10)] == [
        "green",
        "green",
        "amber",
        "red",
    ]


def test_on_the_first_day_only_a_step_back_is_red():
    assert [light(value, 100, baseline=100, work=200).value for value in (100, 99)] == ["green", "red"]


def test_a_target_that_is_the_baseline_has_no_light():
    with pytest.raises(ValueError, match="differ"):
        light(1, 1, baseline=5, work=5)


@given(numbers, numbers, numbers, numbers.filter(bool), st.fractions(0, 1))
def test_a_better_value_never_has_a_worse_light(one, other, baseline, way, part):
    worse, better = sorted((one, other), reverse=way < 0)
    seen = [light(value, baseline + part * way, baseline=baseline, work=baseline + way) for value in (worse, better)]
    assert list(Light).index(seen[0]) >= list(Light).index(seen[1])


def test_the_worst_light_is_that_of_the_whole():
    assert [worst(seen) for seen in ([], [Light.GREY, Light.GREEN], [Light.RED, Light.GREEN])] == [
        Light.GREY,
        Light.GREEN,
        Light.RED,
    ]


def test_one_wild_figure_hardly_moves_the_forecast():
    found = forecast(on(10, 20, 30, 400, 50, 60), FIRST + timedelta(days=100))
    assert found is not None and found.value == 110


def test_the_range_is_that_of_the_quartiles_of_the_slopes():
    """Slopes of (0, 0), (10, 10), (20, 40) per day: 1, 2, 3; quartiles 3/2 and 5/2."""
    found = forecast(on(0, 10, 40), FIRST + timedelta(days=30))
    ends = [sorted([0 + slope * 30, 10 + slope * 20, 40 + slope * 10])[1] for slope in (1.5, 2, 2.5)]
    assert found == Forecast(Fraction(ends[1]), Fraction(ends[0]), Fraction(ends[2]))


def test_two_days_with_figures_are_too_few_to_go_on_from():
    assert forecast([*on(1, 2), (FIRST, 5)], FIRST + timedelta(days=50)) is None


@given(points, st.randoms(), st.integers(365, 400))
def test_a_forecast_does_not_depend_on_the_order_of_reports(known, chance, ahead):
    mixed = list(known)
    chance.shuffle(mixed)
    day = FIRST + timedelta(days=ahead)
    found = forecast(known, day)
    assert found == forecast(mixed, day)
    assert found is None or found.low <= found.value <= found.high


@given(st.lists(days, min_size=3, max_size=6, unique=True), numbers, numbers)
def test_points_on_a_line_are_forecast_on_it(at, start, slope):
    known = [(day, start + slope * (day - FIRST).days) for day in at]
    ahead = FIRST + timedelta(days=365)
    assert forecast(known, ahead) == Forecast(*[start + slope * 365] * 3)


@pytest.mark.parametrize(
    ("target", "more", "less"),
    [
        (8, Outlook.LIKELY, Outlook.POSSIBLE),
        (9, Outlook.POSSIBLE, Outlook.POSSIBLE),
        (10, Outlook.POSSIBLE, Outlook.LIKELY),
        (11, Outlook.UNLIKELY, Outlook.LIKELY),
        (7, Outlook.LIKELY, Outlook.UNLIKELY),
    ],
)
def test_a_target_is_likely_when_the_whole_range_reaches_it(target, more, less):
    of = Forecast(Fraction(9), Fraction(8), Fraction(10))
    assert (outlook(of, target, more=True), outlook(of, target, more=False)) == (more, less)
