"""The arithmetic stays exact and alone: nothing in it can make a float, and it imports the standard library only."""

import ast
import sys
from pathlib import Path

import pytest
from mypy import api

import evalflow.tally

FILES = sorted(Path(evalflow.tally.__file__).parent.rglob("*.py"))
INEXACT = {"math", "statistics", "random", "cmath", "time", "datetime"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_float_is_named_or_written(file):
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    named = [node.lineno for node in nodes if isinstance(node, ast.Name) and node.id == "float"]
    written = [node.lineno for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    assert named + written == []


def _a_day(node):
    """A day is a value; what time it is now, the arithmetic does not know."""
    return node.module == "datetime" and [alias.name for alias in node.names] == ["date"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_only_the_standard_library_and_the_arithmetic_itself_are_imported(file):
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    modules = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    modules += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom) and not _a_day(node)]
    allowed = set(sys.stdlib_module_names) - INEXACT
    assert [m for m in modules if not m.startswith("evalflow.tally.") and m.split(".")[0] not in allowed] == []


QUOTIENT = """
from decimal import Decimal
from fractions import Fraction
from typing import overload

@overload
def _divided(one: Fraction, other: Fraction | int) -> Fraction: ...
@overload
def _divided(one: int, other: Fraction) -> Fraction: ...
@overload
def _divided(one: Decimal, other: Decimal | int) -> Decimal: ...
def _divided(one, other): ...  # type: ignore
"""


class _Quotients(ast.NodeTransformer):
    """Every division becomes a call that the types of its two sides must suit."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        return ast.Call(ast.Name("_divided"), [node.left, node.right], [])

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div):
            return node
        read = ast.parse(ast.unparse(node.target), mode="eval").body
        return ast.Assign([node.target], ast.Call(ast.Name("_divided"), [read, node.value], []), lineno=node.lineno)


def inexact_divisions(folder, sources):
    """What mypy says of the divisions in these sources ({name: text}) where neither side is sure to be exact."""
    for name, text in sources.items():
        changed = ast.unparse(ast.fix_missing_locations(_Quotients().visit(ast.parse(text))))
        (folder / f"{name}.py").write_text(f"{changed}\n{QUOTIENT}", encoding="utf-8")
    told, _, _ = api.run([str(folder), "--config-file=", "--check-untyped-defs", f"--cache-dir={folder / 'cache'}"])
    return [line for line in told.splitlines() if "_divided" in line]


def test_nothing_is_divided_that_could_be_two_whole_numbers(tmp_path):
    assert inexact_divisions(tmp_path, {file.stem: file.read_text(encoding="utf-8") for file in FILES}) == []


@pytest.mark.parametrize("body", ["return votes / seats", "votes /= seats\n    return votes"])
def test_such_a_division_is_found(tmp_path, body):
    source = f"def share(votes: int, seats: int) -> object:\n    {body}\n"
    told = inexact_divisions(tmp_path, {"wrong": source})
    assert [line for line in told if 'matches argument types "int", "int"' in line]
