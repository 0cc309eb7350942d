"""The line after the seats where at most so many of one group can be above it: two of one branch, of one employer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from evalflow.tally.ranking import Cut, Place


@dataclass(frozen=True)
class CappedCut:
    """cut: as `ranking.cut` gives it. passed_over: who would have had a seat, had his group not had enough already.

    Of the entries in cut.tied no more than their group still has room for can be above the line.
    """

    cut: Cut
    passed_over: tuple[str, ...]


def cut_with_cap(places: Sequence[Place], seats: int, groups: Mapping[str, str], at_most: int) -> CappedCut:
    """The line after so many seats with at most so many entries of one group above it; the next ones move up.

    groups: {entry: group}; an entry without one is limited by nobody. A tie that does not fit, into the seats or into
    a group, is returned as tied and not broken, and takes the seats it is sure of: those below it get the others.
    Unranked entries are below. Too few entries outside full groups: seats stay empty. ValueError: seats below 0,
    at_most below 1. Source: Kubernetes steering committee charter ("maximal representation"): no more than so many
    seats for one employer, the highest vote-getters stay, the next candidate moves up.

    >>> from fractions import Fraction
    >>> from evalflow.tally.ranking import rank
    >>> places = rank({name: Fraction(score) for name, score in (("a", 9), ("b", 8), ("c", 7), ("d", 6))})
    >>> cut_with_cap(places, 2, {"a": "x", "b": "x", "c": "y"}, 1)
    CappedCut(cut=Cut(winners=('a', 'c'), tied=(), seats_left=0, below=('b', 'd')), passed_over=('b',))
    """
    if seats < 0 or at_most < 1:
        raise ValueError(f"{seats} seats with at most {at_most} of a group can't be filled")
    filling = _Filling(seats, groups, at_most)
    ranked = [place for place in places if place.place is not None]
    for _, sharing in groupby(ranked, key=lambda place: place.place):
        filling.take(tuple(place.entry for place in sharing))
    above = {*filling.winners, *filling.tied}
    below = tuple(place.entry for place in places if place.entry not in above)
    seats_left = seats - len(filling.winners)
    return CappedCut(Cut(tuple(filling.winners), tuple(filling.tied), seats_left, below), tuple(filling.passed_over))


class _Filling:
    """Seats being taken, best first. left: seats that neither a winner nor a tie has."""

    def __init__(self, seats: int, groups: Mapping[str, str], at_most: int) -> None:
        self.left = seats
        self.groups = groups
        self.at_most = at_most
        self.used: Counter[str] = Counter()
        self.winners: list[str] = []
        self.tied: list[str] = []
        self.passed_over: list[str] = []

    def take(self, sharing: tuple[str, ...]) -> None:
        """Seats for entries that share a place."""
        if not self.left:
            return
        fit = [entry for entry in sharing if self._room(entry)]
        self.passed_over += [entry for entry in sharing if not self._room(entry)]
        if not fit:
            return
        asking = Counter(self.groups[entry] for entry in fit if entry in self.groups)
        crowded = {group for group, number in asking.items() if number > self.at_most - self.used[group]}
        loose = [entry for entry in fit if self.groups.get(entry) not in crowded]
        needed = len(loose) + sum(self.at_most - self.used[group] for group in crowded)
        if needed > self.left:
            self.tied += fit
            self.left = 0
            return
        self.winners += loose
        self.tied += [entry for entry in fit if self.groups.get(entry) in crowded]
        self.left -= needed
        self.used.update(self.groups[entry] for entry in loose if entry in self.groups)
        self.used.update({group: self.at_most - self.used[group] for group in crowded})

    def _room(self, entry: str) -> bool:
        return entry not in self.groups or self.used[self.groups[entry]] < self.at_most
