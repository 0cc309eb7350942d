"""Where a complaint points to: the line on which a workflow file says what it is about."""

import tomllib
from typing import Any

import pytest

from evalflow.config import WORKFLOWS
from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS
from evalflow.workflow import places, reader
from tests.workflow.small import SMALL

FILES = sorted(WORKFLOWS.glob("*.toml"))


def paths(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every key of a tree."""
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    below = [place for key, value in children for place in paths(value, (*path, key))]
    return [path, *below] if path else below


@pytest.mark.parametrize("text", [SMALL, *(file.read_text(encoding="utf-8") for file in FILES)])
def test_every_key_of_a_file_is_found_on_a_line_that_has_it(text: str) -> None:
    lines, found = text.splitlines(), places.lines_of(text)
    for path in paths(tomllib.loads(text)):
        named = next(part for part in reversed(path) if isinstance(part, str))
        on_it = lines[found[path] - 1]
        assert named in on_it or isinstance(path[-1], int), (path, on_it)


def test_strings_comments_and_signs_that_look_like_keys_are_none() -> None:
    text = """\
# [[stage]] = { a = 1 }
a = \"\"\"
[[stage]]
key = 1\"\"\" # b = 2
"x.y" = 'c = 3, ]'
d.e = [ # }
  { f = "}, g = 1" },
  1,
  [2, 3]]
[h.i]
[[h.j]]
k = {}
[[h.j]]
k = [ ]
"""
    assert dict(places.lines_of(text)) == {
        ("a",): 2,
        ("x.y",): 5,
        ("d",): 6,
        ("d", "e"): 6,
        ("d", "e", 0): 7,
        ("d", "e", 0, "f"): 7,
        ("d", "e", 1): 8,
        ("d", "e", 2): 9,
        ("d", "e", 2, 0): 9,
        ("d", "e", 2, 1): 9,
        ("h", "i"): 10,
        ("h", "j"): 11,
        ("h", "j", 0): 11,
        ("h", "j", 0, "k"): 12,
        ("h", "j", 1): 13,
        ("h", "j", 1, "k"): 14,
    }


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (
            'moves = "together"',
            'move = "together"',
            "4: workflow: move: expected moves or another known key, found 'move'",
        ),
        (
            "seats = 3\n",
            "seat = 3\n",
            "43: stage meeting: seat: expected seats or another known key, found 'seat'",
        ),
        (
            "weight = 40 },\n  { from",
            "wieght = 40 },\n  { from",
            "47: stage meeting: component.0.wieght: expected weight or another known key, found 'wieght'",
        ),
        (
            "required = true }]",
            "requierd = true }]",
            "16: stage declaration: field.0.requierd: expected required or another known key, found 'requierd'",
        ),
        (
            "format = 1",
            "format =",
            "1: workflow: (syntax): expected TOML 1.0, found Invalid value (at line 1, column 9)",
        ),
    ],
)
def test_a_slip_of_the_pen_is_told_with_its_line_and_the_nearest_key(right: str, wrong: str, told: str) -> None:
    assert SMALL.count(right) == 1
    with pytest.raises(DefinitionError) as caught:
        reader.read(SMALL.replace(right, wrong), KINDS, file="small.toml")
    assert f"small.toml:{told}" in str(caught.value).splitlines()
