"""TOML → definition. Every complaint says file, stage, key, what was expected and what was found.

The canonical text is the parsed content as JSON with sorted keys: comments and layout do not change a season's
digest, a changed rule always does. `read_canonical` reads that text back.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from evalflow.errors import DefinitionError, Flaw
from evalflow.workflow.definition import Definition, Heading, Stage, StageRule
from evalflow.workflow.kind import Kinds
from evalflow.workflow.soundness import problems

Model = TypeVar("Model", bound=BaseModel)
COMMON = frozenset(StageRule.model_fields)


def read(text: str, kinds: Kinds, *, file: str) -> Definition:
    """A definition from TOML. Raises DefinitionError with every flaw found."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise DefinitionError((Flaw(file, "", "(syntax)", "TOML 1.0", str(wrong)),)) from None
    return build(tree, kinds, file=file)


def read_canonical(text: str, kinds: Kinds, *, file: str = "definition") -> Definition:
    """A definition from the canonical text that a season or a bundle keeps."""
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as wrong:
        raise DefinitionError((Flaw(file, "", "(syntax)", "JSON", str(wrong)),)) from None
    return build(tree, kinds, file=file)


def canonical(tree: Mapping[str, Any]) -> str:
    """The text that is pinned and hashed."""
    return json.dumps(tree, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def build(tree: Mapping[str, Any], kinds: Kinds, *, file: str) -> Definition:
    """A definition from parsed content; shapes first, then what only the whole can show."""
    flaws: list[Flaw] = []
    heading_tree = {key: value for key, value in tree.items() if key != "stage"}
    heading = _parse(Heading, heading_tree, flaws, file, "")
    stages = [
        _stage(number, part, kinds, flaws, file) for number, part in enumerate(_stage_trees(tree, flaws, file), 1)
    ]
    if flaws or heading is None:
        raise DefinitionError(tuple(flaws))
    text = canonical(tree)
    digest = hashlib.sha256(text.encode()).hexdigest()
    definition = Definition(heading, tuple(stage for stage in stages if stage), text, digest)
    found = tuple(Flaw(file, stage, p.key, p.expected, p.found) for stage, p in problems(definition, kinds))
    if found:
        raise DefinitionError(found)
    return definition


def _stage_trees(tree: Mapping[str, Any], flaws: list[Flaw], file: str) -> list[Mapping[str, Any]]:
    parts = tree.get("stage")
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        flaws.append(Flaw(file, "", "stage", "one [[stage]] or more", _show(parts)))
        return []
    return parts


def _stage(number: int, part: Mapping[str, Any], kinds: Kinds, flaws: list[Flaw], file: str) -> Stage | None:
    name = str(part.get("key", f"no. {number}"))
    rule = _parse(StageRule, {key: value for key, value in part.items() if key in COMMON}, flaws, file, name)
    kind = kinds.get(str(part.get("kind")))
    if kind is None:
        if "kind" in part:
            flaws.append(Flaw(file, name, "kind", " | ".join(sorted(kinds)), _show(part["kind"])))
        return None
    own = {key: value for key, value in part.items() if key not in COMMON}
    options = _parse(kind.options, own, flaws, file, name)
    return Stage(rule, options) if rule and options else None


def _parse(model: type[Model], tree: Mapping[str, Any], flaws: list[Flaw], file: str, stage: str) -> Model | None:
    try:
        return model.model_validate(tree)
    except ValidationError as wrong:
        flaws.extend(_flaws(wrong, file, stage))
        return None


def _flaws(wrong: ValidationError, file: str, stage: str) -> Iterator[Flaw]:
    for error in wrong.errors(include_url=False):
        key = ".".join(str(part) for part in error["loc"] if not str(part).startswith("function-")) or "(all)"
        if error["type"] == "extra_forbidden":
            yield Flaw(file, stage, key, "a known key", f"{error['loc'][-1]!r}")
        elif error["type"] == "missing":
            yield Flaw(file, stage, key, "a value", "nothing")
        else:
            yield Flaw(file, stage, key, _expected(error["msg"]), _show(error["input"]))


def _expected(message: str) -> str:
    for prefix in ("Value error, ", "Input should be ", "String should "):
        message = message.removeprefix(prefix)
    return message


def _show(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else text[:77] + "…"
