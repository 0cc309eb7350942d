"""What if the lines between the tiers of an award stood elsewhere: how many entries each takes, and what they cost.

Nothing here changes a rule: it counts what the rules, or rules with other numbers, would make of a ranking.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalflow.kinds.award_tiers import AwardTier, rules_of
from evalflow.tally import tiers
from evalflow.tally.ranking import Place


@dataclass(frozen=True)
class Line:
    """One tier. entries: best first; empty: places that nobody has, None where its places are not counted.

    cost: what its entries bring together for the award fund, in whole yuan.
    """

    tier: AwardTier
    entries: tuple[str, ...]
    empty: int | None
    cost: int


@dataclass(frozen=True)
class CutLines:
    """lines: best tier first. straddles: entries that tie across a line, in the better tier. outside: the rest."""

    lines: tuple[Line, ...]
    straddles: tuple[tuple[str, ...], ...]
    outside: tuple[str, ...]

    @property
    def awarded(self) -> int:
        return sum(len(line.entries) for line in self.lines)

    @property
    def cost(self) -> int:
        return sum(line.cost for line in self.lines)

    @property
    def tiers(self) -> Mapping[str, str]:
        """{entry: key of its tier}; absent for none."""
        return {entry: line.tier.key for line in self.lines for entry in line.entries}


def counted(places: Sequence[Place], found: Sequence[AwardTier], *, seats: int, field: int) -> CutLines:
    """The tiers of a ranking, before anybody has decided it.

    places: best first. seats: who has a place up to this one can be awarded, with those who share it. field: how many
    entries there are, for tiers by shares. Tiers by full marks are left out: they do not go by the ranking.

    >>> from evalflow.i18n import Text
    >>> from evalflow.tally.ranking import rank
    >>> places = rank({"a": Fraction(95), "b": Fraction(88), "c": Fraction(70)})
    >>> cut = counted(places, [AwardTier(key="first", title=Text("一等"), places=1, amount=30000),
    ...                        AwardTier(key="second", title=Text("二等"), places=2, at_least="80", amount=20000)],
    ...               seats=3, field=3)
    >>> [(line.tier.key, line.entries, line.empty, line.cost) for line in cut.lines], cut.outside, cut.cost
    ([('first', ('a',), 0, 30000), ('second', ('b',), 1, 20000)], ('c',), 50000)
    """
    ranked = [tier for tier in found if tier.full_mark_in is None]
    within = [place for place in places if place.place is not None and place.place <= seats]
    tiering = tiers.assign(within, rules_of(ranked, field))
    given = tiers.together(tiering)
    lines = tuple(_line(tier, within, given, tiering.empty) for tier in ranked)
    awarded = {entry for line in lines for entry in line.entries}
    return CutLines(
        lines=lines,
        straddles=tuple(one.entries for one in tiering.undecided),
        outside=tuple(place.entry for place in places if place.entry not in awarded),
    )


def moved(
    found: Sequence[AwardTier], *, places: Mapping[str, int], at_least: Mapping[str, str]
) -> tuple[AwardTier, ...]:
    """The tiers with other numbers where there are any, by key. ValueError: a score above that of the tier before."""
    others = tuple(
        tier.model_copy(
            update={
                **({"places": places[tier.key]} if tier.key in places and tier.places is not None else {}),
                **({"at_least": at_least[tier.key]} if tier.key in at_least and tier.at_least is not None else {}),
            }
        )
        for tier in found
    )
    scores = [Fraction(tier.at_least) for tier in others if tier.at_least is not None]
    if scores != sorted(scores, reverse=True):
        raise ValueError("a score no higher than in the tier before")
    return others


def _line(tier: AwardTier, places: Sequence[Place], given: Mapping[str, str], empty: Mapping[str, int]) -> Line:
    entries = tuple(place.entry for place in places if given.get(place.entry) == tier.key)
    return Line(tier, entries, empty.get(tier.key), len(entries) * (tier.amount or 0))
