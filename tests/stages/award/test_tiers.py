"""A tier stands wherever a place stands, with its amount: from the ranking to the last paper."""

import io
from collections.abc import Callable

import openpyxl
import pytest

from evalflow.analysis.workbook import workbook
from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.engine import bundles, jobs
from evalflow.meetings.minutes import KEEPER
from evalflow.seasons import queries as seasons
from evalflow.stages.award import commands, printing
from evalflow.stages.award import queries as awards
from evalflow.stages.decision import printing as minutes
from evalflow.stages.notice import paper
from evalflow.stages.notice import printing as notices
from tests.builders import House
from tests.met import Met, convened
from tests.stages.award.conftest import AWARD, NOTICE
from tests.visitors import Visitor

SignedIn = Callable[[int], Visitor]
FIRST, SECOND = "一等奖（30,000元）", "二等奖"
PAID = AWARD.replace("places = 1 }", "places = 1, amount = 30000 }")


@pytest.fixture
def met(house: House) -> Met:
    """Nobody has decided yet; smelting and refining are proposed by the ranking."""
    return convened(house, NOTICE + PAID)


def decided(met: Met) -> None:
    met.attend(met.members[3])
    met.divide("tie:rolling>casting", 3)
    met.award("smelting", "refining", "rolling")
    met.decide("smelting,1,", "refining,2,", "rolling,3,")


def noticed(met: Met) -> None:
    decided(met)
    met.end()
    met.house.open(met.season, "notice")


def finalised(met: Met, signer: Signer) -> None:
    noticed(met)
    met.house.close(met.season, "notice")
    met.house.settle(met.season, "notice")
    met.house.open(met.season, "ceremony")
    met.house.act(commands.finalise, met.house.stage(met.season, "ceremony").id, actor=met.members[0])
    jobs.tick(met.house.database, now=met.house.now, signer=signer)


def rows_of(page: str, around: str) -> str:
    """The row of a table that names an entry."""
    return next(row for row in page.split("<tr") if around in row)


def test_the_committee_reads_the_tier_beside_the_place_before_and_after_it_decides(
    met: Met, signed_in: SignedIn
) -> None:
    visitor = signed_in(met.organiser.person_id or 0)
    row = rows_of(visitor.get("/s/test-2026/decide/decision/").text, "smelting")
    assert FIRST in row and "按排名" in row
    decided(met)
    page = visitor.get("/s/test-2026/decide/decision/").text
    assert FIRST in rows_of(page, "smelting") and "按排名" not in rows_of(page, "smelting")
    assert SECOND in rows_of(page, "rolling") and "等奖" not in rows_of(page, "drawing")


def test_the_minutes_name_the_tier_of_each_place_decided(met: Met, config: Config) -> None:
    decided(met)
    stage = met.stage
    with met.house.database.reading() as session:
        stage = seasons.stage_by_id(session, stage.id)
        ranking = minutes.written(session, stage, KEEPER, config=config, locale="zh_Hans")["ranking"]
    assert isinstance(ranking, dict)
    assert ranking["columns"][-1]["label"] == "等次"
    assert [row["cells"][-1] for row in ranking["rows"]] == [FIRST, SECOND, SECOND, "–", "–"]


def test_the_notice_names_the_tiers_on_its_page_and_on_paper(met: Met, visitor: Visitor, config: Config) -> None:
    noticed(met)
    page = visitor.get("/s/test-2026/notice/notice/").text
    assert FIRST in rows_of(page, "smelting") and SECOND in rows_of(page, "rolling")
    with met.house.database.reading() as session:
        stage = seasons.stage_by_id(session, met.house.stage(met.season, "notice").id)
        printed = paper.values(notices.of(session, stage, config, "zh_Hans", ""), "zh_Hans")["proposals"]
    assert isinstance(printed, dict)
    assert [row["cells"][-1] for row in printed["rows"]] == [FIRST, SECOND, SECOND]
    assert visitor.get("/s/test-2026/notice/notice/notice.pdf").data[:4] == b"%PDF"


def test_the_results_name_the_tiers_on_every_page_in_print_and_in_both_workbooks(
    met: Met, signer: Signer, visitor: Visitor
) -> None:
    finalised(met, signer)
    for path in ("results", "result/smelting", "ceremony/award/"):
        assert FIRST in visitor.get(f"/s/test-2026/{path}").text, path
    with met.house.database.reading() as session:
        stage = seasons.stage_by_id(session, met.house.stage(met.season, "ceremony").id)
        columns, rows = printing.table(awards.results(session, stage), "zh_Hans")
        formulas = workbook(bundles.evidence(session, stage.season), seasons.outcomes(stage.season))
    assert columns[3] == "等次"
    assert [row[3] for row in rows] == [FIRST, SECOND, SECOND, "–", "–"]
    assert visitor.get("/s/test-2026/ceremony/award/results.pdf").data[:4] == b"%PDF"
    for content in (visitor.get("/s/test-2026/ceremony/award/results.xlsx").data, formulas):
        cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(content)) for row in sheet.values for cell in row]
        assert cells.count(FIRST) == 1 and cells.count(SECOND) == 2


def test_without_tiers_no_column_stands_empty(house: House, visitor: Visitor) -> None:
    met = convened(house, NOTICE + AWARD.partition("tier = [")[0])
    noticed(met)
    assert "等次" not in visitor.get("/s/test-2026/notice/notice/").text
