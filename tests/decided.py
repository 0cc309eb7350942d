"""A season past its decision: both branches' entries voted on in the open, the one with more votes first."""

from evalflow.access import Actor, Role
from evalflow.seasons.models import Season
from evalflow.stages.ballot import casting
from evalflow.stages.ballot.papers import paper_of
from tests.builders import House
from tests.declared import declared

VOTE_AND_DECISION = """
[[stage]]
key = "vote"
kind = "ballot"
title = { zh = "投票", en = "Vote" }
closes = "opening + 2 days"
method = "approval"
secrecy = "named"
choose = { min = 1, max = 2 }

[[stage]]
key = "decide"
kind = "decision"
title = { zh = "研究决定", en = "Decision" }
closes = "opening + 1 day"
seats = 2
component = [{ from = "vote", as = "share_of_maximum", weight = 100 }]
"""


def decided(house: House, toml: str, *, by: dict[str, Actor]) -> Season:
    """Smelting is decided first, refining second; the stage after the decision waits."""
    members = [house.actor(f"member-{number}", Role.MEMBER) for number in (1, 2)]
    season = declared(house, VOTE_AND_DECISION + toml, by=by)
    stage = house.open(season, "vote")
    for member, chosen in zip(members, ({"smelting"}, {"smelting", "refining"}), strict=True):
        with house.database.writing() as session:
            paper = paper_of(session, stage.id)
            attempt = f"{member.person_id:032x}"
            casting.cast(session, paper, frozenset(chosen), attempt=attempt, actor=member, clock=house.clock)
    for key in ("vote", "decide"):
        if key != "vote":
            house.open(season, key)
        house.close(season, key)
        house.settle(season, key)
    return season
