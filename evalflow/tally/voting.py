"""From ballots to a count. Turning a count into points is `points`, putting entries in order is `ranking`.

Ballots come as pairs (what is on it, how many such ballots), so that a million ballots with few patterns stay few, and
a voter of weight 3 is three identical ballots. Every figure of a `Count` is in that unit.
"""

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction

from evalflow.tally.exact import Number, exact


@dataclass(frozen=True)
class Count:
    """What was counted. votes: {entry: votes}, an entry nobody chose has 0.

    valid, invalid and abstentions add up to the ballots cast. electors: everybody on the roll, weighted like the
    ballots; None where nobody knows.
    """

    votes: Mapping[str, int | Fraction]
    valid: int
    invalid: int = 0
    abstentions: int = 0
    electors: int | None = None

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
    >>> approval(box, ["a", "b", "c"], minimum=1, maximum=2, electors=9)
    Count(votes={'a': 3, 'b': 2, 'c': 0}, valid=3, invalid=2, abstentions=0, electors=9)
    """
    if not 0 <= minimum <= maximum:
        raise ValueError(f"no ballot can name {minimum} to {maximum} entries")
    votes, offered = dict.fromkeys(entries, 0), frozenset(entries)
    valid = invalid = abstentions = 0
    for chosen, times in ballots:
        _not_negative(times)
        if not chosen and minimum == 0:
            abstentions += times
        elif not minimum <= len(chosen) <= maximum or not chosen <= offered:
            invalid += times
        else:
            valid += times
            for entry in chosen:
                votes[entry] += times
    return Count(votes, valid, invalid, abstentions, electors)


def grade(
    ballots: Iterable[tuple[Mapping[str, str], int]],
    entries: Collection[str],
    *,
    worth: Mapping[str, Number],
    electors: int | None = None,
) -> Count:
    """Sums of points per entry from ballots that give every entry a grade, e.g. worth={"good": 80, "fair": 60}.

    ballots: [({entry: grade}, how many)]. A ballot with an unknown grade or entry, or one that leaves an entry out, is
    invalid as a whole; an empty one is an abstention. Divide by the valid ballots with `points.mean_of_grades`.
    No ballots: every entry has 0. ValueError: a negative number of ballots.

    >>> box = [({"a": "good", "b": "fair"}, 3), ({"a": "fair", "b": "fair"}, 1), ({"a": "good"}, 1), ({}, 1)]
    >>> count = grade(box, ["a", "b"], worth={"good": 80, "fair": 60})
    >>> {entry: str(total) for entry, total in count.votes.items()}, count.valid, count.invalid, count.abstentions
    ({'a': '300', 'b': '240'}, 4, 1, 1)
    """
    points = {name: exact(value) for name, value in worth.items()}
    totals, offered = dict.fromkeys(entries, Fraction(0)), frozenset(entries)
    valid = invalid = abstentions = 0
    for grades, times in ballots:
        _not_negative(times)
        if not grades:
            abstentions += times
        elif grades.keys() != offered or not points.keys() >= set(grades.values()):
            invalid += times
        else:
            valid += times
            for entry, name in grades.items():
                totals[entry] += points[name] * times
    return Count(totals, valid, invalid, abstentions, electors)


def _not_negative(times: int) -> None:
    if times < 0:
        raise ValueError(f"{times} ballots can't have been cast")
