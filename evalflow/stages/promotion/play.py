"""Simulated visitors: some hundred page views, more of the better entries, through what counts a real view."""

from datetime import timedelta

from evalflow import zone
from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World
from evalflow.stages.promotion import counting, queries

DAYS = 5  # on how many days, from the opening on, people look


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    """On each of the first days every entry is looked at a few times."""
    if not queries.options_of(stage).views:
        return
    entries = world.ask(queries.promoted, stage.season_id)
    for _ in range(DAYS):
        with world.database.writing() as session:
            day = zone.day_of(world.clock)
            for entry in entries:
                for _ in range(world.chance.randint(0, world.quality(entry.key) // 10)):
                    counting.count_view(session, stage_id=stage.id, entry_id=entry.id, day=day)
        if stage.closes_at is None or world.clock + timedelta(days=1) >= stage.closes_at:
            break
        world.wait(days=1)


def after(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""
