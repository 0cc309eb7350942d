"""Whether enough are there, and whether enough said aye.

A rule is a share of a base: those who *should* attend (entitled, 应到), those present (实到) or, for ayes, the votes
cast for and against. Grammar: `[">" | ">="] (N "/" M | N "%") ["of" ("entitled" | "present" | "votes")]`, where ">"
is strictly more than and ">=" at least. Without a base: of entitled. Without a sign: presence means at least; ayes
"1/2" and "50 %" mean more than half, and any other share must say which, because regulations use both.
"""

import re
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

_RULE = re.compile(r"(>=?)?\s*(?:([0-9]{1,4})/([0-9]{1,4})|([0-9]{1,3})\s?%)(?:\s+of\s+(entitled|present|votes))?")


class Base(Enum):
    """What a share is a share of."""

    ENTITLED = "entitled"
    PRESENT = "present"
    VOTES = "votes"


@dataclass(frozen=True)
class Share:
    """A fraction of a base, to be exceeded (strict) or only reached.

    >>> str(Share(Fraction(1, 2), Base.ENTITLED, strict=True))
    '>1/2 of entitled'
    """

    fraction: Fraction
    base: Base = Base.ENTITLED
    strict: bool = False

    def __str__(self) -> str:
        sign = ">" if self.strict else ">="
        return f"{sign}{self.fraction.numerator}/{self.fraction.denominator} of {self.base.value}"


@dataclass(frozen=True)
class Attendance:
    """Who should attend and who does. ValueError: somebody present who is not entitled."""

    entitled: frozenset[str]
    present: frozenset[str]

    def __post_init__(self) -> None:
        if not self.present <= self.entitled:
            raise ValueError(f"present but not entitled: {', '.join(sorted(self.present - self.entitled))}")

    def without(self, recused: frozenset[str]) -> "Attendance":
        """The attendance of one item: its recused members leave both bases, of that item only.

        >>> Attendance(frozenset("abc"), frozenset("ab")).without(frozenset("a")) == Attendance(
        ...     frozenset("bc"), frozenset("b"))
        True
        """
        return Attendance(self.entitled - recused, self.present - recused)


def parse_presence(text: str) -> Share:
    """A rule for how many must attend: "2/3" is at least two thirds of those entitled.

    ValueError: not the grammar, not above 0 and at most 1, a base other than entitled, more than all.

    >>> str(parse_presence("2/3")), str(parse_presence(">50 %"))
    ('>=2/3 of entitled', '>1/2 of entitled')
    """
    share = _parsed(text, strict=False)
    if share.base is not Base.ENTITLED:
        raise ValueError(f"{text!r}: attendance is a share of those entitled")
    return share


def parse_ayes(text: str) -> Share:
    """A rule for how many must say aye: "1/2 of entitled" is more than half of those entitled.

    ValueError: not the grammar, not above 0 and at most 1, more than all, a share other than half without a sign.

    >>> str(parse_ayes("1/2 of entitled")), str(parse_ayes(">=2/3 of present"))
    ('>1/2 of entitled', '>=2/3 of present')
    """
    share = _parsed(text, strict=True)
    if share.fraction != Fraction(1, 2) and not text.strip().startswith(">"):
        raise ValueError(f"{text!r}: write > for more than, >= for at least")
    return share


def needed(rule: Share, base: int) -> int:
    """The smallest number that meets the rule, of so many; at least 1, so that of nobody nothing is met.

    >>> needed(parse_presence("2/3"), 10), needed(parse_ayes("1/2"), 10)
    (7, 6)
    """
    part = rule.fraction * base
    least = int(part) + 1 if rule.strict else -int(-part // 1)
    return max(1, least)


def is_quorate(entitled: int, present: int, rule: Share) -> bool:
    """Whether enough of those who should attend do. Nobody entitled: not quorate.

    ValueError: more present than entitled, a negative number.

    >>> is_quorate(9, 6, parse_presence("2/3")), is_quorate(9, 5, parse_presence("2/3"))
    (True, False)
    """
    _check_counts(entitled, present, spoken=0)
    return present >= needed(rule, entitled)


def is_carried(ayes: int, noes: int, *, abstentions: int, entitled: int, present: int, rule: Share) -> bool:
    """Whether the ayes suffice. Take recused members out first (`Attendance.without`).

    Base "votes" is ayes and noes; abstentions count against a motion under the other bases only. No ayes: not carried.
    ValueError: more votes than present, more present than entitled, a negative number.

    >>> is_carried(6, 0, abstentions=0, entitled=12, present=8, rule=parse_ayes("1/2 of entitled"))
    False
    >>> is_carried(5, 2, abstentions=1, entitled=12, present=8, rule=parse_ayes("1/2 of present"))
    True
    """
    if min(ayes, noes, abstentions) < 0:
        raise ValueError("votes can't be negative")
    _check_counts(entitled, present, spoken=ayes + noes + abstentions)
    bases = {Base.ENTITLED: entitled, Base.PRESENT: present, Base.VOTES: ayes + noes}
    return ayes >= needed(rule, bases[rule.base])


def _parsed(text: str, *, strict: bool) -> Share:
    found = _RULE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a share such as 2/3, >1/2 of entitled or >=60 % of present")
    sign, part, whole, per_cent, base = found.groups()
    divisor = 100 if per_cent else int(whole)
    if divisor == 0:
        raise ValueError(f"{text!r} divides by zero")
    share = Share(Fraction(int(per_cent or part), divisor), Base(base or "entitled"), sign == ">" if sign else strict)
    if not 0 < share.fraction <= 1 or (share.strict and share.fraction == 1):
        raise ValueError(f"{text!r} can never be met, or always is")
    return share


def _check_counts(entitled: int, present: int, *, spoken: int) -> None:
    if not 0 <= spoken <= present <= entitled:
        raise ValueError(f"{spoken} votes, {present} present and {entitled} entitled can't be")
