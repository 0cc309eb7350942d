"""A page asks the database as often for thirty entries as for three."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from evalflow.access import Actor, Role
from evalflow.people.models import Branch
from evalflow.seasons.models import Season
from evalflow.stages.submission import commands
from tests.builders import House
from tests.declared import SUBMISSION
from tests.scored import SCORING, Points, Scoring
from tests.visitors import Visitor

SignIn = Callable[[int | None], Visitor]


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is asked of the database in the block."""
    asked: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", heard)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", heard)


def more_branches(house: House, first: int, last: int) -> dict[str, Actor]:
    """{branch key: its secretary} of new branches with these numbers."""
    with house.database.writing() as session:
        branches = [Branch(key=f"b{number}", name_zh=f"第{number}党支部") for number in range(first, last)]
        session.add_all(branches)
        session.flush()
        ids = {branch.key: branch.id for branch in branches}
    return {key: house.actor(f"{key}-s", Role.BRANCH_SECRETARY, branch_id=branch) for key, branch in ids.items()}


def scored(house: House, by: dict[str, Actor], *, key: str) -> Scoring:
    """A season with an entry of each branch, every sheet filled in and the first one handed in."""
    season: Season = house.season(SUBMISSION + SCORING, key=key, starts_on=house.now.date())
    stage = house.open(season, "declare")
    for branch, secretary in by.items():
        entry = house.act(commands.begin, stage.id, secretary.branch_id, actor=secretary)
        saved = house.act(commands.save, stage.id, entry.id, {"name": branch}, version=0, page="", actor=secretary)
        house.act(commands.submit, stage.id, entry.id, version=saved.version, actor=secretary)
    house.close(season, "declare")
    house.settle(season, "declare")
    house.open(season, "score")
    scoring = Scoring(house, season, by)
    points: Points = {branch: {"known": str(n % 10), "works": "50"} for n, branch in enumerate(by)}
    for branch in by:
        scoring.save(branch, points)
    scoring.hand_in(next(iter(by)))
    return scoring


@pytest.fixture
def number_asked(house: House, signed_in: SignIn) -> Callable[[Scoring, str], dict[str, int]]:
    """{who: how many statements their look at the scoring takes}."""
    people = {role.value: house.actor(role.value, role) for role in (Role.ORGANISER, Role.COMMITTEE_MEMBER)}

    def count(scoring: Scoring, path: str) -> dict[str, int]:
        first, *_, last = scoring.by.values()
        found = {}
        for name, actor in {**people, "handed in": first, "draft": last}.items():
            browser = signed_in(actor.person_id)
            browser.get(path)  # whatever is kept between requests is kept now
            with statements(house.database.engine) as asked:
                assert browser.get(path).status_code == 200
            found[name] = len(asked)
        return found

    return count


def test_a_page_asks_as_often_for_thirty_entries_as_for_three(
    house: House, number_asked: Callable[[Scoring, str], dict[str, int]]
) -> None:
    """While it is open, and when its results are there."""
    by = more_branches(house, 0, 3)
    asked = []
    for key, upto in (("three-2026", 3), ("thirty-2026", 30)):
        by |= more_branches(house, len(by), upto)
        scoring = scored(house, by, key=key)
        home = f"/s/{key}/score/scoring/"
        opened = number_asked(scoring, home)
        house.close(scoring.season, "score")
        house.settle(scoring.season, "score")
        asked.append((opened, number_asked(scoring, home)))
    assert asked[0] == asked[1]
