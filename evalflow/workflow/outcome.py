"""What a stage comes to: the one value that pages, later stages, bundles and the log all speak of.

A kind computes its outcome from *evidence* (tables of text rows, the same in the database's export and in a bundle
written by hand) and from the outcomes of earlier stages. Nothing else goes in, so anyone can repeat it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from evalflow.workflow.definition import Definition, Stage

Row = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]


@dataclass(frozen=True)
class Contender:
    """An entry as the arithmetic knows it. `number` is its place in the order of presentation."""

    key: str
    branch: str
    number: int
    title: str = ""


@dataclass(frozen=True)
class Outcome:
    """figures: {name: {entry key: exact number}}, e.g. {"votes": {"b01": 312}}; an entry without a figure is absent.
    facts: JSON values (no floats) that explain the figures: counts, void sheets, decided ties, the ten, …
    """

    figures: Mapping[str, Mapping[str, Fraction]] = field(default_factory=lambda: MappingProxyType({}))
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def to_json(self) -> dict[str, Any]:
        figures = {name: {key: str(value) for key, value in column.items()} for name, column in self.figures.items()}
        return {"figures": figures, "facts": dict(self.facts)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Outcome":
        figures = {name: {key: Fraction(text) for key, text in col.items()} for name, col in value["figures"].items()}
        return cls(figures, value["facts"])


@dataclass(frozen=True)
class Case:
    """Everything an outcome may depend on.

    contenders: the entries still in at this stage, by number. branches: keys of all branches.
    tables: this stage's evidence. earlier: outcomes of the stages before, by key.
    seed: what this stage's lots are drawn from, in hex (`tally.ranking.stage_seed`); "" while nobody may know it. It
    follows from the season's seed, which was fixed and logged before the first vote.
    """

    definition: Definition
    stage: Stage
    contenders: tuple[Contender, ...]
    branches: tuple[str, ...]
    tables: Tables
    earlier: Mapping[str, Outcome]
    seed: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(contender.key for contender in self.contenders)

    def rows(self, table: str) -> Sequence[Row]:
        return self.tables.get(table, ())
