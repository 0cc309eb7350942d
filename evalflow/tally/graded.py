"""Ballots on which every entry gets a mark that is worth points: added up, entry by entry.

Score, grade, cumulative and positional ballots differ in what a mark is worth and in which ballots are valid; the sums
are one function. What is valid is the caller's business, except where a wrong mark would have no worth at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalflow.tally.exact import Number, exact
from evalflow.tally.profile import NO_OPINION, UNRANKED, Profile, by_times


@dataclass(frozen=True)
class Totals:
    """sums: {entry: points}. givers: {entry: ballots with an opinion of it}."""

    sums: Mapping[str, Fraction]
    givers: Mapping[str, int]


def totals(profile: Profile, worth: Mapping[int, Number]) -> Totals:
    """Points per entry, where each mark is worth so many; a mark without a worth is NO_OPINION or UNRANKED.

    What says nothing is worth nothing and counts for nobody as a giver. No ballots: 0 each. ValueError: another mark
    without a worth.

    >>> ballots = Profile(("a", "b"), (bytes([5, 0]), bytes([3, NO_OPINION])), (2, 1))
    >>> totals(ballots, {mark: mark for mark in range(6)}) == Totals(
    ...     {"a": Fraction(13), "b": Fraction(0)}, {"a": 3, "b": 2})
    True
    """
    points = {mark: exact(value) for mark, value in worth.items()}
    sums, givers = dict.fromkeys(profile.entries, Fraction(0)), dict.fromkeys(profile.entries, 0)
    for times, rows in by_times(profile).items():
        joined = b"".join(rows)
        for index, entry in enumerate(profile.entries):
            column = joined[index :: len(profile.entries)]
            for mark in set(column):
                found = times * column.count(mark)
                if mark in points:
                    sums[entry] += points[mark] * found
                    givers[entry] += found
                elif mark not in (NO_OPINION, UNRANKED):
                    raise ValueError(f"a mark of {mark} is worth nothing here")
    return Totals(sums, givers)


def score(profile: Profile, *, maximum: int) -> Totals:
    """Score (range) voting: every entry gets from 0 to `maximum` points, which are added up.

    An entry left open (NO_OPINION) gets nothing from that ballot and is told apart from a 0 by its givers. Ties are
    left to whoever ranks. ValueError: a mark above the maximum. Source: Smith, Range Voting (2000).

    >>> totals = score(Profile(("a", "b"), (bytes([5, 0]), bytes([3, 4])), (2, 1)), maximum=5)
    >>> {entry: str(points) for entry, points in totals.sums.items()}
    {'a': '13', 'b': '4'}
    """
    return totals(profile, {mark: mark for mark in range(maximum + 1)})


def grades(profile: Profile, *, worth: Sequence[Number]) -> Totals:
    """Grade ballots, e.g. very good 100, good 80, fair 60, poor 40: marks are places in `worth`.

    Divide by the valid ballots, or by the givers, with `points.mean_of_grades`. ValueError: a grade there is not.
    Source: democratic appraisal (民主测评) sheets.

    >>> totals = grades(Profile(("a", "b"), (bytes([0, 1]), bytes([1, 1])), (3, 1)), worth=[80, 60])
    >>> {entry: str(points) for entry, points in totals.sums.items()}
    {'a': '300', 'b': '240'}
    """
    return totals(profile, dict(enumerate(worth)))


def cumulative(profile: Profile, *, budget: int) -> Totals:
    """Cumulative voting: a voter hands out at most `budget` points, as many to each entry as they like.

    ValueError: a ballot that hands out more. Source: Cumulative voting as in participatory budgeting,
    arXiv:2012.06539, section 3.

    >>> totals = cumulative(Profile(("a", "b"), (bytes([7, 3]), bytes([10, 0])), (1, 2)), budget=10)
    >>> {entry: str(points) for entry, points in totals.sums.items()}
    {'a': '27', 'b': '3'}
    """
    if any(sum(row) > budget for row in profile.rows):
        raise ValueError(f"a ballot hands out more than {budget} points")
    return totals(profile, {mark: mark for mark in range(budget + 1)})


def positional(profile: Profile, *, points: Sequence[Number]) -> Totals:
    """Points for ranks: points[0] for each first place, points[1] for each second, …, e.g. 3-2-1.

    Entries left unranked get nothing. ValueError: a rank without points, two entries on one rank.
    Source: positional scoring rules (Borda 1781); 3-2-1 as used in Kraków's participatory budget.

    >>> totals = positional(Profile(("a", "b"), (bytes([1, 2]), bytes([UNRANKED, 1])), (2, 1)), points=[3, 2, 1])
    >>> {entry: str(points) for entry, points in totals.sums.items()}
    {'a': '6', 'b': '7'}
    """
    for row in profile.rows:
        ranks = row.replace(bytes([UNRANKED]), b"")
        if len(set(ranks)) < len(ranks):
            raise ValueError("two entries have one rank")
    return totals(profile, dict(enumerate(points, 1)))
