"""A simulated meeting: all but one attend and one steps back, where enough are left; proposed entries are voted on."""

from sqlalchemy.orm import Session

from evalflow.kinds import decision, meeting
from evalflow.kinds.meeting import Base, Result
from evalflow.kinds.quorum_rule import QuorumRule
from evalflow.meetings import commands as meeting_acts
from evalflow.meetings import queries as meetings
from evalflow.meetings.commands import Division
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World
from evalflow.stages.decision import commands, queries
from evalflow.stages.decision.commands import Line


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    """Attendance, a recusal, motions on ties and awards, the decision by the ranking."""
    if world.ask(meetings.meeting, stage.id) is None or world.ask(queries.decided, stage.id):
        return
    _come_together(world, stage)
    for tied in world.ask(lambda session: _tied(session, stage.id)):
        _divide(world, stage, [f"tie:{'>'.join(tied)}"])
    winners = world.ask(lambda session: _winners(session, stage.id))
    _divide(world, stage, [f"award:{entry}" for entry in winners])
    world.wait(minutes=5)
    lines = [Line(entry, place) for place, entry in enumerate(winners, 1)]
    seats = queries.options_of(stage).seats
    world.do(
        commands.decide,
        stage.id,
        lines,
        leaves_empty=len(lines) < seats,
        version=_version(world, stage),
        actor=world.organiser,
    )


def after(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def _come_together(world: World, stage: StageRow) -> None:
    world.wait(hours=14, minutes=30)
    rule = queries.options_of(stage).quorum
    assert rule is not None
    everybody = len(world.committee)
    absent = world.chance.choice(world.committee[1:]) if _can_decide(rule, everybody - 1, everybody - 2) else None
    present = frozenset(one.person_id or 0 for one in world.committee if one is not absent)
    world.do(
        meeting_acts.take_attendance,
        stage.id,
        present,
        venue="党委会议室（示例）",
        version=_version(world, stage),
        actor=world.organiser,
    )
    if absent is None and not _can_decide(rule, everybody - 1, everybody - 1):
        return
    member = next(one for one in reversed(world.committee) if one is not absent)
    entries = world.ask(lambda session: seasons.contenders(session, stage.season_id))
    world.wait(minutes=4)
    world.do(meeting_acts.recuse, stage.id, world.chance.choice(entries).key, actor=member)


def _divide(world: World, stage: StageRow, subjects: list[str]) -> None:
    """Nearly everybody who may says aye."""
    rule = queries.options_of(stage).quorum
    assert rule is not None

    def divisions(session: Session) -> list[Division]:
        row = seasons.stage_by_id(session, stage.id)
        found = []
        for about in subjects:
            base = meetings.base_of(session, row, about)
            abstentions = world.chance.choice((0, 0, 0, 1))
            if not _can_decide(rule, base.entitled, base.present, abstentions):
                abstentions = 0
            found.append(Division(about, base.present - abstentions, 0, abstentions))
        return found

    world.wait(minutes=10)
    taken = world.ask(divisions)
    world.do(commands.divide, stage.id, taken, version=_version(world, stage), actor=world.organiser)


def _can_decide(rule: QuorumRule, entitled: int, present: int, abstentions: int = 0) -> bool:
    """Whether so many can carry a motion that nobody is against."""
    if present <= abstentions:
        return False
    base = Base(entitled, present, 0)
    result = meeting.divide(base, rule, ayes=present - abstentions, noes=0, abstentions=abstentions)
    return result is Result.CARRIED


def _version(world: World, stage: StageRow) -> int:
    held = world.ask(meetings.meeting, stage.id)
    return int(held.version)


def _tied(session: Session, stage_id: int) -> list[tuple[str, ...]]:
    """Groups of entries that wait for a motion, in the order of their keys."""
    stage = seasons.stage_by_id(session, stage_id)
    groups = decision.open_ties(queries.standing(session, stage), queries.options_of(stage))
    return [tuple(sorted(group)) for group in groups]


def _winners(session: Session, stage_id: int) -> list[str]:
    """Those above the line, and as many of those tied at it as there are seats."""
    stage = seasons.stage_by_id(session, stage_id)
    stands = queries.standing(session, stage)
    winners = list(stands.cut.winners)
    for entry in sorted(stands.cut.tied):
        alike = [one for one in winners if entry in stands.groups and stands.groups.get(one) == stands.groups[entry]]
        has_room = stands.at_most is None or len(alike) < stands.at_most
        if has_room and len(winners) < len(stands.cut.winners) + stands.cut.seats_left:
            winners.append(entry)
    places = [place.entry for place in stands.order.places]
    return sorted(winners, key=places.index)
