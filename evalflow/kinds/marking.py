"""A ballot as a code: how marks on a paper become one small value, and when they are no valid ballot.

Names chosen are the bits of an integer. Points, grades and ranks are bytes, one for each entry of the paper in its
order, as `tally.profile` has them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from evalflow.errors import choices
from evalflow.kinds.ballot_rules import MAX_ENTRIES, BallotOptions
from evalflow.tally.preferences import clear_part
from evalflow.tally.profile import MAX_MARK, NO_OPINION, UNRANKED

Code = int | bytes
LEFT_OUT = {"points": 0, "grades": NO_OPINION, "ranks": UNRANKED}
UNREADABLE = "!"  # stands in the evidence for an envelope that could not be opened


class Unreadable(ValueError):
    """Marks that no code stands for: what was expected, and what was found."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found}")
        self.expected, self.found = expected, found


@dataclass(frozen=True)
class Fault:
    """Why marks are no valid ballot: a refusal's code and what it tells."""

    code: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Paper:
    """entries: what is on the paper, in the order of its bits or bytes."""

    entries: tuple[str, ...]
    options: BallotOptions

    @property
    def is_too_long(self) -> bool:
        """A ballot on so many entries would not fit where ballots are kept: nobody may vote on this paper."""
        return len(self.entries) > MAX_ENTRIES

    def code(self, marks: Mapping[str, int]) -> Code:
        """Marks by entry as a code. ValueError: an entry that is not on the paper, a mark that no byte holds."""
        strange = marks.keys() - set(self.entries)
        if strange:
            raise ValueError(min(strange))
        if self.options.form == "names":
            return sum(1 << bit for bit, key in enumerate(self.entries) if key in marks)
        left_out = self._left_out
        return bytes(marks.get(entry, left_out) for entry in self.entries)

    def marks(self, code: Code) -> dict[str, int]:
        """The marks of a code by entry; what was left out is absent."""
        if isinstance(code, int):
            return {key: 1 for bit, key in enumerate(self.entries) if code >> bit & 1}
        left_out = self._left_out
        return {key: mark for key, mark in zip(self.entries, code, strict=True) if mark != left_out}

    def text(self, code: Code) -> str:
        """A code as evidence has it: "b01|b07" for names, "b01:3|b07:?" for marks, "?" being no opinion."""
        marks = self.marks(code)
        if self.options.form == "names":
            return "|".join(marks)
        return "|".join(f"{key}:{self._mark_text(mark)}" for key, mark in marks.items())

    def read(self, text: str) -> Code:
        """The pair of `text`. Unreadable: a mark that is none, an entry unknown or named twice."""
        marks: dict[str, int] = {}
        for part in filter(None, text.split("|")):
            entry, colon, mark = part.partition(":")
            if entry not in self.entries:
                raise Unreadable(choices(self.entries, entry), f"{entry!r}")
            if bool(colon) == (self.options.form == "names"):
                raise Unreadable(self._grammar, f"{part!r}")
            if entry in marks:
                raise Unreadable("each entry once on a ballot", f"{entry!r} again")
            marks[entry] = self._mark(mark, part) if colon else 1
        return self.code(marks)

    def mark(self, text: str) -> int:
        """One mark as written: a grade's key, a number, "?" for no opinion. ValueError for anything else."""
        if text == "?":
            return NO_OPINION
        if self.options.form == "grades":
            return [str(grade.key) for grade in self.options.grade].index(text)
        if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= MAX_MARK:
            return int(text)
        raise ValueError(text)

    def number(self, code: Code) -> int:
        """The code as the number that goes into an envelope."""
        return code if isinstance(code, int) else int.from_bytes(code)

    def from_number(self, number: int) -> bytes | None:
        """The marks of such a number; None for one that has more bytes than the paper has entries."""
        size = len(self.entries)
        return number.to_bytes(size) if number.bit_length() <= 8 * size else None

    def is_blank(self, code: Code) -> bool:
        """Nothing was marked at all."""
        if isinstance(code, int):
            return code == 0
        return set(code) <= {self._left_out, NO_OPINION}

    def fault(self, code: Code) -> Fault | None:
        """Why this is no valid ballot; a blank one is judged like any other."""
        return FAULTS[self.options.form](code, self.options)

    def counted(self, code: Code) -> Code | None:
        """What counts of a ballot: all of a valid one, of ranks as far as they are clear, None for an invalid one."""
        if self.fault(code) is None:
            return code
        if self.options.form != "ranks" or self.options.reading == "void" or isinstance(code, int):
            return None
        clear = clear_part(code, ends_at_gap=self.options.reading == "to_gap")
        return None if self.is_blank(clear) or self.fault(clear) is not None else clear

    @property
    def _left_out(self) -> int:
        return NO_OPINION if self.options.no_opinion and self.options.form == "points" else LEFT_OUT[self.options.form]

    def _mark(self, text: str, part: str) -> int:
        try:
            return self.mark(text)
        except ValueError:
            raise Unreadable(self._grammar, f"{part!r}") from None

    @property
    def _grammar(self) -> str:
        """How one part of the text of a ballot is written."""
        named = self.entries[0] if self.entries else "ENTRY"
        if self.options.form == "names":
            return f"ENTRY alone, such as {named}"
        if self.options.form == "grades":
            grades = [str(grade.key) for grade in self.options.grade]
            return f"ENTRY:GRADE, such as {named}:{grades[0]}, with a grade out of {', '.join(grades)}"
        if self.options.form == "ranks":
            return f"ENTRY:RANK, such as {named}:1, with 1 for the best"
        return f"ENTRY:POINTS, such as {named}:1, with 0 to {self.options.points} points"

    def _mark_text(self, mark: int) -> str:
        if mark == NO_OPINION:
            return "?"
        grades = self.options.grade
        return str(grades[mark].key) if self.options.form == "grades" and mark < len(grades) else str(mark)


def _names(code: Code, options: BallotOptions) -> Fault | None:
    assert isinstance(code, int)
    low, high, chosen = options.bounds.minimum, options.bounds.maximum, code.bit_count()
    if low <= chosen <= high:
        return None
    return Fault("wrong_number_chosen", {"low": low, "high": high, "chosen": chosen})


def _points(code: Code, options: BallotOptions) -> Fault | None:
    assert isinstance(code, bytes) and options.points is not None
    given = code.replace(bytes([NO_OPINION]), b"") if options.no_opinion else code
    if options.method == "cumulative":
        return Fault("too_many_points", {"points": options.points}) if sum(given) > options.points else None
    if given and max(given) > options.points:
        return Fault("points_out_of_range", {"points": options.points})
    return None


def _grades(code: Code, options: BallotOptions) -> Fault | None:
    assert isinstance(code, bytes)
    left_out = code.count(NO_OPINION)
    if left_out and not options.no_opinion:
        return Fault("grade_missing", {"entries": left_out})
    given = code.replace(bytes([NO_OPINION]), b"")
    return Fault("no_such_grade", {}) if given and max(given) >= len(options.grade) else None


def _ranks(code: Code, options: BallotOptions) -> Fault | None:
    assert isinstance(code, bytes)
    if NO_OPINION in code and not options.no_opinion:
        return Fault("no_opinion_not_asked", {})
    ranks = sorted(code.replace(bytes([UNRANKED]), b"").replace(bytes([NO_OPINION]), b""))
    if ranks and not 1 <= ranks[0] <= ranks[-1] <= MAX_MARK:
        return Fault("rank_out_of_range", {"ranks": len(code)})
    if options.equal_ranks:
        return None
    if len(set(ranks)) < len(ranks):
        return Fault("rank_twice", {"rank": next(rank for rank in ranks if ranks.count(rank) > 1)})
    if options.method != "schulze" and ranks != list(range(1, len(ranks) + 1)):
        return Fault("ranks_with_gaps", {})
    if options.ranks and len(ranks) > len(options.ranks):
        return Fault("rank_out_of_range", {"ranks": len(options.ranks)})
    return None


FAULTS: Mapping[str, Callable[[Code, BallotOptions], Fault | None]] = MappingProxyType(
    {"names": _names, "points": _points, "grades": _grades, "ranks": _ranks}
)
