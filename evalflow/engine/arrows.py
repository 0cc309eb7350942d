"""One arrow of a season's machine, written to its rows."""

from collections.abc import Callable

from evalflow.errors import Conflict, Refused
from evalflow.seasons import queries
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.workflow import machine


def fire(stage: StageRow, trigger: str, holds: Callable[[str], bool], *, because: tuple[Refused, ...] = ()) -> None:
    """Move the stage as the machine says, or refuse: with the first of `because` when a guard says no."""
    definition = definition_of(stage.season)
    together = definition.heading.moves == "together"
    if together and queries.current_stage(stage.season) is not stage:
        raise Conflict("not_this_stage", stage=stage.key)
    try:
        position = machine.step(definition, machine.at(stage.key, stage.phase), trigger, holds)
    except machine.NoSuchStep:
        raise Conflict("no_such_step", stage=stage.key, phase=stage.phase, trigger=trigger) from None
    except machine.Blocked as blocked:
        raise because[0] if because else Conflict("guard", guard=blocked.guard) from None
    key, phase = machine.split(position)
    stage.phase = Phase(phase) if key == stage.key else Phase.DONE if position != machine.CANCELLED else stage.phase
