"""Other rules than those of a definition, one change at a time: what an organiser may want to compare beforehand.

A change alters the canonical text, and the text is read again: whatever a workflow file may not say, no variant says.
"""

import enum
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS
from evalflow.kinds.components import points_for
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.rubric import ScoringOptions
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition, Stage

AGGREGATES = ("trimmed_mean", "mean", "median")


class What(enum.StrEnum):
    """What a change alters, and what its value is."""

    POINTS = "points"  # of a vote in the composite: a name of `as`
    WEIGHTS = "weights"  # of the composite: whole numbers joined by ":", in the order of its parts
    AGGREGATE = "aggregate"  # of a scoring: a name of AGGREGATES
    LEVEL = "level"  # of a scoring: "on" or "off"
    ROUNDING = "rounding"  # of the decision: "before" or "after" the ranking


@dataclass(frozen=True)
class Change:
    """One change to one stage. For POINTS `stage` is the vote whose figures become points otherwise.

    >>> Change(What.LEVEL, "peers", "on").key
    'level.peers.on'
    """

    what: What
    stage: str
    value: str

    @property
    def key(self) -> str:
        """What stands in addresses."""
        return f"{self.what}.{self.stage}.{self.value}"


def variants(definition: Definition) -> Mapping[Change, Definition]:
    """Every change on offer with the rules it leads to, in the order of the stages; none where nothing is decided."""
    decision = deciding(definition)
    found: dict[Change, Definition] = {}
    for change in _offered(definition, decision) if decision else ():
        try:
            found[change] = altered(definition, change)
        except DefinitionError:
            continue  # these rules leave no room for it
    return MappingProxyType(found)


def weighted(definition: Definition, weights: Sequence[int]) -> Change:
    """Other weights in the order of the decision's components. KeyError where nothing is decided."""
    decision = deciding(definition)
    if decision is None:
        raise KeyError("no stage decides")
    return Change(What.WEIGHTS, decision.key, ":".join(str(weight) for weight in weights))


def altered(definition: Definition, change: Change) -> Definition:
    """The definition with this change. DefinitionError where it can't work so; KeyError: there is no such stage."""
    tree = json.loads(definition.text)
    definition.stage(change.stage)
    ALTER[change.what]({part["key"]: part for part in tree["stage"]}, change)
    return reader.read_canonical(reader.canonical(tree), KINDS, file=change.key)


def deciding(definition: Definition) -> Stage | None:
    """The stage that makes the ranking: the last decision."""
    return next((stage for stage in reversed(definition.stages) if stage.kind == "decision"), None)


def _offered(definition: Definition, decision: Stage) -> Iterator[Change]:
    options = decision.options
    assert isinstance(options, DecisionOptions)
    for component in options.component:
        source = definition.stage(component.source)
        for name in points_for(source, combine=options.combine) if source.kind == "ballot" else ():
            if name != component.points:
                yield Change(What.POINTS, component.source, name)
    for stage in definition.earlier(decision.key):
        if isinstance(stage.options, ScoringOptions) and stage.options.aggregate.method in AGGREGATES:
            yield from _of_scoring(stage.key, stage.options)
    yield Change(What.ROUNDING, decision.key, "after" if options.round.before_ranking else "before")


def _of_scoring(stage: str, options: ScoringOptions) -> Iterator[Change]:
    for method in AGGREGATES:
        if method != options.aggregate.method:
            yield Change(What.AGGREGATE, stage, method)
    yield Change(What.LEVEL, stage, "off" if options.aggregate.level else "on")


def _points(stages: Mapping[str, Any], change: Change) -> None:
    for part in stages.values():
        for component in part.get("component", ()) if part.get("kind") == "decision" else ():
            if component["from"] == change.stage:
                component["as"] = change.value


def _weights(stages: Mapping[str, Any], change: Change) -> None:
    """As many as there are; one too few leaves the last as it was, and the sum is checked on reading."""
    for component, weight in zip(stages[change.stage]["component"], change.value.split(":"), strict=False):
        component["weight"] = int(weight)


def _aggregate(stages: Mapping[str, Any], change: Change) -> None:
    named = ("level", "by", "round_panel", "round_part")
    kept = {key: value for key, value in stages[change.stage]["aggregate"].items() if key in named}
    stages[change.stage]["aggregate"] = {**kept, "method": change.value}


def _level(stages: Mapping[str, Any], change: Change) -> None:
    stages[change.stage]["aggregate"]["level"] = change.value == "on"


def _rounding(stages: Mapping[str, Any], change: Change) -> None:
    stages[change.stage].setdefault("round", {})["before_ranking"] = change.value == "before"


ALTER: Mapping[What, Callable[[Mapping[str, Any], Change], None]] = MappingProxyType(
    {
        What.POINTS: _points,
        What.WEIGHTS: _weights,
        What.AGGREGATE: _aggregate,
        What.LEVEL: _level,
        What.ROUNDING: _rounding,
    }
)
