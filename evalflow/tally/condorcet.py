"""Every two entries compared on every ballot, and Schulze's method: who beats whom by the stronger chain of defeats.

A profile here holds ranks, 1 the best. `pairwise` counts, `schulze` ranks and says how, `strongest_path` proves one
comparison. Seats, caps and the breaking of ties are somebody else's (`ranking`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from evalflow.tally.election import Election
from evalflow.tally.exact import Number, exact
from evalflow.tally.planes import planes
from evalflow.tally.profile import Profile

Strength = tuple[int, int]  # votes for a defeat, minus those against it: the greater tuple is the stronger
NONE: Strength = (0, 0)


@dataclass(frozen=True)
class Pairwise:
    """votes[i][j]: how many ballots rank entries[i] above entries[j]; 0 on the diagonal."""

    entries: tuple[str, ...]
    votes: tuple[tuple[int, ...], ...]

    def above(self, entry: str, other: str) -> int:
        """How many ballots rank the one above the other. ValueError: an entry that is not among these."""
        return self.votes[self.entries.index(entry)][self.entries.index(other)]

    def without(self, entries: Collection[str]) -> "Pairwise":
        """The comparisons among the others; they are what they were, since each looks at two entries only.

        >>> Pairwise(("a", "b", "c"), ((0, 5, 6), (3, 0, 4), (2, 4, 0))).without({"b"})
        Pairwise(entries=('a', 'c'), votes=((0, 6), (2, 0)))
        """
        kept = [index for index, entry in enumerate(self.entries) if entry not in entries]
        votes = tuple(tuple(self.votes[i][j] for j in kept) for i in kept)
        return Pairwise(tuple(self.entries[index] for index in kept), votes)


@dataclass(frozen=True)
class Defeat:
    """More ballots rank the winner above the loser (votes) than the other way round (against)."""

    winner: str
    loser: str
    votes: int
    against: int


def pairwise(profile: Profile) -> Pairwise:
    """For every two entries, how many ballots rank the one above the other.

    Equal ranks are a vote for neither. An entry left unranked is below every ranked one and equal to the others left
    unranked. A ballot without an opinion on an entry is left out of all its comparisons. No ballots: zeros.
    ValueError: rows that don't fit the entries or the times.
    Source: the matrix N of Schulze, Social Choice and Welfare 36 (2011), section 2.1.

    >>> pairwise(Profile(("a", "b", "c"), (bytes([1, 2, 2]), bytes([3, 1, 255])), (4, 3)))
    Pairwise(entries=('a', 'b', 'c'), votes=((0, 4, 4), (3, 0, 0), (0, 0, 0)))
    """
    ballots, size = planes(profile), range(len(profile.entries))
    votes = [[0] * len(size) for _ in size]
    for i, j in combinations(size, 2):
        above, below = ballots.compared(i, j)
        votes[i][j], votes[j][i] = ballots.votes(above), ballots.votes(below)
    return Pairwise(profile.entries, tuple(map(tuple, votes)))


def schulze(
    profile: Profile,
    *,
    default: str | None = None,
    quorum: Number = 0,
    majority: Number | Mapping[str, Number] = 1,
    strict: bool = True,
) -> Election:
    """The entries in groups: first those that nobody beats, then those that only the groups above beat, and so on.

    One entry beats another when its strongest path of defeats is stronger than the path back. A path is as strong as
    its weakest defeat; a defeat with more votes is stronger, of two with equal votes the one with fewer against. Equal
    paths leave a tie: the winners are the first group, all of it. Ties need not be transitive: where two entries of
    different groups are even with each other, the finding "even" names them. No ballots: all tied. No entries: none.

    default: an entry that stands for "none of these". Another is out unless at least `quorum` ballots rank it above the
    default, and more than its `majority` ratio (one for all, or by entry, else 1) times as many as rank the default
    above it; not strict: as many as the ratio says suffice, if more than those. Whoever stays so beats the default,
    which is always the last group; where it is the only one, nobody wins. ValueError: a default, or an entry in
    `majority`, that is not on offer; conditions without a default; a ratio below 1; a negative quorum.

    steps, all of JSON values: "pairwise" (entries, votes), one "dropped" for each entry out (reason "quorum" or
    "majority", the ballots above and below the default, the ballots needed above), "strongest_paths" (entries,
    strengths: [votes, against] of the weakest defeat, None where no path leads), and "even" (pairs), if any.
    Source: Schulze, Social Choice and Welfare 36 (2011), 267-303, strength by winning votes; Debian Constitution, A.6
    (before 2016: strict; since: not).

    >>> cycle = Profile(("a", "b", "c"), (bytes([1, 2, 3]), bytes([3, 1, 2]), bytes([2, 3, 1])), (4, 3, 2))
    >>> schulze(cycle).order
    (('a',), ('b',), ('c',))
    >>> election = schulze(cycle, default="b", quorum=6)
    >>> election.order, election.out, election.steps[1]["reason"], election.steps[1]["needed"]
    ((('a',), ('b',)), ('c',), 'quorum', 6)
    """
    pairs = pairwise(profile)
    drops = _drops(pairs, default, quorum=exact(quorum), majority=majority, strict=strict)
    out = tuple(str(drop["entry"]) for drop in drops)
    left = pairs.without(out)
    strengths = _strengths(left)
    beats = {
        entry: {other for j, other in enumerate(left.entries) if strengths[i][j] > strengths[j][i]}
        for i, entry in enumerate(left.entries)
    }
    order = _layers(beats)
    counted = {"finding": "pairwise", "entries": list(pairs.entries), "votes": [list(row) for row in pairs.votes]}
    paths = {"finding": "strongest_paths", "entries": list(left.entries), "strengths": _written(strengths)}
    return Election(order, out, (counted, *drops, paths, *_even(order, beats)))


def strongest_path(pairs: Pairwise, entry: str, other: str) -> tuple[Defeat, ...]:
    """The strongest path of defeats from one entry to another, link by link; of equal ones a shortest.

    No path: empty. It is as strong as its weakest link; with the path back it proves who beats whom. Entries that are
    out lend no links: ask about `pairs.without(election.out)`. ValueError: not two of these entries.

    >>> cycle = Pairwise(("a", "b", "c"), ((0, 6, 4), (3, 0, 7), (5, 2, 0)))
    >>> [(link.winner, link.loser, link.votes) for link in strongest_path(cycle, "a", "c")]
    [('a', 'b', 6), ('b', 'c', 7)]
    """
    start, end = pairs.entries.index(entry), pairs.entries.index(other)
    if start == end:
        raise ValueError(f"{entry!r} is not compared with itself")
    links = _links(pairs)
    least = _strongest_from(links, start)[end]
    if least == NONE:
        return ()
    route = _shortest(links, least, (start, end))
    return tuple(
        Defeat(pairs.entries[i], pairs.entries[j], pairs.votes[i][j], pairs.votes[j][i])
        for i, j in zip(route, route[1:], strict=False)
    )


def _links(pairs: Pairwise) -> list[list[Strength]]:
    size = range(len(pairs.entries))
    votes = pairs.votes
    return [[(votes[i][j], -votes[j][i]) if votes[i][j] > votes[j][i] else NONE for j in size] for i in size]


def _strengths(pairs: Pairwise) -> list[list[Strength]]:
    """The strength of the strongest path from each entry to each; NONE where there is none."""
    links = _links(pairs)
    return [_strongest_from(links, start) for start in range(len(links))]


def _strongest_from(links: Sequence[Sequence[Strength]], start: int) -> list[Strength]:
    """Dijkstra's algorithm, where a path is as strong as its weakest link."""
    best = list(links[start])
    waiting = set(range(len(links))) - {start}
    while waiting:
        via = max(waiting, key=best.__getitem__)
        waiting.remove(via)
        for to in waiting:
            best[to] = max(best[to], min(best[via], links[via][to]))
    return best


def _shortest(links: Sequence[Sequence[Strength]], least: Strength, ends: tuple[int, int]) -> list[int]:
    """A route with the fewest links, none weaker than `least`; there must be one."""
    start, end = ends
    came_from = {start: start}
    reached = [start]
    for at in reached:
        for to, strength in enumerate(links[at]):
            if strength >= least and to not in came_from:
                came_from[to] = at
                reached.append(to)
    route = [end]
    while route[-1] != start:
        route.append(came_from[route[-1]])
    return route[::-1]


def _layers(beats: Mapping[str, Collection[str]]) -> tuple[tuple[str, ...], ...]:
    """Who is beaten by nobody, then by nobody of those left, and so on; "beats" is transitive, so each has somebody."""
    groups: list[tuple[str, ...]] = []
    left = set(beats)
    while left:
        beaten = {other for entry in left for other in beats[entry]}
        groups.append(tuple(sorted(left - beaten)))
        left &= beaten
    return tuple(groups)


def _even(order: Iterable[Iterable[str]], beats: Mapping[str, Collection[str]]) -> list[dict[str, Any]]:
    """The finding that some entries stand apart though neither beats the other; nothing where there are none."""
    pairs = [
        [entry, other]
        for upper, lower in combinations(order, 2)
        for entry in upper
        for other in lower
        if other not in beats[entry]
    ]
    return [{"finding": "even", "pairs": pairs}] if pairs else []


def _drops(
    pairs: Pairwise, default: str | None, *, quorum: Fraction, majority: Number | Mapping[str, Number], strict: bool
) -> list[dict[str, Any]]:
    named = majority if isinstance(majority, Mapping) else dict.fromkeys(pairs.entries, majority)
    ratios = {entry: exact(ratio) for entry, ratio in named.items()}
    if not {*ratios, *([] if default is None else [default])} <= {*pairs.entries}:
        raise ValueError("the default, and whoever needs a majority, must be on offer")
    if quorum < 0 or min(ratios.values(), default=1) < 1:
        raise ValueError("a quorum is at least 0, a majority ratio at least 1")
    if default is None:
        if quorum or any(ratio != 1 for ratio in ratios.values()):
            raise ValueError("a quorum and a majority are asked for against a default")
        return []
    drops: list[dict[str, Any]] = []
    for entry in sorted({*pairs.entries} - {default}):
        above, below = pairs.above(entry, default), pairs.above(default, entry)
        share = ratios.get(entry, Fraction(1)) * below
        more = int(share) + 1 if strict else max(-int(-share // 1), below + 1)
        conditions = {"quorum": -int(-quorum // 1), "majority": more}
        failed = [reason for reason, needed in conditions.items() if above < needed]
        if failed:
            figures = {"above": above, "below": below, "needed": conditions[failed[0]]}
            drops.append({"finding": "dropped", "entry": entry, "reason": failed[0], **figures})
    return drops


def _written(strengths: Sequence[Sequence[Strength]]) -> list[list[list[int] | None]]:
    return [[[votes, -against] if votes else None for votes, against in row] for row in strengths]
