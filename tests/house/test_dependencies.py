"""Every package that is installed to run the program is there for a reason that is written down, and is used."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*sorted((ROOT / "evalflow").rglob("*.py")), *sorted((ROOT / "migrations").rglob("*.py"))]
CALLED_BY_NAME = {"psycopg"}  # a driver: SQLAlchemy imports it by the address of the database


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {re.split(r"[\[<>=!~]", line)[0].lower() for line in project["dependencies"]}


def imported() -> set[str]:
    """The distributions that the program's own modules import."""
    modules = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    known = packages_distributions()
    return {name.lower().replace("_", "-") for module in modules for name in known.get(module, ())}


def test_every_dependency_is_imported_somewhere() -> None:
    assert sorted(declared() - imported()) == sorted(CALLED_BY_NAME)


def test_every_dependency_says_what_it_is_for() -> None:
    table = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text()
    assert re.findall(r"^\| ([a-z0-9-]+) \| .+ \|$", table, re.MULTILINE) == ["package", *sorted(declared())]
