"""What a meeting recorded by mistake is taken back with a reason, and everybody who reads the minutes reads why."""

import re
from collections.abc import Callable

import pytest

from evalflow.errors import Conflict, Invalid
from evalflow.kinds import decision as rules
from evalflow.meetings import commands as meeting
from evalflow.meetings import queries as meetings
from evalflow.stages.decision import commands, queries
from evalflow.stages.decision.printing import KEEPER, written
from tests.met import Met
from tests.stages.decision.test_pages import HOME, english, plain
from tests.visitors import Visitor

WHY = "唱票时看错了票数"


def annul(met: Met, number: int, reason: str = WHY) -> None:
    met.keep(commands.annul, number, reason=reason)


def minutes(met: Met) -> dict[str, object]:
    return met.house.ask(  # type: ignore[no-any-return]
        lambda session: written(session, met.stage, KEEPER, config=CONFIG, locale="zh_Hans")
    )


class CONFIG:
    site_name = {"zh_Hans": "平台"}


def test_a_motion_carried_by_mistake_is_annulled_and_put_again(met: Met) -> None:
    met.attend()
    assert met.divide("award:drawing", 4) == "carried"
    annul(met, 1)
    assert met.divide("award:drawing", 1, 3) == "rejected"
    told = [(one.number, one.ayes, one.result) for one in met.house.ask(meetings.motions, met.stage.id)]
    assert told == [(1, 4, "annulled"), (2, 1, "rejected")]
    [(_, _, public, personal)] = met.house.log("motion.annulled")
    assert public == {"number": 1, "sitting": 1, "about": "award:drawing", "result": "carried"}
    assert personal == {"person": met.organiser.person_id, "reason": WHY}


def test_an_entry_whose_motion_was_annulled_can_t_be_decided(met: Met) -> None:
    met.attend()
    met.divide("award:drawing", 4)
    annul(met, 1)
    with pytest.raises(Invalid, match="decision_not_possible"):
        met.decide("drawing,1,照顾")


def test_the_minutes_say_that_a_division_was_annulled_and_why(met: Met) -> None:
    met.attend()
    met.divide("award:smelting", 4)
    annul(met, 1)
    [motion] = minutes(met)["motions"]  # type: ignore[misc]
    assert (motion["result"], motion["carried"]) == ("作废", False)
    assert f"作废：{WHY}" in motion["text"]


def test_a_meeting_with_an_annulled_division_recounts_to_the_same_outcome(met: Met) -> None:
    met.attend(met.members[3])
    met.divide("tie:rolling>casting", 3)
    met.divide("award:smelting", 2, 1)
    annul(met, 2)
    met.award("smelting", "refining", "rolling")
    met.decide("smelting,1,", "refining,2,", "rolling,3,")
    met.end()
    outcome = rules.outcome(met.house.ask(queries.case, met.stage))
    assert [one["result"] for one in outcome.facts["motions"]] == ["carried", "annulled", *["carried"] * 3]


def test_a_motion_on_nobody_that_was_annulled_says_nothing(met: Met) -> None:
    met.attend()
    met.divide("nobody", 4)
    assert met.house.ask(queries.is_nobody, met.stage.id)
    annul(met, 1)
    assert not met.house.ask(queries.is_nobody, met.stage.id)


def test_after_its_only_division_is_annulled_the_attendance_can_be_mended(met: Met) -> None:
    met.attend()
    met.divide("award:smelting", 4)
    with pytest.raises(Conflict, match="meeting_has_voted"):
        met.attend(met.members[3])
    annul(met, 1)
    met.attend(met.members[3])
    assert met.house.ask(meetings.assembly, met.stage).present == 3


def test_a_decision_is_taken_back_before_its_divisions_are(met: Met) -> None:
    met.attend(met.members[3])
    met.divide("tie:rolling>casting", 3)
    met.award("smelting", "refining", "rolling")
    met.decide("smelting,1,", "refining,2,", "rolling,3,")
    with pytest.raises(Conflict, match="decision_rests_on_it"):
        annul(met, 4)
    met.keep(commands.take_back, reason=WHY)
    assert met.decided() == []
    annul(met, 4)
    assert [personal["reason"] for *_, personal in met.house.log("decision.taken_back")] == [WHY]


def test_nothing_is_taken_back_without_a_reason_nor_twice(met: Met) -> None:
    met.attend()
    met.divide("award:smelting", 4)
    with pytest.raises(Invalid, match="reason_needed"):
        annul(met, 1, " ")
    annul(met, 1)
    with pytest.raises(Conflict, match="nothing_to_take_back"):
        annul(met, 1)
    with pytest.raises(Conflict, match="nothing_to_take_back"):
        met.keep(commands.take_back, reason=WHY)


def test_a_member_who_stepped_back_by_mistake_takes_part_again(met: Met) -> None:
    met.attend()
    met.recuse(met.members[0], "smelting")
    met.house.act(meeting.rejoin, met.stage.id, "smelting", reason="点错了", actor=met.members[0])
    assert met.house.ask(meetings.base_of, met.stage, "award:smelting").recused == 0
    [(_, _, public, personal)] = met.house.log("meeting.recusal_taken_back")
    assert public == {"entry": "smelting", "sitting": 1}
    assert personal == {"person": met.members[0].person_id, "office": "member-01", "reason": "点错了"}
    assert [told for told in minutes(met)["recusals"] if "点错了" in told]  # type: ignore[attr-defined]


def test_once_it_was_put_to_the_vote_nobody_takes_part_again(met: Met) -> None:
    met.attend()
    met.recuse(met.members[0], "smelting")
    met.divide("award:smelting", 3)
    with pytest.raises(Conflict, match="already_voted_on"):
        met.house.act(meeting.rejoin, met.stage.id, "smelting", reason="点错了", actor=met.members[0])


def test_the_page_offers_both_to_whoever_may(met: Met, signed_in: Callable[[int], Visitor]) -> None:
    met.attend()
    met.divide("award:smelting", 4)
    desk = english(signed_in(met.organiser.person_id or 0))
    page = desk.get(HOME).text
    assert "Recorded by mistake: annul it" in page
    version = re.search(r'name="version" value="(\d+)"', page.partition("annul-1")[0].rpartition("<form")[2])
    assert version is not None
    answer = desk.send(f"{HOME}annul", number="1", version=version[1], reason=WHY)
    assert "Taken back on" in plain(answer.text) and WHY in answer.text and "annulled" in plain(answer.text)
    met.recuse(met.members[1], "refining")
    member = english(signed_in(met.members[1].person_id or 0))
    assert "Take part again" in member.get(HOME).text
    answer = member.send(f"{HOME}rejoin", entry="refining", reason="点错了")
    assert "You take part in what concerns this entry again." in plain(answer.text)
