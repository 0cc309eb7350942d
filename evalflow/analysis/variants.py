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
from evalflow.kinds.ballot_rules import MAX_ENTRIES, METHODS, BallotOptions
from evalflow.kinds.components import points_for
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.rubric import ScoringOptions
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition, Stage

# the others ask for so many names, points or ranks
SAME_PAPER = ("score", "star", "schulze", "instant_runoff", "stv", "meek")
AGGREGATES = ("trimmed_mean", "mean", "median")


class What(enum.StrEnum):
    """What a change alters, and what its value is."""

    METHOD = "method"  # of a vote in the composite: a method with the same paper
    POINTS = "points"  # of a vote in the composite: a name of `as`
    WEIGHTS = "weights"  # of the composite: whole numbers joined by ":", in the order of its parts
    AGGREGATE = "aggregate"  # of a scoring: a name of AGGREGATES
    LEVEL = "level"  # of a scoring: "on" or "off"
    ROUNDING = "rounding"  # of the decision: "before" or "after" the ranking


@dataclass(frozen=True)
class Change:
    """One change to one stage. For POINTS `stage` is the vote whose figures become points otherwise, for METHOD the
    one whose ballots are counted otherwise.

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
            rules = altered(definition, change)
        except DefinitionError:
            continue  # these rules leave no room for it
        if change.what is not What.METHOD or _is_on_one_paper(definition, rules, change.stage):
            found[change] = rules
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


def paper(options: BallotOptions) -> tuple[object, ...]:
    """What is put to voters: an answer on another paper would mean something else."""
    grades = tuple(grade.key for grade in options.grade)
    return options.form, options.points, grades, options.no_opinion, options.equal_ranks, options.default is None


def _is_on_one_paper(before: Definition, after: Definition, stage: str) -> bool:
    one, other = before.stage(stage).options, after.stage(stage).options
    assert isinstance(one, BallotOptions) and isinstance(other, BallotOptions)
    return paper(one) == paper(other)


def _offered(definition: Definition, decision: Stage) -> Iterator[Change]:
    options = decision.options
    assert isinstance(options, DecisionOptions)
    for component in options.component:
        source = definition.stage(component.source)
        if isinstance(source.options, BallotOptions):
            yield from _of_vote(source.key, source.options)
        for name in points_for(source, combine=options.combine) if source.kind == "ballot" else ():
            if name != component.points:
                yield Change(What.POINTS, component.source, name)
    for stage in definition.earlier(decision.key):
        if isinstance(stage.options, ScoringOptions) and stage.options.aggregate.method in AGGREGATES:
            yield from _of_scoring(stage.key, stage.options)
    yield Change(What.ROUNDING, decision.key, "after" if options.round.before_ranking else "before")


def _of_vote(stage: str, options: BallotOptions) -> Iterator[Change]:
    """The other methods that can count the same paper; whether it is the same is asked of the rules they lead to."""
    for name, method in METHODS.items() if options.method in SAME_PAPER else ():
        if name in SAME_PAPER and name != options.method and method.form == options.form:
            yield Change(What.METHOD, stage, name)


def _of_scoring(stage: str, options: ScoringOptions) -> Iterator[Change]:
    for method in AGGREGATES:
        if method != options.aggregate.method:
            yield Change(What.AGGREGATE, stage, method)
    yield Change(What.LEVEL, stage, "off" if options.aggregate.level else "on")


def _method(stages: Mapping[str, Any], change: Change) -> None:
    """What is another method's own is left out; who elects several elects as many as the decision has seats."""
    stage, own = stages[change.stage], METHODS[change.value].needs | METHODS[change.value].may
    for key in frozenset().union(*(method.needs | method.may for method in METHODS.values())) - own:
        stage.pop(key, None)
    if "seats" in own:
        decision = [part for part in stages.values() if part.get("kind") == "decision"][-1]
        stage.setdefault("seats", min(decision["seats"], MAX_ENTRIES))
    stage["method"] = change.value


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
        What.METHOD: _method,
        What.POINTS: _points,
        What.WEIGHTS: _weights,
        What.AGGREGATE: _aggregate,
        What.LEVEL: _level,
        What.ROUNDING: _rounding,
    }
)
