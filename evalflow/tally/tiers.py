"""Classes of an award: first, second and third, by places, by score bands, or by both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from evalflow.tally.exact import Number, exact
from evalflow.tally.ranking import Place


@dataclass(frozen=True)
class Tier:
    """One class. seats: how many places it has, None for no limit; at_least: the score it takes, None for any."""

    name: str
    seats: int | None = None
    at_least: Number | None = None


@dataclass(frozen=True)
class Straddle:
    """Tied entries across a line: they share the tiers named, "" meaning none, until somebody separates them."""

    entries: tuple[str, ...]
    tiers: tuple[str, ...]


@dataclass(frozen=True)
class Tiering:
    """members: {tier: entries, best first}; empty: {tier: places that stay empty}, only tiers with seats.

    undecided: ties across a line, in no tier yet, though their seats are taken; outside: entries of no tier.
    """

    members: Mapping[str, tuple[str, ...]]
    empty: Mapping[str, int]
    undecided: tuple[Straddle, ...]
    outside: tuple[str, ...]


def assign(places: Sequence[Place], tiers: Sequence[Tier]) -> Tiering:
    """Each entry's tier: in order of place, the best tier that has a seat left and whose score is reached.

    Places may stay empty: nobody moves up into a tier whose score he lacks. Tied entries that do not fit into one tier
    together are returned as undecided. Unranked entries are outside. ValueError: a tier named twice, seats below 0,
    scores that do not fall from tier to tier.

    >>> from evalflow.tally.ranking import rank
    >>> places = rank({"a": Fraction(95), "b": Fraction(88), "c": Fraction(80), "d": Fraction(80), "e": Fraction(50)})
    >>> tiering = assign(places, [Tier("first", 2, 90), Tier("second", 2, 60), Tier("third", 4, 60)])
    >>> tiering.members, tiering.empty
    ({'first': ('a',), 'second': ('b',), 'third': ()}, {'first': 1, 'second': 0, 'third': 3})
    >>> tiering.undecided, tiering.outside
    ((Straddle(entries=('c', 'd'), tiers=('second', 'third')),), ('e',))
    """
    _check(tiers)
    filling = _Filling(tiers)
    members: dict[str, tuple[str, ...]] = {tier.name: () for tier in tiers}
    undecided: list[Straddle] = []
    outside: tuple[str, ...] = ()
    for _, sharing in groupby(places, key=lambda place: (place.place is None, place.place)):
        group = tuple(sharing)
        entries = tuple(place.entry for place in group)
        taken = tuple(dict.fromkeys(filling.take(place.score) for place in group))
        if len(taken) > 1:
            undecided.append(Straddle(entries, taken))
        elif taken[0]:
            members[taken[0]] += entries
        else:
            outside += entries
    return Tiering(members, filling.empty(), tuple(undecided), outside)


class _Filling:
    """Seats being taken, from the best tier down."""

    def __init__(self, tiers: Sequence[Tier]) -> None:
        self.tiers = tiers
        self.used = {tier.name: 0 for tier in tiers}

    def take(self, score: Fraction | None) -> str:
        """The name of the tier with a seat for this score, "" where there is none."""
        for tier in self.tiers:
            has_seat = tier.seats is None or self.used[tier.name] < tier.seats
            if score is not None and has_seat and (tier.at_least is None or score >= exact(tier.at_least)):
                self.used[tier.name] += 1
                return tier.name
        return ""

    def empty(self) -> dict[str, int]:
        return {tier.name: tier.seats - self.used[tier.name] for tier in self.tiers if tier.seats is not None}


def _check(tiers: Sequence[Tier]) -> None:
    if len({tier.name for tier in tiers}) < len(tiers):
        raise ValueError("each tier once")
    if any(tier.seats is not None and tier.seats < 0 for tier in tiers):
        raise ValueError("a tier can't have less than no seats")
    scores = [exact(tier.at_least) for tier in tiers if tier.at_least is not None]
    if scores != sorted(scores, reverse=True):
        raise ValueError("the score a tier takes can't be higher than that of the tier above it")
