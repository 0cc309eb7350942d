"""An explanation as JSON, so that it can be kept: computed once when a stage is settled, read by every page after.

Every value is kept exactly: fractions and decimals as text, values of classes under the class's name. Only classes that
an explanation can hold (found from its annotations) are read back. A stage is kept as its key: its rules stand in the
definition. What is read back equals what was written.
"""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from evalflow.analysis.explanation import Part
from evalflow.workflow.definition import Definition, Stage

OF = "of"  # a mapping with this key names the class of what is under IS
IS = "is"


def to_json(value: Any) -> Any:
    """A part of an explanation as JSON values. TypeError for what no explanation can hold."""
    match value:
        case Enum():
            return {OF: type(value).__name__, IS: value.value}
        case None | bool() | int() | str():
            return value
        case Fraction() | Decimal() | date():
            return {OF: type(value).__name__, IS: str(value)}
        case Stage():
            return {OF: Stage.__name__, IS: value.key}
        case Mapping():
            return {OF: "dict", IS: [[to_json(key), to_json(one)] for key, one in value.items()]}
        case tuple():
            return [to_json(one) for one in value]
        case list():
            return {OF: "list", IS: [to_json(one) for one in value]}
    if type(value) not in _classes().values():
        raise TypeError(f"no part of an explanation: {value!r}")
    return {OF: type(value).__name__, IS: {name: to_json(getattr(value, name)) for name in _fields(value.__class__)}}


def from_json(value: Any, definition: Definition) -> Any:
    """What `to_json` wrote. definition: of the season whose explanation it is."""
    if isinstance(value, list):
        return tuple(from_json(one, definition) for one in value)
    if not isinstance(value, dict):
        return value
    name, held = value[OF], value[IS]
    if name == Stage.__name__:
        return definition.stage(held)
    if name == "list":
        return [from_json(one, definition) for one in held]
    if name == "dict":
        return {from_json(key, definition): from_json(one, definition) for key, one in held}
    if name in _PLAIN:
        return _PLAIN[name](held)
    found = _classes()[name]
    if issubclass(found, Enum):
        return found(held)
    fields = {key: from_json(one, definition) for key, one in held.items()}
    return found.model_construct(**fields) if issubclass(found, BaseModel) else found(**fields)


_PLAIN: Mapping[str, Any] = {"Fraction": Fraction, "Decimal": Decimal, "date": date.fromisoformat}


@functools.cache
def _classes() -> Mapping[str, type[Any]]:
    """{name: every dataclass, model and enum that a part of an explanation can hold}."""
    found: dict[str, type[Any]] = {}
    waiting: list[Any] = [Part]
    while waiting:
        hint = waiting.pop()
        waiting.extend(typing.get_args(hint))
        is_own = isinstance(hint, type) and not isinstance(hint, types.GenericAlias)
        if not is_own or hint is Stage or found.get(hint.__name__) is hint:
            continue
        assert hint.__name__ not in found, f"two classes of one name: {hint}"
        if issubclass(hint, Enum):
            found[hint.__name__] = hint
        elif dataclasses.is_dataclass(hint) or issubclass(hint, BaseModel):
            found[hint.__name__] = hint
            hints = typing.get_type_hints(hint)
            waiting.extend(hints[name] for name in _fields(hint))
    return found


def _fields(held: type[Any]) -> tuple[str, ...]:
    if issubclass(held, BaseModel):
        return tuple(held.model_fields)
    return tuple(field.name for field in dataclasses.fields(held))
