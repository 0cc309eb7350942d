"""The single transferable vote: papers move from entry to entry until the seats are filled.

`transferable` fills several seats as Scottish councils are elected, `instant_runoff` one. Votes are whole numbers of
hundred-thousandths here, so that every value is exactly what the rule says. Seats, caps and who may stand are somebody
else's (`ranking`); another way of moving papers is `meek`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from evalflow.tally.election import Election
from evalflow.tally.planes import Planes, planes, together
from evalflow.tally.preferences import by_place, definite, foremost, in_order, written
from evalflow.tally.profile import Profile

DECIMALS = 5
ONE: int = 10**DECIMALS


def transferable(profile: Profile, seats: int, *, lots: Mapping[str, int] | None = None) -> Election:
    """Who fills the seats, in order of election; then the others, the last excluded first.

    The quota is a whole number: valid papers / (seats + 1), without its fraction, and 1. Whoever reaches it is elected.
    A surplus over it goes on, one at a time and the largest first, to the next continuing entry on *all* the papers of
    the elected one, each worth surplus × what it was worth / votes, cut off after five decimals. Without a surplus the
    entry with the fewest votes is excluded and its papers go on at what they are worth. As many continuing entries as
    vacancies are elected at once, without moving papers any more. Papers that name nobody further, and what is cut off,
    are not transferable.

    Ranks count as `preferences` reads them: no opinion is as unranked, equal ranks end a paper. Ties are broken by the
    most recent earlier stage that tells them apart, then by `lots` ({entry: key}, the higher stays, or has its surplus
    moved first). Without lots such a tie ends the count: "tie" names who is level, and all who are neither elected nor
    excluded are one group. Only entries with no votes at all are excluded together, since the order can't matter.
    Entries elected at one stage with equal votes ever since are one group too. No ballots: all tied, or the lots
    decide. No entries: none. ValueError: no seat; lots that lack an entry or draw two alike; rows that fit no entries.

    steps, of JSON values, votes as text: "finding" ("first_preferences", "surplus", "exclusion", "filled", "tie"),
    "of" (whose papers moved), "transferred" ({entry: votes}), "votes" of all at the end of the stage, "quota",
    "not_transferable" in all, "elected" at this stage; where a tie was broken, "level" and "broken_by" ("stage" or
    "lots"). The finding "tie" has nothing but "level".
    Source: Scottish Local Government Elections Order 2011 (SSI 2011/399), schedule 1, rules 46 to 53.

    >>> ballots = Profile(("a", "b", "c"), (bytes([1, 2, 254]), bytes([1, 254, 2]), bytes([254, 1, 254])), (6, 2, 3))
    >>> election = transferable(ballots, 2)
    >>> election.order, [(step["finding"], step["votes"]["b"], step["quota"]) for step in election.steps]
    ((('a',), ('b',), ('c',)), [('first_preferences', '3', '4'), ('surplus', '6', '4')])
    """
    if seats < 1:
        raise ValueError(f"{seats} seats can't be filled")
    return _Count(profile.entries, planes(profile), seats, lots).of_all()


def instant_runoff(profile: Profile, *, lots: Mapping[str, int] | None = None) -> Election:
    """The winner first, then the others: those left over by their votes, and the excluded, the last one first.

    The entry with the fewest votes is excluded and its papers go on to the next continuing entry, until one has more
    than half of the papers that still stand with anybody, or is the only one. Ballots, ties, lots, errors and steps are
    as in `transferable` with one seat ("quota": the votes that would do at this stage).
    Source: San Francisco Charter, section 13.102; ties by the earlier stage as in the rules of `transferable`.

    >>> rows = (bytes([1, 254, 254]), bytes([3, 1, 2]), bytes([254, 2, 1]))
    >>> election = instant_runoff(Profile(("a", "b", "c"), rows, (4, 3, 2)))
    >>> election.order, [step.get("of") for step in election.steps], election.steps[-1]["votes"]
    ((('b',), ('a',), ('c',)), [[], ['c']], {'a': '4', 'b': '5', 'c': '0'})
    """
    return _Count(profile.entries, planes(profile), 1, lots, of_standing=True).of_all()


@dataclass
class _Count:
    """A count under way. Entries are their places in `entries`, papers the sets of ballots that `papers` speaks of.

    of_standing: the quota is of the papers that still stand with anybody, not of all valid ones.
    """

    entries: tuple[str, ...]
    papers: Planes
    seats: int
    drawn: Mapping[str, int] | None
    of_standing: bool = False
    lots: list[int] = field(init=False)
    ranked: list[int] = field(init=False)
    votes: list[int] = field(init=False)
    piles: list[dict[int, int]] = field(init=False)  # papers by what each is worth
    continuing: set[int] = field(init=False)
    valid: int = 0
    history: list[tuple[int, ...]] = field(default_factory=list)
    elected: list[list[int]] = field(default_factory=list)
    excluded: list[list[int]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lots = by_place(self.entries, self.drawn)
        self.ranked = definite(self.papers)
        self.votes = [0] * len(self.entries)
        self.piles = [{} for _ in self.entries]
        self.continuing = {*range(len(self.entries))}

    @property
    def vacancies(self) -> int:
        return self.seats - sum(map(len, self.elected))

    @property
    def quota(self) -> int:
        counted = sum(self.votes) // ONE if self.of_standing else self.valid
        return (counted // (self.seats + 1) + 1) * ONE

    def of_all(self) -> Election:
        papers = together(self.ranked)
        self.valid = self.papers.votes(papers)
        self._close("first_preferences", [], self._give([(ONE, papers)]))
        while self.vacancies and self.continuing:
            if not self._advance():
                return self._election([sorted(self.continuing)])
        return self._election(in_order(self.continuing, self.history, self.lots))

    def _advance(self) -> bool:
        """One more stage; False where a tie keeps it from being reached."""
        if len(self.continuing) <= self.vacancies:
            self._close("filled", [], {}, filled=True)
            return True
        surpluses = [entry for group in self.elected for entry in group if self.votes[entry] > self.quota]
        first, how = self._next(surpluses or sorted(self.continuing), largest=bool(surpluses))
        if len(first) > 1 and not self._may_go_together(first):
            self.steps.append({"finding": "tie", "level": self._keys(first)})
            return False
        if surpluses:
            self._close("surplus", first, self._move_surplus(first[0]), **how)
        else:
            self._close("exclusion", first, self._exclude(first), **how)
        return True

    def _next(self, among: list[int], *, largest: bool) -> tuple[list[int], dict[str, Any]]:
        """Whose papers move next, and how a tie about it was broken."""
        choose = max if largest else min
        level = foremost(among, self.history[-1:], choose=choose)
        first = foremost(level, self.history, choose=choose)
        if len(first) > 1 and self.drawn is not None:
            drawn = choose(first, key=self.lots.__getitem__)
            return [drawn], {"level": self._keys(level), "broken_by": "lots"}
        return first, {"level": self._keys(level), "broken_by": "stage"} if len(first) < len(level) else {}

    def _may_go_together(self, level: Sequence[int]) -> bool:
        return not any(self.votes[entry] for entry in level) and len(self.continuing) - len(level) >= self.vacancies

    def _move_surplus(self, entry: int) -> dict[int, int]:
        total, surplus = self.votes[entry], self.votes[entry] - self.quota
        pile, self.piles[entry], self.votes[entry] = self.piles[entry], {}, self.quota
        return self._give([(surplus * worth // total, papers) for worth, papers in pile.items()])

    def _exclude(self, group: Sequence[int]) -> dict[int, int]:
        self.excluded.append(list(group))
        self.continuing -= {*group}
        if len(self.continuing) <= self.vacancies:
            return {}
        moving = [parcel for entry in group for parcel in self.piles[entry].items()]
        for entry in group:
            self.piles[entry], self.votes[entry] = {}, 0
        return self._give(moving)

    def _give(self, parcels: Sequence[tuple[int, int]]) -> dict[int, int]:
        """Papers (what each is worth, which) on to the next continuing entry; how many votes each entry got by it."""
        moving = together(papers for _, papers in parcels)
        reached = self.papers.foremost({entry: moving & self.ranked[entry] for entry in self.continuing})
        given = {entry: 0 for entry, papers in reached.items() if papers}
        for entry, (worth, papers) in product(given, parcels):
            moved = papers & reached[entry]
            given[entry] += self.papers.votes(moved) * worth
            self.piles[entry][worth] = self.piles[entry].get(worth, 0) | moved
        for entry, votes in given.items():
            self.votes[entry] += votes
        return given

    def _close(
        self, finding: str, of: Sequence[int], given: Mapping[int, int], *, filled: bool = False, **how: Any
    ) -> None:
        """The end of a stage: who is elected by it, and what it came to."""
        self.history.append(tuple(self.votes))
        reached = [entry for entry in self.continuing if filled or self.votes[entry] >= self.quota]
        groups = in_order(reached, self.history, self.lots)
        self.elected += groups
        self.continuing -= {*reached}
        self.steps.append(
            {
                "finding": finding,
                "of": self._keys(of),
                "transferred": {self.entries[entry]: written(given[entry], DECIMALS) for entry in sorted(given)},
                "votes": {key: written(votes, DECIMALS) for key, votes in zip(self.entries, self.votes, strict=True)},
                "quota": written(self.quota, DECIMALS),
                "not_transferable": written(self.valid * ONE - sum(self.votes), DECIMALS),
                "elected": [key for group in groups for key in self._keys(group)],
                **how,
            }
        )

    def _election(self, rest: Iterable[Sequence[int]]) -> Election:
        order = [*self.elected, *rest, *reversed(self.excluded)]
        return Election(tuple(tuple(self._keys(group)) for group in order if group), steps=tuple(self.steps))

    def _keys(self, group: Iterable[int]) -> list[str]:
        return sorted(self.entries[entry] for entry in group)
