"""STAR: score, then automatic runoff. The two with most points meet; whom more ballots score higher, wins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

from evalflow.tally.condorcet import Pairwise, pairwise
from evalflow.tally.election import Election
from evalflow.tally.graded import score
from evalflow.tally.profile import NO_OPINION, Profile

FINALISTS = 2


@dataclass(frozen=True)
class Finalist:
    """stars: its points. preferred: ballots that score it above the other finalist. full: ballots with full marks."""

    entry: str
    stars: Fraction
    preferred: int
    full: int


def runoff(first: Finalist, second: Finalist) -> Finalist | None:
    """Whom more ballots score higher; of equals the one with more stars, then with more full marks; else None: a tie.

    Source: the STAR voting rules for ties (starvoting.org), without their lot.

    >>> runoff(Finalist("a", Fraction(90), 20, 3), Finalist("b", Fraction(80), 25, 9)).entry
    'b'
    """
    keys = [(one.preferred, one.stars, one.full) for one in (first, second)]
    return None if keys[0] == keys[1] else max(first, second, key=lambda one: (one.preferred, one.stars, one.full))


def bloc_star(profile: Profile, *, maximum: int = 5) -> Election:
    """Seat by seat: the STAR winner of all who are left, until every entry has its place.

    Marks are 0 to `maximum` stars; an entry left open (NO_OPINION) has none. Of entries with equal stars at the second
    place those go into the runoff that win more one-to-one comparisons among the equals, then those with more full
    marks; what is still equal is a tie, and ends the count with all who are left in one group. No ballots: all tied.
    ValueError: a mark above the maximum.
    steps, of JSON values: for each seat "finding" ("seat", "last" for the only one left, or "tie"), "stars" of all who
    are left, and "finalists", "for" each, "equal" and "winner" of the runoff; "level" where it was a tie.
    Source: Bloc STAR as in PEP 8107 (Python steering council 2026); ties as on starvoting.org, without their lot.

    >>> ballots = Profile(("a", "b", "c"), (bytes([5, 4, 0]), bytes([0, 4, 5])), (3, 2))
    >>> election = bloc_star(ballots)
    >>> election.order, election.steps[0]["finalists"], election.steps[0]["winner"]
    ((('a',), ('b',), ('c',)), ['b', 'a'], 'a')
    """
    stars = score(profile, maximum=maximum).sums
    full = {entry: _full(profile, index, maximum) for index, entry in enumerate(profile.entries)}
    preferred = pairwise(_as_ranks(profile, maximum))
    left, order, steps = list(profile.entries), [], []
    while left:
        step, winner = _seat(left, stars, full, preferred)
        steps.append(step)
        if winner is None:
            order.append(tuple(sorted(left)))
            break
        order.append((winner,))
        left.remove(winner)
    return Election(tuple(order), (), tuple(steps))


def _seat(
    left: Sequence[str], stars: Mapping[str, Fraction], full: Mapping[str, int], preferred: Pairwise
) -> tuple[dict[str, Any], str | None]:
    """(what happened, the winner or None)."""
    told: dict[str, Any] = {"finding": "seat", "stars": {entry: str(stars[entry]) for entry in left}}
    if len(left) == 1:
        return told | {"finding": "last", "winner": left[0]}, left[0]
    chosen, level = _finalists(left, stars, full, preferred)
    if level:
        return told | {"finding": "tie", "level": level}, None
    first, second = (
        Finalist(one, stars[one], preferred.above(one, other), full[one]) for one, other in (chosen, chosen[::-1])
    )
    told |= {"finalists": list(chosen), "for": [first.preferred, second.preferred]}
    winner = runoff(first, second)
    if winner is None:
        return told | {"finding": "tie", "level": sorted(chosen)}, None
    return told | {"winner": winner.entry}, winner.entry


def _finalists(
    left: Sequence[str], stars: Mapping[str, Fraction], full: Mapping[str, int], preferred: Pairwise
) -> tuple[tuple[str, ...], list[str]]:
    """(the two in the runoff, nobody) or (nobody, those that no rule parts at the line)."""
    chosen: list[str] = []
    by_stars = sorted(left, key=lambda entry: -stars[entry])
    for _, group in groupby(by_stars, key=lambda entry: stars[entry]):
        equals = list(group)
        key = {entry: (_wins(entry, equals, preferred), full[entry]) for entry in equals}
        ranked = sorted(equals, key=lambda entry: key[entry], reverse=True)
        room = FINALISTS - len(chosen)
        if len(ranked) > room and key[ranked[room - 1]] == key[ranked[room]]:
            return (), sorted(entry for entry in ranked if key[entry] == key[ranked[room]])
        chosen += ranked[:room]
        if len(chosen) == FINALISTS:
            break
    return tuple(chosen), []


def _wins(entry: str, equals: Sequence[str], preferred: Pairwise) -> int:
    return sum(preferred.above(entry, other) > preferred.above(other, entry) for other in equals if other != entry)


def _full(profile: Profile, index: int, maximum: int) -> int:
    return sum(times for row, times in zip(profile.rows, profile.times, strict=True) if row[index] == maximum)


def _as_ranks(profile: Profile, maximum: int) -> Profile:
    """The same preferences as ranks: most stars is rank 1; none, said or left open, is the last."""
    table = bytes(1 + maximum - mark if mark <= maximum else mark for mark in range(256))
    table = table[:NO_OPINION] + bytes([1 + maximum])
    return Profile(profile.entries, tuple(row.translate(table) for row in profile.rows), profile.times)
