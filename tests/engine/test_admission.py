"""Where entries move apart, nothing is settled before who takes part, and then nobody comes in any more."""

from datetime import timedelta

import pytest

from evalflow.audit.signing import Signer
from evalflow.bundle import recount
from evalflow.engine import bundles, commands, jobs, steering
from evalflow.errors import Conflict
from evalflow.i18n import Text
from evalflow.seasons.models import Season
from evalflow.stages.inspection import inspecting
from evalflow.stages.inspection.inspecting import Finding
from tests.approved import BRANCHES, PLAN, RULES, Board, convened
from tests.builders import ORGANISER, House

YEAR_END = """
[[stage]]
key = "year_end"
kind = "inspection"
title = { zh = "年终考核", en = "Year-end assessment" }
closes = "opening + 10 days"
"""
FOUND = {1: Finding("95", "核对台账"), 2: Finding("8", "核对台账")}


@pytest.fixture
def board(house: House) -> Board:
    """Approval and tracking close on the same day; then the year-end assessment opens."""
    assert RULES.count("start + 310 days") == 1
    board = convened(house, RULES.replace("start + 310 days", "start + 300 days") + YEAR_END)
    board.attend()
    return board


def let_pass(board: Board, stage: str) -> None:
    """Time passes until a stage closes, and does its work."""
    board.house.clock.moment = board.house.stage(board.season, stage).closes_at or board.house.now
    jobs.tick(board.house.database, now=board.house.now)


def reopen(board: Board) -> None:
    """The committee sits once more, for a week."""
    again = {"reason": "尚有一项未议", "closes_at": board.house.now + timedelta(days=7), "actor": ORGANISER}
    board.house.act(commands.reopen_stage, board.stage.id, **again)


def phases(board: Board) -> list[str]:
    return [board.house.stage(board.season, row.key).phase for row in board.season.stages]


def inspect(board: Board, *keys: str) -> None:
    stage = board.house.stage(board.season, "year_end")
    for key in keys:
        board.house.act(inspecting.inspect, stage.id, key, FOUND, version=0, actor=board.organiser)


def recounts(board: Board, signer: Signer) -> tuple[list[str], tuple[str, ...]]:
    """(stages done, what a recount of the bundle finds different)."""
    with board.house.database.reading() as session:
        season = session.get_one(Season, board.season.id)
        again = recount.recount(bundles.export(session, season, signer))
    return list(again.outcomes), again.differences


def test_what_is_approved_late_is_in_the_tracking_and_at_the_year_end(board: Board, signer: Signer) -> None:
    for key in BRANCHES[:3]:
        board.rule(f"approve:{key}")
    let_pass(board, "committee")
    assert phases(board) == ["done", "closed", "closed", "waiting"]
    lines = board.house.ask(lambda session: steering.lines(session, session.get_one(Season, board.season.id)))
    assert [[one.code for one in line.waits] for line in lines] == [
        [],
        ["applications_undecided"],
        ["earlier_not_settled"],
        [],
    ]
    reopen(board)
    board.rule("approve:rolling")
    assert board.states()["rolling"] == ("accepted", "follow.open")
    let_pass(board, "committee")
    assert phases(board) == ["done", "done", "done", "open"]
    let_pass(board, "year_end")
    inspect(board, *BRANCHES)
    jobs.tick(board.house.database, now=board.house.now)
    assert board.states() == dict.fromkeys(sorted(BRANCHES), ("accepted", "finished"))
    assert recounts(board, signer) == (["declare", "committee", "follow", "year_end"], ())


@pytest.fixture
def returned(board: Board) -> Board:
    """Three applications are approved, a fourth one is with its branch: the organiser has returned it."""
    board.rule("reject:rolling", "与重点工作无关")
    board.give_back(board.hand_in_anew("rolling", board.entry("rolling").branch_id))
    for key in BRANCHES[:3]:
        board.rule(f"approve:{key}")
    return board


def test_what_was_returned_can_not_come_in_once_the_committee_has_ended(returned: Board, signer: Signer) -> None:
    board = returned
    let_pass(board, "committee")
    assert phases(board) == ["done", "done", "done", "open"]
    with pytest.raises(Conflict, match="admission_over"):
        board.hand_in_again("rolling-2")
    let_pass(board, "year_end")
    inspect(board, *BRANCHES[:3])
    jobs.tick(board.house.database, now=board.house.now)
    assert board.states() == {
        **dict.fromkeys(BRANCHES[:3], ("accepted", "finished")),
        "rolling": ("rejected", "rejected"),
        "rolling-2": ("returned", "declare.open"),
    }
    assert recounts(board, signer) == (["declare", "committee", "follow", "year_end"], ())


def test_the_committee_waits_for_what_was_handed_in_again(returned: Board, signer: Signer) -> None:
    board = returned
    let_pass(board, "declare")
    board.house.clock.wait(hours=1)
    board.hand_in(board.entry("rolling-2"), {"name": "again", "plan": PLAN})
    let_pass(board, "committee")
    [waits] = board.house.ask(commands.unsettled, board.stage)
    assert (waits.code, waits.facts["count"]) == ("applications_undecided", 1)
    board.accept("rolling-2")
    assert board.states()["rolling-2"] == ("accepted", "committee.open")
    reopen(board)
    board.rule("approve:rolling-2")
    let_pass(board, "committee")
    assert board.states()["rolling-2"] == ("accepted", "year_end.open")
    assert recounts(board, signer) == (["declare", "committee", "follow"], ())


def test_a_committee_does_not_end_before_applications_do(board: Board) -> None:
    for key in BRANCHES:
        board.rule(f"approve:{key}")
    board.house.act(commands.close_stage, board.stage.id, note="议毕", actor=ORGANISER)
    with pytest.raises(Conflict, match="earlier_not_settled") as caught:
        board.house.settle(board.season, "committee")
    assert caught.value.facts["stage"] == Text("申报", "Application")
