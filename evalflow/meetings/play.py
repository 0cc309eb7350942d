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
from evalflow.seasons.incidents import Incident
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


def begin(world: World, stage: StageRow, absent: Actor | None = None) -> None:
    """Come together in a sitting that was not held yet; the first time too few come, where that is planned."""
    if world.ask(queries.assembly, stage).sitting.held_at is not None:
        convene(world, stage)
    if world.pick(Incident.NO_QUORUM, stage, [stage.key]) and not world.was_told(Incident.NO_QUORUM, stage):
        come_too_few(world, stage)
    attend(world, stage, absent=[absent])
    if absent is not None and absent == away(world) and not world.was_told(Incident.AWAY, stage):
        there = world.ask(queries.assembly, stage)
        came = f"{there.present} of {len(there.attendance)} are there, {there.needed} are needed"
        world.tell(Incident.AWAY, stage, absent.login, came)


def come_too_few(world: World, stage: StageRow) -> None:
    """One member alone: where that is no quorum, another sitting is called for the next day."""
    attend(world, stage, absent=world.committee[1:])
    there = world.ask(queries.assembly, stage)
    if there.is_quorate:
        return
    counts = f"{there.present} of {len(there.attendance)} came, {there.needed} are needed"
    world.tell(Incident.NO_QUORUM, stage, f"sitting {there.sitting.number}", f"{counts}; another sitting is called")
    world.wait(hours=20)
    convene(world, stage)


def away(world: World) -> Actor | None:
    """Who is never there, where that is planned."""
    logins = world.incidents.pick(Incident.AWAY, "", [one.login for one in world.committee[1:]])
    return next((one for one in world.committee if one.login in logins), None)


def step_back(world: World, stage: StageRow, member: Actor, entry_key: str) -> None:
    """Tell the chair of a conflict; once is enough."""
    if not world.attempt(commands.recuse, stage.id, entry_key, actor=member):
        world.tell(Incident.RECUSED, stage, entry_key, f"{member.login} leaves the base of its motions")


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
