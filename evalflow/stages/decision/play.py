"""A simulated meeting: all but one attend, one steps back, every proposed entry is put to the vote."""

from sqlalchemy.orm import Session

from evalflow.seasons import queries as seasons
from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World
from evalflow.stages.decision import commands, queries
from evalflow.stages.decision.commands import Division, Line


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    """Attendance, a recusal, motions on ties and awards, the decision by the ranking."""
    if world.ask(queries.meeting, stage.id) is None or world.ask(queries.decided, stage.id):
        return
    _come_together(world, stage)
    for tied in world.ask(lambda session: _tied(session, stage.id)):
        _divide(world, stage, [f"tie:{'>'.join(tied)}"])
    winners = world.ask(lambda session: _winners(session, stage.id))
    _divide(world, stage, [f"award:{entry}" for entry in winners])
    world.wait(minutes=5)
    lines = [Line(entry, place) for place, entry in enumerate(winners, 1)]
    world.do(commands.decide, stage.id, lines, version=_version(world, stage), actor=world.organiser)


def after(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def _come_together(world: World, stage: StageRow) -> None:
    world.wait(hours=14, minutes=30)
    absent = world.chance.choice(world.committee[1:]) if len(world.committee) > 3 else None
    present = frozenset(one.person_id or 0 for one in world.committee if one is not absent)
    world.do(
        commands.take_attendance,
        stage.id,
        present,
        venue="党委会议室（示例）",
        version=_version(world, stage),
        actor=world.organiser,
    )
    member = next(one for one in reversed(world.committee) if one is not absent)
    entries = world.ask(lambda session: seasons.contenders(session, stage.season_id))
    world.wait(minutes=4)
    world.do(commands.recuse, stage.id, world.chance.choice(entries).key, actor=member)


def _divide(world: World, stage: StageRow, subjects: list[str]) -> None:
    """Nearly everybody who may says aye."""

    def divisions(session: Session) -> list[Division]:
        row = seasons.stage_by_id(session, stage.id)
        found = []
        for about in subjects:
            present = queries.base_of(session, row, about).present
            abstentions = world.chance.choice((0, 0, 0, 1))
            found.append(Division(about, present - abstentions, 0, abstentions))
        return found

    world.wait(minutes=10)
    taken = world.ask(divisions)
    world.do(commands.divide, stage.id, taken, version=_version(world, stage), actor=world.organiser)


def _version(world: World, stage: StageRow) -> int:
    held = world.ask(queries.meeting, stage.id)
    return int(held.version)


def _tied(session: Session, stage_id: int) -> list[tuple[str, ...]]:
    """Groups of entries that share a place among the seats, in the order of their keys."""
    stage = seasons.stage_by_id(session, stage_id)
    if "motion" not in queries.options_of(stage).tie_break:
        return []
    groups: dict[int, list[str]] = {}
    for place in queries.standing(session, stage).order.places:
        if place.place is not None and place.place <= queries.options_of(stage).seats:
            groups.setdefault(place.place, []).append(place.entry)
    return [tuple(sorted(group)) for group in groups.values() if len(group) > 1]


def _winners(session: Session, stage_id: int) -> list[str]:
    """Those above the line, and as many of those tied at it as there are seats."""
    stage = seasons.stage_by_id(session, stage_id)
    cut = queries.standing(session, stage).cut
    return [*cut.winners, *sorted(cut.tied)[: cut.seats_left]]
