"""The simulated year: money comes in, and branches spend a part of what they were granted, once."""

from random import Random

from evalflow.funds import queries
from evalflow.seasons.play import World
from evalflow.stages.award import play
from tests.funds.conftest import Books


def test_simulated_branches_spend_some_of_what_their_award_brings(books: Books) -> None:
    house = books.house
    world = World(
        database=house.database,
        clock=house.now,
        chance=Random("fund"),
        organiser=books.organiser,
        secretaries=books.secretaries,
        members=(),
        committee=[books.chair],
        tellers=(),
        passphrases={},
    )
    for _ in range(2):
        play.after(world, house.stage(books.season, "ceremony"))
    found = house.ask(queries.bookings, 2026)
    assert [(row.act, row.target.name) for row in found] == [
        ("grant", "branch:smelting"),
        ("grant", "branch:refining"),
        ("appropriation", "fund"),
        ("spending", "spending:refining"),
        ("spending", "spending:smelting"),
    ]
    turnovers = house.ask(queries.turnovers, 2026)
    assert turnovers["fund"].balance == 0
    assert all(0 < turnovers[f"branch:{key}"].given < turnovers[f"branch:{key}"].received for key in books.secretaries)
