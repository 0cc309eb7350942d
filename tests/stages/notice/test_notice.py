"""Objecting to a notice, and what becomes of it."""

import re
from typing import Any

import pytest

from evalflow.access import VISITOR, Actor, Role
from evalflow.audit import ledger
from evalflow.engine import commands as engine
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Phase, Season
from evalflow.stages.notice import commands, lifecycle, paper, queries
from evalflow.stages.notice.models import Objection, ObjectionState
from tests.builders import ORGANISER, House
from tests.decided import decided
from tests.declared import secretaries
from tests.visitors import Visitor

NOTICE = """
[[stage]]
key = "notice"
kind = "notice"
title = { zh = "公示", en = "Public notice" }
closes = "opening + 5 working days"
"""
HOME = "/s/test-2026/notice/notice/"
WORDS = {"name": "王建国", "contact": "0798-1234567", "text": "节能数据与本车间台账不一致，请核实。"}
CODE = "0123456789abcdef" * 2


@pytest.fixture
def waiting(house: House) -> Season:
    return decided(house, NOTICE, by=secretaries(house))


@pytest.fixture
def season(house: House, waiting: Season) -> Season:
    house.open(waiting, "notice")
    return waiting


@pytest.fixture
def organiser(house: House) -> Actor:
    return house.actor("organiser", Role.ORGANISER)


def object_to(house: House, season: Season, **given: Any) -> Objection:
    words = {"entry_key": "refining", "code": CODE, **WORDS, **given}
    return house.act(commands.object_to, house.stage(season, "notice").id, actor=VISITOR, **words)


def answer(house: House, season: Season, organiser: Actor, state: ObjectionState, number: int = 1) -> Objection:
    stage_id = house.stage(season, "notice").id
    return house.act(commands.answer, stage_id, number, state=state, text="经核对，数据一致。", actor=organiser)


def test_before_its_opening_visitors_see_no_names(visitor: Visitor, waiting: Season) -> None:
    page = visitor.get(HOME)
    assert (page.status_code, "smelting brand" in page.text) == (200, False)
    assert visitor.get(HOME + "notice.pdf").status_code == 404


def test_the_notice_names_what_was_decided_by_place_and_says_how_long(visitor: Visitor, season: Season) -> None:
    text = visitor.get(HOME).text.split("<main")[1].split("<form")[0]
    assert text.index("smelting brand") < text.index("refining brand")
    assert re.search(r"2026.*5 working days|2026年4月\d+日至4月\d+日，共5个工作日", text)


WRITTEN = 'intro = { zh = "按本年度评选办法公示。" }\n'
TOO_FEW = """
  [[stage.veto]]
  label = { zh = "得票过少", en = "Too few votes" }
  from = "vote"
  figure = "votes"
  below = "100"
"""


def intro_of(visitor: Visitor, house: House, notice: str, veto: str = "") -> list[str]:
    """The paragraphs before the names of a notice on what a ranking decided alone."""
    season = decided(house, veto + notice, by=secretaries(house))
    house.open(season, "notice")
    with house.database.reading() as session:
        stage = seasons.stage_by_id(session, house.stage(season, "notice").id)
        told = paper.intro(stage, queries.proposed(session, stage), "zh_Hans")
    page = visitor.get(HOME).text
    assert [one for one in told if one not in page] == []
    return told


def test_where_nobody_meets_the_notice_names_no_committee(visitor: Visitor, house: House) -> None:
    assert intro_of(visitor, house, NOTICE) == ["按评选办法，拟对下列参评对象予以表彰，现予公示。"]


def test_where_nobody_is_ranked_it_says_so_after_its_own_words(visitor: Visitor, house: House) -> None:
    nobody = "本次评选不授奖，现予公示。"
    assert intro_of(visitor, house, NOTICE + WRITTEN, TOO_FEW) == ["按本年度评选办法公示。", nobody]


def test_the_log_records_the_names_at_the_opening(house: House, season: Season) -> None:
    opened = [public["particulars"] for _, _, public, _ in house.log("stage.opened")]
    assert opened[-1] == {"names": [["smelting", 1], ["refining", 2]]}


def test_an_objection_gets_a_number_and_its_words_are_only_committed_to(house: House, season: Season) -> None:
    filed = object_to(house, season)
    assert (filed.number, filed.state) == (1, ObjectionState.OPEN)
    assert house.log("objection.filed") == [
        ("objection.filed", "visitor", {"number": 1, "entry": "refining"}, {**WORDS}),
    ]


def test_the_same_form_sent_twice_is_one_objection(house: House, season: Season) -> None:
    assert object_to(house, season).id == object_to(house, season).id
    assert object_to(house, season, code="f" * 32).number == 2


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"name": " "}, {"name": "answer_missing"}),
        ({"contact": ""}, {"contact": "answer_missing"}),
        ({"entry_key": "unknown"}, {"entry": "no_such_choice"}),
        ({"text": "不同意"}, {"text": "too_short"}),
        ({"name": "x" * 81, "text": "y" * 5001}, {"name": "too_long", "text": "too_long"}),
    ],
)
def test_anonymous_or_empty_objections_are_refused(
    house: House, season: Season, given: dict[str, str], fields: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as refused:
        object_to(house, season, **given)
    assert refused.value.fields == fields
    assert house.log("objection.filed") == []


def test_objecting_ends_with_the_period(house: House, season: Season) -> None:
    house.close(season, "notice")
    with pytest.raises(Conflict, match="stage_not_open"):
        object_to(house, season)


def test_nobody_ends_the_period_early(house: House, season: Season) -> None:
    with pytest.raises(Conflict, match="notice_runs"):
        house.act(engine.close_stage, house.stage(season, "notice").id, note="haste", actor=ORGANISER)


def test_the_outcome_waits_for_every_answer(house: House, season: Season, organiser: Actor) -> None:
    object_to(house, season)
    house.close(season, "notice")
    with pytest.raises(Conflict, match="objections_open"):
        house.settle(season, "notice")
    answer(house, season, organiser, ObjectionState.REJECTED)
    assert house.settle(season, "notice").phase == Phase.DONE


def test_an_upheld_objection_strikes_the_name(house: House, season: Season, organiser: Actor) -> None:
    object_to(house, season)
    answer(house, season, organiser, ObjectionState.UPHELD)
    house.close(season, "notice")
    outcome = seasons.outcome_of(house.settle(season, "notice"))
    assert outcome is not None
    assert list(outcome.facts["struck"]) == ["refining"]


def test_an_objection_to_the_whole_notice_strikes_no_name(house: House, season: Season, organiser: Actor) -> None:
    object_to(house, season, entry_key="")
    with pytest.raises(Invalid, match="no_name_to_strike"):
        answer(house, season, organiser, ObjectionState.UPHELD)
    answer(house, season, organiser, ObjectionState.REJECTED)
    house.close(season, "notice")
    assert house.settle(season, "notice").phase == Phase.DONE


def test_the_evidence_holds_names_and_what_became_of_each_objection(
    house: House, season: Season, organiser: Actor
) -> None:
    object_to(house, season)
    answer(house, season, organiser, ObjectionState.REJECTED)
    day = house.now.date().isoformat()
    assert house.ask(lifecycle.evidence, house.stage(season, "notice")) == {
        "names": [{"entry": "smelting", "place": "1"}, {"entry": "refining", "place": "2"}],
        "objections": [
            {"number": "1", "entry": "refining", "state": "rejected", "decided": day, "published": ""},
        ],
    }


def test_only_the_organiser_answers_and_only_once(house: House, season: Season, organiser: Actor) -> None:
    object_to(house, season)
    with pytest.raises(Forbidden):
        answer(house, season, VISITOR, ObjectionState.REJECTED)
    answer(house, season, organiser, ObjectionState.REJECTED)
    with pytest.raises(Conflict, match="objection_decided"):
        answer(house, season, organiser, ObjectionState.UPHELD)


def test_an_answer_needs_reasons(house: House, season: Season, organiser: Actor) -> None:
    object_to(house, season)
    with pytest.raises(Invalid, match="reason_needed"):
        house.act(
            commands.answer,
            house.stage(season, "notice").id,
            1,
            state=ObjectionState.REJECTED,
            text=" ",
            actor=organiser,
        )


def test_the_objector_may_withdraw_with_the_code_and_nobody_without(house: House, season: Season) -> None:
    object_to(house, season)
    stage_id = house.stage(season, "notice").id
    with pytest.raises(Conflict, match="no_such_case"):
        house.act(commands.withdraw, stage_id, "f" * 32, actor=VISITOR)
    assert house.act(commands.withdraw, stage_id, CODE, actor=VISITOR).state == ObjectionState.WITHDRAWN
    house.close(season, "notice")
    assert house.settle(season, "notice").phase == Phase.DONE


def test_erasing_forgets_the_person_and_keeps_the_result_and_a_log_that_verifies(
    house: House, season: Season, organiser: Actor, signer
) -> None:
    object_to(house, season)
    stage_id = house.stage(season, "notice").id
    with pytest.raises(Conflict, match="objection_open"):
        house.act(commands.erase, stage_id, 1, actor=organiser)
    answer(house, season, organiser, ObjectionState.REJECTED)
    house.act(commands.erase, stage_id, 1, actor=organiser)
    kept = house.ask(queries.objection, stage_id, 1)
    assert (kept.name, kept.contact, kept.text, kept.answer, kept.state) == ("", "", "", "", "rejected")
    assert [personal for name in ("filed", "answered") for *_, personal in house.log(f"objection.{name}")] == [
        None,
        None,
    ]
    with house.database.writing() as session:
        ledger.seal(session, signer, now=house.now)
        ledger.verify(session, signer)


def test_an_objector_files_reads_the_answer_and_nobody_else_does(
    visitor: Visitor, signed_in, house: House, season: Season, organiser: Actor
) -> None:
    page = visitor.get(HOME)
    code = re.search(r'name="code"[^>]*value="([0-9a-f]{32})"', page.text)
    assert code is not None
    case = visitor.send(HOME, code=code[1], entry="refining", **WORDS)
    assert (case.status_code, WORDS["text"] in case.text, case.headers["Cache-Control"]) == (200, True, "no-store")
    assert WORDS["name"] not in visitor.get(HOME).text
    assert visitor.get(HOME + "desk").status_code == 302
    desk = signed_in(organiser.person_id)
    assert WORDS["name"] in desk.get(HOME + "desk").text
    assert desk.post(HOME + "desk/1", state="rejected", answer="经核对，数据一致。").status_code == 302
    assert "经核对，数据一致。" in visitor.get(f"{HOME}case/{code[1]}").text
    assert visitor.get(f"{HOME}case/{'f' * 32}").status_code == 404


def test_a_bad_form_comes_back_with_what_was_typed(visitor: Visitor, season: Season) -> None:
    visitor.get(HOME)
    answer = visitor.post(HOME, code=CODE, entry="refining", **{**WORDS, "text": "不同意"})
    assert (answer.status_code, WORDS["contact"] in answer.text, "不同意" in answer.text) == (422, True, True)


@pytest.mark.fonts
def test_the_notice_is_printed_with_the_checkpoint(visitor: Visitor, house: House, season: Season, signer) -> None:
    with house.database.writing() as session:
        ledger.seal(session, signer, now=house.now)
    checkpoint = house.ask(queries.latest_checkpoint)
    assert checkpoint.note.splitlines()[2] in visitor.get(HOME).text.replace("&#43;", "+")
    answer = visitor.get(HOME + "notice.pdf")
    assert (answer.mimetype, answer.data[:4]) == ("application/pdf", b"%PDF")


def test_the_organiser_is_told_to_answer(house: House, season: Season, organiser: Actor) -> None:
    stage = house.stage(season, "notice")
    assert house.ask(queries.tasks, stage, organiser, house.now) == []
    object_to(house, season)
    before = house.ask(queries.tasks, stage, organiser, house.now)
    answer(house, season, organiser, ObjectionState.REJECTED)
    after = house.ask(queries.tasks, stage, organiser, house.now)
    assert [(task.endpoint, task.is_done) for task in (*before, *after)] == [
        ("notice.desk", False),
        ("notice.desk", True),
    ]
