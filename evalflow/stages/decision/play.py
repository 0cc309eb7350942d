"""A simulated meeting: all but one attend and one steps back, where enough are left; proposed entries are voted on.

Where incidents are planned nobody asks whether enough are left: what comes of it is what the rehearsal is for.
"""

from sqlalchemy.orm import Session

from evalflow.kinds import decision
from evalflow.meetings import play as meeting
from evalflow.meetings import queries as held
from evalflow.meetings.play import can_decide
from evalflow.seasons import queries as seasons
from evalflow.seasons.incidents import Incident
from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World
from evalflow.stages.decision import commands, queries
from evalflow.stages.decision.commands import Line

STEP_BACK = 2  # members, from the best placed entry
NOT_CARRIED = "表决未获通过。"


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    """Attendance, a recusal, motions on ties and awards, the decision by the ranking."""
    if world.ask(held.meeting, stage.id) is None or world.ask(queries.decided, stage.id):
        return
    _come_together(world, stage)
    for tied in world.ask(lambda session: _tied(session, stage.id)):
        _divide(world, stage, [f"tie:{'>'.join(tied)}"])
        world.tell(Incident.TIE, stage, " = ".join(tied), "its order is put to the vote")
    winners = world.ask(lambda session: _winners(session, stage.id))
    if winners:
        _divide(world, stage, [f"award:{entry}" for entry in winners])
    world.wait(minutes=5)
    carried = world.ask(held.carried, stage.id, "award")
    lines = world.ask(lambda session: _lines(session, stage.id, winners, carried))
    if not any(one.place for one in lines):
        _divide(world, stage, [decision.NOBODY])
    seats = queries.options_of(stage).seats
    world.do(
        commands.decide,
        stage.id,
        lines,
        leaves_empty=sum(one.place is not None for one in lines) < seats,
        version=meeting.version(world, stage),
        actor=world.organiser,
    )


def after(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def _come_together(world: World, stage: StageRow) -> None:
    world.wait(hours=14, minutes=30)
    rule = queries.options_of(stage).quorum
    assert rule is not None
    if meeting.away(world) is not None:
        _come_with_trouble(world, stage)
        return
    everybody = len(world.committee)
    absent = world.chance.choice(world.committee[1:]) if can_decide(rule, everybody - 1, everybody - 2) else None
    meeting.begin(world, stage, absent)
    if absent is None and not can_decide(rule, everybody - 1, everybody - 1):
        return
    member = next(one for one in reversed(world.committee) if one is not absent)
    entries = world.ask(lambda session: seasons.contenders(session, stage.season_id))
    world.wait(minutes=4)
    if entries:
        meeting.step_back(world, stage, member, world.chance.choice(entries).key)


def _come_with_trouble(world: World, stage: StageRow) -> None:
    """One is away all the time, and some step back from what is best placed."""
    absent = meeting.away(world)
    meeting.begin(world, stage, absent)
    winners = world.ask(lambda session: _winners(session, stage.id))
    chosen = world.pick(Incident.RECUSED, stage, {one.login for one in world.committee if one != absent}, STEP_BACK)
    world.wait(minutes=4)
    for member in world.committee:
        if member.login in chosen and winners:
            meeting.step_back(world, stage, member, winners[0])


def _lines(session: Session, stage_id: int, winners: list[str], carried: set[str]) -> list[Line]:
    """What was carried by its place; what was not is passed over."""
    stands = queries.standing(session, seasons.stage_by_id(session, stage_id))
    places = decision.first_places(stands, [entry for entry in winners if entry in carried])
    lines = [Line(entry, place) for entry, place in places.items()]
    return lines + [Line(entry, None, NOT_CARRIED) for entry in winners if entry not in carried]


def _divide(world: World, stage: StageRow, subjects: list[str]) -> None:
    world.wait(minutes=10)
    taken = [meeting.division(world, stage, about) for about in subjects]
    world.do(commands.divide, stage.id, taken, version=meeting.version(world, stage), actor=world.organiser)


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
        has_room = not stands.rule.crowded([*winners, entry])
        if has_room and len(winners) < len(stands.cut.winners) + stands.cut.seats_left:
            winners.append(entry)
    places = [place.entry for place in stands.order.places]
    return sorted(winners, key=places.index)
