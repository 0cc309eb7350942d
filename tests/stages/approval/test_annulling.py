"""A division on an application that was recorded by mistake is annulled, and what it made is taken back."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from evalflow.errors import Conflict
from evalflow.kinds import approval as rules
from evalflow.meetings import queries as meetings
from evalflow.seasons import plans
from evalflow.stages.approval import annulling, queries
from evalflow.stages.approval.ruling import Target
from evalflow.stages.tracking import commands as tracking
from tests.approved import RULES, Board, convened
from tests.builders import House
from tests.stages.approval.test_pages import ENTRY, plain
from tests.visitors import Visitor

WHY = "念错了申报名称"
AGAIN = """[[stage]]
key = "again"
kind = "approval"
title = { zh = "复核", en = "Once more" }
opens = "start"
closes = "start + 305 days"
quorum = { present = "2/3", ayes = "1/2 of entitled" }

"""


def annul(board: Board, number: int) -> None:
    board.keep(annulling.annul, number, reason=WHY)


def results(board: Board) -> list[str]:
    return [one.result for one in board.house.ask(meetings.motions, board.stage.id)]


@pytest.mark.parametrize(("about", "reason"), [("approve:smelting", ""), ("reject:smelting", "重复")])
def test_what_was_approved_or_rejected_by_mistake_comes_before_the_committee_again(
    board: Board, about: str, reason: str
) -> None:
    assert board.rule(about, reason) == "carried"
    annul(board, 1)
    assert board.states()["smelting"] == ("accepted", "committee.open")
    assert "smelting" in board.waiting() and results(board) == ["annulled"]
    assert board.rule("approve:smelting") == "carried"
    assert board.states()["smelting"] == ("accepted", "follow.open")


def test_what_the_committee_annulled_recounts_to_what_stands(board: Board) -> None:
    board.rule("reject:smelting", "重复")
    annul(board, 1)
    for key in ("smelting", "refining", "casting", "rolling"):
        board.rule(f"approve:{key}")
    board.house.close(board.season, "committee")
    outcome = rules.outcome(board.house.ask(queries.case, board.stage))
    assert [one["result"] for one in outcome.facts["motions"]] == ["annulled", *["carried"] * 4]


def test_targets_changed_by_mistake_are_what_they_were(board: Board) -> None:
    board.rule("approve:smelting")
    before = board.house.ask(lambda session: plans.changes(session, [board.entry("smelting")]))
    board.rule("targets:smelting", "加码", Target(1, "96", "99"))
    annul(board, 2)
    assert board.house.ask(lambda session: plans.changes(session, [board.entry("smelting")])) == before


def test_what_has_been_worked_on_since_stands(board: Board) -> None:
    board.rule("approve:smelting")
    follow = board.house.stage(board.season, "follow")
    said = tracking.Said("已开工")
    report = {"number": 1, "actor": board.secretaries["smelting"]}
    board.house.clock.wait(minutes=1)
    board.house.act(tracking.report, follow.id, "smelting", said, **report)
    with pytest.raises(Conflict, match="too_late_to_take_back"):
        annul(board, 1)


def test_a_later_motion_is_annulled_first_and_mergers_and_returns_never(board: Board) -> None:
    board.rule("approve:smelting")
    board.rule("targets:smelting", "加码", Target(1, "96", "99"))
    with pytest.raises(Conflict, match="later_motion_rests_on_it"):
        annul(board, 1)
    board.rule("merge:refining>casting", "内容相近")
    with pytest.raises(Conflict, match="motion_has_no_way_back"):
        annul(board, 3)
    assert board.rule("approve:rolling", noes=3) == "rejected"
    annul(board, 4)
    assert results(board) == ["carried", "carried", "carried", "annulled"]


def test_the_page_annuls_it_and_shows_why(board: Board, signed_in: Callable[[int], Visitor]) -> None:
    board.rule("approve:smelting", noes=3)
    desk = signed_in(board.organiser.person_id or 0)
    assert "误记，作废此次表决" in desk.get(ENTRY).text
    shown = plain(desk.send(f"{ENTRY}/annul", number="1", version=board.version, reason=WHY).text)
    assert "作废" in shown and WHY in shown


def test_what_a_later_committee_has_divided_on_is_not_annulled(house: House) -> None:
    board = convened(house, RULES.replace('[[stage]]\nkey = "follow"', AGAIN + '[[stage]]\nkey = "follow"'))
    house.open(board.season, "again")
    board.attend()
    assert board.rule("approve:smelting") == "carried"
    later = replace(board, sits_on="again")
    later.attend()
    assert later.rule("approve:smelting", ayes=1, noes=3) == "rejected"
    with pytest.raises(Conflict, match="too_late_to_take_back"):
        annul(board, 1)
