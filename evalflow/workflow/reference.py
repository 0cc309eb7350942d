"""The option tables of the handbook, made from the typed models: the build compares them with what is written."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from evalflow.workflow.definition import EntryRule, Heading, StageRule
from evalflow.workflow.kind import Kinds

HEAD = "| key | value | default |\n|---|---|---|"
_SHAPES = {
    "_Bilingual": '`{ zh = "…", en = "…" }`',
    "string": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "number": "number",
}


def reference(kinds: Kinds) -> str:
    """Markdown: what every workflow and every stage may say, then each kind's own options."""
    parts = [
        _section("Top of the file", Heading, leave_out="entry."),
        _section("`[entry]`", EntryRule),
        _section("Every `[[stage]]`", StageRule),
    ]
    for kind in kinds.values():
        parts.append(_section(f"`{kind.name}`", kind.options, note=f"{kind.title.zh} · {kind.title.en}."))
    return "\n\n".join(parts) + "\n"


def _section(title: str, model: type[BaseModel], *, note: str = "", leave_out: str = "-") -> str:
    schema = model.model_json_schema()
    rows = [row for row in _rows(schema, schema.get("$defs", {}), "") if not f"{row[0]}.".startswith(leave_out)]
    table = "\n".join([HEAD, *(f"| `{key}` | {value} | {default} |" for key, value, default in rows)])
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
    if "enum" in field or "const" in field:
        return ", ".join(f"`{json.dumps(one)}`" for one in field.get("enum", [field.get("const")])), None
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
