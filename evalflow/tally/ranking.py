"""From scores to places: composite, ranking, breaking ties by a published chain, cutting at the seats.

A tie is never broken silently: what no rule separates stays tied and says so. The keys of a chain are made elsewhere
(`ties`, earlier stages, a motion); the last resort is `draw`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from itertools import groupby
from typing import Any

from evalflow.tally.exact import Number, exact

Link = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Place:
    """One entry's place, 1 the best. No score: no place. tied: somebody else has the same place."""

    entry: str
    score: Fraction | None
    place: int | None
    tied: bool = False


def rank(scores: Mapping[str, Fraction | None]) -> tuple[Place, ...]:
    """Places by score, the highest first; equal scores share a place and the next is counted on: 1, 2, 2, 4.

    Within a tie, and among the unranked (no score) at the end, entries stand in the order of their keys, which means
    nothing. Nothing to rank: no places.

    >>> [(p.entry, p.place, p.tied) for p in rank({"a": Fraction(7), "b": Fraction(9), "c": Fraction(7), "d": None})]
    [('b', 1, False), ('a', 2, True), ('c', 2, True), ('d', None, False)]
    """
    found = [(score, entry) for entry, score in scores.items() if score is not None]
    found.sort(key=lambda pair: (-pair[0], pair[1]))
    groups = [tuple(entry for _, entry in group) for _, group in groupby(found, key=lambda pair: pair[0])]
    unranked = tuple(Place(entry, None, None) for entry in sorted(scores) if scores[entry] is None)
    return _numbered(groups, scores) + unranked


def composite(components: Sequence[tuple[str, Number, Mapping[str, Fraction]]]) -> dict[str, Fraction | None]:
    """Weighted score per entry from components (name, weight in per cent, {entry: points}).

    Exact. An entry that lacks a figure in a component that weighs anything has no composite (None): it is unranked, not
    zero. ValueError: a negative weight, weights that do not total 100, a component named twice.

    >>> composite([("vote", 40, {"a": Fraction(100), "b": Fraction(99)}), ("peers", 60, {"a": Fraction(171, 2)})])
    {'a': Fraction(913, 10), 'b': None}
    """
    weights = [exact(weight) for _, weight, _ in components]
    if sum(weights) != 100 or min(weights) < 0:
        raise ValueError(f"weights must be 0 or more and total 100, not {', '.join(map(str, weights)) or 'none'}")
    if len({name for name, _, _ in components}) < len(components):
        raise ValueError("each component once")
    shares = [
        {entry: weight * exact(points) / 100 for entry, points in figures.items()}
        for weight, (_, _, figures) in zip(weights, components, strict=True)
        if weight
    ]
    return _added(shares, {entry: None for _, _, figures in components for entry in figures})


def total(columns: Sequence[Mapping[str, Fraction]]) -> dict[str, Fraction | None]:
    """Plain sum per entry, for schemes whose parts are already on one scale (a jury's and a public's points).

    An entry that lacks a figure in any column has no total (None).

    >>> total([{"a": Fraction(212), "b": Fraction(183)}, {"a": Fraction(317)}])
    {'a': Fraction(529, 1), 'b': None}
    """
    return _added(columns, {entry: None for figures in columns for entry in figures})


@dataclass(frozen=True)
class Decision:
    """One link separated entries that were tied. groups: best first; within a group it left them tied."""

    link: str
    groups: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Ordering:
    """Places after the chain, and what decided them."""

    places: tuple[Place, ...]
    decisions: tuple[Decision, ...] = ()

    def decided_by(self, one: str, other: str) -> str | None:
        """The link that put two entries with equal scores apart; None where none did, or none had to."""
        for decision in self.decisions:
            at = {entry: index for index, group in enumerate(decision.groups) for entry in group}
            if one in at and other in at and at[one] != at[other]:
                return decision.link
        return None


def break_ties(order: Sequence[Place], chain: Sequence[Link], *, at: Collection[str] | None = None) -> Ordering:
    """The same ranking with its ties broken by a chain of links (name, {entry: key}), the higher key the better.

    Each link is asked about what the links before it left tied. A link that lacks a key for any of those tied has
    nothing to say about them. What is still tied at the end stays tied. Keys of one link must be comparable.
    at: only a tie in which one of these has a part is broken, the others stand. Source for that: Eurovision Song
    Contest, rules of 1991: a tie for the win goes to who has more 12s, then more 10s; others share their place.

    >>> scores = {"dk": Fraction(74), "es": Fraction(74), "fi": Fraction(72)}
    >>> after = break_ties(rank(scores), [("peers", {"dk": 1, "es": 1}), ("vote", {"dk": 30, "es": 24})])
    >>> [(p.entry, p.place, p.tied) for p in after.places], after.decided_by("es", "dk")
    ([('dk', 1, False), ('es', 2, False), ('fi', 3, False)], 'vote')
    """
    groups: list[tuple[str, ...]] = []
    decisions: list[Decision] = []
    for tied in _groups(order):
        groups += [tied] if at is not None and set(tied).isdisjoint(at) else _separated(tied, chain, decisions)
    scores = {place.entry: place.score for place in order}
    unranked = tuple(place for place in order if place.place is None)
    return Ordering(_numbered(groups, scores) + unranked, tuple(decisions))


@dataclass(frozen=True)
class Cut:
    """Who is in for certain, who ties for the last seats, how many seats those may share, who is out.

    With nobody tied at the line, seats_left are places that stay empty.
    """

    winners: tuple[str, ...]
    tied: tuple[str, ...]
    seats_left: int
    below: tuple[str, ...]


def cut(places: Sequence[Place], seats: int) -> Cut:
    """The line after so many seats. A tie that does not fit above the line is returned, not broken.

    Unranked entries are below. Fewer entries than seats: all win and seats stay empty. ValueError: seats below 0.

    >>> cut(rank({"a": Fraction(9), "b": Fraction(7), "c": Fraction(7), "d": Fraction(5)}), 2)
    Cut(winners=('a',), tied=('b', 'c'), seats_left=1, below=('d',))
    """
    if seats < 0:
        raise ValueError(f"{seats} seats can't be filled")
    winners: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    for group in _groups(places):
        if len(winners) + len(group) > seats:
            tied = group if len(winners) < seats else ()
            break
        winners += group
    below = tuple(place.entry for place in places if place.entry not in {*winners, *tied})
    return Cut(winners, tied, seats - len(winners), below)


def stage_seed(stage: str, seed: bytes) -> bytes:
    """What one stage's lots are drawn from: 32 bytes that tell neither the season's seed nor another stage's lots.

    SHA-256 of these bytes: "evalflow/lots/v1 stage=", the stage's key, a line feed, all in ASCII, and then the seed.
    If all stages of a season drew from the one seed alone, an early draw would tell who wins the later ones.

    >>> [stage_seed(stage, b"2026").hex()[:8] for stage in ("vote", "decision")]
    ['365369cf', 'e43e47b7']
    """
    return sha256(f"evalflow/lots/v1 stage={stage}\n".encode() + seed).digest()


def draw(entries: Collection[str], seed: bytes) -> tuple[str, ...]:
    """Lots drawn by arithmetic anyone can repeat: ascending SHA-256(seed followed by the entry's key in UTF-8).

    The seed must have been fixed and published before anyone could know who would tie; a stage of a season draws from
    its `stage_seed`. Leaving an entry out does not move the others. Source: the idea of RFC 3797, one hash per entry.

    >>> draw(["a", "b", "c"], b"2026")
    ('c', 'b', 'a')
    """
    return tuple(sorted(set(entries), key=lambda entry: sha256(seed + entry.encode()).digest()))


def lots(entries: Collection[str], seed: bytes) -> dict[str, int]:
    """`draw` as the last link of a chain: {entry: key}, the first drawn has the highest key.

    >>> lots(["a", "b", "c"], b"2026")
    {'c': 3, 'b': 2, 'a': 1}
    """
    drawn = draw(entries, seed)
    return {entry: len(drawn) - index for index, entry in enumerate(drawn)}


def _added(columns: Sequence[Mapping[str, Fraction]], entries: Mapping[str, None]) -> dict[str, Fraction | None]:
    return {
        entry: sum((exact(figures[entry]) for figures in columns), Fraction(0))
        if all(entry in figures for figures in columns)
        else None
        for entry in entries
    }


def _groups(places: Sequence[Place]) -> Iterator[tuple[str, ...]]:
    """Entries that share a place, best first; the unranked left out."""
    ranked = [place for place in places if place.place is not None]
    for _, group in groupby(ranked, key=lambda place: place.place):
        yield tuple(place.entry for place in group)


def _numbered(groups: Sequence[tuple[str, ...]], scores: Mapping[str, Fraction | None]) -> tuple[Place, ...]:
    places: list[Place] = []
    for group in groups:
        number = len(places) + 1
        places += [Place(entry, scores[entry], number, len(group) > 1) for entry in group]
    return tuple(places)


def _separated(tied: tuple[str, ...], chain: Sequence[Link], decisions: list[Decision]) -> list[tuple[str, ...]]:
    """What the chain makes of one tie; notes in `decisions` each link that separated anything."""
    if len(tied) < 2 or not chain:
        return [tied]
    (link, keys), rest = chain[0], chain[1:]
    groups = _by_key(tied, keys) if all(entry in keys for entry in tied) else [tied]
    if len(groups) > 1:
        decisions.append(Decision(link, tuple(groups)))
    return [part for group in groups for part in _separated(group, rest, decisions)]


def _by_key(tied: tuple[str, ...], keys: Mapping[str, Any]) -> list[tuple[str, ...]]:
    ordered = sorted(tied, key=lambda entry: keys[entry], reverse=True)
    return [tuple(group) for _, group in groupby(ordered, key=lambda entry: keys[entry])]
