"""The handbook of all counting rules, made from the docstrings of `evalflow.tally`; the build compares.

What a rule does with ties and with nothing stands in its docstring, its worked example is the doctest, and where a
workflow file may name it is read off the tables that workflow files are read with.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType, ModuleType
from typing import Any

import evalflow.tally
from evalflow.kinds import electing
from evalflow.kinds.attained import Cap
from evalflow.tally.attainment import Better, Scale
from evalflow.tally.points import VOTE_POINTS
from evalflow.tally.scoring import AGGREGATES

Function = Callable[..., Any]
PAGE = "counting.md"
HEAD = "| in a workflow file | rule |\n|---|---|"
NAMED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {  # names that no table of functions holds
        "apportion.parts": ("tier.amount",),
        "attainment.attainment": (
            'as = "attainment"',
            *(f'component.better = "{way}"' for way in Better),
            *(f'component.scale = "{scale}"' for scale in Scale),
            "component.capped = false",
            *(f'capped = "{cap}"' for cap in Cap),
        ),
        "capping.cut_with_cap": ("cap", "seats"),
        "condorcet.schulze": ("default.majority", "default.quorum", "default.strict"),
        "levelling.level": ("aggregate.level = true",),
        "panel.part": ('aggregate.by = "criterion"', "criterion.factor", "criterion.factor_from"),
        "quorum.parse_ayes": ("quorum.ayes",),
        "quorum.parse_presence": ("quorum.present",),
        "budget.greedy": ("budget", "budget.amount", "budget.cost"),
        "ranking.break_ties": (
            "tie_break",
            'ties = "all"',
            'ties = "at_line"',
            'tie_break = ["STAGE"]',
            'tie_break = ["STAGE.FIELD"]',
        ),
        "ranking.composite": ('combine = "weighted"',),
        "preferences.clear_part": ('unclear = "void"', 'unclear = "to_gap"', 'unclear = "over_gaps"'),
        "ranking.lots": ("draw = true", 'tie_break = ["draw"]'),
        "ranking.total": ('combine = "sum"', "component.subtract = true"),
        "recheck.outliers": ("recheck", 'recheck.from = "mean"', 'recheck.from = "median"'),
        "roots.geometric": ('combine = "geometric"',),
        "rounding.round_half_up": ("round", "aggregate.round_panel", "aggregate.round_part"),
        "scoring.weighted_score": ('aggregate.by = "sheet"', "criterion.weight"),
        "tiers.assign": ("[[stage.tier]]",),
        "tiers.seats_of_shares": ("tier.share",),
        "ties.count_of_marks": ('tie_break = ["STAGE.countback"]',),
        "ties.earlier_number": ('tie_break = ["number"]',),
        "ties.number_of_givers": ('tie_break = ["STAGE.givers"]',),
        "void.over_quota": ('void.rule = "quota"',),
        "void.same_score_for_all": ('void.rule = "same_score_for_all"',),
        "voting.approval_of_masks": ('method = "approval"', 'method = "plurality"'),
    }
)


def rules() -> dict[str, Function]:
    """{"module.function": function} of every public function of the tally that gives something, in order."""
    return {
        f"{_short(module)}.{name}": function
        for module in _modules()
        for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and _is_rule(name, function)
    }


def names() -> dict[str, tuple[str, ...]]:
    """{"module.function": what a workflow file calls it, or where it asks for it}; absent where it has no name."""
    found: dict[str, list[str]] = {key: list(told) for key, told in NAMED.items()}
    for name, points in VOTE_POINTS.items():
        found.setdefault(_key(points), []).append(f'as = "{name}"')
    for name, aggregate in AGGREGATES.items():
        found.setdefault(_key(aggregate.combine), []).append(f'aggregate.method = "{name}"')
    for name, method in electing.METHODS.items():
        for key in _called(method):
            found.setdefault(key, []).append(f'method = "{name}"')
    return {key: tuple(told) for key, told in found.items()}


def anchors() -> dict[str, str]:
    """{what a workflow file calls a rule: where the page tells it}; of several rules the one of that name, or the last.

    >>> anchors()['method = "stv"'], anchors()['as = "rank_points"']
    ('counting.md#transferabletransferable', 'counting.md#pointsrank_points')
    """
    pairs = [(key, name) for key, told in names().items() for name in told]
    pairs.sort(key=lambda pair: pair[1].endswith(f'"{pair[0].rpartition(".")[2]}"'))
    return {name: f"{PAGE}#{_anchor(key)}" for key, name in pairs}


def reference() -> str:
    """Markdown: a table of the names a workflow file may use, then every module with its rules."""
    known, spoken = rules(), names()
    table = sorted((name, key) for key, told in spoken.items() for name in told if key in known)
    lines = [f"| `{name}` | [{key}](#{_anchor(key)}) |" for name, key in table]
    parts = ["\n".join([HEAD, *lines])]
    for module in _modules():
        own = {key: function for key, function in known.items() if key.startswith(f"{_short(module)}.")}
        if own:
            parts += [f"### {_short(module)}", *_told(inspect.getdoc(module) or "")]
        for key, function in own.items():
            parts += [f"#### {key}", *_in_a_file(spoken.get(key, ())), *_told(inspect.getdoc(function) or "")]
    return "\n\n".join(parts) + "\n"


def _modules() -> list[ModuleType]:
    found = sorted(one.name for one in pkgutil.iter_modules(evalflow.tally.__path__))
    return [importlib.import_module(f"evalflow.tally.{name}") for name in found]


def _is_rule(name: str, function: Function) -> bool:
    """What gives nothing only checks what a rule is given."""
    return not name.startswith("_") and inspect.signature(function).return_annotation is not None


def _short(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def _key(function: Function) -> str:
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def _called(method: Function) -> Iterator[str]:
    """The rules of the tally that a method's own function speaks of."""
    code, around = method.__code__.co_names, method.__globals__
    for key, rule in rules().items():
        module, _, name = key.partition(".")
        if name in code and rule in (around.get(name), getattr(around.get(module), name, None)):
            yield key


def _anchor(key: str) -> str:
    """As GitHub makes one of a heading."""
    return key.replace(".", "")


def _in_a_file(spoken: tuple[str, ...]) -> Iterator[str]:
    if spoken:
        yield f"In a workflow file: {', '.join(f'`{name}`' for name in spoken)}."


def _told(docstring: str) -> Iterator[str]:
    """Paragraphs as they are, sources on lines of their own, examples as code."""
    for part in re.split(r"\n\s*\n", docstring):
        if part.lstrip().startswith(">>>"):
            yield f"```python\n{inspect.cleandoc(part)}\n```"
            continue
        text, source, named = part.partition("Source:")
        if text.strip():
            yield text.rstrip()
        if source:
            yield f"*Source:* {' '.join(named.split())}"
