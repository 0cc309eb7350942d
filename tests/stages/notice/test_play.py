"""The simulated objection goes through the ordinary commands, and the notice settles by itself."""

from random import Random

from evalflow.access import Role
from evalflow.engine import jobs
from evalflow.seasons.models import Phase
from evalflow.seasons.play import World
from evalflow.stages.notice import play, queries
from tests.builders import House
from tests.decided import decided
from tests.declared import secretaries
from tests.stages.notice.test_notice import NOTICE


def test_one_objection_is_filed_answered_and_the_notice_settles(house: House, signer) -> None:
    season = decided(house, NOTICE, by=secretaries(house))
    house.open(season, "notice")
    world = World(
        database=house.database,
        clock=house.now,
        chance=Random("notice"),
        organiser=house.actor("organiser", Role.ORGANISER),
        secretaries={},
        members=(),
        committee=(),
        tellers=(),
        passphrases={},
    )
    stage = house.stage(season, "notice")
    for _ in range(2):
        play.during(world, stage)
    assert [(one.number, one.entry.key, one.state) for one in house.ask(queries.objections, stage.id)] == [
        (1, "refining", "rejected")
    ]
    assert stage.closes_at is not None
    jobs.tick(house.database, now=stage.closes_at, signer=signer)
    assert house.stage(season, "notice").phase == Phase.DONE
