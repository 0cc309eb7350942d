"""Classes of an award: first, second and third, by places, by score bands, by both, or by shares of the field."""

from collections.abc import Iterable, Mapping, Sequence
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

    Places may stay empty: nobody moves up into a tier whose score he lacks, nobody is in a better tier than someone
    with a better place, and a place that nobody has (1, 2, 4) takes the seat it would have had. Tied entries that do
    not fit into one tier together are returned as undecided. Unranked entries are outside, and where a tier takes a
    score those without one. ValueError: see `check`. Source: award regulations with 一、二、三等奖 and 宁缺毋滥.

    >>> from evalflow.tally.ranking import rank
    >>> places = rank({"a": Fraction(95), "b": Fraction(88), "c": Fraction(80), "d": Fraction(80), "e": Fraction(50)})
    >>> tiering = assign(places, [Tier("first", 2, 90), Tier("second", 2, 60), Tier("third", 4, 60)])
    >>> tiering.members, tiering.empty
    ({'first': ('a',), 'second': ('b',), 'third': ()}, {'first': 1, 'second': 0, 'third': 3})
    >>> tiering.undecided, tiering.outside
    ((Straddle(entries=('c', 'd'), tiers=('second', 'third')),), ('e',))
    """
    check(tiers)
    filling = _Filling(tiers)
    members: dict[str, tuple[str, ...]] = {tier.name: () for tier in tiers}
    undecided: list[Straddle] = []
    outside: tuple[str, ...] = ()
    for _, sharing in groupby(places, key=lambda place: (place.place is None, place.place)):
        group = tuple(sharing)
        entries = tuple(place.entry for place in group)
        if group[0].place is None:
            outside += entries
            continue
        filling.pass_over(up_to=group[0].place)
        taken = tuple(dict.fromkeys(filling.take(place.score) for place in group))
        if len(taken) > 1:
            undecided.append(Straddle(entries, taken))
        elif taken[0]:
            members[taken[0]] += entries
        else:
            outside += entries
    return Tiering(members, filling.empty(), tuple(undecided), outside)


def together(tiering: Tiering) -> dict[str, str]:
    """{entry: tier} where those who share a place share the better tier of a line they stand across.

    The tiers after it are not filled up again for it. Entries of no tier are absent.

    >>> from evalflow.tally.ranking import rank
    >>> places = rank({"a": Fraction(9), "b": Fraction(9), "c": Fraction(7)})
    >>> together(assign(places, [Tier("gold", 1), Tier("silver", 1), Tier("bronze", 1)]))
    {'c': 'bronze', 'a': 'gold', 'b': 'gold'}
    """
    found = {entry: tier for tier, entries in tiering.members.items() for entry in entries}
    return found | {entry: straddle.tiers[0] for straddle in tiering.undecided for entry in straddle.entries}


def seats_of_shares(shares: Iterable[Number], field: int) -> tuple[int, ...]:
    """How many seats each share of the field has, best tier first: shares add up before they are rounded down.

    So 1/12, 1/6 and 1/4 make medals for just half of the field, and never for more. ValueError: a share of 0 or below,
    shares of more than the whole, a field below 0. Source: General Regulations of the International Mathematical
    Olympiad, article 5: medals in the ratio of about 1:2:3, to at most half of the contestants.

    >>> seats_of_shares([Fraction(1, 12), Fraction(1, 6), Fraction(1, 4)], 621)
    (51, 104, 155)
    """
    parts = [exact(share) for share in shares]
    if any(part <= 0 for part in parts) or sum(parts) > 1 or field < 0:
        raise ValueError(f"shares of a field of {field} are above 0 and add up to 1 or less")
    lines = [int(field * sum(parts[: number + 1], Fraction(0))) for number in range(len(parts))]
    return tuple(line - before for before, line in zip([0, *lines], lines, strict=False))


def check(tiers: Sequence[Tier]) -> None:
    """ValueError: a tier named twice, seats below 0, scores that rise from a tier to the next."""
    if len({tier.name for tier in tiers}) < len(tiers):
        raise ValueError("each tier once")
    if any(tier.seats is not None and tier.seats < 0 for tier in tiers):
        raise ValueError("a tier can't have less than no seats")
    scores = [exact(tier.at_least) for tier in tiers if tier.at_least is not None]
    if scores != sorted(scores, reverse=True):
        raise ValueError("the score a tier takes can't be higher than that of the tier above it")


class _Filling:
    """Seats being taken, from the best tier down. best: no better tier than this can be taken any more."""

    def __init__(self, tiers: Sequence[Tier]) -> None:
        self.tiers = tiers
        self.used = {tier.name: 0 for tier in tiers}
        self.best = 0
        self.seen = 0

    def take(self, score: Fraction | None) -> str:
        """The name of the tier with a seat for this score, "" where there is none."""
        self.seen += 1
        for number, tier in enumerate(self.tiers[self.best :], self.best):
            reached = tier.at_least is None or (score is not None and score >= exact(tier.at_least))
            if reached and self._has_seat(tier):
                self.used[tier.name] += 1
                self.best = number
                return tier.name
        return ""

    def pass_over(self, *, up_to: int) -> None:
        """Use up the seats of places before this one that nobody has."""
        while self.seen < up_to - 1:
            self.seen += 1
            tier = next((tier for tier in self.tiers[self.best :] if self._has_seat(tier)), None)
            if tier is not None:
                self.used[tier.name] += 1

    def empty(self) -> dict[str, int]:
        return {tier.name: tier.seats - self.used[tier.name] for tier in self.tiers if tier.seats is not None}

    def _has_seat(self, tier: Tier) -> bool:
        return tier.seats is None or self.used[tier.name] < tier.seats
