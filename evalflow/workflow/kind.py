"""The contract of a stage kind: what one has to say about itself so that everything else can be ignorant of it.

Each kind is one `Kind` in a pure module of `evalflow.kinds`, and a package of `evalflow.stages` with its tables: there
`lifecycle.py` answers the engine, `play.py` acts for simulated users, `views.py` shows pages.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from evalflow.i18n import Text
from evalflow.workflow.definition import Definition, Options, Stage
from evalflow.workflow.outcome import Case, Outcome


@dataclass(frozen=True)
class Problem:
    """Something in a stage's options that can't work with the rest of the definition."""

    key: str
    expected: str
    found: str


def _no_problem(_definition: Definition, _stage: Stage) -> Iterable[Problem]:
    return ()


@dataclass(frozen=True)
class Kind:
    """name: as files say it. options: its typed part of a definition.

    tables: the evidence it keeps, {file name without ending: columns}; what a bundle holds of it. Where there is any,
    the first can't be missing, nor those of `needs`.
    optional: {table: columns that are written only where a row has something in them; older bundles lack them}.
    figures: names of the figures its outcome may hold, that a later stage may refer to.
    outcome: evidence → what the stage comes to; raises BundleError for evidence that contradicts itself.
    words: its rules as sentences in a locale, for `workflow show` and for voters.
    check: what the options can't know alone (stages they name, numbers that depend on others).
    check_new: what a file is refused for from now on, while seasons and bundles that have such rules go on by them.
    admits: whether it decides who takes part; what befalls an entry afterwards does not change what it came to.
    gathers: whether it looks at all entries at once, so that where entries move apart it waits for the stages before.
    runs_in_full: whether its days are owed to the public: it never closes before its rules say, counted from opening.
    """

    name: str
    title: Text
    options: type[Options]
    words: Callable[[Any, str], list[str]]
    outcome: Callable[[Case], Outcome]
    tables: Mapping[str, tuple[str, ...]]
    optional: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    figures: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    check: Callable[[Definition, Stage], Iterable[Problem]] = _no_problem
    check_new: Callable[[Definition, Stage], Iterable[Problem]] = _no_problem
    admits: bool = False
    gathers: bool = False
    runs_in_full: bool = False

    @property
    def needed(self) -> tuple[str, ...]:
        """The tables without which there is no evidence."""
        return (next(iter(self.tables)), *self.needs)


Kinds = Mapping[str, Kind]
