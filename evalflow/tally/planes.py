"""All ballots looked at in one go: long integers in which every distinct ballot has a bit of its own.

Python joins and compares integers of any length at the speed of the machine, a ballot at a time it does not. So marks
are turned on their side here: one integer for each binary digit of the marks that an entry got. It is nothing but
another way to write a profile down, as exact as any; `condorcet` and `transferable` count with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from evalflow.tally.profile import MAX_MARK, NO_OPINION, UNRANKED, Profile, by_times

OCTET = 8  # bits of a byte: so many ballots side by side in one
_TURNED = bytes(NO_OPINION - mark for mark in range(256))  # so that better is greater, and no opinion nothing at all


@dataclass(frozen=True)
class Planes:
    """Sets of ballots, each a number whose bits are the ballots that are in it.

    digits[i]: of the i-th entry, for each binary digit of its mark turned round, the highest first, the ballots where
    it is 1. times: the ballots whose number of times has a 1 at the lowest binary digit, at the next, and so on. marks:
    those that rank, as far as any ballot has them, the best first.
    """

    digits: tuple[tuple[int, ...], ...]
    times: tuple[int, ...]
    marks: bytes

    def votes(self, ballots: int) -> int:
        """How often these ballots were cast."""
        return sum((ballots & cast).bit_count() << digit for digit, cast in enumerate(self.times))

    def heard(self, entry: int) -> int:
        """The ballots with an opinion of the entry."""
        return together(self.digits[entry])

    def marked(self, entry: int, mark: int) -> int:
        """The ballots that give the entry this mark, which is none of no opinion."""
        ballots, absent, turned = -1, 0, _TURNED[mark]
        for digit, ones in enumerate(reversed(self.digits[entry])):
            if turned >> digit & 1:
                ballots &= ones
            else:
                absent |= ones
        return ballots & ~absent

    def compared(self, entry: int, other: int) -> tuple[int, int]:
        """Of the ballots with an opinion of both those that rank the one above the other, and the other above the one.

        >>> rows = bytes([1, 2]), bytes([254, 2]), bytes([1, 255]), bytes([3, 3])
        >>> ballots = planes(Profile(("a", "b"), rows, (1, 1, 1, 1)))
        >>> [f"{found:b}" for found in ballots.compared(0, 1)]
        ['1', '10']
        """
        level, above, below = self.heard(entry) & self.heard(other), 0, 0
        for one, another in zip(self.digits[entry], self.digits[other], strict=True):
            differing = (one ^ another) & level
            above |= differing & one
            below |= differing & another
            level ^= differing
        return above, below

    def foremost(self, standing: Mapping[int, int]) -> dict[int, int]:
        """Of the ballots that stand for each entry ({entry: ballots}) those on which none of the others ranks higher.

        >>> rows = bytes([1, 2]), bytes([254, 2]), bytes([1, 255]), bytes([3, 3])
        >>> ballots = planes(Profile(("a", "b"), rows, (1, 1, 1, 1)))
        >>> {entry: f"{found:b}" for entry, found in ballots.foremost({0: 0b1111, 1: 0b1011}).items()}
        {0: '1101', 1: '1010'}
        """
        found = dict(standing)
        ballots = together(found.values())
        for digit in zip(*self.digits, strict=True):
            ones = {entry: left & digit[entry] for entry, left in found.items()}
            none = ballots ^ together(ones.values())
            found = {entry: ones[entry] | left & none for entry, left in found.items()}
        return found


def planes(profile: Profile) -> Planes:
    """The same ballots on their side; those that nobody cast are left out.

    ValueError: rows that don't fit the entries or the times, a negative number of ballots.

    >>> ballots = planes(Profile(("a", "b"), (bytes([1, 2]), bytes([2, 1])), (3, 1)))
    >>> [ballots.votes(found) for found in ballots.compared(0, 1)]
    [3, 1]
    """
    size = len(profile.entries)
    if {*map(len, profile.rows)} - {size} or min(profile.times, default=0) < 0:
        raise ValueError("every row needs one mark for each entry and a number of times")
    groups = sorted(by_times(profile).items(), reverse=True)  # so that the integers for many times are short
    joined = b"".join(b"".join(rows) for times, rows in groups if times)
    few = (size + 2).bit_length()
    digits = few if few < OCTET and not joined.translate(None, _marks_of(few)) else OCTET
    turned = joined.translate(_TURNED)
    turned += bytes(-len(turned) % (size * OCTET or 1))
    return Planes(
        tuple(_side(turned, entry, step=size, digits=digits) for entry in range(size)),
        _times([(times, len(rows)) for times, rows in groups if times]),
        bytes(mark for mark in _marks_of(digits) if mark <= MAX_MARK and mark in joined),
    )


def together(sets: Iterable[int]) -> int:
    """The ballots that are in any of these sets.

    >>> together([0b100, 0b001])
    5
    """
    return reduce(or_, sets, 0)


def _marks_of(digits: int) -> bytes:
    """The marks that so many binary digits tell apart: what ranks, from the best on, and the two that do not."""
    return bytes([*range((1 << digits) - 2), UNRANKED, NO_OPINION])


def _side(marks: bytes, entry: int, *, step: int, digits: int) -> tuple[int, ...]:
    """For each of the last binary digits, the highest first, one bit for every so many-th of these marks."""
    ones = int.from_bytes(b"\1" * (len(marks) // (step * OCTET)), "little")
    parts = [int.from_bytes(marks[entry + step * bit :: step * OCTET], "little") for bit in range(OCTET)]
    return tuple(
        sum((part >> digit & ones) << bit for bit, part in enumerate(parts)) for digit in reversed(range(digits))
    )


def _times(groups: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """groups: a number of times, and how many ballots in a row were cast so often."""
    lanes = [0] * max((times for times, _ in groups), default=0).bit_length()
    start = 0
    for times, size in groups:
        for digit in range(times.bit_length()):
            lanes[digit] |= (times >> digit & 1) * ((1 << size) - 1) << start
        start += size
    return tuple(lanes)
