"""TOML → definition. Every complaint says file, line, stage, key, what was expected and what was found.

The canonical text is the parsed content as JSON with sorted keys: comments and layout do not change a season's
digest, a changed rule always does. `read_canonical` reads that text back.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, time
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from evalflow.errors import DefinitionError, Flaw
from evalflow.i18n import N_, Phrase, phrase
from evalflow.workflow import places
from evalflow.workflow.definition import GRAMMARS, Definition, Heading, Stage, StageRule
from evalflow.workflow.kind import Kinds, Problem
from evalflow.workflow.soundness import problems, problems_of_new

Model = TypeVar("Model", bound=BaseModel)
COMMON = frozenset(StageRule.model_fields)
MAX_STAGES = 100

_EXPECTED = {
    "bool_type": N_("true or false"),
    "greater_than_equal": N_("%(ge)s or more"),
    "int_type": N_("a whole number"),
    "less_than_equal": N_("%(le)s or less"),
    "model_type": N_("a table"),
    "string_pattern_mismatch": N_("text that matches %(pattern)s"),
    "string_too_long": N_("at most %(max_length)s characters"),
    "string_too_short": N_("some text"),
    "string_type": N_("text"),
    "string_unicode": N_("text in Unicode"),
    "too_long": N_("at most %(max_length)s"),
    "too_short": N_("at least %(min_length)s"),
    "tuple_type": N_("a list"),
}
_AT_LINE = re.compile(r"\(at line ([0-9]+), column [0-9]+\)")


def read(text: str, kinds: Kinds, *, file: str) -> Definition:
    """A definition from the TOML of a workflow file. Raises DefinitionError with every flaw found."""
    return _from_toml(text, kinds, file=file, is_new=True)


def read_kept(text: str, kinds: Kinds, *, file: str) -> Definition:
    """A definition from the TOML of a bundle written by hand, by whatever rules were sound when it was written."""
    return _from_toml(text, kinds, file=file, is_new=False)


def _from_toml(text: str, kinds: Kinds, *, file: str, is_new: bool) -> Definition:
    """is_new: whether what only new rules are held to is checked too."""
    tree = _parsed(tomllib.loads, text, "TOML 1.0", file=file)
    try:
        definition = build(tree, kinds, file=file)
        _refuse(problems_of_new(definition, kinds) if is_new else (), file)
    except DefinitionError as wrong:
        raise DefinitionError(tuple(_placed(wrong.flaws, text, tree))) from None
    return definition


def read_canonical(text: str, kinds: Kinds, *, file: str = "definition") -> Definition:
    """A definition from the canonical text that a season or a bundle keeps. Raises DefinitionError as `read` does."""
    return build(_parsed(json.loads, text, phrase("a JSON object"), file=file), kinds, file=file)


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
    flaws = tuple(Flaw(file, stage, one.key, one.expected, _told(one.found)) for stage, one in found)
    if flaws:
        raise DefinitionError(flaws)


def _told(found: str) -> str:
    """What a check found: its own words, or a text of the file, of which no sign may break the line."""
    return found if isinstance(found, Phrase) else _plain(found)


def _parsed(parse: Callable[[str], object], text: str, grammar: str, *, file: str) -> dict[str, Any]:
    """The tree a text stands for; ValueError is how both parsers, and numbers of thousands of digits, complain."""
    try:
        tree = parse(text)
    except ValueError as wrong:
        at = _AT_LINE.search(str(wrong))
        flaw = Flaw(file, "", "(syntax)", grammar, _plain(str(wrong)), line=int(at[1]) if at else None)
        raise DefinitionError((flaw,)) from None
    except RecursionError:
        raise DefinitionError((Flaw(file, "", "(syntax)", grammar, phrase("brackets nested too deeply")),)) from None
    if not isinstance(tree, dict):
        raise DefinitionError((Flaw(file, "", "(syntax)", grammar, _show(tree)),))
    return tree


def _placed(flaws: tuple[Flaw, ...], text: str, tree: Mapping[str, Any]) -> Iterator[Flaw]:
    """The flaws with the lines of the text on which they stand."""
    lines = places.lines_of(text)
    parts = tree.get("stage")
    stages = [_name(number, part) for number, part in enumerate(parts, 1)] if isinstance(parts, list) else []
    for flaw in flaws:
        path: list[str | int] = ["stage", stages.index(flaw.stage)] if flaw.stage in stages else []
        path += [int(part) if part.isdecimal() else part for part in flaw.key.split(".")]
        yield replace(flaw, line=places.nearest(lines, path) or 1)


def _name(number: int, part: object) -> str:
    """What complaints call a stage."""
    key = part.get("key") if isinstance(part, dict) else None
    return _plain(key) if isinstance(key, str) else f"no. {number}"


def _stage_trees(tree: Mapping[str, Any], flaws: list[Flaw], file: str) -> list[Mapping[str, Any]]:
    parts = tree.get("stage")
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        flaws.append(Flaw(file, "", "stage", phrase("one [[stage]] or more"), _show(parts)))
        return []
    if len(parts) > MAX_STAGES:
        flaws.append(Flaw(file, "", "stage", phrase("at most %(most)s stages", most=MAX_STAGES), str(len(parts))))
        return []
    return parts


def _stage(number: int, part: Mapping[str, Any], kinds: Kinds, flaws: list[Flaw], file: str) -> Stage | None:
    name = _name(number, part)
    rule = _parse(StageRule, {key: value for key, value in part.items() if key in COMMON}, flaws, file, name)
    named = part.get("kind")
    kind = kinds.get(named) if isinstance(named, str) else None
    if kind is None:
        if isinstance(named, str):  # whatever else stands there, or nothing, is told with the common rules
            flaws.append(Flaw(file, name, "kind", " | ".join(sorted(kinds)), _show(named)))
        return None
    own = {key: value for key, value in part.items() if key not in COMMON}
    options = _parse(kind.options, own, flaws, file, name, beside=COMMON)
    return Stage(rule, options) if rule and options else None


def _parse(
    model: type[Model],
    tree: Mapping[str, Any],
    flaws: list[Flaw],
    file: str,
    stage: str,
    beside: frozenset[str] = frozenset(),
) -> Model | None:
    """beside: keys that are known where the tree stands but read elsewhere."""
    try:
        return model.model_validate(tree)
    except ValidationError as wrong:
        flaws.extend(_flaws(wrong, model, file, stage, beside))
        return None


def _flaws(
    wrong: ValidationError, model: type[BaseModel], file: str, stage: str, beside: frozenset[str]
) -> Iterator[Flaw]:
    for error in wrong.errors(include_url=False):
        parts = [_plain(str(part)) for part in error["loc"] if not str(part).startswith("function-")]
        key = ".".join(parts) or "(all)"
        if error["type"] == "extra_forbidden":
            known = [*_keys_at(model, error["loc"][:-1]), *(beside if len(error["loc"]) == 1 else ())]
            yield Flaw(file, stage, key, _known(known, str(error["loc"][-1])), f"{error['loc'][-1]!r}")
        elif error["type"] == "missing":
            yield Flaw(file, stage, key, phrase("a value"), phrase("nothing"))
        else:
            yield Flaw(file, stage, key, _expected(error), _show(error["input"]))


def _expected(error: ErrorDetails) -> str:
    facts = error.get("ctx", {})
    if facts.get("pattern") in GRAMMARS:
        return GRAMMARS[facts["pattern"]]
    message = _EXPECTED.get(error["type"])
    if message is not None:
        return phrase(message, **facts)
    if error["type"] == "literal_error":
        return str(facts["expected"]).replace(" or ", ", ").replace("'", "").replace(", ", " | ")
    reason = facts.get("error")
    if isinstance(reason, ValueError) and isinstance(reason.args[0], Phrase):
        return reason.args[0]
    return error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")


def _known(known: list[str], found: str) -> str:
    """A key that was meant, or all that could be."""
    near = get_close_matches(found, known, n=1)
    if near:
        return phrase("%(nearest)s or another known key", nearest=near[0])
    return phrase("one of the known keys: %(known)s", known=", ".join(sorted(known)))


def _keys_at(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """The keys that a table of the file may have."""
    for part in place:
        if isinstance(part, str) and not part.startswith("function-"):
            fields = {_key(name, model): field for name, field in model.model_fields.items()}
            model = _model_in(fields[part].annotation) if part in fields else model
    return [_key(name, model) for name in model.model_fields]


def _key(name: str, model: type[BaseModel]) -> str:
    return model.model_fields[name].alias or name


def _model_in(annotation: Any) -> type[BaseModel]:
    """The model that an annotation wraps, in a list or as what may be left out; BaseModel, of no keys, without any."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(part) for part in get_args(annotation))
    return next((model for model in found if model is not BaseModel), BaseModel)


def _show(value: object) -> str:
    """A value as it stands in a workflow file, cut where it is long."""
    if value is None:
        return phrase("nothing")
    try:
        text = _toml(value)
    except (RecursionError, ValueError):
        return "brackets nested too deeply"
    text = _plain(text)
    return text if len(text) <= 80 else text[:77] + "…"


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(part)}" for key, part in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, date | time):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)


def _plain(text: str) -> str:
    """The text with everything escaped that is no sign on a line: no value can break its line, or turn it around."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
