"""Simulated tellers and voters."""

from evalflow.access import Actor
from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World
from evalflow.stages.ballot import casting, commands, queries
from evalflow.stages.ballot.papers import paper_of


def before(world: World, stage: StageRow) -> None:
    """As many tellers as the definition wants set their passphrases."""
    options = queries.options_of(stage)
    if options.secrecy == "sealed":
        for teller in world.tellers[: options.tellers.shares]:
            world.do(commands.keep_key, stage.id, world.passphrases[teller.person_id or 0], actor=teller)


def during(world: World, stage: StageRow) -> None:
    """Most members vote, a few of them twice."""
    for member in world.members:
        if world.chance.random() < world.turnout:
            _vote(world, stage, member)
            if world.chance.random() < 0.03:
                _vote(world, stage, member)


def _vote(world: World, stage: StageRow, member: Actor) -> None:
    world.wait(seconds=world.chance.randint(5, 90))
    with world.database.writing() as session:
        paper = paper_of(session, stage.id)
        number = world.chance.randint(max(1, paper.choose.minimum), min(paper.choose.maximum, len(paper.entries)))
        liking = {key: world.chance.gauss(world.quality(key), 25) for key in paper.entries}
        chosen = sorted(paper.entries, key=lambda key: -liking[key])[:number]
        attempt = f"{world.chance.getrandbits(128):032x}"
        clock = world.clock
        casting.cast(session, paper, frozenset(chosen), attempt=attempt, actor=member, clock=lambda: clock)


def after(world: World, stage: StageRow) -> None:
    """Just enough tellers hand their shares in."""
    options = queries.options_of(stage)
    if options.secrecy == "sealed":
        for teller in world.tellers[: options.tellers.needed]:
            world.wait(minutes=3)
            world.do(commands.hand_in, stage.id, world.passphrases[teller.person_id or 0], actor=teller)
