"""TOML → definition. Every complaint says file, stage, key, what was expected and what was found.

The canonical text is the parsed content as JSON with sorted keys: comments and layout do not change a season's
digest, a changed rule always does. `read_canonical` reads that text back.
"""

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from evalflow.errors import DefinitionError, Flaw
from evalflow.workflow.definition import GRAMMARS, Definition, Heading, Stage, StageRule
from evalflow.workflow.kind import Kinds, Problem
from evalflow.workflow.soundness import problems, problems_of_new

Model = TypeVar("Model", bound=BaseModel)
COMMON = frozenset(StageRule.model_fields)
MAX_STAGES = 100

_EXPECTED = {
    "bool_type": "true or false",
    "greater_than_equal": "{ge} or more",
    "int_type": "a whole number",
    "less_than_equal": "{le} or less",
    "model_type": "a table",
    "string_pattern_mismatch": "text that matches {pattern}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "some text",
    "string_type": "text",
    "string_unicode": "text in Unicode",
    "too_long": "at most {max_length}",
    "too_short": "at least {min_length}",
    "tuple_type": "a list",
}


def read(text: str, kinds: Kinds, *, file: str) -> Definition:
    """A definition from the TOML of a workflow file. Raises DefinitionError with every flaw found."""
    definition = read_kept(text, kinds, file=file)
    _refuse(problems_of_new(definition, kinds), file)
    return definition


def read_kept(text: str, kinds: Kinds, *, file: str) -> Definition:
    """A definition from the TOML of a bundle written by hand, by whatever rules were sound when it was written."""
    return build(_parsed(tomllib.loads, text, "TOML 1.0", file=file), kinds, file=file)


def read_canonical(text: str, kinds: Kinds, *, file: str = "definition") -> Definition:
    """A definition from the canonical text that a season or a bundle keeps. Raises DefinitionError as `read` does."""
    return build(_parsed(json.loads, text, "a JSON object", file=file), kinds, file=file)


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
    _refuse(problems(definition, kinds), file)
    return definition


def _refuse(found: Iterable[tuple[str, Problem]], file: str) -> None:
    flaws = tuple(Flaw(file, stage, one.key, one.expected, _plain(one.found)) for stage, one in found)
    if flaws:
        raise DefinitionError(flaws)


def _parsed(parse: Callable[[str], object], text: str, grammar: str, *, file: str) -> dict[str, Any]:
    """The tree a text stands for; ValueError is how both parsers, and numbers of thousands of digits, complain."""
    try:
        tree = parse(text)
    except ValueError as wrong:
        raise DefinitionError((Flaw(file, "", "(syntax)", grammar, _plain(str(wrong))),)) from None
    except RecursionError:
        raise DefinitionError((Flaw(file, "", "(syntax)", grammar, "brackets nested too deeply"),)) from None
    if not isinstance(tree, dict):
        raise DefinitionError((Flaw(file, "", "(syntax)", grammar, _show(tree)),))
    return tree


def _stage_trees(tree: Mapping[str, Any], flaws: list[Flaw], file: str) -> list[Mapping[str, Any]]:
    parts = tree.get("stage")
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        flaws.append(Flaw(file, "", "stage", "one [[stage]] or more", _show(parts)))
        return []
    if len(parts) > MAX_STAGES:
        flaws.append(Flaw(file, "", "stage", f"at most {MAX_STAGES} stages", str(len(parts))))
        return []
    return parts


def _stage(number: int, part: Mapping[str, Any], kinds: Kinds, flaws: list[Flaw], file: str) -> Stage | None:
    key = part.get("key")
    name = _plain(key) if isinstance(key, str) else f"no. {number}"
    rule = _parse(StageRule, {key: value for key, value in part.items() if key in COMMON}, flaws, file, name)
    named = part.get("kind")
    kind = kinds.get(named) if isinstance(named, str) else None
    if kind is None:
        if isinstance(named, str):  # whatever else stands there, or nothing, is told with the common rules
            flaws.append(Flaw(file, name, "kind", " | ".join(sorted(kinds)), _show(named)))
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
        parts = [_plain(str(part)) for part in error["loc"] if not str(part).startswith("function-")]
        key = ".".join(parts) or "(all)"
        if error["type"] == "extra_forbidden":
            yield Flaw(file, stage, key, "a known key", f"{error['loc'][-1]!r}")
        elif error["type"] == "missing":
            yield Flaw(file, stage, key, "a value", "nothing")
        else:
            yield Flaw(file, stage, key, _expected(error), _show(error["input"]))


def _expected(error: ErrorDetails) -> str:
    facts = error.get("ctx", {})
    if facts.get("pattern") in GRAMMARS:
        return GRAMMARS[facts["pattern"]]
    if error["type"] in _EXPECTED:
        return _EXPECTED[error["type"]].format(**facts)
    return error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")


def _show(value: object) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
    except (RecursionError, ValueError):
        return "brackets nested too deeply"
    text = _plain(text)
    return text if len(text) <= 80 else text[:77] + "…"


def _plain(text: str) -> str:
    """The text with everything escaped that is no sign on a line: no value can break its line, or turn it around."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
