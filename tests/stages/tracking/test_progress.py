"""A project's light, attainment and forecast come from its reports and the calendar, and from nothing else."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalflow.access import Actor, Role
from evalflow.errors import Invalid
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Season, TargetChange
from evalflow.stages.tracking import commands, progress, queries, supervising
from evalflow.stages.tracking.commands import Said
from evalflow.stages.tracking.due import REPORT, Due
from evalflow.stages.tracking.models import ProgressReport
from evalflow.stages.tracking.progress import Progress
from evalflow.tally import trajectory
from evalflow.tally.trajectory import Light, Outlook
from evalflow.workflow import periods
from evalflow.workflow.indicators import Indicator
from evalflow.workflow.rows import COLUMNS
from tests.builders import ZONE, House
from tests.declared import PLAN, PROJECT, declared, secretaries
from tests.visitors import Visitor

TRACKING = """
[[stage]]
key = "progress"
kind = "tracking"
title = { zh = "跟踪推进", en = "Tracking" }
closes = "start + 300 days"
"""
PAGE = "/s/test-2026/progress/tracking/smelting"


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def season(house: House, by: dict[str, Actor]) -> Season:
    """From 1 April 2026 on; recovery shall rise from 90 to 96, days fall from 10 to 9, in 300 days."""
    season = declared(house, TRACKING, by=by, answers=PLAN, form=PROJECT)
    house.open(season, "progress")
    return season


def file(house: House, season: Season, actor: Actor, today: str, **said: Any) -> ProgressReport:
    """A report on the evening of its day, the figures by "recovery" and "days"."""
    house.clock.moment = datetime.fromisoformat(f"{today}T10:00+00:00")
    names = {"recovery": 1, "days": 2}
    figures = {names[name]: value for name, value in said.items() if name in names}
    rest = {name: value for name, value in said.items() if name not in names}
    stage_id = house.stage(season, "progress").id
    number = len([one for one in house.log("report.filed") if one[2]["entry"] == "smelting"]) + 1
    told = Said(**{"text": "进展", "figures": figures, **rest})
    return house.act(commands.report, stage_id, "smelting", told, number=number, actor=actor)


def seen(house: House, season: Season) -> Progress:
    stage = house.stage(season, "progress")
    return next(one for one in house.ask(progress.progress_of, stage, house.now) if one.entry.key == "smelting")


def lights(house: House, season: Season) -> list[str]:
    return [one.light.value for one in seen(house, season).indicators]


def test_without_figures_there_is_no_light(house: House, season: Season) -> None:
    found = seen(house, season)
    assert (found.light, found.attainment, found.overdue, len(found.indicators)) == (Light.GREY, None, (), 2)


def test_half_way_in_half_of_the_time_is_green_and_less_is_amber_or_red(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    """After 150 of 300 days 93 and 9.5 are wanted: 92.5 is 83 % of the way, 9.7 is 60 %."""
    file(house, season, by["smelting"], "2026-08-29", recovery="93", days="9.5")
    assert lights(house, season) == ["green", "green"]
    file(house, season, by["smelting"], "2026-08-29", recovery="92.5", days="9.7")
    assert lights(house, season) == ["amber", "red"]
    assert seen(house, season).light is Light.RED


def test_attainment_weighs_the_last_figures(house: House, season: Season, by: dict[str, Actor]) -> None:
    """Recovery half way: 50 points; days at the stretch target: 120. 60 % and 40 % of them are 78."""
    file(house, season, by["smelting"], "2026-05-01", recovery="95", days="10")
    file(house, season, by["smelting"], "2026-05-20", recovery="93")
    file(house, season, by["smelting"], "2026-05-21", days="7.5")
    assert seen(house, season).attainment == 78
    house.close(season, "progress")
    outcome = seasons.outcome_of(house.settle(season, "progress"))
    assert outcome is not None
    assert outcome.figures["attainment"] == {"smelting": Fraction(78), "refining": Fraction(0)}
    assert outcome.facts["last"]["smelting"] == {
        "1": {"value": "93", "day": "2026-05-20"},
        "2": {"value": "15/2", "day": "2026-05-21"},
    }


def test_a_figure_of_an_earlier_day_reported_later_does_not_become_the_last(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    file(house, season, by["smelting"], "2026-05-20", recovery="93")
    file(house, season, by["smelting"], "2026-05-21", recovery="91", day=date(2026, 4, 20))
    assert [(str(day), value) for day, value in seen(house, season).indicators[0].points] == [
        ("2026-04-20", 91),
        ("2026-05-20", 93),
    ]


def test_a_corrected_report_stays_and_no_longer_counts(house: House, season: Season, by: dict[str, Actor]) -> None:
    file(house, season, by["smelting"], "2026-05-20", recovery="930", reached=[1])
    file(house, season, by["smelting"], "2026-05-21", recovery="93", day=date(2026, 5, 20), corrects=1)
    found = seen(house, season)
    assert (found.indicators[0].points, found.milestones[0].reached) == (((date(2026, 5, 20), Fraction(93)),), None)
    with pytest.raises(Invalid) as refused:
        file(house, season, by["smelting"], "2026-05-22", corrects=1)
    assert refused.value.fields == {"corrects": "nothing_to_correct"}


def test_after_three_days_with_figures_there_is_a_forecast(house: House, season: Season, by: dict[str, Actor]) -> None:
    """A rise of 1 in 30 days goes on to 100 by 26 January 2027."""
    for day, value in (("2026-05-01", "91"), ("2026-05-31", "92"), ("2026-06-30", "93")):
        file(house, season, by["smelting"], day, recovery=value)
    first, second = seen(house, season).indicators
    assert first.forecast is not None and (first.forecast.value, first.work, first.stretch) == (
        100,
        Outlook.LIKELY,
        Outlook.LIKELY,
    )
    assert (second.forecast, second.work) == (None, None)


def test_a_month_without_a_report_is_overdue_and_then_nothing_is_green(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    file(house, season, by["smelting"], "2026-05-20", recovery="96", days="9")
    assert (seen(house, season).light, seen(house, season).overdue) == (Light.GREEN, ())
    house.clock.moment = datetime(2026, 8, 1, tzinfo=UTC)
    assert (seen(house, season).light, seen(house, season).overdue) == (
        Light.AMBER,
        (Due(date(2026, 6, 30), (REPORT, 1, 2)), Due(date(2026, 7, 31), (REPORT, 1, 2))),
    )


def test_each_figure_is_due_as_often_as_its_indicator_says_and_the_report_as_the_stage_says(
    house: House, by: dict[str, Actor], signed_in
) -> None:
    """A weekly and a quarterly figure beside monthly reports; the stage opened on Thursday, 9 April."""
    first, second = PLAN["plan"]
    plan = {"plan": [{**first, "every": "week"}, {**second, "every": "quarter"}]}
    season = declared(house, TRACKING, by={"smelting": by["smelting"]}, answers={**PLAN, **plan}, form=PROJECT)
    house.open(season, "progress")
    for day in ("2026-04-16", "2026-04-30", "2026-05-06", "2026-05-13", "2026-05-20", "2026-05-31"):
        file(house, season, by["smelting"], day, recovery="96")
    house.clock.moment = datetime(2026, 6, 1, tzinfo=UTC)
    assert seen(house, season).overdue == (Due(date(2026, 4, 26), (1,)),)
    house.clock.moment = datetime(2026, 7, 6, 1, tzinfo=UTC)
    found = seen(house, season)
    assert [(str(one.day), one.missing) for one in found.overdue] == [
        ("2026-04-26", (1,)),
        ("2026-06-07", (1,)),
        ("2026-06-14", (1,)),
        ("2026-06-21", (1,)),
        ("2026-06-28", (1,)),
        ("2026-06-30", (REPORT,)),
        ("2026-07-05", (1,)),
    ]
    assert (found.next_due, found.light) == (date(2026, 7, 12), Light.AMBER)
    page = signed_in(by["smelting"].person_id).get(PAGE).text
    assert "限2026年6月30日前：报告</li>" in page and "限2026年7月5日前：回收率</li>" in page
    assert "数据来源：化验 · 每周" in page and "数据来源：日报 · 每季度" in page


def test_what_is_late_is_a_task_with_the_day_it_was_due_and_so_is_a_month_without_a_plan(
    house: House, season: Season, by: dict[str, Actor], signed_in
) -> None:
    file(house, season, by["smelting"], "2026-05-20", recovery="96", days="9")
    house.clock.moment = datetime(2026, 8, 3, 1, tzinfo=UTC)
    stage = house.stage(season, "progress")
    house.act(supervising.plan, stage.id, "smelting", date(2026, 8, 1), "按计划推进", actor=by["smelting"])
    tasks = house.ask(queries.tasks, stage, by["smelting"], house.now)
    assert [(one.title, one.detail, str(one.due)[:10], one.is_done) for one in tasks] == [
        ("Report what is overdue", "smelting brand", "2026-07-01", False),
        ("Report what is overdue", "smelting brand", "2026-08-01", False),
        ("Report on progress", "smelting brand", "2026-09-01", False),
        ("Write the plan for a month", "smelting brand · 2026-09", "2026-09-01", False),
    ]
    own: Visitor = signed_in(by["smelting"].person_id)
    assert 'value="2026-06-30"' in own.get(f"{PAGE}?day=2026-06-30").text
    file(house, season, by["smelting"], "2026-08-03", recovery="96", days="9", day=date(2026, 6, 30))
    assert [one.day for one in seen(house, season).overdue] == [date(2026, 7, 31)]


def test_nothing_falls_due_after_the_stage_closes_and_no_month_is_planned_that_it_does_not_reach(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    stage, closing = house.stage(season, "progress"), datetime(2027, 1, 27, tzinfo=ZONE)
    assert stage.closes_at == closing
    for month in range(4, 13):
        file(house, season, by["smelting"], f"2026-{month:02}-28", recovery="96", days="9")
    house.clock.moment = closing - timedelta(days=2)
    tasks = house.ask(queries.tasks, stage, by["smelting"], house.now)
    assert [(one.title, one.detail, one.due) for one in tasks] == [
        ("Report on progress", "smelting brand", closing),
        ("Write the plan for a month", "smelting brand · 2027-01", datetime(2027, 1, 1, tzinfo=ZONE)),
    ]
    with pytest.raises(Invalid, match="supervision_incomplete"):
        house.act(supervising.plan, stage.id, "smelting", date(2027, 2, 1), "二月", actor=by["smelting"])


def test_changed_targets_hold_and_the_old_ones_stay_on_the_page(
    house: House, season: Season, by: dict[str, Actor], signed_in
) -> None:
    file(house, season, by["smelting"], "2026-05-20", recovery="93", days="9.5")
    entry, stage = seen(house, season).entry, house.stage(season, "progress")
    was, now = {"old_work": "96.000000", "old_stretch": "97"}, {"work": "93.000000", "stretch": "94"}
    place = {"entry_id": entry.id, "stage_id": stage.id, "indicator": 1, "changed_at": house.now}
    row = TargetChange(**place, **was, **now, reason="原料变化", motion="7")
    house.act(lambda session, now: session.add(row))
    assert [str(one.indicator.work) for one in seen(house, season).indicators] == ["93.000000", "9"]
    assert seen(house, season).indicators[0].attainment == 100
    page = signed_in(by["smelting"].person_id).get(PAGE).text
    assert "<del>96 / 97</del> → 93 / 94" in page and "原料变化" in page


def test_targets_of_small_figures_are_written_as_they_were_stated_on_project_and_wall(
    house: House, by: dict[str, Actor], signed_in
) -> None:
    """143 of the 292 days from the opening on are 0.0104 of the way from 0.0155 to 0.005."""
    row = "含铜 g less 0.0155 0.005 0.004 100 化验 month"
    plan = dict(zip(COLUMNS["indicators"], row.split(), strict=False))
    season = declared(house, TRACKING, by={"smelting": by["smelting"]}, answers={"plan": [plan]}, form=PROJECT)
    house.open(season, "progress")
    file(house, season, by["smelting"], "2026-08-29", recovery="0.0125")
    reader = signed_in(house.person("reader", Role.AUDITOR))
    cells = re.findall(r'<td data-label="[^"]+">(?:<strong>)?([0-9.]+)', reader.get(PAGE).text)
    assert cells == ["0.0155", "0.005", "0.004", "0.0125", "0.0104", "28.6"]
    assert "0.0125<span" in (wall := reader.get(f"{PAGE.rpartition('/')[0]}/all/wall").text) and "/ 0.005 g" in wall


WAY = "2026-08-29: 91; 2026-10-18: 95"  # after 150 and after 200 of the 300 days


@pytest.mark.parametrize(
    ("way", "day", "wanted", "light"),
    [("", "2026-08-29", Fraction(6783, 73), "red"), (WAY, "2026-08-29", 91, "green"), (WAY, "2026-09-23", 93, "red")],
)
def test_interim_targets_say_what_is_wanted_on_a_day_and_where_there_are_none_the_way_is_straight(
    house: House, by: dict[str, Actor], signed_in, way: str, day: str, wanted: Fraction, light: str
) -> None:
    first, second = PLAN["plan"]
    plan = {"plan": [{**first, "way": way}, second]}
    season = declared(house, TRACKING, by={"smelting": by["smelting"]}, answers={**PLAN, **plan}, form=PROJECT)
    house.open(season, "progress")
    file(house, season, by["smelting"], day, recovery="91")
    found = seen(house, season).indicators[0]
    assert (found.wanted, found.light) == (wanted, light)
    drawn = re.findall(r'class="plot-expected" points="([^"]+)"', signed_in(by["smelting"].person_id).get(PAGE).text)
    assert [len(line.split()) for line in drawn] == [4 if way else 2, 2]


@given(way=st.lists(st.integers(1, 299), unique=True, max_size=6), day=st.integers(0, 320), value=st.integers(85, 99))
def test_interim_targets_on_the_straight_way_change_no_light(way: list[int], day: int, value: int) -> None:
    """From 90 to 96 in 300 days is a fiftieth a day."""
    straight = Indicator(1, "a", "%", "more", D(90), D(96), D(97), D(100), "", "month")
    starts, ends = date(2026, 4, 1), date(2027, 1, 26)
    stated = replace(straight, stations=tuple((starts + timedelta(one), 90 + D(one) / 50) for one in sorted(way)))
    today = starts + timedelta(day)
    seen = [
        trajectory.light(D(value), trajectory.expected(one.way(starts, ends), today), baseline=D(90), work=D(96))
        for one in (straight, stated)
    ]
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"recovery": "many"}, {"figure_1": "not_a_number"}),
        ({"recovery": "1e3", "days": "٣"}, {"figure_1": "not_a_number", "figure_2": "not_a_number"}),
        ({"day": date(2026, 3, 31)}, {"day": "day_not_reportable"}),
        ({"day": date(2026, 5, 21)}, {"day": "day_not_reportable"}),
        ({"figures": {3: "1"}}, {"figure_3": "no_such_indicator"}),
        ({"text": " "}, {"text": "report_empty"}),
    ],
)
def test_what_can_not_be_reported_is_named_and_nothing_is_filed(
    house: House, season: Season, by: dict[str, Actor], said: dict[str, Any], wrong: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        file(house, season, by["smelting"], "2026-05-20", **said)
    assert (refused.value.fields, house.log("report.filed")) == (wrong, [])


def test_on_the_page_what_was_typed_stays_when_it_is_refused_and_then_the_light_changes(
    house: House, season: Season, by: dict[str, Actor], signed_in
) -> None:
    house.clock.moment = datetime(2026, 8, 29, 10, tzinfo=UTC)
    own: Visitor = signed_in(by["smelting"].person_id)
    assert "no figures yet" in own.get(f"{PAGE}?lang=en").text or "尚无数据" in own.get(PAGE).text
    refused = own.post(PAGE, number="1", day="2026-08-29", text="", figure_1="９３", figure_2="abc")
    assert refused.status_code == 422
    assert 'value="９３"' in refused.text and 'value="abc"' in refused.text
    filed = own.send(
        PAGE, number="1", day="2026-08-29", text="达到预期", figure_1="９３", figure_2="9.5", reached=["1"]
    )
    assert filed.status_code == 200
    found = seen(house, season)
    assert (found.light, [one.reached for one in found.milestones]) == (Light.AMBER, [date(2026, 8, 29), None])
    assert [one.light for one in found.indicators] == [Light.GREEN, Light.GREEN]


def test_a_correction_begins_with_all_that_the_wrong_report_says_and_keeps_its_milestones(
    house: House, season: Season, by: dict[str, Actor], signed_in
) -> None:
    file(house, season, by["smelting"], "2026-05-20", recovery="930", days="9.5", reached=[1], text="完成投料")
    file(house, season, by["smelting"], "2026-05-22", recovery="93", reached=[2])
    own: Visitor = signed_in(by["smelting"].person_id)
    page = own.get(f"{PAGE}?corrects=1").text
    fields = {
        name: value
        for tag in re.findall(r"<input[^>]*>", page)
        for name, value in re.findall(r' name="(corrects|day|number|figure_[12])".* value="([^"]*)"', tag)
    }
    assert fields == {"corrects": "1", "day": "2026-05-20", "number": "3", "figure_1": "930", "figure_2": "9.5"}
    assert ">完成投料</textarea>" in page.replace("\r\n", "").replace("\n", "")
    assert re.findall(r'name="reached" value="(\d)" id="\S+"( checked)?>', page) == [("1", " checked")]
    own.send(PAGE, **{**fields, "figure_1": "92"}, text="完成投料", reached=["1"])
    found = seen(house, season)
    assert [[str(value) for _, value in one.points] for one in found.indicators] == [["92", "93"], ["19/2"]]
    assert [str(one.reached) for one in found.milestones] == ["2026-05-20", "2026-05-22"]
    assert 'name="corrects"' in (page := own.get(f"{PAGE}?corrects=1").text) and "完成投料</textarea>" not in page


def test_a_report_typed_into_a_page_that_was_too_old_is_shown_again_and_can_be_filed(
    house: House, season: Season, by: dict[str, Actor], signed_in
) -> None:
    own: Visitor = signed_in(by["smelting"].person_id)
    own.get(PAGE)
    file(house, season, by["smelting"], "2026-05-20", recovery="93")
    sent = {"day": "2026-05-20", "text": "同事已先报", "figure_1": "94", "reached": ["2"]}
    refused = own.post(PAGE, number="1", **sent)
    assert (refused.status_code, len(house.log("report.filed"))) == (409, 1)
    assert "同事已先报</textarea>" in refused.text and 'value="94"' in refused.text
    assert 'value="2" id="reached-2" checked' in refused.text and 'type="hidden" value="2"' in refused.text
    assert own.send(PAGE, number="2", **sent).status_code == 200
    house.close(season, "progress")
    late = own.post(PAGE, number="3", day="2026-05-20", text="截止后才写完")
    assert late.status_code == 409
    assert "截止后才写完</textarea>" in late.text and 'name="number"' not in late.text


def test_another_branch_reads_of_a_project_only_when_it_takes_part(
    house: House, by: dict[str, Actor], signed_in
) -> None:
    partner = {"others": [{"branch": "refining", "unit": "", "share": "30"}]}
    season = declared(house, TRACKING, by={"smelting": by["smelting"]}, answers={**PLAN, **partner}, form=PROJECT)
    house.open(season, "progress")
    assert signed_in(by["refining"].person_id).get(PAGE).status_code == 200
    assert signed_in(house.person("stranger")).get(PAGE).status_code == 403


@pytest.mark.parametrize(
    ("every", "since", "until", "ends"),
    [
        ("month", date(2026, 1, 1), date(2026, 3, 1), ["2026-01-31", "2026-02-28"]),
        ("month", date(2026, 1, 2), date(2026, 3, 1), ["2026-02-28"]),
        ("month", date(2026, 12, 1), date(2026, 12, 31), []),
        ("week", date(2026, 6, 1), date(2026, 6, 15), ["2026-06-07", "2026-06-14"]),
        ("week", date(2026, 6, 2), date(2026, 6, 15), ["2026-06-14"]),
        ("quarter", date(2026, 1, 1), date(2026, 7, 1), ["2026-03-31", "2026-06-30"]),
        ("quarter", date(2026, 1, 2), date(2027, 1, 1), ["2026-06-30", "2026-09-30", "2026-12-31"]),
        ("", date(2026, 1, 1), date(2027, 1, 1), []),
    ],
)
def test_what_is_due_are_whole_weeks_months_and_quarters_that_are_over(
    every: str, since: date, until: date, ends: list[str]
) -> None:
    assert [str(last) for _, last in periods.periods(every, since, until)] == ends
