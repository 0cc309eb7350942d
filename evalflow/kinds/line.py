"""The line between those awarded and the others: after the seats, with a cap on one group, or where money runs out."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType

from evalflow.kinds import electing
from evalflow.kinds.decision_rules import BRANCH, DecisionOptions
from evalflow.tally.budget import greedy
from evalflow.tally.capping import cut_with_cap
from evalflow.tally.ranking import Cut, Place
from evalflow.workflow.outcome import Case


@dataclass(frozen=True)
class Drawn:
    """cut: who is in. passed_over: whose group had enough winners already, or who cost more than was left.

    left: what nobody got of the budget; None where there is none.
    """

    cut: Cut
    passed_over: tuple[str, ...]
    left: Fraction | None = None


@dataclass(frozen=True)
class Line:
    """seats: at most so many. groups, at_most: where the rules have a cap, {entry: group} and how many of one can win.

    costs, amount: where they have a budget, {entry: what it costs} and what there is to spend.
    """

    seats: int
    groups: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    at_most: int | None = None
    costs: Mapping[str, Fraction] = field(default_factory=lambda: MappingProxyType({}))
    amount: int | None = None

    def through(self, places: Sequence[Place]) -> Drawn:
        """The line through these places; what does not fit above it as a whole is returned as tied."""
        if self.amount is None:
            capped = cut_with_cap(places, self.seats, self.groups, self.at_most or 1)
            return Drawn(capped.cut, capped.passed_over)
        ranked = {place.entry: -place.place for place in places if place.place is not None}
        funded = greedy(ranked, self.costs, self.amount, seats=self.seats)
        above = {*funded.chosen, *funded.tied}
        below = tuple(place.entry for place in places if place.entry not in above)
        cut = Cut(funded.chosen, funded.tied, self.seats - len(funded.chosen), below)
        return Drawn(cut, funded.skipped, funded.left)

    def crowded(self, above: Collection[str]) -> set[str]:
        """Who of those above the line there is no room for together: all of a group that is too many, or of too dear.

        Empty: they fit. Seats are not counted here.
        """
        if self.amount is not None:
            return set(above) if sum(self.costs[entry] for entry in above) > self.amount else set()
        in_group = Counter(self.groups[entry] for entry in above if entry in self.groups)
        return {entry for entry in above if self.at_most and in_group[self.groups.get(entry, "")] > self.at_most}


def line_of(case: Case, options: DecisionOptions) -> Line:
    """The line of a decision's rules. BundleError where an entry has not declared what it costs."""
    if options.budget is not None:
        return Line(options.seats, costs=electing.declared(case, options.budget.cost), amount=options.budget.amount)
    if options.cap is None:
        return Line(options.seats)
    return Line(options.seats, _groups(case, options.cap.per), options.cap.at_most)


def _groups(case: Case, per: str) -> Mapping[str, str]:
    """{entry: group} that a cap counts by."""
    if per == BRANCH:
        return {entry.key: entry.branch for entry in case.contenders}
    stage, _, name = per.partition(".")
    chosen: Mapping[str, str] = case.earlier[stage].facts.get("choices", {}).get(name, {})
    return chosen
