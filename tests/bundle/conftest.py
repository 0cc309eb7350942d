"""A bundle written by hand: the one of the handbook, file by file."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "bundle.md").read_text(encoding="utf-8")
FILE = re.compile(r"^`([\w./]+)` (?:(?!```).)*?\n\n```(?:json|toml|csv)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The folder that a reader would have who copied every file of the handbook's example."""
    for file, text in FILE.findall(PAGE):
        path = tmp_path / "teahouse" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "teahouse"
