"""What a notice strikes is said wherever the results stand: that, why, and who moved up."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from sqlalchemy.orm import Session

from evalflow.access import VISITOR
from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.engine import jobs
from evalflow.kinds.notice import afterwards
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import StageRow
from evalflow.stages.award import commands, queries
from evalflow.stages.award import printing as award_printing
from evalflow.stages.notice import commands as notice
from evalflow.stages.notice import lifecycle, paper
from evalflow.stages.notice import printing as notice_printing
from evalflow.stages.notice.models import ObjectionState
from tests.builders import House
from tests.met import Met, convened
from tests.stages.award.conftest import AWARD, NOTICE
from tests.stages.decision.test_pages import english, plain
from tests.visitors import Visitor

GROUND = "节能数据与台账不一致"
STRUCK = f"Struck from place 2, as an objection was upheld: refining brand. Reason: {GROUND}"
MOVED = "Moved up from place 3 to place 2: rolling brand."
WORDS = {"name": "王建国", "contact": "0798-1234567", "text": "节能数据与本车间台账不一致，请核实。"}


@pytest.fixture
def struck(house: House, signer: Signer) -> Met:
    """Refining, on place 2 of 3, was struck; rolling moved up; the awards are final."""
    met = convened(house, NOTICE + "move_up = true\n" + AWARD)
    met.attend()
    met.divide("tie:rolling>casting", 4)
    met.award("smelting", "refining", "rolling")
    met.decide("smelting,1,", "refining,2,", "rolling,3,")
    season = met.end()
    put_up = house.open(season, "notice").id
    house.act(notice.object_to, put_up, entry_key="refining", code="0123456789abcdef" * 2, actor=VISITOR, **WORDS)
    state = ObjectionState.UPHELD
    house.act(notice.answer, put_up, 1, state=state, text="经核对属实。", published=GROUND, actor=met.organiser)
    for step in (house.close, house.settle):
        step(season, "notice")
    house.act(commands.finalise, house.open(season, "ceremony").id, actor=met.members[0])
    jobs.tick(house.database, now=house.now, signer=signer)
    return met


def ask(met: Met, stage: str, query: Callable[[Session, StageRow], Any]) -> Any:
    """Of a stage that the session knows."""
    stage_id = met.house.stage(met.season, stage).id
    with met.house.database.reading() as session:
        return query(session, seasons.stage_by_id(session, stage_id))


@pytest.mark.parametrize("path", ["ceremony/award/", "results", "notice/notice/"])
def test_the_pages_say_who_was_struck_why_and_who_moved_up(struck: Met, visitor: Visitor, path: str) -> None:
    page = plain(english(visitor).get(f"/s/test-2026/{path}").text)
    assert STRUCK in page and MOVED in page


def test_what_was_struck_shows_no_tier_any_more(struck: Met, visitor: Visitor) -> None:
    page = plain(english(visitor).get("/s/test-2026/results").text)
    assert "decided: place 2 struck after an objection" in page
    assert "decided: place 3 Second class moved up to place 2" in page


def test_the_table_of_results_has_a_word_where_the_place_was(struck: Met) -> None:
    found = ask(struck, "ceremony", queries.results)
    _, rows = award_printing.table(found, "en")
    assert {row[1]: row[0] for row in rows}["refining brand"] == "struck"


def test_an_entrys_own_page_gives_the_reason(struck: Met, visitor: Visitor) -> None:
    page = plain(english(visitor).get("/s/test-2026/result/refining").text)
    assert f"Struck after an objection was upheld. Reason: {GROUND}" in page


def test_the_notice_on_paper_says_it_once_it_is_settled(struck: Met, config: Config) -> None:
    def values(session: Session, stage: StageRow) -> dict[str, object]:
        return paper.values(notice_printing.of(session, stage, config, "en", ""), "en")

    assert ask(struck, "notice", values)["afterwards"] == [STRUCK, MOVED]


def test_the_workbook_says_it_below_the_table(struck: Met, visitor: Visitor) -> None:
    content = english(visitor).get("/s/test-2026/ceremony/award/results.xlsx").data
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    told = [row[1].value for row in sheet.iter_rows()]
    assert STRUCK in told and MOVED in told


def test_the_reason_is_evidence_and_stays_when_the_objector_is_erased(struck: Met) -> None:
    struck.house.act(notice.erase, struck.house.stage(struck.season, "notice").id, 1, actor=struck.organiser)
    [row] = ask(struck, "notice", lifecycle.evidence)["objections"]
    assert row["published"] == GROUND
    assert [event[2] for event in struck.house.log("objection.ground_published")] == [
        {"number": 1, "entry": "refining", "published": GROUND}
    ]


def test_where_nobody_moves_up_that_is_said() -> None:
    names = [{"entry": "a", "place": 1}, {"entry": "b", "place": 2}]
    facts = {"names": names, "struck": ["a"], "remaining": names[1:]}
    assert afterwards(facts, {"a": "A", "b": "B"}, "en") == [
        "Struck from place 1, as an objection was upheld: A.",
        "Nobody moved up.",
    ]


def test_the_organiser_is_told_where_the_reason_becomes_public(
    house: House, met: Met, signed_in: Callable[[int], Visitor]
) -> None:
    stage = house.open(met.season, "notice")
    house.act(notice.object_to, stage.id, entry_key="refining", code="0123456789abcdef" * 2, actor=VISITOR, **WORDS)
    page = plain(english(signed_in(met.organiser.person_id or 0)).get("/s/test-2026/notice/notice/desk").text)
    assert "Public from the end of the notice on, beside the name that is struck" in page
