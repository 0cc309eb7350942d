"""A simulated reader objects to one name; the organiser looks into it and rejects the objection with reasons."""

from evalflow.access import VISITOR
from evalflow.seasons.incidents import Incident
from evalflow.seasons.models import StageRow
from evalflow.seasons.play import World
from evalflow.stages.notice import commands, queries
from evalflow.stages.notice.models import ObjectionState

TEXT = "申报材料中的节能数据与本车间台账不一致，请核实。"
ANSWER = "经现场核对台账与计量记录，申报数据与台账一致，差异系统计口径不同所致。异议不成立，感谢监督。"


def before(world: World, stage: StageRow) -> None:
    """Nothing has to be done."""


def during(world: World, stage: StageRow) -> None:
    """One objection on the first working day, to the last of those named, where objections are taken."""
    names = world.ask(queries.proposed, stage)
    if not names or not queries.options_of(stage).objections or world.ask(queries.objections, stage.id):
        return
    world.wait(hours=10, minutes=world.chance.randint(0, 59))
    filed = world.do(
        commands.object_to,
        stage.id,
        entry_key=names[-1].entry.key,
        name="王建国",
        contact="0798-1234567",
        text=TEXT,
        code=f"{world.chance.getrandbits(128):032x}",
        actor=VISITOR,
    )
    world.wait(hours=5)
    world.do(commands.answer, stage.id, filed.number, state=ObjectionState.REJECTED, text=ANSWER, actor=world.organiser)
    world.tell(Incident.OBJECTION, stage, names[-1].entry.key, "it was looked into and rejected")


def after(world: World, stage: StageRow) -> None:
    """Whatever is still open is answered."""
    for one in world.ask(queries.objections, stage.id):
        if one.state == ObjectionState.OPEN:
            world.do(
                commands.answer, stage.id, one.number, state=ObjectionState.REJECTED, text=ANSWER, actor=world.organiser
            )
