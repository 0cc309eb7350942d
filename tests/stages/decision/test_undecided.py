"""A meeting whose deadline passes, whose reasons are told, and whose forms are kept whole or not at all."""

import html
from collections.abc import Callable
from datetime import timedelta

import pytest

from evalflow.access import Role
from evalflow.audit.signing import Signer
from evalflow.config import Config
from evalflow.engine import commands as engine
from evalflow.engine import jobs
from evalflow.errors import Conflict
from evalflow.meetings import queries as meetings
from evalflow.seasons.models import Phase
from evalflow.stages.decision import dossier, printing
from evalflow.stages.decision.printing import KEEPER
from tests.builders import ORGANISER, House
from tests.met import MEETING, Met, convened
from tests.visitors import Visitor

HOME = "/s/test-2026/decide/decision/"


def wait_for_the_deadline(met: Met, signer: Signer) -> None:
    met.house.clock.moment = met.stage.closes_at or met.house.now
    jobs.tick(met.house.database, now=met.house.now, signer=signer)


def reopen(met: Met) -> None:
    closes_at = met.house.now + timedelta(days=1)
    met.house.act(engine.reopen_stage, met.stage.id, reason="补开会议", closes_at=closes_at, actor=ORGANISER)


def test_a_meeting_that_decided_nothing_is_not_ended_early(met: Met) -> None:
    met.attend()
    with pytest.raises(Conflict, match="nothing_decided"):
        met.house.act(engine.close_stage, met.stage.id, note="提前结束", actor=ORGANISER)
    assert met.stage.phase == Phase.OPEN


def test_after_the_deadline_it_stays_closed_until_it_is_reopened_and_decided(met: Met, signer: Signer) -> None:
    met.attend()
    wait_for_the_deadline(met, signer)
    assert met.stage.phase == Phase.CLOSED
    with pytest.raises(Conflict, match="nothing_decided"):
        met.house.settle(met.season, "decide")
    reopen(met)
    assert met.divide("tie:rolling>casting", 4) == "carried"
    met.award("smelting", "refining", "rolling")
    met.decide("smelting,1,", "refining,2,", "rolling,3,")
    wait_for_the_deadline(met, signer)
    assert met.stage.phase == Phase.DONE


def test_where_the_rules_do_not_let_it_reopen_it_stays_closed(house: House, signer: Signer) -> None:
    met = convened(house, meeting_rules=MEETING.replace("reopen = true", "reopen = false"))
    wait_for_the_deadline(met, signer)
    with pytest.raises(Conflict, match="no_such_step"):
        reopen(met)
    assert met.stage.phase == Phase.CLOSED


def test_the_minutes_tell_every_deviation_with_its_reason(met: Met, config: Config) -> None:
    met.attend()
    met.award("refining", "smelting")
    met.decide("refining,1,安全业绩更优", "smelting,2,顺延一位", leaves_empty=True)
    copy = met.house.ask(printing.written, met.stage, KEEPER, config=config, locale="zh_Hans")
    assert copy["deviations"] == [
        {"entry": "smelting brand", "reason": "顺延一位"},
        {"entry": "refining brand", "reason": "安全业绩更优"},
    ]


def test_a_secretary_sees_neither_the_dossier_nor_the_minutes(met: Met, signed_in: Callable[[int], Visitor]) -> None:
    met.attend()
    secretary = signed_in(met.house.person("another-secretary", Role.BRANCH_SECRETARY))
    page = secretary.get(HOME)
    assert (page.status_code, "smelting brand" in page.text) == (200, False)
    assert secretary.get(HOME + "minutes.pdf").status_code == 403
    assert secretary.post(HOME + "recuse", entry="smelting").status_code == 403


def test_of_several_rows_on_the_page_one_wrong_count_keeps_all_from_the_record(
    met: Met, signed_in: Callable[[int], Visitor]
) -> None:
    met.attend()
    desk = signed_in(met.organiser.person_id or 0)
    desk.get(HOME)
    rows = {"smelting.ayes": "3", "smelting.abstentions": "1", "refining.ayes": "3", "refining.noes": "2"}
    answer = desk.post(HOME + "divide", version=met.version, **rows)
    assert answer.status_code == 422
    assert met.house.ask(meetings.motions, met.stage.id) == []
    page = html.unescape(answer.text)
    assert [f'name="{name}" value="{count}"' in page for name, count in rows.items()] == [True] * 4
    desk.send(HOME + "divide", version=met.version, **{**rows, "refining.noes": "1"})
    read = met.house.ask(dossier.dossier, met.stage, KEEPER)
    assert [(one.about, one.ayes, one.noes, one.abstentions, one.result) for one in read.motions] == [
        ("award:smelting", 3, 0, 1, "carried"),
        ("award:refining", 3, 1, 0, "carried"),
    ]
