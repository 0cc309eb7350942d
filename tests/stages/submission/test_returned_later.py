"""Whoever has to amend, confirm or review an application is told so long after applications have closed."""

import pytest

from evalflow.access import Actor
from evalflow.engine import jobs, reminders
from evalflow.engine.tasks import of_season
from evalflow.reminding.models import Reminder
from evalflow.seasons.models import Season
from tests.approved import BRANCHES, Board, convened
from tests.builders import House

PARTNERS = [{"branch": "casting", "unit": "", "share": "30"}]
MINUTES = ("Keep the minutes on applications", "3")
REPORT = "Report on progress"


@pytest.fixture
def board(house: House) -> Board:
    """Applications are over, the committee sits and has returned one."""
    board = convened(house)
    board.attend()
    house.clock.moment = house.stage(board.season, "declare").closes_at or house.now
    jobs.tick(house.database, now=house.now)
    board.rule("return:rolling", "请补充")
    assert house.stage(board.season, "declare").phase == "done"
    house.clock.wait(hours=9)
    return board


def told(board: Board, actor: Actor) -> list[tuple[str, str]]:
    """(title, detail) of all that somebody has to do in the season."""
    with board.house.database.reading() as session:
        found = of_season(session, session.get_one(Season, board.season.id), actor, board.house.now)
        return [(one.title, one.detail) for one in found]


def test_the_branch_amends_what_the_committee_returned(board: Board) -> None:
    assert told(board, board.secretaries["rolling"]) == [("Amend your declaration", "rolling project")]
    assert told(board, board.secretaries["casting"]) == []


def test_the_organiser_reviews_what_was_handed_in_again(board: Board) -> None:
    assert told(board, board.organiser) == [MINUTES]
    board.hand_in(board.entry("rolling"), board.entry("rolling").answers)
    assert told(board, board.organiser) == [("Review declarations", "1"), MINUTES]
    assert told(board, board.secretaries["rolling"]) == []


def test_a_branch_named_only_now_confirms_its_part(board: Board) -> None:
    board.hand_in(board.entry("rolling"), {**board.entry("rolling").answers, "partners": PARTNERS})
    assert told(board, board.secretaries["casting"]) == [("Confirm your part", "rolling project")]


def test_the_branch_is_reminded_every_week(board: Board) -> None:
    for _week in range(2):
        reminders.make(board.house.database, now=board.house.now)
        board.house.clock.wait(days=7)
    rows = board.house.ask(lambda session: session.query(Reminder).order_by(Reminder.id).all())
    own = [row for row in rows if row.person_id == board.secretaries["rolling"].person_id]
    assert [[line["title"] for line in row.lines] for row in own] == [["Amend your declaration"]] * 2


def test_nobody_is_told_anything_once_the_committee_has_ended(board: Board) -> None:
    board.rule("reject:rolling", "与重点工作无关")
    for key in BRANCHES[:3]:
        board.rule(f"approve:{key}")
    board.house.clock.moment = board.house.stage(board.season, "follow").closes_at or board.house.now
    jobs.tick(board.house.database, now=board.house.now)
    assert [told(board, one) for one in (board.organiser, *board.secretaries.values(), *board.members)] == [[]] * 9
