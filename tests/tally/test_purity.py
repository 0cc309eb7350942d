"""The arithmetic stays exact and alone: nothing in it can make a float, and it imports the standard library only."""

import ast
import sys
from pathlib import Path

import pytest

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
