"""Sums, what is to be kept, bounds, final figures: light, attainment and forecast of each kind of figure."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import pytest

from evalflow.access import Actor, Role
from evalflow.errors import Invalid
from evalflow.kinds.tracking import Figure, TrackingOptions, course
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Season
from evalflow.stages.submission import commands as submission
from evalflow.stages.tracking.judging import IndicatorProgress, Terms, judged
from evalflow.tally import trajectory
from evalflow.tally.trajectory import Light
from evalflow.workflow import indicators
from evalflow.workflow.indicators import Indicator
from tests.builders import House
from tests.declared import PROJECT, declared, secretaries
from tests.stages.tracking.test_progress import PAGE, TRACKING, file, seen

STARTS, ENDS = date(2026, 1, 1), date(2026, 12, 31)  # 364 days
HALF = date(2026, 7, 2)
ACCIDENTS = Indicator(1, "事故", "起", "less", D(6), D(4), D(2), D(100), "台账", "month", figures="total", least=D(0))
SAVINGS = Indicator(1, "降本", "万元", "more", D(100), D(150), D(200), D(100), "台账", "month", figures="total")
SAFE = Indicator(1, "事故", "起", "less", D(0), D(0), D(0), D(100), "台账", "month", figures="total", least=D(0))
ON_TIME = Indicator(1, "及时率", "%", "more", D(100), D(100), D(100), D(100), "台账", "month", most=D(100))
RECOVERY = Indicator(1, "回收率", "%", "more", D(96), D(99), D(100), D(100), "化验", "month", least=D(0), most=D(100))


def judge(one: Indicator, *values: Any, today: date = HALF, final: bool = False, **options: Any) -> IndicatorProgress:
    """The last value of today, those before it 30 days apart."""
    days = [today - timedelta(days=30 * back) for back in reversed(range(len(values)))]
    points = tuple((day, Fraction(value)) for day, value in zip(days, values, strict=True))
    is_over = options.pop("is_over", False)
    terms = Terms(STARTS, ENDS, today, TrackingOptions(**options), is_over)
    return judged(one, points, terms, is_final=final)


@pytest.mark.parametrize(
    ("one", "total", "light", "attainment"),
    [
        (ACCIDENTS, 2, Light.GREEN, 100),  # half of the four that may be, in half of the year
        (ACCIDENTS, 1, Light.GREEN, 120),
        (ACCIDENTS, 3, Light.RED, 0),  # as many as in the year before
        (SAVINGS, 75, Light.GREEN, 100),
        (SAVINGS, 70, Light.AMBER, 80),
        (SAVINGS, 50, Light.RED, 0),
        (SAFE, 0, Light.GREEN, 100),
        (SAFE, 1, Light.RED, 0),
        (ON_TIME, 100, Light.GREEN, 100),
        (ON_TIME, "99.9", Light.RED, 0),
    ],
)
def test_a_sum_is_held_against_the_part_of_its_targets_that_is_due_and_what_is_kept_is_kept_or_not(
    one: Indicator, total: Any, light: Light, attainment: int
) -> None:
    found = judge(one, total)
    assert (found.light, found.attainment) == (light, attainment)


def test_a_sum_that_has_passed_the_target_it_must_stay_under_is_red_however_near_the_year_is_to_its_end() -> None:
    many = Indicator(1, "投诉", "件", "less", D(60), D(40), D(20), D(100), "台账", "month", figures="total")
    assert judge(many, 40, today=date(2026, 12, 30)).light is Light.GREEN
    assert judge(many, 41, today=date(2026, 12, 30)).light is Light.RED


def test_what_may_still_happen_to_something_kept_low_is_amber_before_it_is_lost() -> None:
    held = Indicator(1, "投诉", "件", "less", D(3), D(3), D(3), D(100), "台账", "month", figures="total", least=D(3))
    assert [judge(held, total).light for total in (1, 2, 4)] == [Light.GREEN, Light.AMBER, Light.RED]


def test_amounts_of_each_period_add_up_and_of_a_period_reported_twice_the_last_counts() -> None:
    monthly = Indicator(1, "投诉", "件", "less", D(60), D(40), D(20), D(100), "台账", "month", figures="amount")
    told = [(1, date(2026, 1, 31), 2), (2, date(2026, 2, 10), 9), (3, date(2026, 2, 28), 3), (4, date(2026, 3, 31), 0)]
    figures = [Figure(number, day, Fraction(value)) for number, day, value in told]
    assert [value for _, value in course(monthly, figures)] == [2, 5, 5]
    assert course(monthly, reversed(figures)) == course(monthly, figures)


def test_the_forecast_of_a_sum_never_falls_below_what_it_is_already() -> None:
    """Theil and Sen say 0: all slopes but those to the last figure are."""
    found = judge(ACCIDENTS, 0, 0, 0, 0, 1)
    assert found.forecast is not None and found.forecast.value == 1


def test_no_forecast_goes_beyond_the_bounds_of_an_indicator() -> None:
    found = judge(RECOVERY, 96, 97, 98, 99)
    assert found.forecast is not None and found.forecast.value == 100
    free = Indicator(1, "产量", "t", "more", D(96), D(99), D(105), D(100), "日报", "month")
    unbound = judge(free, 96, 97, 98, 99)
    assert unbound.forecast is not None and unbound.forecast.value > 104


def test_a_range_of_one_point_is_no_range_and_a_range_wider_than_the_whole_way_is_no_forecast() -> None:
    steady, wild = judge(RECOVERY, 96, "96.1", "96.2"), judge(RECOVERY, 97, 60, 99, 80)
    assert steady.forecast is not None and not steady.has_range
    assert (wild.forecast, wild.work, wild.is_vague) == (None, None, True)


def test_one_wild_figure_of_five_moves_the_line_no_further_than_the_others_reach_and_not_to_itself() -> None:
    """The slopes between the other four are 1 in 30 days throughout; the wild one is the last."""
    days = [date(2026, 1, 1) + timedelta(days=30 * number) for number in range(5)]
    line = trajectory.forecast(list(zip(days, (10, 11, 12, 13, 900), strict=True)), days[4])
    assert line is not None and line.value == 14
    three = trajectory.forecast(list(zip(days, (10, 11, 900), strict=False)), days[2])
    assert three is not None and three.value > 400  # of three figures one is too many


def test_a_final_figure_ends_the_forecast_and_is_held_against_the_whole_targets() -> None:
    days = Indicator(1, "工期", "天", "less", D(10), D(9), D("7.5"), D(100), "日报", "month")
    assert judge(days, "9.4", "9.3", "9.2").light is Light.GREEN
    found = judge(days, "9.4", "9.3", "9.2", final=True)
    assert (found.forecast, found.work, found.light, found.is_settled) == (None, None, Light.AMBER, True)
    assert judge(days, "9.4", "8", "7.5", final=True).light is Light.GREEN


def test_a_finished_sum_is_held_against_its_whole_targets() -> None:
    found = judge(SAVINGS, 100, 148, today=date(2026, 11, 30), is_over=True)
    assert (found.light, found.attainment, found.forecast) == (Light.AMBER, 96, None)


def test_in_the_days_of_grace_nobody_is_behind_and_the_thresholds_are_the_rules_own() -> None:
    early = STARTS + timedelta(days=20)
    assert judge(SAVINGS, 1, today=early).light is Light.RED
    assert judge(SAVINGS, 1, today=early, grace_days=28).light is Light.GREY
    assert judge(SAVINGS, 30, today=early, grace_days=28).light is Light.GREEN
    assert judge(SAVINGS, 1, today=STARTS + timedelta(days=28), grace_days=28).light is Light.RED
    assert judge(SAVINGS, 70, green=80).light is Light.GREEN


ROW = dict(zip(indicators.COLUMNS, ["事故", "起", "less", "6", "4", "2", "100", "台账", "month"], strict=False))


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        ({"figures": "total"}, []),
        ({"figures": "amount", "way": "2026-06-30: 1; 2026-09-30: 3"}, []),
        ({"figures": "total", "way": "2026-06-30: 5"}, [("way", "way_turns_back")]),
        ({"figures": "sum"}, [("figures", "no_such_choice")]),
        ({"baseline": "0", "work": "0", "stretch": "0", "least": "0"}, []),
        ({"baseline": "0", "work": "0", "stretch": "0"}, [("work", "work_not_beyond_baseline")]),
        ({"work": "0", "stretch": "0", "least": "0"}, []),
        ({"work": "4", "stretch": "4", "least": "0"}, [("stretch", "stretch_not_beyond_work")]),
        ({"better": "more", "baseline": "100", "work": "100", "stretch": "100", "most": "100"}, []),
        ({"least": "3"}, [("stretch", "target_beyond_bounds")]),
        ({"least": "7", "most": "1"}, [("most", "bounds_reversed")]),
        ({"least": "none"}, [("least", "not_a_number")]),
    ],
)
def test_what_is_to_be_kept_lies_at_a_bound_and_targets_lie_within_their_bounds(
    changed: Mapping[str, str], faults: list[tuple[str, str]]
) -> None:
    assert [(one.column, one.code) for one in indicators.faults([{**ROW, **changed}])] == faults


# --- on the pages -------------------------------------------------------------------------------------------------

PLAN = [
    {**ROW, "weight": "60", "figures": "amount", "least": "0"},
    {**ROW, "name": "及时率", "unit": "%", "better": "more", "baseline": "100", "work": "100", "stretch": "100"}
    | {"weight": "40", "most": "100"},
]


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def season(house: House, by: dict[str, Actor]) -> Season:
    season = declared(house, TRACKING, by=by, answers={"plan": PLAN}, form=PROJECT)
    house.clock.wait(days=20)
    house.open(season, "progress")
    return season


def test_the_way_begins_when_a_project_comes_to_be_tracked_and_not_with_the_season(
    house: House, season: Season
) -> None:
    opened = house.stage(season, "progress").opened_at
    assert opened is not None
    found = seen(house, season)
    assert found.starts > season.starts_on
    assert [one.way[0][0] for one in found.indicators] == [found.starts] * 2


def test_the_outcome_of_amounts_is_their_sum_and_of_what_was_kept_all_or_nothing(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    for day, amount in (("2026-05-31", "1"), ("2026-06-30", "2"), ("2026-07-31", "0")):
        file(house, season, by["smelting"], day, recovery=amount, days="100")
    house.close(season, "progress")
    outcome = seasons.outcome_of(house.settle(season, "progress"))
    assert outcome is not None
    assert outcome.facts["last"]["smelting"]["1"] == {"value": "3", "day": "2026-07-31"}
    assert outcome.figures["attainment"]["smelting"] == Fraction(60 * 110 + 40 * 100, 100)


def test_a_figure_beyond_the_bounds_and_one_after_the_final_one_are_refused(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    with pytest.raises(Invalid) as beyond:
        file(house, season, by["smelting"], "2026-05-31", days="104")
    assert beyond.value.fields == {"figure_2": "figure_beyond_bounds"}
    file(house, season, by["smelting"], "2026-05-31", days="100", final=[2])
    with pytest.raises(Invalid) as after:
        file(house, season, by["smelting"], "2026-06-30", days="99")
    assert after.value.fields == {"figure_2": "figure_after_final"}
    file(house, season, by["smelting"], "2026-06-30", days="99", day=date(2026, 5, 31), corrects=1)
    assert seen(house, season).indicators[1].points[-1][1] == 99


def test_of_what_has_ended_nothing_is_due_any_more(house: House, season: Season, by: dict[str, Actor]) -> None:
    file(house, season, by["smelting"], "2026-05-31", recovery="1", days="100", final=[2])
    house.clock.wait(days=40)
    assert [one.missing for one in seen(house, season).overdue] == [(0, 1)]


def test_a_finished_project_has_no_forecast_and_speaks_of_what_was_reached(
    house: House, season: Season, by: dict[str, Actor], signed_in: Any
) -> None:
    for day in ("2026-05-31", "2026-06-30", "2026-07-31"):
        file(house, season, by["smelting"], day, recovery="1", days="100")
    reader = signed_in(house.person("reader", Role.AUDITOR))
    wall = f"{PAGE.rpartition('/')[0]}/all/wall"
    page = reader.get(PAGE).text
    assert "照此趋势" in page and "剩余天数" in page and "今日应达" in page
    house.close(season, "progress")
    page, tiles = reader.get(PAGE).text, reader.get(wall).text
    assert [word for word in ("照此趋势", "剩余", "今日应达", "下期报告") if word in page + tiles] == []
    assert "已达工作目标" in page and "已达工作目标" in tiles and "已结束" in tiles


def test_attainment_has_its_sign_wherever_it_stands(
    house: House, season: Season, by: dict[str, Actor], signed_in: Any
) -> None:
    file(house, season, by["smelting"], "2026-05-31", recovery="1", days="100")
    reader = signed_in(house.person("reader", Role.AUDITOR))
    told = re.findall(r"达成率</dt><dd>([^<]+)<", reader.get(PAGE).text)
    assert told and told[0].endswith("%")


def test_a_branch_declares_the_kind_of_figures_and_the_bounds_on_its_form(
    house: House, by: dict[str, Actor], signed_in: Any
) -> None:
    season = house.season(PROJECT)
    stage = house.open(season, "declare")
    entry = house.act(submission.begin, stage.id, house.smelting, actor=by["smelting"])
    page = signed_in(by["smelting"].person_id).get(f"/s/test-2026/declare/submission/entry/{entry.key}").text
    assert 'name="answer_plan-figures"' in page and 'name="answer_plan-least"' in page and "各期发生数" in page
