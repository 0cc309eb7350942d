"""How an entry came to its composite, its place, and to what was decided, with everything that moved it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from evalflow.analysis.arithmetic import enough, mentions
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.meeting import entries_of
from evalflow.tally.rounding import round_half_up
from evalflow.workflow.definition import Stage
from evalflow.workflow.outcome import Case, Outcome

TOLD = {"ranking", "ties", "cut", "decided", "seats", "deviations", "quorum", "motions", "recused"}


@dataclass(frozen=True)
class Component:
    """One part of the composite. weight: per cent, None where parts are only added up. points None: it has none.

    share: what it adds, exact.
    """

    stage: Stage
    rule: str
    weight: int | None
    points: Fraction | None
    share: Fraction | None


@dataclass(frozen=True)
class TieBreak:
    """Entries with equal composites and the link of the chain that put them apart: groups, best first."""

    link: str
    groups: tuple[tuple[str, ...], ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset(entry for group in self.groups for entry in group)


@dataclass(frozen=True)
class Motion:
    """A division that named the entry, or the whole list. result: "carried", "rejected" or "inquorate"."""

    about: str
    ayes: int
    noes: int
    abstentions: int
    recused: int
    entitled: int
    present: int
    result: str

    @property
    def names(self) -> frozenset[str]:
        return frozenset(entries_of(self.about))


@dataclass(frozen=True)
class Neighbour:
    """The entry ranked next to this one. apart: how much higher its composite is; 0 where a link put them apart."""

    entry: str
    place: int
    apart: Fraction


@dataclass(frozen=True)
class Decision:
    """exact: the composite before rounding; composite: what places go by; both None where a component has no points.

    shown: as published. decimals: with so many the components, weighted and added, give what is shown.
    place None: unranked. ranked: how many have a place. alike: who else has this place. line: "in", "tied", "below".
    last_in: the lowest composite above the line. decided None: not decided; ranked_among: the place a deviation had.
    """

    shape: ClassVar[str] = "decision"
    stage: Stage
    weighted: bool
    components: tuple[Component, ...]
    exact: Fraction | None
    composite: Fraction | None
    shown: Decimal | None
    round_to: int
    decimals: int
    place: int | None
    ranked: int
    alike: tuple[str, ...]
    above: Neighbour | None
    below: Neighbour | None
    ties: tuple[TieBreak, ...]
    line: str
    seats: int
    seats_left: int
    last_in: Decimal | None
    decided: int | None
    deviates: bool
    reason: str
    motions: tuple[Motion, ...]
    meets: bool
    others: tuple[tuple[str, str], ...] = ()


def explain(case: Case, outcome: Outcome, entry: str) -> Decision:
    """What the ranking and the meeting made of one entry."""
    options, facts = case.stage.options, outcome.facts
    assert isinstance(options, DecisionOptions)
    components = _components(case, outcome, options, entry)
    exact = _sum([part.share for part in components])
    composite = outcome.figures["composite"].get(entry)
    shown = None if composite is None else options.rounding.to_show(composite)
    by_entry = {one["entry"]: one for one in facts["ranking"]}
    place = by_entry.get(entry, {}).get("place")
    above, below = _neighbours(outcome, entry)
    deviation = next((one for one in facts["deviations"] if one["entry"] == entry), None)
    return Decision(
        stage=case.stage,
        weighted=options.combine == "weighted",
        components=components,
        exact=exact,
        composite=composite,
        shown=shown,
        round_to=options.round.decimals,
        decimals=2 if shown is None else enough(_followed(components, options), shown),
        place=place,
        ranked=sum(one["place"] is not None for one in facts["ranking"]),
        alike=tuple(key for key, one in by_entry.items() if place and one["place"] == place and key != entry),
        above=above,
        below=below,
        ties=tuple(
            TieBreak(one["link"], tuple(tuple(group) for group in one["groups"]))
            for one in facts["ties"]
            if any(entry in group for group in one["groups"])
        ),
        line=_line(facts["cut"], entry),
        seats=facts["seats"],
        seats_left=facts["cut"]["seats_left"],
        last_in=_last_in(outcome, options),
        decided=next((one["place"] for one in facts["decided"] if one["entry"] == entry), None),
        deviates=deviation is not None,
        reason=deviation["reason"] if deviation else "",
        motions=tuple(_motion(one) for one in facts.get("motions", ()) if _concerns(one["about"], entry)),
        meets=options.quorum is not None,
        others=tuple(mentions({key: fact for key, fact in facts.items() if key not in TOLD}, entry)),
    )


def _components(case: Case, outcome: Outcome, options: DecisionOptions, entry: str) -> tuple[Component, ...]:
    found = []
    for part in options.component:
        points = outcome.figures.get(f"points.{part.source}", {}).get(entry)
        weight = part.weight if options.combine == "weighted" else None
        share = points if points is None or weight is None else weight * points / 100
        found.append(Component(case.definition.stage(part.source), part.points, weight, points, share))
    return tuple(found)


def _sum(shares: list[Fraction | None]) -> Fraction | None:
    found = [share for share in shares if share is not None]
    return sum(found, Fraction(0)) if len(found) == len(shares) else None


def _followed(
    components: tuple[Component, ...], options: DecisionOptions
) -> Callable[[Callable[[Fraction], Fraction]], Decimal]:
    """The composite as somebody works it out who sees rounded points."""

    def follow(shown: Callable[[Fraction], Fraction]) -> Decimal:
        shares = [shown(part.points or Fraction(0)) * Fraction(part.weight or 100, 100) for part in components]
        return round_half_up(sum(shares, Fraction(0)), options.round.decimals)

    return follow


def _neighbours(outcome: Outcome, entry: str) -> tuple[Neighbour | None, Neighbour | None]:
    """The nearest entry with a better and the nearest with a worse place."""
    composite = outcome.figures["composite"]
    places = [(one["place"], one["entry"]) for one in outcome.facts["ranking"] if one["place"] is not None]
    own = next((place for place, key in places if key == entry), None)
    if own is None:
        return None, None
    better = [pair for pair in places if pair[0] < own]
    worse = [pair for pair in places if pair[0] > own]

    def neighbour(pair: tuple[int, str] | None) -> Neighbour | None:
        return None if pair is None else Neighbour(pair[1], pair[0], composite[pair[1]] - composite[entry])

    return neighbour(better[-1] if better else None), neighbour(worse[0] if worse else None)


def _line(cut: Mapping[str, Any], entry: str) -> str:
    return "in" if entry in cut["winners"] else "tied" if entry in cut["tied"] else "below"


def _last_in(outcome: Outcome, options: DecisionOptions) -> Decimal | None:
    """The composite that was just enough."""
    composite = outcome.figures["composite"]
    found = [composite[key] for key in outcome.facts["cut"]["winners"] if key in composite]
    return options.rounding.to_show(min(found)) if found else None


def _concerns(about: str, entry: str) -> bool:
    return about == "list" or entry in entries_of(about)


def _motion(one: Mapping[str, Any]) -> Motion:
    return Motion(**{name: one[name] for name in Motion.__dataclass_fields__})
