"""Lines that an entry must not cross, or must reach, to take part in the ranking at all.

A veto (一票否决) takes out an entry that meets it; without a figure nothing is met. A condition of eligibility takes
out every entry that does not meet it; an entry without a figure does not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, model_validator

from evalflow.i18n import Text, phrase
from evalflow.kinds.components import Amount
from evalflow.workflow.definition import BilingualText, Key, Strict
from evalflow.workflow.outcome import Case


class Line(Strict):
    """label: a veto's reason, or a condition to be met, as people read it.

    The subclasses say which values keep an entry out (`is_out`).
    """

    label: BilingualText
    source: Annotated[str, Field(alias="from")]
    figure: Key
    choice: Annotated[Key | None, Field(alias="is")] = None


class Veto(Line):
    """Who meets it takes no part in the ranking.

    from: an earlier stage; figure: its number, or a declaration's choice. Met above a number, below one, or where the
    choice is this one.
    """

    above: Amount | None = None
    below: Amount | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.above, self.below, self.choice].count(None) != 2:
            raise ValueError(phrase("exactly one of above, below, is"))
        return self

    def is_out(self, value: Fraction | str | None) -> bool:
        if self.choice is not None:
            return value == self.choice
        if not isinstance(value, Fraction):
            return False
        return value > Fraction(self.above) if self.above is not None else value < Fraction(self.below or 0)

    @property
    def condition(self) -> tuple[str, str]:
        """(how it is met, the number or choice as written)."""
        named = {"above": self.above, "below": self.below, "is": self.choice}
        return next((name, limit) for name, limit in named.items() if limit is not None)


class Eligible(Line):
    """Who does not meet it takes no part in the ranking; without a figure it is not met.

    from: an earlier stage; figure: its number, or a declaration's choice. Met from a number on, up to one, or where the
    choice is this one.
    """

    at_least: Amount | None = None
    at_most: Amount | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if [self.at_least, self.at_most, self.choice].count(None) != 2:
            raise ValueError(phrase("exactly one of at_least, at_most, is"))
        return self

    def is_out(self, value: Fraction | str | None) -> bool:
        if self.choice is not None:
            return value != self.choice
        if not isinstance(value, Fraction):
            return True
        return value < Fraction(self.at_least) if self.at_least is not None else value > Fraction(self.at_most or 0)

    @property
    def condition(self) -> tuple[str, str]:
        """(how it is met, the number or choice as written)."""
        named = {"at_least": self.at_least, "at_most": self.at_most, "only": self.choice}
        return next((name, limit) for name, limit in named.items() if limit is not None)


@dataclass(frozen=True)
class Barred:
    """An entry that takes no part in the ranking. line: what keeps it out.

    value: the number or choice that says so, None where it has none.
    """

    entry: str
    line: "Veto | Eligible"
    value: Fraction | str | None

    def to_json(self) -> dict[str, object]:
        label = {"zh": self.line.label.zh, "en": self.line.label.en}
        value = "" if self.value is None else str(self.value)
        return {
            "entry": self.entry,
            "label": label,
            "from": self.line.source,
            "figure": self.line.figure,
            "value": value,
        }


def barred(case: Case, lines: Iterable[Veto | Eligible]) -> tuple[Barred, ...]:
    """Everybody whom one of the lines keeps out, by line and then by number; an entry can stand more than once."""
    found = []
    for line in lines:
        values = _values(case, line)
        out = [key for key in case.keys if line.is_out(values.get(key))]
        found += [Barred(key, line, values.get(key)) for key in out]
    return tuple(found)


def told(entry: str, label: Text, value: str, lines: Iterable[Veto | Eligible]) -> Barred:
    """What an outcome tells of an entry kept out, with the line that it was: of those with this label, one it crosses.

    Outcomes name a line by its label only; they are digested, so they stay as they are.
    """
    named = [Barred(entry, line, _value(value, line)) for line in lines if line.label == label]
    return next((one for one in named if one.line.is_out(one.value)), named[0])


def _value(text: str, line: Line) -> Fraction | str | None:
    """A value as an outcome has it."""
    if not text or line.choice is not None:
        return text or None
    try:
        return Fraction(text)
    except ValueError:
        return None


def _values(case: Case, line: Line) -> Mapping[str, Fraction] | Mapping[str, str]:
    outcome = case.earlier[line.source]
    if line.choice is not None:
        choices: Mapping[str, Mapping[str, str]] = outcome.facts.get("choices", {})
        return choices.get(line.figure, {})
    return outcome.figures.get(line.figure, {})
