"""How far the weight of one part of a composite can move with the same winners: exactly, without trying weights out.

A weighted composite is linear in a weight, so any two entries cross at most once. Only where one who is in crosses one
who is not can the winners change, and whether they do there is asked of the rule that makes the line, just behind it:
with a cap on groups an entry can overtake a winner and still be passed over.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product

from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.standing import Standing
from evalflow.tally import ranking
from evalflow.tally.exact import exact
from evalflow.tally.ranking import Cut

WHOLE = Fraction(100)
IN, TIED, OUT = 2, 1, 0  # what an entry has: a seat, a share in a tie for one, nothing


@dataclass(frozen=True)
class Swap:
    """At this weight two entries are level; beyond it `enters` is ahead of `leaves`."""

    weight: Fraction
    enters: str
    leaves: str


@dataclass(frozen=True)
class Band:
    """One part of the composite and how far its weight can move, the others in proportion, with the same winners.

    below, above: what happens beyond the band, None where nothing does down to 0, or up to 100.
    """

    component: str
    weight: Fraction
    below: Swap | None
    above: Swap | None

    @property
    def low(self) -> Fraction:
        return self.below.weight if self.below else Fraction(0)

    @property
    def high(self) -> Fraction:
        return self.above.weight if self.above else WHOLE


@dataclass(frozen=True)
class _Line:
    """One entry's composite as a function of a weight: points in this part, and in the others together."""

    own: Fraction
    rest: Fraction

    def at(self, weight: Fraction) -> Fraction:
        return (weight * self.own + (WHOLE - weight) * self.rest) / WHOLE

    def level_with(self, other: "_Line") -> Fraction | None:
        """The weight at which both have the same composite; None where none or every one does."""
        own, rest = self.own - other.own, self.rest - other.rest
        return None if own == rest else WHOLE * rest / (rest - own)


def bands(options: DecisionOptions, base: Standing) -> Iterator[Band]:
    """Only of a weighted sum of two parts or more, and only of exact scores: entries that share a place after rounding
    count as level at the weight as it is.
    """
    if options.combine != "weighted" or len(options.component) < 2:
        return
    weights = {part.name: exact(part.weight or 0) for part in options.component}
    for name, weight in weights.items():
        moved = _Moved(base, _lines(name, weights, base))
        yield Band(name, weight, moved.first_change(weight, -1), moved.first_change(weight, 1))


def _lines(name: str, weights: Mapping[str, Fraction], base: Standing) -> dict[str, _Line]:
    """{entry: line} of the entries that are ranked."""
    others = WHOLE - weights[name]
    ranked = [place.entry for place in base.order.places if place.place is not None]
    rest = {
        entry: sum((share * base.points[part][entry] for part, share in weights.items() if part != name), Fraction(0))
        for entry in ranked
    }
    return {entry: _Line(base.points[name][entry], rest[entry] / others) for entry in ranked}


class _Moved:
    """The same season with another weight of one part."""

    def __init__(self, base: Standing, lines: Mapping[str, _Line]) -> None:
        self.base, self.lines = base, lines
        self.before = _seats(base.cut)
        self.places = {place.entry: -(place.place or 0) for place in base.order.places}

    def first_change(self, weight: Fraction, direction: int) -> Swap | None:
        """Where, from this weight upwards (1) or downwards (-1), others are in than now; None where it never happens.

        Between two crossings nothing changes, so that one look half way is enough.
        """
        crossings = sorted({weight, *self._crossings(weight, direction)}, reverse=direction < 0)
        for level, following in pairwise((*crossings, crossings[-1] + direction)):
            if not 0 <= level <= WHOLE:
                return None
            after = self._seats_at((level + following) / 2)
            if after != self.before:
                return Swap(level, *self._pair(level, after))
        return None

    def _crossings(self, weight: Fraction, direction: int) -> Iterator[Fraction]:
        """Beyond this weight, of one who is in, or shares the last seats, and one who is not."""
        above = [entry for entry in self.lines if entry in self.before]
        for one, other in product(above, self.lines):
            level = self.lines[one].level_with(self.lines[other]) if self._differ(one, other) else None
            if level is not None and (level - weight) * direction > 0:
                yield level

    def _differ(self, one: str, other: str) -> bool:
        has = self.before.get(one, OUT)
        return one != other and (has == TIED or has != self.before.get(other, OUT))

    def _seats_at(self, weight: Fraction) -> dict[str, int]:
        """Who is in where no two cross: entries that are level at every weight keep the order they have."""
        order = ranking.rank({entry: line.at(weight) for entry, line in self.lines.items()})
        places = ranking.break_ties(order, [("as it is", self.places)]).places
        return _seats(self.base.rule.through(places).cut)

    def _pair(self, weight: Fraction, after: Mapping[str, int]) -> tuple[str, str]:
        """Who gains and who loses most there, level with each other if any are."""
        gains = {entry: after.get(entry, OUT) - self.before.get(entry, OUT) for entry in self.lines}
        pairs = [pair for pair in product(gains, gains) if gains[pair[0]] > gains[pair[1]]]

        def fitness(pair: tuple[str, str]) -> tuple[bool, int]:
            enters, leaves = pair
            is_level = self.lines[enters].at(weight) == self.lines[leaves].at(weight)
            return is_level, gains[enters] - gains[leaves]

        return max(pairs, key=fitness)


def _seats(cut: Cut) -> dict[str, int]:
    """{entry: IN or TIED}; whoever is out is absent."""
    return {**dict.fromkeys(cut.winners, IN), **dict.fromkeys(cut.tied, TIED)}
