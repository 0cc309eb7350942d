"""What simulated committees of every kind do: come together, or too few of them, and vote nearly as one."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.kinds import meeting
from evalflow.kinds.meeting import Base, Result
from evalflow.kinds.quorum_rule import QuorumRule
from evalflow.meetings import commands, queries
from evalflow.meetings.commands import Division
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World

VENUE = "党委会议室（示例）"


def version(world: World, stage: StageRow) -> int:
    """Of the meeting as it is now."""
    held = world.ask(queries.meeting, stage.id)
    return int(held.version)


def attend(world: World, stage: StageRow, absent: Collection[Actor | None] = ()) -> None:
    """All but some come."""
    present = frozenset(one.person_id or 0 for one in world.committee if one not in absent)
    world.do(
        commands.take_attendance,
        stage.id,
        present,
        venue=VENUE,
        version=version(world, stage),
        actor=world.organiser,
    )


def convene(world: World, stage: StageRow) -> None:
    """Another sitting."""
    world.do(commands.convene, stage.id, version=version(world, stage), actor=world.organiser)


def division(world: World, stage: StageRow, about: str) -> Division:
    """Nearly everybody who may says aye, and enough do."""
    rule = queries.rule_of(stage)
    assert rule is not None

    def base(session: Session) -> Base:
        return queries.base_of(session, seasons.stage_by_id(session, stage.id), about)

    there: Base = world.ask(base)
    abstentions = world.chance.choice((0, 0, 0, 1))
    if not can_decide(rule, there.entitled, there.present, abstentions):
        abstentions = 0
    return Division(about, there.present - abstentions, 0, abstentions)


def can_decide(rule: QuorumRule, entitled: int, present: int, abstentions: int = 0) -> bool:
    """Whether so many can carry a motion that nobody is against."""
    if present <= abstentions:
        return False
    base = Base(entitled, present, 0)
    result = meeting.divide(base, rule, ayes=present - abstentions, noes=0, abstentions=abstentions)
    return result is Result.CARRIED
