"""Rules of the house that no behaviour test would notice: where things may stand, and how large they may grow."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "evalflow").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MOST_LINES, MOST_TEMPLATE_LINES, MOST_FUNCTION_LINES = 400, 120, 50


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_locks_carry_no_addresses() -> None:
    locks = [ROOT / "package-lock.json", *sorted(ROOT.glob("requirements*.txt"))]
    assert len(locks) == 4
    assert [named(path) for path in locks if "://" in path.read_text()] == []


def test_only_the_database_handle_commits() -> None:
    assert [named(path) for path in SOURCES if ".commit(" in path.read_text()] == ["evalflow/db.py"]


def test_no_file_grows_beyond_what_can_be_read() -> None:
    long = {named(path): path.read_text().count("\n") for path in SOURCES}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES} == {}


def test_no_template_grows_beyond_what_can_be_read() -> None:
    long = {named(path): path.read_text().count("\n") for path in TEMPLATES}
    assert {name: lines for name, lines in long.items() if lines > MOST_TEMPLATE_LINES} == {}


def test_no_function_grows_beyond_what_can_be_read() -> None:
    long = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > MOST_FUNCTION_LINES:
                    long[f"{named(path)}:{node.name}"] = lines
    assert long == {}


@pytest.mark.parametrize(
    "pattern",
    [r"<script(?![^>]*\bsrc=)", r"<style", r"\sstyle=", r"\son[a-z]+=", r"\|\s*safe\b", r"javascript:"],
    ids=["inline script", "style element", "style attribute", "event attribute", "safe filter", "script address"],
)
def test_no_template_needs_an_unsafe_policy(pattern: str) -> None:
    assert [named(path) for path in TEMPLATES if re.search(pattern, path.read_text(), re.IGNORECASE)] == []


def test_no_import_hides_in_a_function() -> None:
    hidden = []
    for path in SOURCES:
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                inner = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
                hidden += [f"{named(path)}:{node.lineno}" for node in inner]
    assert hidden == []


def test_arithmetic_knows_no_float() -> None:
    """Scores are fractions; a float in the pure packages would be a rounding that nobody set."""
    found = []
    for folder in ("tally", "kinds", "workflow", "bundle"):
        for path in sorted((ROOT / "evalflow" / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
                call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
                if literal or call:
                    found.append(f"{named(path)}:{node.lineno}")
    assert found == []


def test_every_module_says_why_it_exists() -> None:
    silent = [path for path in SOURCES if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text()))]
    assert [named(path) for path in silent] == []


def test_only_the_markers_of_the_project_are_spoken_in_it() -> None:
    """Nothing left to do hides in a comment."""
    found = [named(path) for path in SOURCES if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", path.read_text())]
    assert found == []
