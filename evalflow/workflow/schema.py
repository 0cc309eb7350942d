"""The JSON Schema of workflow files, from the same models that read them."""

from typing import Any

from pydantic import TypeAdapter

from evalflow.workflow.definition import Heading, StageRule
from evalflow.workflow.kind import Kinds


def json_schema(kinds: Kinds) -> dict[str, Any]:
    """Draft 2020-12: the heading's keys, and one shape of [[stage]] for every kind."""
    definitions: dict[str, Any] = {}
    heading = _shape(Heading, definitions)
    stages = [_stage_shape(name, kinds, definitions) for name in sorted(kinds)]
    heading["properties"]["stage"] = {"type": "array", "minItems": 1, "items": {"oneOf": stages}}
    heading["required"] = [*heading.get("required", []), "stage"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **heading,
        "title": "evalflow workflow",
        "$defs": dict(sorted(definitions.items())),
    }


def _stage_shape(name: str, kinds: Kinds, definitions: dict[str, Any]) -> dict[str, Any]:
    rule = _shape(StageRule, definitions)
    own = _shape(kinds[name].options, definitions)
    properties = {**rule["properties"], **own["properties"], "kind": {"const": name}}
    required = [*rule.get("required", []), *own.get("required", [])]
    return {
        "title": f"{name} stage",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _shape(model: type, definitions: dict[str, Any]) -> dict[str, Any]:
    shape = TypeAdapter(model).json_schema(by_alias=True, ref_template="#/$defs/{model}")
    definitions.update(shape.pop("$defs", {}))
    return shape
