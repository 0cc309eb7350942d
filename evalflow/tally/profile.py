"""Many ballots that give every entry a mark, kept small: one byte per entry, equal ballots counted together.

A mark is a rank (1 the best, equal ranks allowed), points, or the number of a grade. Two marks mean something of their
own: a ranked ballot that leaves an entry out ranks it below all others (`UNRANKED`), one that says "no opinion" takes
no part in any comparison with it (`NO_OPINION`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

MAX_MARK = 253
UNRANKED = 254  # so that "ranked better" is "less than"
NO_OPINION = 255


@dataclass(frozen=True)
class Profile:
    """entries: whose the bytes of a row are, in this order. rows: the distinct ballots; times: how often each was cast.

    A voter of weight 3 is three equal ballots. Rows and times run in step, in an order that says nothing.
    """

    entries: tuple[str, ...]
    rows: tuple[bytes, ...] = ()
    times: tuple[int, ...] = ()

    @property
    def ballots(self) -> int:
        return sum(self.times)


def profile_of(entries: Iterable[str], ballots: Iterable[tuple[Mapping[str, int], int]], *, left_out: int) -> Profile:
    """A profile from ballots written out ({entry: mark}, how many); an entry left out gets the mark `left_out`.

    ValueError: an entry that is not on offer, a mark that is no byte, a negative number of ballots.

    >>> profile_of("abc", [({"b": 1, "a": 2}, 3), ({"a": 2, "b": 1}, 1)], left_out=UNRANKED)
    Profile(entries=('a', 'b', 'c'), rows=(b'\\x02\\x01\\xfe',), times=(4,))
    """
    order = tuple(entries)
    offered = set(order)
    counted: Counter[bytes] = Counter()
    for marks, times in ballots:
        strange = marks.keys() - offered
        if strange or times < 0:
            raise ValueError(f"not on offer: {sorted(strange)}" if strange else f"{times} ballots can't have been cast")
        counted[bytes(marks.get(entry, left_out) for entry in order)] += times
    return Profile(order, tuple(counted), tuple(counted.values()))


def first_preferences(profile: Profile) -> dict[str, Fraction]:
    """{entry: ballots that rank it best}; a ballot with several in its best rank is shared among them equally.

    A ballot that ranks nobody counts for nobody. Only ranks (1 the best) are meant here, not points.

    >>> ballots = profile_of("abc", [({"a": 1, "b": 2}, 3), ({"b": 1, "c": 1}, 1), ({}, 5)], left_out=UNRANKED)
    >>> {entry: str(votes) for entry, votes in first_preferences(ballots).items()}
    {'a': '3', 'b': '1/2', 'c': '1/2'}
    """
    votes = dict.fromkeys(profile.entries, Fraction(0))
    for row, times in zip(profile.rows, profile.times, strict=True):
        best = min(row, default=UNRANKED)
        first = [entry for entry, mark in zip(profile.entries, row, strict=True) if mark == best <= MAX_MARK]
        for entry in first:
            votes[entry] += Fraction(times, len(first))
    return votes


def by_times(profile: Profile) -> dict[int, list[bytes]]:
    """Rows by how often they were cast, so that what was cast equally often is counted at one go.

    >>> by_times(Profile(("a",), (bytes([1]), bytes([2]), bytes([3])), (4, 1, 4)))
    {4: [b'\\x01', b'\\x03'], 1: [b'\\x02']}
    """
    found: defaultdict[int, list[bytes]] = defaultdict(list)
    for row, times in zip(profile.rows, profile.times, strict=True):
        found[times].append(row)
    return dict(found)
