"""An entry's answers made ready to be read: plain text in paragraphs, never markup."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from evalflow.i18n import Text
from evalflow.workflow.fields import Answer, Answers, Field, file_ids, rows_in
from evalflow.workflow.indicators import Row

DESCRIPTION_CHARS = 160  # what search engines and messengers show of a description


@dataclass(frozen=True)
class Shown:
    """One field with its answer. Which part is filled follows the field's type: number is a decimal string.

    paragraphs: lines by paragraph. files: attachment ids, in their order. rows: of a table.
    """

    field: Field
    paragraphs: tuple[tuple[str, ...], ...] = ()
    choice: Text = Text("")
    number: str = ""
    day: date | None = None
    link: str = ""
    files: tuple[int, ...] = ()
    rows: tuple[Row, ...] = ()

    @property
    def is_short(self) -> bool:
        """Whether a word says it: a number, a day, a choice."""
        return self.field.type in ("number", "date", "choice")


def shown(fields: Sequence[Field], answers: Answers) -> tuple[Shown, ...]:
    """The fields that have an answer; without the title, which stands above everything."""
    return tuple(
        _shown(field, answers[field.key]) for field in fields if field.role != "title" and _has(field, answers)
    )


def lead(fields: Sequence[Field], answers: Answers) -> str:
    """The entry's one-line summary; "" where none is asked or given."""
    found = [answers.get(field.key, "") for field in fields if field.role == "lead"]
    return " ".join(str(found[0]).split()) if found else ""


def picture(fields: Sequence[Field], answers: Answers) -> int | None:
    """Attachment id of the cover, or of the first image where no field is the cover's; None where there is none."""
    images = [field for field in fields if field.type == "image" and _has(field, answers)]
    images.sort(key=lambda field: field.role != "picture")
    ids = file_ids(answers[images[0].key]) if images else ()
    return ids[0] if ids else None


def description(fields: Sequence[Field], answers: Answers) -> str:
    """Some words about the entry for search engines and messengers: its lead, or its first long text, cut."""
    texts = [str(answers[field.key]) for field in fields if field.type == "long_text" and _has(field, answers)]
    words = lead(fields, answers) or " ".join(" ".join(texts[:1]).split())
    return words if len(words) <= DESCRIPTION_CHARS else words[: DESCRIPTION_CHARS - 1] + "…"


def paragraphs(text: str) -> tuple[tuple[str, ...], ...]:
    """Blank lines part paragraphs, single line breaks are kept.

    >>> paragraphs("a\\nb\\n\\n\\nc ")
    (('a', 'b'), ('c',))
    """
    parts = re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip())
    return tuple(tuple(line.strip() for line in part.split("\n")) for part in parts if part.strip())


def _has(field: Field, answers: Answers) -> bool:
    return bool(answers.get(field.key))


def _shown(field: Field, answer: Answer) -> Shown:
    if isinstance(answer, list):
        return Shown(field, files=file_ids(answer), rows=rows_in(answer))
    match field.type:
        case "choice":
            labels = {choice.key: choice.label for choice in field.choice}
            return Shown(field, choice=labels.get(answer, Text(answer)))
        case "number":
            return Shown(field, number=answer)
        case "date":
            return Shown(field, day=date.fromisoformat(answer))
        case "link":
            return Shown(field, link=answer)
    return Shown(field, paragraphs=paragraphs(answer))
