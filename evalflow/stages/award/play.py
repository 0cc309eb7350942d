"""A simulated committee makes the awards final at the ceremony."""

from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World
from evalflow.stages.award import commands, queries


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    world.wait(minutes=40)
    if not world.ask(queries.awards, stage.id):
        world.do(commands.finalise, stage.id, actor=world.committee[0])


def after(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""
