"""What can be undone has its undo, with a reason, and the table of them is the program's."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from evalflow.access import Role
from evalflow.errors import Conflict, Invalid
from evalflow.registry import EVENT_TYPES
from evalflow.stages.notice import commands as notice
from evalflow.stages.notice.models import ObjectionState
from evalflow.stages.scoring import commands as scoring
from evalflow.stages.scoring import queries as sheets
from evalflow.stages.tracking import supervising
from tests.builders import House
from tests.decided import decided
from tests.declared import PLAN, PROJECT, YEAR, declared, secretaries
from tests.scored import GOOD, SCORING, Scoring
from tests.stages.notice.test_notice import CODE, NOTICE, object_to
from tests.stages.notice.test_notice import HOME as PUBLIC_NOTICE
from tests.visitors import Visitor
from tests.web.test_confirming import IRREVERSIBLE

TABLE = Path(__file__).parents[2] / "docs" / "undoing.md"
WHY = "点错了"
SignIn = Callable[[int | None], Visitor]


def test_the_table_of_undoing_has_every_act_that_is_asked_once_more(app: Flask) -> None:
    rows = re.findall(
        r"^\| [^|]*\(`([\w.]+)`\) \| ([^|]*) \|[^|]*\|[^|]*\| ([^|]*) \|$", TABLE.read_text("utf-8"), re.M
    )
    assert {act for act, *_ in rows} == IRREVERSIBLE
    undone_by = {name for _, how, _ in rows for name in re.findall(r"`(\w+\.\w+)`", how)}
    assert undone_by <= set(app.view_functions)
    recorded = {name for *_, event in rows for name in re.findall(r"`([\w.]+)`", event)}
    assert recorded <= {event.name for event in EVENT_TYPES}


def test_an_answer_to_an_objection_given_by_mistake_is_taken_back(
    house: House, signed_in: SignIn, visitor: Visitor
) -> None:
    season = decided(house, NOTICE, by=secretaries(house))
    stage = house.open(season, "notice")
    object_to(house, season)
    organiser = house.actor("organiser", Role.ORGANISER)
    upheld = {"state": ObjectionState.UPHELD, "text": "属实", "actor": organiser}
    house.act(notice.answer, stage.id, 1, **upheld)
    desk = signed_in(organiser.person_id)
    assert "收回此答复" in desk.get(f"{PUBLIC_NOTICE}desk").text
    shown = desk.send(f"{PUBLIC_NOTICE}desk/1/reopen", reason=WHY)
    assert "第1号异议的答复已收回" in shown.text and "待答复" in shown.text
    assert WHY in visitor.get(f"{PUBLIC_NOTICE}case/{CODE}").text
    [(_, _, public, personal)] = house.log("objection.reopened")
    assert public == {"number": 1, "entry": "refining"} and personal["reason"] == WHY
    house.act(notice.answer, stage.id, 1, **{**upheld, "state": ObjectionState.REJECTED})


def test_once_the_notice_is_settled_its_answers_stand(house: House) -> None:
    season = decided(house, NOTICE, by=secretaries(house))
    stage = house.open(season, "notice")
    object_to(house, season)
    organiser = house.actor("organiser", Role.ORGANISER)
    house.act(notice.answer, stage.id, 1, state=ObjectionState.UPHELD, text="属实", actor=organiser)
    house.close(season, "notice")
    house.settle(season, "notice")
    with pytest.raises(Conflict, match="too_late_to_take_back"):
        house.act(notice.reopen, stage.id, 1, reason=WHY, actor=organiser)


def test_what_was_erased_has_no_answer_to_take_back_and_its_reasons_are_erased_too(house: House) -> None:
    season = decided(house, NOTICE, by=secretaries(house))
    stage = house.open(season, "notice")
    object_to(house, season)
    named = {"actor": house.actor("organiser", Role.ORGANISER)}
    upheld = {"state": ObjectionState.UPHELD, "text": "属实", **named}
    house.act(notice.answer, stage.id, 1, **upheld)
    house.act(notice.reopen, stage.id, 1, reason="某某来电", **named)
    house.act(notice.answer, stage.id, 1, **upheld)
    house.act(notice.erase, stage.id, 1, **named)
    with pytest.raises(Conflict, match="nothing_to_take_back"):
        house.act(notice.reopen, stage.id, 1, reason=WHY, **named)
    told = [personal for name in ("filed", "answered", "reopened") for *_, personal in house.log(f"objection.{name}")]
    assert told == [None] * 4


def test_a_rater_who_stepped_back_by_mistake_scores_the_entry_again(house: House, signed_in: SignIn) -> None:
    by = secretaries(house)
    season = declared(house, SCORING, by=by)
    house.open(season, "score")
    scored = Scoring(house, season, by)
    scored.save("smelting", GOOD)
    version = scored.sheet("smelting").version
    house.act(scoring.recuse, scored.stage.id, "refining", version=version, actor=by["smelting"])
    rater = signed_in(by["smelting"].person_id)
    page = rater.get("/s/test-2026/score/scoring/").text
    assert "points.refining.known" not in page and "撤销回避，恢复评分" in page
    version = scored.sheet("smelting").version
    shown = rater.send("/s/test-2026/score/scoring/rejoin", entry="refining", version=str(version), reason=WHY)
    assert "points.refining.known" in shown.text
    assert not sheets.is_in(scored.sheet("smelting"))
    [(_, _, public, personal)] = house.log("sheet.recusal_taken_back")
    assert public == {"rater": "smelting", "entry": "refining"} and personal["reason"] == WHY


def test_a_sheet_handed_in_is_taken_back_before_its_recusals_are(house: House) -> None:
    by = secretaries(house)
    season = declared(house, SCORING, by=by)
    house.open(season, "score")
    scored = Scoring(house, season, by)
    scored.save("smelting", GOOD)
    named = {"actor": by["smelting"]}
    house.act(scoring.recuse, scored.stage.id, "refining", version=scored.sheet("smelting").version, **named)
    scored.hand_in("smelting", although_void=True)
    told = {"reason": WHY, "version": scored.sheet("smelting").version, **named}
    with pytest.raises(Conflict, match="sheet_handed_in"):
        house.act(scoring.rejoin, scored.stage.id, "refining", **told)


def test_an_order_closed_by_mistake_is_open_again(house: House, signed_in: SignIn) -> None:
    by = secretaries(house)
    season = declared(house, YEAR, by={"smelting": by["smelting"]}, answers=PLAN, form=PROJECT)
    stage = house.open(season, "progress")
    named = {"actor": house.actor("organiser", Role.ORGANISER)}
    house.act(
        supervising.give, stage.id, "smelting", "请补报", due=house.now.date() + timedelta(days=9), number=1, **named
    )
    house.act(supervising.close, stage.id, "smelting", 1, "已补", **named)
    with pytest.raises(Invalid, match="reason_needed"):
        house.act(supervising.reopen, stage.id, "smelting", 1, " ", **named)
    desk = signed_in(named["actor"].person_id)
    path = "/s/test-2026/progress/tracking/smelting/supervision"
    assert "重新办理" in desk.get(path).text
    shown = desk.send(f"{path}/orders/1/reopen", reason=WHY)
    assert "该督办事项已重新办理" in shown.text and WHY in shown.text
    assert [public for *_, public, _ in house.log("follow_up.reopened")] == [{"entry": "smelting", "number": 1}]
