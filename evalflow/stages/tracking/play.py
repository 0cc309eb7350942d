"""Simulated branch secretaries report once on each of their entries."""

from evalflow.seasons import queries as seasons
from evalflow.seasons.models import EntryState, StageRow
from evalflow.seasons.play import World
from evalflow.stages.tracking import commands, queries

TEXTS = (
    "已完成方案论证与现场调研，项目按计划推进，下月进入实施阶段。",
    "阶段目标已完成过半，重点难点已列入周督办清单。",
    "主要措施全部落实，正在整理成效数据，准备验收。",
)


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    """Each branch whose entry is here and has no report yet files one."""
    filed = world.ask(queries.counts, stage.id)
    for entry in world.ask(seasons.entries, stage.season_id, EntryState.ACCEPTED):
        secretary = world.secretaries.get(entry.branch.key)
        if secretary is None or entry.id in filed or not queries.is_here(entry, stage):
            continue
        world.wait(minutes=world.chance.randint(10, 120))
        text = world.chance.choice(TEXTS)
        world.do(commands.report, stage.id, entry.key, number=1, text=text, actor=secretary)


def after(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""
