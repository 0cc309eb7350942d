"""The option tables of the handbook, made from the typed models: the build compares them with what is written."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from evalflow.workflow.definition import EntryRule, Heading, StageRule
from evalflow.workflow.kind import Kinds

HEAD = "| key | value | default |\n|---|---|---|"
VALUE = re.compile(r'`("[^`]+")`')
_SHAPES = {
    "_Bilingual": '`{ zh = "…", en = "…" }`',
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "number": "number",
}


def reference(kinds: Kinds, rules: Mapping[str, str]) -> str:
    """Markdown: what every workflow and every stage may say, then each kind's own options.

    rules: {'method = "stv"': where the rule is told that it selects}.
    """
    parts = [
        _section("Top of the file", Heading, rules, leave_out="entry."),
        _section("`[entry]`", EntryRule, rules),
        _section("Every `[[stage]]`", StageRule, rules),
    ]
    for kind in kinds.values():
        parts.append(_section(f"`{kind.name}`", kind.options, rules, note=f"{kind.title.zh} · {kind.title.en}."))
    return "\n\n".join(parts) + "\n"


def values(model: type[BaseModel]) -> dict[str, tuple[str, ...]]:
    """{key of an option: what may stand there, as it is written}, of the options with values to choose from."""
    schema = model.model_json_schema()
    shapes = {key: shape for key, shape, _ in _rows(schema, schema.get("$defs", {}), "")}
    return {key: found for key, shape in shapes.items() if (found := tuple(VALUE.findall(shape)))}


def selecting(key: str, value: str, rules: Collection[str]) -> Iterator[str]:
    """Those of the rules' names that this value of an option is: with all of its key, or with the end of it.

    >>> list(selecting("component.as", '"rank_points"', ['as = "rank_points"', 'method = "stv"']))
    ['as = "rank_points"']
    """
    parts = key.split(".")
    for start in range(len(parts)):
        name = ".".join(parts[start:])
        yield from (one for one in (f"{name} = {value}", f"{name} = [{value}]") if one in rules)


def _linked(key: str, shape: str, rules: Mapping[str, str]) -> str:
    """Every value that selects a rule leads to it."""

    def link(found: re.Match[str]) -> str:
        name = next(selecting(key, found[1], rules), None)
        return found[0] if name is None else f"[{found[0]}]({rules[name]})"

    return VALUE.sub(link, shape)


def _section(
    title: str, model: type[BaseModel], rules: Mapping[str, str], *, note: str = "", leave_out: str = "-"
) -> str:
    schema = model.model_json_schema()
    rows = [row for row in _rows(schema, schema.get("$defs", {}), "") if not f"{row[0]}.".startswith(leave_out)]
    lines = [f"| `{key}` | {_linked(key, shape, rules)} | {default} |" for key, shape, default in rows]
    table = "\n".join([HEAD, *lines])
    told = " ".join(part for part in (note, _told(model)) if part)
    return "\n\n".join(part for part in (f"### {title}", told, table if rows else "No options of its own.") if part)


def _told(model: type[BaseModel]) -> str:
    """The model's docstring as one paragraph; an inherited one says nothing of this model."""
    own = model.__dict__.get("__doc__") or ""
    return " ".join(own.split()).replace("|", "or")


def _rows(schema: Mapping[str, Any], models: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str, str]]:
    required = set(schema.get("required", ()))
    for name, field in schema.get("properties", {}).items():
        shape, inner = _shape(field, models)
        default = "required" if name in required else _default(field)
        yield prefix + name, shape, default
        if inner is not None:
            yield from _rows(inner, models, f"{prefix}{name}.")


def _shape(field: Mapping[str, Any], models: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None]:
    """(what may stand there, the schema of the table it holds)."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return (_SHAPES[name], None) if name in _SHAPES else ("a table", models[name])
    if "anyOf" in field:
        parts = [_shape(part, models) for part in field["anyOf"] if part.get("type") != "null"]
        return " or ".join(dict.fromkeys(shape for shape, _ in parts)), next(
            (inner for _, inner in parts if inner), None
        )
    for named in ("enum", "examples"):
        if named in field:
            return ", ".join(f"`{json.dumps(one)}`" for one in field[named]), None
    if "const" in field:
        return f"`{json.dumps(field['const'])}`", None
    if field.get("type") == "array":
        shape, inner = _shape(field["items"], models)
        return (f"list: {shape}", None) if inner is None else ("`[[…]]`, one or more tables", inner)
    return _SHAPES.get(field.get("type", ""), "value") + _bounds(field), None


def _bounds(field: Mapping[str, Any]) -> str:
    low, high = field.get("minimum"), field.get("maximum")
    if low is not None and high is not None:
        return f", {low}–{high}"
    if "pattern" in field:
        return f", `{field['pattern']}`".replace("|", "\\|")
    return f", at most {field['maxLength']} characters" if "maxLength" in field else ""


def _default(field: Mapping[str, Any]) -> str:
    default = field.get("default")
    if isinstance(default, dict) and "anchor" in default:  # a moment
        default = default["text"]
    return "–" if default in (None, [], {"zh": "", "en": ""}) else f"`{json.dumps(default, ensure_ascii=False)}`"
