"""From any text to a definition or a refusal: what is pinned, and what never gets through as anything else."""

import hashlib
import json
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalflow.errors import DefinitionError
from evalflow.kinds import KINDS
from evalflow.workflow import reader
from tests.workflow.small import SMALL

PLAIN: dict[str, Any] = tomllib.loads(SMALL)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.datetimes()
KEYS = st.sampled_from(["key", "kind", "title", "zh", "opens", "closes", "field", "stage", "choose", "min"])
VALUES = st.recursive(
    LEAVES | st.sampled_from(["start", "previous + 3 days", "12-31", "02-29", "vote", "1/2 of present"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


def digest(text: str) -> str:
    return reader.read(text, KINDS, file="small.toml").digest


def turned(tree: Any) -> Any:
    """The same content, every table's keys in the opposite order."""
    if isinstance(tree, dict):
        return {key: turned(value) for key, value in reversed(tree.items())}
    return [turned(value) for value in tree] if isinstance(tree, list) else tree


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to every value of a tree, its root left out."""
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    below = [place for key, value in children for place in places(value, (*path, key))]
    return [path, *below] if path else below


def replaced(tree: Any, path: tuple[Any, ...], value: object) -> Any:
    """A copy of the tree with one of its values replaced."""
    copy = json.loads(json.dumps(tree))
    at = copy
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return copy


def refused(tree: Any) -> tuple[str, ...]:
    """The flaws' lines; empty where the tree is a workflow. Anything but a DefinitionError passes through."""
    try:
        definition = reader.build(tree, KINDS, file="any.toml")
    except DefinitionError as error:
        return tuple(str(flaw) for flaw in error.flaws)
    assert reader.read_canonical(definition.text, KINDS) == definition
    return ()


def test_what_is_pinned_is_the_content_with_its_keys_in_order_and_the_digest_is_its_sha_256() -> None:
    definition = reader.read(SMALL, KINDS, file="small.toml")
    assert json.loads(definition.text) == PLAIN
    assert definition.text.startswith('{"entry":{"noun":{"zh":"品牌"}},"format":1,"key":"small"')
    assert definition.digest == hashlib.sha256(definition.text.encode("utf-8")).hexdigest()


def test_the_order_of_keys_does_not_change_the_digest() -> None:
    assert reader.build(turned(PLAIN), KINDS, file="turned.toml").digest == digest(SMALL)


def test_the_name_of_the_file_does_not_change_the_digest() -> None:
    assert reader.read(SMALL, KINDS, file="elsewhere.toml") == reader.read(SMALL, KINDS, file="small.toml")


def test_the_canonical_text_of_a_canonical_text_is_the_same() -> None:
    once = reader.read_canonical(reader.read(SMALL, KINDS, file="small.toml").text, KINDS)
    assert reader.read_canonical(once.text, KINDS).text == once.text


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('starts = "03-02"', 'starts = "03-03"'),
        ('moves = "together"', 'moves = "apart"'),
        ('"start + 9 days"', '"start + 8 days"'),
        ("max = 3", "max = 2"),
        ('"rank_points", weight = 40', '"share_of_votes", weight = 40'),
        ('["peers", "motion"]', '["motion", "peers"]'),
        ('present = "2/3"', 'present = "3/4"'),
        ('zh = "优秀"', 'zh = "先进"'),
    ],
)
def test_every_changed_rule_changes_the_digest(right: str, wrong: str) -> None:
    assert SMALL.count(right) == 1
    assert digest(SMALL.replace(right, wrong)) != digest(SMALL)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[]", "[]"),
        ('"brands"', '"brands"'),
        ("null", "nothing"),
        ("NaN", "NaN"),
        ("[" * 100_000, "brackets nested too deeply"),
        ("", "Expecting value: line 1 column 1 (char 0)"),
    ],
    ids=["a list", "text", "nothing", "no number", "brackets without end", "empty"],
)
def test_a_pinned_text_that_is_no_object_is_refused(text: str, found: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        reader.read_canonical(text, KINDS, file="rules.json")
    assert str(caught.value) == f"rules.json: workflow: (syntax): expected a JSON object, found {found}"


@pytest.mark.parametrize("text", ["x = " + "[" * 100_000, "x = " + "[" * 100_000 + "]" * 100_000])
def test_brackets_without_end_are_refused(text: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        reader.read(text, KINDS, file="deep.toml")
    assert str(caught.value) == "deep.toml: workflow: (syntax): expected TOML 1.0, found brackets nested too deeply"


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(DefinitionError, match=r"^small\.toml: workflow: \(syntax\): expected TOML 1\.0, found "):
        reader.read(SMALL.replace("seats = 3", "seats = " + "3" * 5000), KINDS, file="small.toml")


def test_half_a_character_is_refused_in_a_line_that_can_be_printed() -> None:
    with pytest.raises(DefinitionError) as caught:
        reader.read_canonical(json.dumps(replaced(PLAIN, ("title", "zh"), "\ud800")), KINDS)
    line = "definition: workflow: title.zh: expected text in Unicode, found "
    assert str(caught.value).encode("utf-8") == line.encode("utf-8") + b'"\\ud800"'


@given(VALUES)
def test_whatever_a_file_holds_it_is_a_workflow_or_refused(value: Any) -> None:
    tree = value if isinstance(value, dict) else {"stage": value}
    assert refused(tree) != ()


@settings(max_examples=300)
@given(path=st.sampled_from(places(PLAIN)), value=VALUES)
def test_whatever_stands_in_place_of_a_value_the_rest_is_a_workflow_or_refused(
    path: tuple[Any, ...], value: object
) -> None:
    lines = refused(replaced(PLAIN, path, value))
    assert all(line.startswith("any.toml: ") and line.isprintable() for line in lines)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_whatever_text_is_read_it_is_refused_by_name(text: str) -> None:
    for read in (reader.read, reader.read_canonical):
        with pytest.raises(DefinitionError, match=r"\Aany\.toml(:[0-9]+)?: "):
            read(text, KINDS, file="any.toml")
