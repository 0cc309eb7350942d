"""From a count of votes to points from 0 to 100, in the ways that published schemes use.

They differ much: one popular entry compresses all the others under `share_of_maximum` and not at all under
`rank_points`. Which one counts is a line of the workflow file; `VOTE_POINTS` holds the names it may use.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType

from evalflow.tally.ranking import rank
from evalflow.tally.voting import Count

Points = dict[str, Fraction]


def rank_points(count: Count) -> Points:
    """100 for the first, 99 for the second and so on down to 0; equal votes share the better place's points.

    The next after a tie stands where it would without: 100, 99, 99, 97. Nobody is left out for having no votes. Where
    the method itself orders the entries (`Count.places`), by that order; whoever it leaves out has no points.
    Source: the customary "first place 100 points, one less for each place" of selection schemes.

    >>> {entry: str(points) for entry, points in rank_points(Count({"a": 9, "b": 5, "c": 5, "d": 0}, 9)).items()}
    {'a': '100', 'b': '99', 'c': '99', 'd': '97'}
    """
    places = {place.entry: place.place for place in rank(_figures(count))} if count.places is None else count.places
    return {entry: Fraction(max(0, 101 - (place or 101))) for entry in count.votes if (place := places.get(entry))}


def share_of_votes(count: Count) -> Points:
    """Each entry's per cent of all votes given; they add up to 100. No votes at all: 0 each.

    >>> {entry: str(points) for entry, points in share_of_votes(Count({"a": 3, "b": 1, "c": 0}, 3)).items()}
    {'a': '75', 'b': '25', 'c': '0'}
    """
    return _per_cent(_figures(count), sum(_figures(count).values(), Fraction(0)))


def approvals_over_electors(count: Count) -> Points:
    """The per cent of all electors who approved of the entry, whether or not the others voted.

    ValueError where the number of electors is unknown or below an entry's votes. No electors: 0 each.

    >>> approvals_over_electors(Count({"a": 3, "b": 2}, 3, electors=8))
    {'a': Fraction(75, 2), 'b': Fraction(25, 1)}
    """
    if count.electors is None:
        raise ValueError("the number of electors is not known")
    if any(votes > count.electors for votes in count.votes.values()):
        raise ValueError(f"more votes for one entry than {count.electors} electors can give")
    return _per_cent(_figures(count), Fraction(count.electors))


def share_of_maximum(count: Count) -> Points:
    """100 for the entry with most votes, the others in proportion. No votes at all: 0 each.

    >>> {entry: str(points) for entry, points in share_of_maximum(Count({"a": 8, "b": 2, "c": 0}, 9)).items()}
    {'a': '100', 'b': '25', 'c': '0'}
    """
    return _per_cent(_figures(count), max(_figures(count).values(), default=Fraction(0)))


def mean_of_grades(count: Count) -> Points:
    """An entry's points divided by the valid ballots that have an opinion of it; nobody has: 0.

    Its range is that of the grades, e.g. 40 to 100. Source: democratic appraisal (民主测评) sheets.

    >>> mean_of_grades(Count({"a": 300, "b": 240}, 4)), mean_of_grades(Count({"a": 300}, 4, givers={"a": 3}))
    ({'a': Fraction(75, 1), 'b': Fraction(60, 1)}, {'a': Fraction(100, 1)})
    """
    givers = count.givers or dict.fromkeys(count.votes, count.valid)
    return {entry: total / givers[entry] if givers[entry] else Fraction(0) for entry, total in _figures(count).items()}


def share_of_full_marks(count: Count) -> Points:
    """The mean of an entry's points in per cent of the most one ballot can give; nobody has an opinion: 0.

    ValueError where ballots give no points (`Count.top` unknown).

    >>> share_of_full_marks(Count({"a": 16, "b": 4}, 4, top=5))
    {'a': Fraction(80, 1), 'b': Fraction(20, 1)}
    """
    if not count.top:
        raise ValueError("these ballots give no points")
    return {entry: 100 * mean / count.top for entry, mean in mean_of_grades(count).items()}


def head_count_fair(count: Count) -> Points:
    """Half for reaching twice one's own branch's headcount in votes (more earns no more), half by rank points.

    A large branch can't win by its own members alone, a small one can reach the full half. Votes without a headcount
    (0): the full half. ValueError where headcounts are unknown. Source: selection schemes of groups whose units differ
    in size.

    >>> count = Count({"big": 60, "small": 20}, 80, heads={"big": Fraction(60), "small": Fraction(10)})
    >>> {entry: str(points) for entry, points in head_count_fair(count).items()}
    {'big': '75', 'small': '199/2'}
    """
    heads = count.heads
    if heads is None or any(entry not in heads for entry in count.votes):
        raise ValueError("the branches' headcounts are not known")
    reached = {
        entry: min(Fraction(1), votes / (2 * heads[entry])) if heads[entry] else Fraction(1)
        for entry, votes in _figures(count).items()
    }
    return {entry: 50 * reached[entry] + points / 2 for entry, points in rank_points(count).items()}


def given_points(count: Count) -> Points:
    """The votes as they are, on their own scale: for points that somebody else has already awarded.

    >>> given_points(Count({"il": 317, "at": 71}, 43))
    {'il': Fraction(317, 1), 'at': Fraction(71, 1)}
    """
    return _figures(count)


VOTE_POINTS: Mapping[str, Callable[[Count], Points]] = MappingProxyType(
    {
        "rank_points": rank_points,
        "share_of_votes": share_of_votes,
        "approvals_over_electors": approvals_over_electors,
        "share_of_maximum": share_of_maximum,
        "mean_of_grades": mean_of_grades,
        "share_of_full_marks": share_of_full_marks,
        "head_count_fair": head_count_fair,
        "given_points": given_points,
    }
)


def _figures(count: Count) -> Points:
    return {entry: Fraction(votes) for entry, votes in count.votes.items()}


def _per_cent(figures: Points, whole: Fraction) -> Points:
    return {entry: 100 * figure / whole if whole else Fraction(0) for entry, figure in figures.items()}
