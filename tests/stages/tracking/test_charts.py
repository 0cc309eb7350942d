"""Where figures and days stand in a picture."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from evalflow.stages.tracking.charts import (
    Dot,
    Level,
    Line,
    Month,
    Span,
    Spark,
    Spot,
    indicator_chart,
    months,
    spark,
)
from evalflow.tally.trajectory import Forecast

D, F = Decimal, Fraction
STARTS, ENDS = date(2026, 1, 1), date(2026, 4, 11)  # a hundred days apart


def test_an_indicator_stands_between_its_baseline_and_its_stretch_target() -> None:
    """Ten per cent of air above 100 and below 90, so that eight per cent of the height are one unit."""
    chart = indicator_chart(
        [(date(2026, 1, 21), D("92.5")), (date(2026, 1, 11), 90)],
        baseline=90,
        work=95,
        stretch=100,
        starts=STARTS,
        ends=ENDS,
        today=date(2026, 1, 31),
        onset=Forecast(F(92), F(92), F(93)),
        forecast=Forecast(F(96), F(94), F(98)),
    )
    assert chart.lines == (
        Line(Level.BASELINE, 90, D("90.0"), D("90.0"), False),
        Line(Level.WORK, 95, D("50.0"), D("50.0"), True),
        Line(Level.STRETCH, 100, D("10.0"), D("10.0"), True),
    )
    assert chart.dots == (
        Dot(date(2026, 1, 11), 90, D("10.0"), D("90.0")),
        Dot(date(2026, 1, 21), D("92.5"), D("20.0"), D("70.0")),
    )
    assert chart.expected == (Spot(D("0.0"), D("90.0")), Spot(D("100.0"), D("50.0")))
    assert chart.fan is not None
    assert chart.fan.outline == "20.0,74.0 100,58.0 100,26.0 20.0,66.0"  # on its own lines, not from the last figure
    assert (chart.fan.centre, chart.course) == ("20.0,74.0 100,42.0", "10.0,90.0 20.0,70.0")
    assert chart.today == D("30.0")


def test_where_less_is_better_targets_are_labelled_below_their_lines() -> None:
    chart = indicator_chart([], baseline=10, work=8, stretch=5, starts=STARTS, ends=ENDS, today=STARTS)
    assert [(line.level.value, line.y, line.is_above) for line in chart.lines] == [
        ("baseline", D("10.0"), True),
        ("work", D("42.0"), False),
        ("stretch", D("90.0"), False),
    ]


def test_labels_of_targets_close_together_keep_apart() -> None:
    rising = indicator_chart([], baseline=0, work=99, stretch=100, starts=STARTS, ends=ENDS, today=ENDS)
    falling = indicator_chart([], baseline=100, work=1, stretch=0, starts=STARTS, ends=ENDS, today=ENDS)
    assert [(line.y, line.label_y) for line in rising.lines[1:]] == [(D("10.8"), D("10.8")), (D("10.0"), D("1.8"))]
    assert [(line.y, line.label_y) for line in falling.lines[1:]] == [(D("89.2"), D("89.2")), (D("90.0"), D("98.2"))]


def test_a_stated_way_to_the_target_replaces_the_straight_one() -> None:
    way = [(ENDS, 95), (STARTS, 90), (date(2026, 2, 20), 91)]
    chart = indicator_chart([], baseline=90, work=95, stretch=100, starts=STARTS, ends=ENDS, today=ENDS, expected=way)
    assert chart.way == "0.0,90.0 50.0,82.0 100.0,50.0"


def test_figures_beyond_every_target_and_forecasts_stretch_the_picture() -> None:
    chart = indicator_chart(
        [(STARTS, 110)],
        baseline=90,
        work=95,
        stretch=100,
        starts=STARTS,
        ends=ENDS,
        today=STARTS,
        onset=Forecast(F(110), F(110), F(110)),
        forecast=Forecast(F(120), F(100), F(130)),
    )
    assert (chart.dots[0].y, chart.fan and chart.fan.high[1].y, chart.lines[0].y) == (D("50.0"), D("10.0"), D("90.0"))


def test_without_a_figure_there_is_no_forecast_and_a_day_outside_is_not_today() -> None:
    chart = indicator_chart(
        [],
        baseline=0,
        work=1,
        stretch=2,
        starts=STARTS,
        ends=ENDS,
        today=date(2026, 4, 12),
        forecast=Forecast(F(1), F(1), F(1)),
    )
    assert (chart.dots, chart.fan, chart.today) == ((), None, None)


def test_a_spark_ends_at_the_latest_figure_and_shows_the_target() -> None:
    days = [(date(2026, 1, 21), 4), (date(2026, 1, 11), 2)]
    drawn = spark(days, baseline=0, work=8, starts=STARTS, ends=ENDS)
    dots = (
        Dot(date(2026, 1, 11), 2, D("10.0"), D("70.0")),
        Dot(date(2026, 1, 21), 4, D("20.0"), D("50.0")),
    )
    assert drawn.course == "10.0,70.0 20.0,50.0"
    assert (drawn, drawn.last) == (Spark(dots, D("10.0")), dots[1])
    assert spark([], baseline=0, work=8, starts=STARTS, ends=ENDS).last is None


def test_months_fill_the_span_and_those_cut_short_are_not_named() -> None:
    assert months(Span(date(2026, 1, 30), date(2026, 3, 31))) == (
        Month(date(2026, 1, 30), D("0.0"), D("3.3"), False),
        Month(date(2026, 2, 1), D("3.3"), D("46.7"), True),
        Month(date(2026, 3, 1), D("50.0"), D("50.0"), True),
    )
    year = months(Span(date(2026, 1, 1), date(2026, 12, 31)))
    assert [month.first.month for month in year if month.is_named] == list(range(1, 13))
    assert sum(month.width for month in year) == 100


def test_half_a_month_at_the_end_of_a_year_has_no_room_for_its_name() -> None:
    found = months(Span(date(2026, 1, 5), date(2026, 12, 15)))
    assert [month.first.month for month in found if not month.is_named] == [12]


def test_of_three_years_every_third_month_is_named() -> None:
    found = months(Span(date(2026, 1, 1), date(2028, 12, 31)))
    assert [month.first.month for month in found if month.is_named] == [1, 4, 7, 10] * 3


def test_a_season_of_one_day_has_a_picture_too() -> None:
    chart = indicator_chart([(STARTS, 1)], baseline=0, work=1, stretch=2, starts=STARTS, ends=STARTS, today=STARTS)
    assert (chart.dots[0].x, chart.today, [month.is_named for month in chart.months]) == (D("0.0"), D("0.0"), [True])


DAYS = st.dates(STARTS, ENDS)
VALUES = st.fractions(-1000, 1000, max_denominator=100)


@given(st.lists(st.tuples(DAYS, VALUES), max_size=12), st.randoms(use_true_random=False), VALUES)
def test_a_picture_never_depends_on_the_order_of_figures_and_holds_them_all(
    points: list[tuple[date, Fraction]], chance: object, work: Fraction
) -> None:
    def drawn(some: list[tuple[date, Fraction]]) -> object:
        return indicator_chart(some, baseline=0, work=work, stretch=2 * work, starts=STARTS, ends=ENDS, today=ENDS)

    shuffled = list(points)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chart = drawn(points)
    assert chart == drawn(shuffled)
    assert all(0 <= dot.x <= 100 and 10 <= dot.y <= 90 for dot in chart.dots)  # type: ignore[attr-defined]
