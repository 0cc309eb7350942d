"""The single transferable vote by Meek's method: every paper is shared out anew whenever somebody is elected or leaves.

Each elected entry keeps just so large a part of every vote that reaches it as it needs for the quota, and passes the
rest on; papers that have run out lower the quota for all. It is laborious by hand and fairer than moving single
surpluses (`transferable`). Votes are whole numbers of the last decimal place here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evalflow.tally.election import Election
from evalflow.tally.preferences import by_place, foremost, in_order, preferences, written
from evalflow.tally.profile import Profile


def meek(profile: Profile, seats: int, *, lots: Mapping[str, int] | None = None, decimals: int = 9) -> Election:
    """Who fills the seats, in order of election; then the others, the last excluded first.

    Each paper is one vote. Entry by entry down its order, the entry keeps its keep factor's share of what is left of
    the vote, rounded up to the stated decimals: all of it while it continues, nothing once excluded. The quota is the
    votes kept by all / (seats + 1), cut off, and one unit of the last decimal. Whoever reaches it is elected. While the
    elected together have a surplus of at least 1000 units, and it shrinks, their keep factors become factor × quota
    (rounded up) / votes (rounded up), and all papers are shared out again; when that is done the continuing entry with
    the fewest votes is excluded. When no more continue than there are vacancies, they are elected.

    Whoever has at most the surplus still left more than the fewest is level with the fewest. Ballots, the breaking of
    such ties, ties that stay, empty input and errors are as in `transferable`; ValueError also for fewer than 4
    decimals, for 1000 units would be a vote.

    steps, of JSON values, numbers as text: "finding" ("election", "exclusion", "filled", "tie"), "votes" and "keep"
    (factors) of all as they were when it was found, "quota", "surplus", "not_transferable", "rounds" (how often papers
    were shared out for it), "elected", "excluded"; where a tie was broken, "level" and "broken_by" ("stage" or "lots").
    Source: Hill, Wichmann, Woodall, Algorithm 123, The Computer Journal 30 (1987), 277-281; the arithmetic is that of
    the Proportional Representation Foundation's Reference Meek Rule (9 decimals, omega 0.000001). New Zealand's Local
    Electoral Regulations 2001, schedule 1A, are akin.

    >>> rows = (bytes([1, 2, 254]), bytes([1, 254, 2]), bytes([254, 1, 254]))
    >>> election = meek(Profile(("a", "b", "c"), rows, (6, 2, 3)), 2)
    >>> election.order, [(step["finding"], step["elected"], step["quota"]) for step in election.steps]
    ((('a',), ('b',), ('c',)), [('election', ['a'], '3.666666667'), ('election', ['b'], '3.666666667')])
    """
    if seats < 1:
        raise ValueError(f"{seats} seats can't be filled")
    if decimals < 4:
        raise ValueError(f"{decimals} decimals are too few")
    return _Count(profile.entries, seats, lots, decimals).of(list(zip(*preferences(profile), strict=True)))


@dataclass
class _Count:
    """A count under way. Entries are their places in `entries`; keep: the factors, 0 for the excluded."""

    entries: tuple[str, ...]
    seats: int
    drawn: Mapping[str, int] | None
    decimals: int
    lots: list[int] = field(init=False)
    keep: list[int] = field(init=False)
    continuing: set[int] = field(init=False)
    votes: tuple[int, ...] = ()
    quota: int = 0
    surplus: int = 0
    rounds: int = 0
    history: list[tuple[int, ...]] = field(default_factory=list)
    elected: list[list[int]] = field(default_factory=list)
    excluded: list[list[int]] = field(default_factory=list)
    steps: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lots = by_place(self.entries, self.drawn)
        self.keep = [self.one] * len(self.entries)
        self.continuing = {*range(len(self.entries))}

    @property
    def one(self) -> int:
        return int(10**self.decimals)

    @property
    def vacancies(self) -> int:
        return self.seats - sum(map(len, self.elected))

    def of(self, papers: Sequence[tuple[bytes, int]]) -> Election:
        valid = sum(times for _, times in papers)
        self._share_out(self._shared(papers))
        while self.vacancies and self.continuing:
            if len(self.continuing) <= self.vacancies:
                self.rounds = 0
                self._elect("filled", sorted(self.continuing), valid)
                break
            reached = self._settle(self._shared(papers))
            if reached:
                self._elect("election", reached, valid)
            elif not self._exclude(valid):
                return self._election([sorted(self.continuing)])
        return self._election(in_order(self.continuing, self.history, self.lots))

    def _shared(self, papers: Iterable[tuple[bytes, int]]) -> list[tuple[bytes, int]]:
        """The papers without the excluded, down to whoever keeps all that arrives; what became equal in one."""
        left_out = bytes(entry for group in self.excluded for entry in group)
        elected = bytes(entry for group in self.elected for entry in group)
        shared: Counter[bytes] = Counter()
        for paper, times in papers:
            order = paper.translate(None, left_out)
            shared[order[: len(order) - len(order.lstrip(elected)) + 1]] += times
        del shared[b""]
        return list(shared.items())

    def _settle(self, papers: Sequence[tuple[bytes, int]]) -> list[int]:
        """Share out and lower the keep factors until somebody reaches the quota (whom it gives) or it is no use."""
        self.rounds, before = 0, None
        while True:
            self._share_out(papers)
            self.rounds += 1
            reached = [entry for entry in sorted(self.continuing) if self.votes[entry] >= self.quota]
            elected = [entry for group in self.elected for entry in group]
            over = sum(self.votes[entry] - self.quota for entry in [*elected, *reached])
            self.surplus = max(0, over)
            if reached or self.surplus < 1000 or (before is not None and self.surplus >= before):
                return reached
            before = self.surplus
            for entry in elected:
                # Rounded up twice, the factor of one who barely has the quota could come to more than the whole.
                needed = _up(_up(self.keep[entry] * self.quota, self.one) * self.one, self.votes[entry])
                self.keep[entry] = min(self.one, needed)

    def _share_out(self, papers: Iterable[tuple[bytes, int]]) -> None:
        votes, keep, one = [0] * len(self.entries), self.keep, self.one
        for paper, times in papers:
            left = one
            for entry in paper:
                kept = -(-left * keep[entry] // one)
                votes[entry] += kept * times
                left -= kept
        self.votes = tuple(votes)
        self.quota = sum(votes) // (self.seats + 1) + 1

    def _exclude(self, valid: int) -> bool:
        """The one with the fewest votes out; False where a tie keeps it from being found."""
        fewest = min(self.votes[entry] for entry in self.continuing)
        level = [entry for entry in sorted(self.continuing) if self.votes[entry] <= fewest + self.surplus]
        first = foremost(level, self.history, choose=min)
        how: dict[str, Any] = {"level": self._keys(level), "broken_by": "stage"} if len(first) < len(level) else {}
        if len(first) > 1 and self.drawn is not None:
            first = [min(first, key=self.lots.__getitem__)]
            how = {"level": self._keys(level), "broken_by": "lots"}
        if len(first) > 1 and not self._may_go_together(first):
            self.steps.append({"finding": "tie", "level": self._keys(first)})
            return False
        self._note("exclusion", valid, excluded=first, **how)
        self.excluded.append(first)
        self.continuing -= {*first}
        for entry in first:
            self.keep[entry] = 0
        return True

    def _may_go_together(self, level: Sequence[int]) -> bool:
        return not any(self.votes[entry] for entry in level) and len(self.continuing) - len(level) >= self.vacancies

    def _elect(self, finding: str, reached: Sequence[int], valid: int) -> None:
        groups = in_order(reached, [*self.history, self.votes], self.lots)
        self._note(finding, valid, elected=[entry for group in groups for entry in group])
        self.elected += groups
        self.continuing -= {*reached}

    def _note(
        self, finding: str, valid: int, *, elected: Sequence[int] = (), excluded: Sequence[int] = (), **how: Any
    ) -> None:
        self.history.append(self.votes)
        self.steps.append(
            {
                "finding": finding,
                "votes": self._written(self.votes),
                "keep": self._written(self.keep),
                "quota": written(self.quota, self.decimals),
                "surplus": written(self.surplus, self.decimals),
                "not_transferable": written(valid * self.one - sum(self.votes), self.decimals),
                "rounds": self.rounds,
                "elected": [self.entries[entry] for entry in elected],
                "excluded": self._keys(excluded),
                **how,
            }
        )

    def _written(self, numbers: Sequence[int]) -> dict[str, str]:
        return {key: written(number, self.decimals) for key, number in zip(self.entries, numbers, strict=True)}

    def _election(self, rest: Iterable[Sequence[int]]) -> Election:
        order = [*self.elected, *rest, *reversed(self.excluded)]
        return Election(tuple(tuple(self._keys(group)) for group in order if group), steps=tuple(self.steps))

    def _keys(self, group: Iterable[int]) -> list[str]:
        return sorted(self.entries[entry] for entry in group)


def _up(dividend: int, divisor: int) -> int:
    return -(-dividend // divisor)
