"""One step of a workflow: the only module that knows the library `transitions`.

A position is "stage.phase". Every stage passes through the phases

    waiting ──open──▶ open ──close──▶ closed ──settle──▶ (the next stage's waiting, or "finished")
       ▲                ▲               │ │
       │                └────reopen─────┘ │      (where the definition allows it)
       └─────────────repeat───────────────┘      (where a kind finds that what was put in can never be looked at)

`closed` means nothing may be put in any more and the outcome is not fixed yet; `settle` fixes it. From every
position a season can be cancelled. An entry that moves apart can also be returned to the nearest earlier submission,
rejected, or withdrawn. `step` is a pure function; guards are names, answered by the caller.

The library's machine is built once per definition, fired on a throw-away object that it never keeps, with callables
of ours only: strings in its callbacks would be resolved as import paths.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from transitions import Machine, MachineError

from evalflow.workflow.definition import Definition

PHASES = ("waiting", "open", "closed")
FINISHED, CANCELLED, REJECTED, WITHDRAWN = "finished", "cancelled", "rejected", "withdrawn"
FINAL = (FINISHED, CANCELLED, REJECTED, WITHDRAWN)


class NoSuchStep(Exception):
    """This trigger leads nowhere from this position."""


@dataclass(frozen=True)
class Blocked(Exception):
    """A guard said no; `guard` is its name."""

    guard: str


@dataclass(frozen=True)
class Move:
    """One arrow: the shape of the machine, before the library sees it."""

    trigger: str
    source: str
    dest: str
    guard: str = ""


class _Token:
    """The throw-away object that is fired: a place to put the state, and who answers the guards."""

    def __init__(self, state: str, holds: Callable[[str], bool]) -> None:
        self.state = state
        self.holds = holds


def at(stage: str, phase: str) -> str:
    """The position of a phase of a stage.

    >>> at("online_vote", "open")
    'online_vote.open'
    """
    return f"{stage}.{phase}"


def split(position: str) -> tuple[str, str]:
    """(stage key, phase); a final position has no stage.

    >>> split("online_vote.open"), split("finished")
    (('online_vote', 'open'), ('', 'finished'))
    """
    stage, _, phase = position.rpartition(".")
    return stage, phase


def start(definition: Definition) -> str:
    """Where a season, or an entry that moves apart, begins."""
    return at(definition.stages[0].key, "waiting")


def moves(definition: Definition) -> tuple[Move, ...]:
    """Every arrow of the workflow, in the order of its stages."""
    keys = [stage.key for stage in definition.stages]
    arrows: list[Move] = []
    for here, after in zip(definition.stages, [*keys[1:], ""], strict=True):
        waiting, opened, closed = (at(here.key, phase) for phase in PHASES)
        beyond = at(after, "waiting") if after else FINISHED
        arrows += [Move("open", waiting, opened, "may_open"), Move("close", opened, closed, "may_close")]
        arrows += [Move("settle", closed, beyond, "may_settle"), Move("repeat", closed, waiting)]
        if here.rule.reopen:
            arrows.append(Move("reopen", closed, opened, "may_reopen"))
        arrows += [Move("cancel", position, CANCELLED) for position in (waiting, opened, closed)]
        if definition.heading.moves == "apart":
            arrows += _apart(definition, here.key)
    return tuple(arrows)


def _apart(definition: Definition, key: str) -> list[Move]:
    """What only an entry on its own way can do."""
    arrows = []
    back = definition.last("submission", before=key)
    for phase in PHASES:
        position = at(key, phase)
        arrows += [Move("withdraw", position, WITHDRAWN), Move("reject", position, REJECTED)]
        if back:
            arrows.append(Move("return", position, at(back.key, "open")))
    return arrows


def step(definition: Definition, position: str, trigger: str, holds: Callable[[str], bool]) -> str:
    """The position after the trigger. `holds(guard name)` answers the guards.

    Raises NoSuchStep when the trigger leads nowhere from here, Blocked when a guard says no.
    """
    machine = _machine(moves(definition))
    event = machine.events.get(trigger)
    if event is None or position not in machine.states:
        raise NoSuchStep(f"{trigger} from {position}")
    token = _Token(position, holds)
    try:
        moved = event.trigger(token)
    except MachineError:
        raise NoSuchStep(f"{trigger} from {position}") from None
    if not moved:
        raise Blocked(next(m.guard for m in moves(definition) if (m.trigger, m.source) == (trigger, position)))
    return token.state


def triggers(definition: Definition, position: str) -> tuple[str, ...]:
    """The triggers that leave this position, in the order of the definition."""
    return tuple(dict.fromkeys(move.trigger for move in moves(definition) if move.source == position))


def _condition(guard: str) -> Callable[..., bool]:
    def holds(event: Any) -> bool:
        return bool(event.model.holds(guard))

    return holds


@functools.lru_cache(maxsize=64)
def _machine(shape: tuple[Move, ...]) -> Machine:
    states = list(dict.fromkeys(position for move in shape for position in (move.source, move.dest)))
    machine = Machine(
        model=None, states=states, initial=states[0], auto_transitions=False, send_event=True, model_attribute="state"
    )
    for move in shape:
        guard = _condition(move.guard) if move.guard else None
        machine.add_transition(move.trigger, move.source, move.dest, conditions=guard)
    return machine
