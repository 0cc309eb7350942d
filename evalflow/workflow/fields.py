"""The fields of a declaration: what a definition may ask of an entry, and what its answers look like.

Answers are JSON values by field key: text, long_text, link and choice a string; number a decimal string; date an ISO
day; image and file a list of attachment ids; indicators, milestones and partners a list of rows (see `rows`); leader a
login.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field as Limit
from pydantic import model_validator

from evalflow.i18n import Text, phrase
from evalflow.workflow import numbers, rows
from evalflow.workflow.definition import BilingualText, Key, Strict, listed

FieldType = Literal[
    "text",
    "long_text",
    "number",
    "choice",
    "date",
    "image",
    "file",
    "link",
    "indicators",
    "milestones",
    "partners",
    "leader",
]
LONGEST_TITLE = 100  # characters; a title stands in every table, on every button and on certificates
MAX_NUMBER = 30  # characters of a number, well inside what evidence may hold
Answer = str | list[int] | list[dict[str, str]]
Answers = Mapping[str, Answer]


class Choice(Strict):
    key: Key
    label: BilingualText


class Field(Strict):
    """One question of a form.

    max_chars bounds texts and links, those of a title not beyond `LONGEST_TITLE`; min/max bound numbers; max_files
    bounds images and files.
    indicators, milestones, partners: tables with columns of their own. leader: who takes command of the project.
    role: "title" is what the entry is called everywhere, "lead" the one-line summary, "picture" its cover.
    """

    key: Key
    type: FieldType
    label: BilingualText
    hint: BilingualText = Text("", "")
    required: bool = False
    max_chars: Annotated[int, Limit(ge=1, le=20000)] = 2000
    minimum: Annotated[int | None, Limit(alias="min")] = None
    maximum: Annotated[int | None, Limit(alias="max")] = None
    max_files: Annotated[int, Limit(ge=1, le=20)] = 3
    choice: listed(Choice) = ()  # type: ignore[valid-type]
    role: Literal["", "title", "lead", "picture"] = ""

    @property
    def longest(self) -> int:
        """How many characters an answer may have."""
        return min(self.max_chars, LONGEST_TITLE) if self.role == "title" else self.max_chars

    @model_validator(mode="after")
    def _has_choices(self) -> Self:
        if (self.type == "choice") != bool(self.choice):
            raise ValueError(phrase("choices exactly where type is choice"))
        if len({choice.key for choice in self.choice}) < len(self.choice):
            raise ValueError(phrase("each choice key once"))
        return self

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(phrase("min not above max"))
        return self


def file_ids(answer: Answer | None) -> tuple[int, ...]:
    """The attachments that an answer names; none where it is no list of files.

    >>> file_ids([3, 4]), file_ids("text"), file_ids([{"name": "x"}])
    ((3, 4), (), ())
    """
    return tuple(part for part in answer if isinstance(part, int)) if isinstance(answer, list) else ()


def rows_in(answer: Answer | None) -> tuple[Mapping[str, str], ...]:
    """The rows of an answer that is a table; none of any other."""
    return tuple(part for part in answer if isinstance(part, dict)) if isinstance(answer, list) else ()


def missing(fields: tuple[Field, ...], answers: Answers) -> tuple[str, ...]:
    """Keys of the required fields that have no answer yet, in the order of the form."""
    return tuple(field.key for field in fields if field.required and not answers.get(field.key))


def faults(fields: tuple[Field, ...], answers: Answers) -> dict[str, str]:
    """{field key: code of what is wrong} for the answers given; what is missing is not a fault."""
    found = {field.key: _fault(field, answers[field.key]) for field in fields if answers.get(field.key)}
    return {key: code for key, code in found.items() if code}


def written(field: Field, answers: Answers) -> str:
    """A number or a choice as evidence writes it, a number plainly: 12.50, never 1.25E1; "" where there is no answer.

    The answers must have no faults.
    """
    answer = answers.get(field.key)
    if not isinstance(answer, str) or not answer:
        return ""
    return format(Decimal(answer), "f") if field.type == "number" else answer


def _fault(field: Field, answer: Answer) -> str:
    if field.type in ("image", "file"):
        return "" if isinstance(answer, list) and len(answer) <= field.max_files else "too_many_files"
    if field.type in rows.COLUMNS:
        wrong = rows.faults(field.type, rows_in(answer))
        return wrong[0].code if wrong else ""
    if not isinstance(answer, str):
        return "not_understood"
    check = _CHECKS.get(field.type)
    return check(field, answer) if check else _text_fault(field, answer)


def _text_fault(field: Field, answer: str) -> str:
    return "too_long" if len(answer) > field.longest else ""


def _number_fault(field: Field, answer: str) -> str:
    if not numbers.is_number(answer) or len(answer) > MAX_NUMBER:
        return "not_a_number"
    number = Decimal(answer)
    low = field.minimum is not None and number < field.minimum
    high = field.maximum is not None and number > field.maximum
    return "out_of_range" if low or high else ""


def _choice_fault(field: Field, answer: str) -> str:
    return "" if answer in {choice.key for choice in field.choice} else "no_such_choice"


def _date_fault(_field: Field, answer: str) -> str:
    try:
        date.fromisoformat(answer)
    except ValueError:
        return "not_a_date"
    return ""


def _link_fault(field: Field, answer: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#@\\]+\.[^\s\\]+", answer):
        return "not_a_link"
    return _text_fault(field, answer)


_CHECKS = {"number": _number_fault, "choice": _choice_fault, "date": _date_fault, "link": _link_fault}
