"""From ballots to a count. Turning a count into points is `points`, putting entries in order is `ranking`.

Ballots come as pairs (what is on it, how many such ballots), so that a million ballots with few patterns stay few, and
a voter of weight 3 is three identical ballots. Every figure of a `Count` is in that unit.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

CHUNK = 10  # bits of a mask that are counted together
LOW = (1 << CHUNK) - 1


@dataclass(frozen=True)
class Count:
    """What was counted. votes: {entry: votes}, an entry nobody chose has 0.

    valid, invalid and abstentions add up to the ballots cast. electors: everybody on the roll, weighted like the
    ballots; None where nobody knows. places: where the method itself orders the entries, {entry: place}, whoever is out
    absent. givers: {entry: ballots that have an opinion of it} where a ballot may leave that open. top: the most one
    ballot can give an entry. heads: {entry: headcount of its branch}.
    """

    votes: Mapping[str, int | Fraction]
    valid: int
    invalid: int = 0
    abstentions: int = 0
    electors: int | None = None
    places: Mapping[str, int] | None = None
    givers: Mapping[str, int] | None = None
    top: int | None = None
    heads: Mapping[str, Fraction] | None = None

    @property
    def cast(self) -> int:
        return self.valid + self.invalid + self.abstentions

    @property
    def is_void(self) -> bool:
        """More ballots than voters make a vote void."""
        return self.electors is not None and self.cast > self.electors


def approval(
    ballots: Iterable[tuple[AbstractSet[str], int]],
    entries: Collection[str],
    *,
    minimum: int,
    maximum: int,
    electors: int | None = None,
) -> Count:
    """Votes per entry from ballots that name any `minimum` to `maximum` entries.

    A ballot outside these bounds, or with an entry that is not on offer, is invalid as a whole. An empty ballot is an
    abstention where `minimum` is 0, else invalid. No ballots: every entry has 0. ValueError: a negative number of
    ballots, bounds the wrong way round. Source: Brams and Fishburn, Approval Voting (1983), with bounds.

    >>> box = [(frozenset({"a", "b"}), 2), (frozenset({"a"}), 1), (frozenset(), 1), (frozenset({"x"}), 1)]
    >>> approval(box, ["a", "b", "c"], minimum=1, maximum=2, electors=9).votes
    {'a': 3, 'b': 2, 'c': 0}
    """
    bits = {entry: 1 << bit for bit, entry in enumerate(entries)}
    strange = 1 << len(bits)
    masks = ((sum(bits.get(entry, strange) for entry in chosen), times) for chosen, times in ballots)
    return approval_of_masks(masks, tuple(bits), minimum=minimum, maximum=maximum, electors=electors)


def approval_of_masks(
    ballots: Iterable[tuple[int, int]],
    entries: Sequence[str],
    *,
    minimum: int,
    maximum: int,
    electors: int | None = None,
) -> Count:
    """`approval` of ballots that are bit masks: bit i is set where the i-th of the entries was named.

    A million ballots with few patterns should come counted together: (mask, how many).

    >>> approval_of_masks([(0b011, 2), (0b001, 1), (0b111, 1)], ["a", "b", "c"], minimum=1, maximum=2)
    Count(votes={'a': 3, 'b': 2, 'c': 0}, valid=3, invalid=1, abstentions=0, electors=None, places=None, givers=None, \
top=None, heads=None)
    """
    if not 0 <= minimum <= maximum:
        raise ValueError(f"no ballot can name {minimum} to {maximum} entries")
    size, valid, invalid, abstentions = len(entries), 0, 0, 0
    by_chunk = [[0] * (1 << CHUNK) for _ in range(-(-size // CHUNK))]  # one addition for so many entries
    for mask, times in ballots:
        _not_negative(times)
        if not mask and not minimum:
            abstentions += times
        elif mask >> size or not minimum <= mask.bit_count() <= maximum:
            invalid += times
        else:
            valid += times
            for counted in by_chunk:
                counted[mask & LOW] += times
                mask >>= CHUNK
    votes = {
        entry: sum(times for chunk, times in enumerate(by_chunk[bit // CHUNK]) if chunk >> bit % CHUNK & 1)
        for bit, entry in enumerate(entries)
    }
    return Count(votes, valid, invalid, abstentions, electors)


def extended(first: Count, second: Count) -> Count:
    """A vote and its extension round together: only who had not voted yet may vote in the second.

    The roll is that of the first. ValueError: other entries, or more ballots than the roll has electors, so that
    somebody must have voted twice. Source: Python's steering council election of 2024 (PEP 8105).

    >>> extended(Count({"a": 3}, 4, electors=9), Count({"a": 1}, 2, abstentions=1, electors=9)).votes
    {'a': 4}
    """
    if first.votes.keys() != second.votes.keys():
        raise ValueError("the rounds are not on the same entries")
    both = Count(
        {entry: first.votes[entry] + second.votes[entry] for entry in first.votes},
        first.valid + second.valid,
        first.invalid + second.invalid,
        first.abstentions + second.abstentions,
        first.electors,
    )
    if both.is_void:
        raise ValueError("more ballots than electors: somebody voted in both rounds")
    return both


def _not_negative(times: int) -> None:
    if times < 0:
        raise ValueError(f"{times} ballots can't have been cast")
