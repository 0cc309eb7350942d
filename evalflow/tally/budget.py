"""Spending a budget on what was voted for: by votes, and what no longer fits is skipped."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from evalflow.tally.exact import Number, exact


@dataclass(frozen=True)
class Funded:
    """chosen: best first. skipped: did not fit when it was their turn. left: what was not spent.

    tied: equal votes that fit one by one and not together: nothing is decided from there on. undecided: whose turn
    never came, behind a tie or behind the last seat.
    """

    chosen: tuple[str, ...]
    skipped: tuple[str, ...]
    left: Fraction
    tied: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


def greedy(
    votes: Mapping[str, Number], costs: Mapping[str, Number], budget: Number, *, seats: int | None = None
) -> Funded:
    """The most voted for first, as long as the money lasts; what costs more than is left is skipped.

    Equal votes: whoever costs more than is left is skipped; the others are chosen where they fit together, else they
    tie. Nothing to choose: all is left. seats: no more than so many are chosen; None for as many as there is money for.
    ValueError: a cost missing or below 0, a budget below 0.
    Source: greedy rule of participatory budgets, arXiv:2012.06539 (Pabulib), section 2.

    >>> funded = greedy({"a": 9, "b": 8, "c": 5}, {"a": 60, "b": 50, "c": 40}, 100)
    >>> funded.chosen, funded.skipped, funded.left
    (('a', 'c'), ('b',), Fraction(0, 1))
    """
    left = exact(budget)
    if left < 0 or any(entry not in costs or exact(costs[entry]) < 0 for entry in votes):
        raise ValueError("a budget and a cost for every entry are needed, 0 or more")
    ordered = sorted(votes, key=lambda entry: (-exact(votes[entry]), entry))
    chosen: list[str] = []
    skipped: list[str] = []
    for _, group in groupby(ordered, key=lambda entry: exact(votes[entry])):
        equals = list(group)
        behind = ordered[len(chosen) + len(skipped) :]
        if len(chosen) == seats:
            return Funded(tuple(chosen), tuple(skipped), left, undecided=tuple(behind))
        fitting = [entry for entry in equals if exact(costs[entry]) <= left]
        together = sum((exact(costs[entry]) for entry in fitting), Fraction(0))
        skipped += [entry for entry in equals if entry not in fitting]
        if together > left or (seats is not None and len(chosen) + len(fitting) > seats):
            return Funded(tuple(chosen), tuple(skipped), left, tuple(fitting), tuple(behind[len(equals) :]))
        chosen += fitting
        left -= together
    return Funded(tuple(chosen), tuple(skipped), left)
