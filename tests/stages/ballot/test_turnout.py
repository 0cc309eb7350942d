"""What the turnout tells, and what nobody can work out from it. Smelting has 3 electors, refining 2."""

import html
import re
from collections.abc import Callable

import pytest

from evalflow.access import Role
from evalflow.stages.ballot import lifecycle, queries
from tests.sealed import Vote
from tests.visitors import Visitor

TURNOUT = "/s/test-2026/vote/ballot/turnout"
SignIn = Callable[[int | None], Visitor]


def lines(vote: Vote, small: int) -> list[tuple[str | None, int, int]]:
    """(branch, electors, voted) of every line; None is the line of the small branches."""
    found = vote.house.ask(queries.turnout_by_branch, vote.stage.id, small=small)
    return [(line.branch and line.branch.key, line.electors, line.voted) for line in found]


def test_branches_large_enough_have_each_a_line(opened: Vote) -> None:
    opened.cast(opened.members[0], "smelting")
    assert lines(opened, small=2) == [("smelting", 3, 1), ("refining", 2, 0)]


def test_small_branches_are_one_line(opened: Vote) -> None:
    opened.cast(opened.members[0], "smelting")
    assert lines(opened, small=4) == [(None, 5, 1)]


@pytest.mark.parametrize("small", range(1, 8))
def test_what_the_lines_leave_of_the_total_is_nobody_or_no_small_number(opened: Vote, small: int) -> None:
    """The total stands beside the lines: what they leave of it could be subtracted."""
    shown = lines(opened, small)
    left = opened.house.ask(queries.turnout, opened.stage.id)[0] - sum(electors for _, electors, _ in shown)
    assert all(electors >= small for _, electors, _ in shown)
    assert not shown or left == 0


def test_the_page_tells_the_total_and_no_branch_where_one_is_too_small(opened: Vote, signed_in: SignIn) -> None:
    opened.cast(opened.members[4], "smelting")
    page = signed_in(opened.house.actor("organiser", Role.ORGANISER).person_id).get(TURNOUT).text
    told = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())
    assert "1 / 5" in told and "20.0%" in told
    assert "熔炼" not in told and "精炼" not in told


def test_the_bundle_s_roll_tells_no_small_branch_s_turnout_either() -> None:
    rows = [
        {"branch": "a", "electors": "9", "voted": "4"},
        {"branch": "b", "electors": "2", "voted": "1"},
        {"branch": "c", "electors": "3", "voted": "3"},
    ]
    together = {"branch": "", "electors": "5", "voted": "4"}
    assert lifecycle._coarsened(rows, small=5) == [rows[0], together]
    assert lifecycle._coarsened(rows[:2], small=5) == [{"branch": "", "electors": "11", "voted": "5"}]
    assert lifecycle._coarsened(rows[:1], small=5) == rows[:1]
