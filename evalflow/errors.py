"""The one tree of errors.

    EvalflowError
    ├── Refused           the person may not: nothing is written, the answer is a sentence
    │   ├── Invalid       422  what was sent can't be accepted (fields: what is wrong where)
    │   ├── Forbidden     403  this person may not do this
    │   ├── NotFound      404  there is no such thing, or not for this person
    │   ├── Conflict      409  not in this state, or someone else was faster
    │   ├── TooMany       429  too often
    │   ├── Busy          503  too many at once, or the database is away: the same again in a moment
    │   └── NotReady      503  the machine lacks what an operator has to make or install first
    ├── DefinitionError   a workflow file can't work: file, line, stage, key, expected, found
    ├── BundleError       a bundle can't be recounted: file, line, what was expected, what was found
    └── LogBroken         the audit log does not verify: stop

Refusals carry a code and facts; `web.refusals` makes sentences of them. A bug is never a refusal.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar

MOST_NAMED = 12  # names that a complaint lists
MOST_SIGNS = 400  # of a complaint; what was found may be a whole file in one cell


def on_one_line(text: str) -> str:
    """The text with everything escaped that would break its line or turn it around, and its middle left out if long."""
    plain = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
    return plain if len(plain) <= MOST_SIGNS else f"{plain[: MOST_SIGNS // 2]}…{plain[-MOST_SIGNS // 2 + 1 :]}"


def choices(known: Iterable[str], found: str) -> str:
    """What could have been written instead of `found`: all there is, or of many the nearest.

    >>> choices(["rose", "fern"], "rsoe")
    'rose or fern'
    >>> choices([f"b{number:02}" for number in range(19)], "b7")
    'one of 19, the nearest b17'
    """
    names = sorted(known) if isinstance(known, Set) and not isinstance(known, Mapping) else list(known)
    if len(names) > MOST_NAMED:
        near = get_close_matches(found, names, n=1, cutoff=0)
        return f"one of {len(names)}, the nearest {near[0]}"
    shown = [name or '""' for name in names]
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if shown[1:] else shown) or "nothing, as there is none"


class EvalflowError(Exception):
    """Root of every error this program raises on purpose."""


class Refused(EvalflowError):
    """A person may not do this. `code` names the reason, `facts` fill its sentence."""

    status: ClassVar[int] = 409

    def __init__(self, code: str, /, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code}({told})" if told else self.code


class Invalid(Refused):
    """What was sent can't be accepted; `fields` maps a field's name to the code of what is wrong with it."""

    status = 422

    def __init__(self, code: str, /, *, fields: Mapping[str, str] | None = None, **facts: object) -> None:
        super().__init__(code, **facts)
        self.fields = dict(fields or {})


class Forbidden(Refused):
    status = 403


class NotFound(Refused):
    status = 404


class Conflict(Refused):
    status = 409


class TooMany(Refused):
    status = 429


class Busy(Refused):
    """Nothing is wrong with what was asked; the same again after `RETRY_AFTER` seconds may succeed."""

    status = 503


class NotReady(Refused):
    """The machine lacks what an operator has to make or install first: an installation, its schema, fonts."""

    status = 503


RETRY_AFTER = 10  # seconds; said in the Retry-After header of a 503


@dataclass(frozen=True)
class Flaw:
    """One thing wrong with a workflow file. expected, found: plain texts or phrases, which have other languages."""

    file: str
    stage: str
    key: str
    expected: str
    found: str
    line: int | None = None

    @property
    def place(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"

    def __str__(self) -> str:
        stage = f"stage {self.stage}" if self.stage else "workflow"
        return f"{self.place}: {stage}: {self.key}: expected {self.expected}, found {self.found}"


class DefinitionError(EvalflowError):
    """A workflow file can't work; `flaws` holds every reason found, in the order of the file."""

    def __init__(self, flaws: tuple[Flaw, ...]) -> None:
        super().__init__("\n".join(str(flaw) for flaw in flaws))
        self.flaws = flaws


class BundleError(EvalflowError):
    """A bundle can't be recounted. Its text is one line: file, line where there is one, what was expected, what found.

    subject: the column, or what else in the file it is about; "" where that goes without saying.
    """

    def __init__(self, file: str, subject: str = "", *, expected: str, found: str, line: int | None = None) -> None:
        place = f"{file}:{line}" if line is not None else file
        self.file, self.line, self.subject, self.expected, self.found = file, line, subject, expected, found
        super().__init__(on_one_line(f"{place}: {f'{subject}: ' if subject else ''}expected {expected}, found {found}"))

    def at(self, file: str, line: int | None, *, stage: str = "") -> "BundleError":
        """The same complaint at another place. stage: named beside it where no file can be."""
        subject = ": ".join(filter(None, [f"stage {stage}" if stage else "", self.subject]))
        return BundleError(file, subject, expected=self.expected, found=self.found, line=line)


class LogBroken(EvalflowError):
    """The audit log contradicts itself; `index` is the first bad leaf where one can be named."""

    def __init__(self, reason: str, *, index: int | None = None) -> None:
        super().__init__(reason if index is None else f"leaf {index}: {reason}")
        self.reason, self.index = reason, index
