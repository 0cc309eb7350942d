"""Mutation testing of the arithmetic: every small slip put into it in turn, and whether its tests notice.

    python -m benchmarks.mutation [MODULE …] [--into docs/mutation.md]

cosmic-ray makes the mutants; each is tested in a process of its own, forked from one that has everything loaded but the
arithmetic, so that nothing is written into the sources. A mutant that no test notices survives and is listed. Tests
run are those of `tests/tally` and the examples in the docstrings; mutants in annotations are left out. With modules
named only their rows of the page are written anew.
"""

import argparse
import importlib.util
import io
import os
import re
import signal
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "evalflow" / "tally"
SLIPS = re.compile(  # one other operator for each, every other comparison, and every number one off
    r"core/(ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Div|Mod_Mul|Pow_Mul|RShift_LShift|BitAnd_BitXor)"
    r"|ReplaceComparisonOperator_.*|ReplaceUnaryOperator_.*|ReplaceAndWithOr|ReplaceOrWithAnd|ReplaceTrueWithFalse"
    r"|ReplaceFalseWithTrue|ReplaceBreakWithContinue|ReplaceContinueWithBreak|NumberReplacer|AddNot|ZeroIterationForLoop)"
)
SPARED = re.compile(r"->|^@dataclass|\*, ")  # signatures, and that values are frozen
SECONDS = 60  # a mutant that runs longer than this has been noticed: its loop does not end
LONG = ("test_pabulib.py",)  # millions of ballots would be counted again for every mutant
EXAMPLES = 30  # hypothesis tries so many cases for each property


@dataclass(frozen=True)
class Mutant:
    """One slip. line: where it is, 1 the first; was and now: that line before and after."""

    module: str
    operator: str
    line: int
    was: str
    now: str
    source: str


@dataclass(frozen=True)
class Tested:
    """A module's mutants: how many, how many of them a test noticed, and a line for each of the others."""

    mutants: int
    noticed: int
    survivors: tuple[str, ...]


class _Mutated(MetaPathFinder, Loader):
    """Gives the mutated text of one module to whoever imports it."""

    def __init__(self, mutant: Mutant) -> None:
        self.name, self.source = f"evalflow.tally.{mutant.module}", mutant.source

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        file = FOLDER / f"{fullname.rpartition('.')[2]}.py"
        return importlib.util.spec_from_file_location(fullname, file, loader=self)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.source, str(module.__file__), "exec"), module.__dict__)  # noqa: S102 - a mutant of our own


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("modules", nargs="*")
    arguments.add_argument("--into", type=Path)
    asked = arguments.parse_args()
    found = {path.stem for path in FOLDER.glob("[a-z]*.py")}
    report = _read(asked.into, found) if asked.into else {}
    for module in asked.modules or sorted(found):
        _check_baseline(module)
        mutants = list(_mutants(module))
        alive = [f"- `{one.module}.py:{one.line}` `{one.was}` → `{one.now}`" for one in _survivors(mutants)]
        report[module] = Tested(len(mutants), len(mutants) - len(alive), tuple(alive))
        print("\n".join([_row(module, report[module]), *alive]), flush=True)  # noqa: T201
        if asked.into:
            _write(asked.into, report)


def _row(module: str, tested: Tested) -> str:
    share = f"{100 * tested.noticed / tested.mutants:.1f} %" if tested.mutants else "–"
    return f"| {module} | {tested.mutants} | {tested.noticed} | {share} |"


def _mutants(module: str) -> Iterator[Mutant]:
    """Every slip there can be in a module, but in docstrings and annotations."""
    code = (FOLDER / f"{module}.py").read_text(encoding="utf-8")
    before = code.splitlines()
    for name in sorted(filter(SLIPS.match, operator_names())):
        operator = get_operator(name)()
        places = [place for node in ast_nodes(get_ast(code)) for place in operator.mutation_positions(node)]
        for occurrence, (start, _) in enumerate(places):
            mutated = mutate_code(code, operator, occurrence)
            if mutated is None or SPARED.search(before[start[0] - 1]):
                continue
            line = start[0]
            yield Mutant(module, name, line, before[line - 1].strip(), mutated.splitlines()[line - 1].strip(), mutated)


def _check_baseline(module: str) -> None:
    """Tests that fail anyway would notice every slip."""
    code = (FOLDER / f"{module}.py").read_text(encoding="utf-8")
    if not _lives(Mutant(module, "", 0, "", "", code)):
        sys.exit(f"the tests of {module} fail without any slip")


def _survivors(mutants: Sequence[Mutant]) -> list[Mutant]:
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as workers:
        return [mutant for mutant, lives in zip(mutants, workers.map(_lives, mutants), strict=True) if lives]


def _lives(mutant: Mutant) -> bool:
    """Whether all tests pass with the mutant in place, in a process of its own."""
    child = os.fork()
    if not child:
        os._exit(_tested(mutant))
    _, status = os.waitpid(child, 0)
    return os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0


def _tested(mutant: Mutant) -> int:
    signal.alarm(SECONDS)
    sys.meta_path.insert(0, _Mutated(mutant))
    hypothesis.settings.register_profile(
        "mutation", max_examples=EXAMPLES, deadline=None, database=None, derandomize=True
    )
    hypothesis.settings.load_profile("mutation")
    silence: Any = io.StringIO()
    with redirect_stdout(silence), redirect_stderr(silence):
        own = [ROOT / "tests" / "tally" / f"test_{mutant.module}.py"]
        return int(pytest.main([*OPTIONS, *(str(path) for path in own if path.exists()), *_others(mutant.module)]))


def _others(module: str) -> list[str]:
    """The module's own examples, then every test that names it, the quickest to fail first."""
    naming = re.compile(rf"evalflow\.tally(\.| import .*\b){module}\b")
    tests = sorted((ROOT / "tests" / "tally").glob("test_*.py"), key=lambda path: path.stat().st_size)
    tests = [path for path in tests if path.name not in LONG]
    named = [str(path) for path in tests if naming.search(path.read_text(encoding="utf-8"))]
    return [str(FOLDER / f"{module}.py"), *named]


OPTIONS = [
    "-x",
    "-q",
    "--noconftest",
    "--assert=plain",  # its import hook would come before ours
    "--override-ini=addopts=",
    "--doctest-modules",
    "--import-mode=importlib",
    "-p",
    "no:cacheprovider",
    "-m",
    "not slow",
]


def _read(page: Path, modules: Collection[str]) -> dict[str, Tested]:
    """What the page says of modules that still exist: those that are not tested this time keep their rows."""
    text = page.read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z_]+) \| ([0-9]+) \| ([0-9]+) \|", text, re.MULTILINE)
    survivors = {module: tuple(re.findall(rf"^- `{module}\.py:.*$", text, re.MULTILINE)) for module, *_ in rows}
    return {
        module: Tested(int(mutants), int(noticed), survivors[module])
        for module, mutants, noticed in rows
        if module in modules
    }


def _write(page: Path, report: Mapping[str, Tested]) -> None:
    """Put the table and the survivors between the page's marks."""
    ordered = [report[module] for module in sorted(report)]
    told = [line for tested in ordered for line in tested.survivors]
    everything = Tested(sum(one.mutants for one in ordered), sum(one.noticed for one in ordered), ())
    rows = [*(_row(module, report[module]) for module in sorted(report)), _row("**all**", everything)]
    table = ["| module | mutants | noticed | score |", "|---|---|---|---|", *rows]
    start, end = "<!-- mutation -->", "<!-- end of mutation -->"
    text = page.read_text(encoding="utf-8")
    inside = "\n".join([start, "", *table, "", f"Survivors ({len(told)}):", "", *(told or ["none"]), "", end])
    page.write_text(text.partition(start)[0] + inside + text.partition(end)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
