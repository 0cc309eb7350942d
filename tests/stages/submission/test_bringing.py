"""Drafts of projects from a workbook: good rows and bad ones, and nothing written before it is confirmed."""

import io
import re
from collections.abc import Mapping, Sequence

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Role
from evalflow.config import WORKFLOWS
from evalflow.errors import Forbidden
from evalflow.importing import bounded
from evalflow.importing.rows import BadRow, Preview
from evalflow.people.models import Branch
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Season
from evalflow.stages.submission import bringing, commands, queries, workbook
from evalflow.stages.submission.models import Draft
from evalflow.stages.submission.workbook import Filled
from tests.builders import House
from tests.declared import PLAN, PROJECT, YEAR, secretaries
from tests.published import published
from tests.visitors import Visitor

ROWS = {
    "品牌": [["熔炼分厂党支部", "回收率提升工程", "", "设立攻关小组", "12.5"]],
    "指标": [
        ["回收率提升工程", "回收率", "%", "越高越好", "90", "96", "97", "60", "化验", "每月"],
        ["回收率提升工程", "工期", "天", "less", "10", "9", "7.5", "40", "日报", "month"],
    ],
    "节点": [["回收率提升工程", "投料", "2026年6月30日"], ["回收率提升工程", "方案", "2026/5/10"]],
    "参与": [["回收率提升工程", "refining", "", "30"], ["回收率提升工程", "", "设计院", "10"]],
}
TOLD = {
    "name": "回收率提升工程",
    "story": "设立攻关小组",
    "tonnes": "12.5",
    "others": [{"branch": "refining", "unit": "", "share": "30"}, {"branch": "", "unit": "设计院", "share": "10"}],
    **PLAN,
}
HOME = "/s/test-2026/declare/submission/"
Rows = Mapping[str, Sequence[Sequence[str]]]


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def season(house: House, by: dict[str, Actor]) -> Season:
    season = house.season(PROJECT + YEAR, starts_on=house.now.date())
    house.open(season, "declare")
    return season


def filled(house: House, season: Season, rows: Rows = ROWS) -> bytes:
    """The workbook that people download, with these rows below its headings."""
    asked = workbook.answerable(queries.options_of(house.stage(season, "declare")).field)
    book = openpyxl.load_workbook(io.BytesIO(workbook.template(asked, first="品牌", locale="zh_Hans")))
    for name, lines in rows.items():
        for line in lines:
            book[name].append(list(line))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def seen(house: House, season: Season, actor: Actor, rows: Rows = ROWS) -> Preview[Filled]:
    stage, content = house.stage(season, "declare"), filled(house, season, rows)

    def preview(session: Session) -> Preview[Filled]:
        return bringing.preview(session, stage, bounded.read(content), actor=actor, locale="zh_Hans")

    found: Preview[Filled] = house.ask(preview)
    return found


def drafts(house: House) -> list[dict[str, object]]:
    def found(session: Session) -> list[dict[str, object]]:
        return [draft.answers for draft in session.scalars(select(Draft).order_by(Draft.entry_id))]

    answers: list[dict[str, object]] = house.ask(found)
    return answers


def columns(house: House, season: Season) -> list[str]:
    book = openpyxl.load_workbook(io.BytesIO(filled(house, season, {})))
    return [cell.value for cell in book["品牌"][1]]


def test_the_workbook_has_a_column_for_every_question_but_files_and_tables(house: House, season: Season) -> None:
    assert columns(house, season) == ["申报支部*", "名称*", "口号", "事迹", "吨数", "网址", "联系电话"]


def test_a_project_with_its_tables_becomes_a_draft_that_its_branch_hands_in(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    stage_id, found = house.stage(season, "declare").id, seen(house, season, by["smelting"])
    assert found.bad == ()
    assert house.act(bringing.write, stage_id, found, actor=by["smelting"]) == 1
    assert drafts(house) == [TOLD]
    (entry,) = house.ask(seasons.entries, season.id)
    house.act(commands.submit, stage_id, entry.id, version=1, actor=by["smelting"])
    assert house.ask(seasons.entries, season.id)[0].title == "回收率提升工程"


def test_the_organiser_brings_in_drafts_of_every_branch_and_hands_none_of_them_in(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    organiser, stage_id = house.actor("organiser", Role.ORGANISER), house.stage(season, "declare").id
    both = {
        "品牌": [*ROWS["品牌"], ["refining", "金银回收", "", "", ""]],
        **{k: v for k, v in ROWS.items() if k != "品牌"},
    }
    house.act(bringing.write, stage_id, seen(house, season, organiser, both), actor=organiser)
    assert [answers["name"] for answers in drafts(house)] == ["回收率提升工程", "金银回收"]
    entry = house.ask(seasons.entries, season.id)[0]
    with pytest.raises(Forbidden):
        house.act(commands.submit, stage_id, entry.id, version=1, actor=organiser)
    with pytest.raises(Forbidden):
        house.act(commands.save, stage_id, entry.id, {}, version=1, page="", actor=organiser)


@pytest.mark.parametrize(
    ("sheet", "line", "bad"),
    [
        ("品牌", ["no-such", "甲", "", "", ""], BadRow(3, "branch_unknown", {"branch": "no-such"})),
        ("品牌", ["refining", "甲", "", "", ""], BadRow(3, "branch_not_yours", {"branch": "精炼分厂党支部"})),
        ("品牌", ["smelting", "铜" * 101, "", "", ""], BadRow(3, "too_long", {}, "", "名称")),
        ("品牌", ["smelting", "甲", "", "", "许多"], BadRow(3, "not_a_number", {}, "", "吨数")),
        (
            "品牌",
            ["smelting", "回收率提升工程", "", "", ""],
            BadRow(3, "title_twice", {"value": "回收率提升工程", "first": 2}),
        ),
        ("品牌", ["smelting", "甲", "", "", ""], BadRow(3, "no_more_entries")),
        ("节点", ["没有的工程", "投料", "2026-06-30"], BadRow(4, "entry_unknown", {"entry": "没有的工程"}, "节点")),
    ],
)
def test_a_row_that_cant_be_is_told_and_the_others_stay(
    house: House, season: Season, by: dict[str, Actor], sheet: str, line: list[str], bad: BadRow
) -> None:
    found = seen(house, season, by["smelting"], {**ROWS, sheet: [*ROWS[sheet], line]})
    assert (found.bad, [one.title for one in found.good]) == ((bad,), ["回收率提升工程"])


@pytest.mark.parametrize(
    ("sheet", "line", "bad"),
    [
        (
            "指标",
            ["产量", "吨", "more", "1", "2", "3", "5", "台账", "每月"],
            BadRow(2, "weights_not_100", {}, "指标", "权重"),
        ),
        (
            "指标",
            ["产量", "吨", "more", "1", "2", "3", "0", "台账", "每月"],
            BadRow(4, "weight_out_of_range", {}, "指标", "权重"),
        ),
        ("节点", ["投产", "六月底"], BadRow(4, "day_malformed", {"day": "六月底"}, "节点", "完成日期")),
        (
            "参与",
            ["没有的支部", "", "5"],
            BadRow(4, "branch_unknown", {"branch": "没有的支部"}, "参与", "参与支部"),
        ),
    ],
)
def test_a_wrong_line_on_another_sheet_leaves_its_project_out(
    house: House, season: Season, by: dict[str, Actor], sheet: str, line: list[str], bad: BadRow
) -> None:
    found = seen(house, season, by["smelting"], {**ROWS, sheet: [*ROWS[sheet], ["回收率提升工程", *line]]})
    assert (found.good, found.bad) == ((), (BadRow(2, "lines_wrong"), bad))


def test_the_line_breaks_of_long_texts_in_an_office_s_workbook_are_kept(house: House) -> None:
    definition = (WORKFLOWS / "brand_selection.toml").read_text(encoding="utf-8")
    with house.database.writing() as session:
        session.add(Branch(key="electrolysis", name_zh="电解分厂党支部"))
    season = house.season(definition, starts_on=house.now.date())
    stage = house.open(season, season.stages[0].key)
    organiser = house.actor("organiser", Role.ORGANISER)
    book = bounded.read(published("cases", "line-breaks.xlsx").read_bytes())
    found = house.ask(bringing.preview, stage, book, actor=organiser, locale="zh_Hans")
    (row,) = found.good
    texts = [answer for answer in row.answers.values() if isinstance(answer, str) and "\n" in answer]
    assert texts == [
        "第一，建立台账。\n\n第二，党员包机：\n  （1）甲班；\n  （2）乙班。\n第三，季度评比。",
        "成效一\n成效二",
    ]


def test_nobody_leads_a_project_and_takes_part_in_it(house: House, season: Season, by: dict[str, Actor]) -> None:
    found = seen(house, season, by["smelting"], {**ROWS, "参与": [["回收率提升工程", "smelting", "", "30"]]})
    assert (found.good, found.bad) == ((), (BadRow(2, "own_branch", {}, "", "参与"),))


def test_the_pages_show_every_row_and_write_only_what_was_confirmed(
    house: House, season: Season, by: dict[str, Actor], visitor: Visitor
) -> None:
    visitor.become(by["smelting"].person_id or 0, house.database)
    assert HOME + "import" in visitor.get(HOME).text
    template = visitor.get(HOME + "import/template.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(template.data)).sheetnames == ["品牌", "指标", "节点", "参与", "说明"]
    bad = {**ROWS, "节点": [*ROWS["节点"], ["没有的工程", "投料", "2026-06-30"]]}
    visitor.get(HOME + "import")
    page = visitor.post(HOME + "import", file=(io.BytesIO(filled(house, season, bad)), "projects.xlsx")).text
    assert re.findall(r"<td>(节点|4|)</td>", page)[:2] == ["节点", "4"]
    assert "没有的工程" in page
    assert "回收率提升工程" in page
    assert drafts(house) == []
    content = re.search(r'name="content"[^>]*value="([^"]+)"', page)
    assert content is not None
    visitor.post(HOME + "import/confirm", content=content.group(1), good="2")
    assert drafts(house) == []  # one good row was promised, not two
    visitor.post(HOME + "import/confirm", content=content.group(1), good="1")
    assert drafts(house) == [TOLD]
