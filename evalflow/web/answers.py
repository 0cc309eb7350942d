"""Answers of a declaration as any page shows them; `components/answers.html` is their markup."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from evalflow.files.models import Attachment
from evalflow.workflow import fields
from evalflow.workflow.fields import Answer, Field
from evalflow.workflow.indicators import Row

NAMELESS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Shown:
    """An answer to be read. files: those it names. names: {branch key or login: what it is called}."""

    field: Field
    answer: Answer | None
    files: tuple[Attachment, ...] = ()
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def rows(self) -> tuple[Row, ...]:
        return fields.rows_in(self.answer)

    @property
    def day(self) -> date | None:
        return date.fromisoformat(self.answer) if self.field.type == "date" and isinstance(self.answer, str) else None


def shown(
    field: Field, answer: Answer | None, files: Mapping[int, Attachment], names: Mapping[str, str] = NAMELESS
) -> Shown:
    return Shown(field, answer, named(answer, files), names)


def named(answer: Answer | None, files: Mapping[int, Attachment]) -> tuple[Attachment, ...]:
    """The files that an answer names."""
    return tuple(files[number] for number in fields.file_ids(answer) if number in files)
