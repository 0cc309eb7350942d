"""What a workflow file says, as a typed value. Data only: nothing here can name code.

The parts every workflow has are here; what one kind of stage may say is that kind's `Options`. `reader` makes
these values from TOML and refuses, by name, what can't work.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints

from evalflow.i18n import Text, phrase
from evalflow.workflow import when
from evalflow.workflow.when import When

KEY_PATTERN = r"^[a-z][a-z0-9_-]{0,39}$"
DAY_PATTERN = r"^[0-9]{2}-[0-9]{2}$"
GRAMMARS = {  # what complaints say instead of a pattern
    KEY_PATTERN: phrase("a key: a small letter first, then small letters, digits, - and _, 40 in all"),
    DAY_PATTERN: phrase("a day of every year as MM-DD"),
}

Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]


class Strict(BaseModel):
    """No unknown keys, no coercion of types, no change after reading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Bilingual(Strict):
    zh: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    en: Annotated[str, StringConstraints(max_length=2000)] = ""


def _to_text(value: object) -> Text:
    if isinstance(value, Text):
        return value
    if not isinstance(value, dict):
        raise ValueError(phrase('{ zh = "…", en = "…" }'))
    return Text(**_Bilingual.model_validate(value).model_dump())


BilingualText = Annotated[
    Text,
    BeforeValidator(_to_text, json_schema_input_type=_Bilingual),
    PlainSerializer(lambda text: {"zh": text.zh, "en": text.en}),
]


def _to_when(value: object) -> When:
    if isinstance(value, When):
        return value
    if not isinstance(value, str):
        raise ValueError(when.GRAMMAR)
    return when.parse(value)


Moment = Annotated[
    When, BeforeValidator(_to_when, json_schema_input_type=str), PlainSerializer(lambda value: value.text)
]


def _tuple(value: object) -> object:
    """TOML arrays arrive as lists; definitions hold tuples."""
    return tuple(value) if isinstance(value, list) else value


def listed(item: Any, **rules: Any) -> Any:
    """A tuple of `item`, read from a TOML array; `rules` are pydantic's (min_length, …)."""
    return Annotated[tuple[item, ...], BeforeValidator(_tuple), Field(**rules)]


def _distinct(keys: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(keys)) != len(keys):
        raise ValueError(phrase("each name once"))
    return keys


Names = Annotated[tuple[str, ...], BeforeValidator(_tuple), AfterValidator(_distinct)]


class Options(Strict):
    """Base of every kind's options."""


class EntryRule(Strict):
    """What takes part, and whose it is."""

    noun: BilingualText
    owner: Literal["branch"] = "branch"
    per_owner: Annotated[int, Field(ge=1, le=100)] = 1


class StageRule(Strict):
    """What every stage may say, whatever its kind.

    reopen: whether a closed stage may be opened again (with a reason, logged), as long as no later one has begun.
    min_entries: how many accepted entries there must be before the stage opens.
    opens, closes: moments; without closes the stage is closed by hand.
    """

    key: Key
    kind: str
    title: BilingualText
    intro: BilingualText = Text("", "")
    opens: Moment = When("previous", "previous")
    closes: Moment | None = None
    reopen: bool = False
    min_entries: Annotated[int, Field(ge=0, le=1000)] = 0


@dataclass(frozen=True)
class Stage:
    """A stage of a definition: what all have (`rule`) and what its kind adds (`options`)."""

    rule: StageRule
    options: Options

    @property
    def key(self) -> str:
        return self.rule.key

    @property
    def kind(self) -> str:
        return self.rule.kind


class Heading(Strict):
    """The top of a workflow file: everything but its stages."""

    format: Literal[1]
    key: Key
    title: BilingualText
    summary: BilingualText = Text("", "")
    moves: Literal["together", "apart"]
    starts: Annotated[str, StringConstraints(pattern=DAY_PATTERN)] = "01-01"
    entry: EntryRule


@dataclass(frozen=True)
class Definition:
    """A whole workflow. `text` is the canonical text that a season pins, `digest` its SHA-256 in hex."""

    heading: Heading
    stages: tuple[Stage, ...]
    text: str
    digest: str

    @property
    def key(self) -> str:
        return self.heading.key

    def stage(self, key: str) -> Stage:
        """KeyError when there is none."""
        return self.by_key[key]

    @property
    def by_key(self) -> Mapping[str, Stage]:
        return {stage.key: stage for stage in self.stages}

    def earlier(self, key: str) -> tuple[Stage, ...]:
        """The stages before this one, in order."""
        keys = [stage.key for stage in self.stages]
        return self.stages[: keys.index(key)]

    def last(self, kind: str, *, before: str) -> Stage | None:
        """The nearest stage of a kind before the one named."""
        found = [stage for stage in self.earlier(before) if stage.kind == kind]
        return found[-1] if found else None
