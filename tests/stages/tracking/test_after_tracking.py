"""What was overdue while a project was tracked is so after it has gone on: the wall of the year tells it for ever."""

from datetime import date

from evalflow.engine import jobs
from evalflow.stages.tracking import progress
from evalflow.stages.tracking.progress import Progress
from evalflow.tally.trajectory import Light
from tests.approved import BRANCHES, Board, convened
from tests.builders import House

ENDS = ((4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30), (10, 31), (11, 30), (12, 31))
MONTHS = tuple(date(2026, month, day) for month, day in ENDS)
JANUARY = date(2027, 1, 31)


def seen(board: Board, key: str) -> Progress:
    stage = board.house.stage(board.season, "follow")
    return next(one for one in board.house.ask(progress.progress_of, stage, board.house.now) if one.entry.key == key)


def told(board: Board, key: str) -> tuple[tuple[date, ...], Light]:
    """(the last days of the periods without a report, the light)."""
    found = seen(board, key)
    return tuple(one.day for one in found.overdue), found.light


def test_overdue_reports_stay_overdue_when_the_project_goes_on(house: House) -> None:
    """From 1 April 2026 on; three are approved in April, the fourth in August."""
    board = convened(house)
    board.attend()
    for key in BRANCHES[:3]:
        board.rule(f"approve:{key}")
    house.clock.wait(days=130)
    board.rule("approve:rolling")
    house.clock.moment = house.stage(board.season, "committee").closes_at or house.now
    jobs.tick(house.database, now=house.now)
    before = [told(board, key) for key in ("smelting", "rolling")]
    assert before == [(MONTHS, Light.AMBER), (MONTHS[5:], Light.AMBER)]
    house.clock.moment = house.stage(board.season, "follow").closes_at or house.now
    jobs.tick(house.database, now=house.now)
    assert board.states()["smelting"] == ("accepted", "finished")
    after = [told(board, key) for key in ("smelting", "rolling")]
    assert after == [((*MONTHS, JANUARY), Light.GREY), ((*MONTHS[5:], JANUARY), Light.GREY)]  # nothing was reached
