"""A year's figures from a workbook: a report for each project and month, and nothing written of a bad row."""

import io
import re
from collections.abc import Sequence
from datetime import date

import openpyxl
import pytest
from sqlalchemy.orm import Session

from evalflow.access import Actor, Role
from evalflow.errors import Invalid
from evalflow.importing import bounded
from evalflow.importing.rows import BadRow, Preview
from evalflow.people import grants
from evalflow.people.models import Person
from evalflow.seasons.models import Season
from evalflow.stages.tracking import bringing, commands, queries
from evalflow.stages.tracking.bringing import Figures
from evalflow.stages.tracking.commands import Said
from tests.builders import ZONE, House
from tests.declared import PLAN, PROJECT, declared, secretaries
from tests.visitors import Visitor

TRACKING = """
[[stage]]
key = "progress"
kind = "tracking"
title = { zh = "跟踪推进", en = "Tracking" }
closes = "opening + 200 days"
"""
HOME = "/s/test-2026/progress/tracking/"
TITLE, APRIL, MAY, TODAY = "smelting brand", date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 10)


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def season(house: House, by: dict[str, Actor]) -> Season:
    """Begun early in April; it is the tenth of June."""
    season = declared(house, TRACKING, by=by, answers=PLAN, form=PROJECT)
    house.open(season, "progress")
    house.clock.wait(days=(TODAY - house.now.astimezone(ZONE).date()).days)
    return season


def row(indicator: str, *figures: str, title: str = TITLE) -> list[str]:
    """figures: from April on."""
    return [title, indicator, "", "", "", *figures]


def filled(house: House, season: Season, actor: Actor, *rows: Sequence[str]) -> bytes:
    """The workbook that people download, its rows taken out and these put in."""

    def template(session: Session) -> bytes:
        return bringing.template(session, house.stage(season, "progress"), actor=actor, locale="zh_Hans")

    book = openpyxl.load_workbook(io.BytesIO(house.ask(template)))
    sheet = book["指标数据"]
    sheet.delete_rows(2, sheet.max_row)
    for line in rows:
        sheet.append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def seen(house: House, season: Season, actor: Actor, *rows: Sequence[str]) -> Preview[Figures]:
    stage, content = house.stage(season, "progress"), filled(house, season, actor, *rows)

    def preview(session: Session) -> Preview[Figures]:
        return bringing.preview(session, stage, bounded.read(content), actor=actor, now=house.now, locale="zh_Hans")

    found: Preview[Figures] = house.ask(preview)
    return found


def told(day: date) -> str:
    return f"{day.month}月数据"


def reported(house: House) -> list[tuple[str, int, date, str, dict[int, str]]]:
    def found(session: Session) -> list[tuple[str, int, date, str, dict[int, str]]]:
        return [
            (one.entry.key, one.number, one.day, one.text, {each.indicator: each.value for each in one.figures})
            for one in queries.reports(session, 2)
        ]

    reports: list[tuple[str, int, date, str, dict[int, str]]] = house.ask(found)
    return reports


def test_the_workbook_names_the_indicators_of_ones_own_projects(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    def template(session: Session) -> bytes:
        return bringing.template(session, house.stage(season, "progress"), actor=by["smelting"], locale="en")

    sheet = openpyxl.load_workbook(io.BytesIO(house.ask(template)))["Figures"]
    rows = [[cell for cell in line if cell] for line in sheet.iter_rows(values_only=True)]
    assert rows[0][:4] == ["Title*", "Indicator*", "Jan", "Feb"]
    assert rows[1:] == [[TITLE, "回收率"], [TITLE, "工期"]]


def test_the_figures_of_a_project_and_month_become_one_report(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    found = seen(house, season, by["smelting"], row("工期", "9.8", "", "9"), row("回收率", "91", "92.5", "1,093"))
    assert found.bad == ()
    stage_id = house.stage(season, "progress").id
    assert house.act(bringing.write, stage_id, found, told, actor=by["smelting"]) == 2
    assert reported(house) == [
        ("smelting", 1, APRIL, "4月数据", {1: "91", 2: "9.8"}),
        ("smelting", 2, MAY, "5月数据", {1: "92.5"}),
        ("smelting", 3, TODAY, "6月数据", {1: "1093", 2: "9"}),
    ]


@pytest.mark.parametrize(
    ("line", "bad"),
    [
        (row("回收率", "90", title="refining brand"), BadRow(3, "project_unknown", {"project": "refining brand"})),
        (row("产量", "90"), BadRow(3, "indicator_unknown", {"indicator": "产量"})),
        (row("工期", "90"), BadRow(3, "figures_twice", {"value": f"{TITLE} · 工期", "first": 2})),
        (row("回收率"), BadRow(3, "figures_missing")),
        (row("回收率", "91", "约92"), BadRow(3, "figure_malformed", {"figure": "约92", "month": "5月"})),
        (row("回收率", "91", "", "", "92"), BadRow(3, "month_not_reportable", {"month": "7月"})),
        ([TITLE, "回收率", "", "", "91"], BadRow(3, "month_not_reportable", {"month": "3月"})),
    ],
)
def test_a_row_that_cant_be_is_told_and_left_out_whole(
    house: House, season: Season, by: dict[str, Actor], line: list[str], bad: BadRow
) -> None:
    found = seen(house, season, by["smelting"], row("工期", "9.8"), line)
    assert (found.bad, [one.name for one in found.good]) == ((bad,), ["工期"])


def test_a_name_that_two_projects_share_is_refused_rather_than_guessed(house: House, by: dict[str, Actor]) -> None:
    season = declared(house, TRACKING, by=by, answers={**PLAN, "name": "同名工程"}, key="twins", form=PROJECT)
    house.open(season, "progress")
    house.grant(by["smelting"].person_id or 0, Role.BRANCH_SECRETARY, branch_id=house.refining)
    both = house.ask(lambda session: grants.actor_of(session, session.get_one(Person, by["smelting"].person_id)))
    found = seen(house, season, both, row("回收率", "91", title="同名工程"))
    assert (found.good, found.bad) == ((), (BadRow(2, "project_ambiguous", {"project": "同名工程"}),))


def test_what_was_reported_is_not_brought_in_again_unless_it_was_taken_back(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    stage_id = house.stage(season, "progress").id
    wrong = Said("四月", APRIL, {1: "19"})
    house.act(commands.report, stage_id, "smelting", wrong, number=1, actor=by["smelting"])
    found = seen(house, season, by["smelting"], row("回收率", "91"))
    assert found.bad == (BadRow(2, "figure_there_already", {"month": "4月"}),)
    taken_back = Said("更正", MAY, {}, corrects=1)
    house.act(commands.report, stage_id, "smelting", taken_back, number=2, actor=by["smelting"])
    assert seen(house, season, by["smelting"], row("回收率", "91")).bad == ()


def test_one_report_that_is_refused_takes_the_whole_import_back(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    found = seen(house, season, by["smelting"], row("回收率", "91", "92"))
    with pytest.raises(Invalid):
        house.act(
            bringing.write,
            house.stage(season, "progress").id,
            found,
            lambda day: "" if day == MAY else "四月",
            actor=by["smelting"],
        )
    assert reported(house) == []


def test_the_pages_show_every_row_and_write_only_what_was_confirmed(
    house: House, season: Season, by: dict[str, Actor], visitor: Visitor
) -> None:
    visitor.become(by["smelting"].person_id or 0, house.database)
    assert HOME + "import" in visitor.get(HOME).text
    visitor.get(HOME + "import")
    content = filled(house, season, by["smelting"], row("回收率", "91"), row("工期", "许多"))
    page = visitor.post(HOME + "import", file=(io.BytesIO(content), "figures.xlsx")).text
    assert "2026年4月 91" in page
    assert "许多" in page
    assert reported(house) == []
    kept = re.search(r'name="content"[^>]*value="([^"]+)"', page)
    assert kept is not None
    visitor.post(HOME + "import/confirm", content=kept.group(1), good="1")
    assert [figures for *_, figures in reported(house)] == [{1: "91"}]
