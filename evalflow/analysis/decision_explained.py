"""How an entry came to its composite, its place, and to what was decided, with everything that moved it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, ClassVar

from evalflow.analysis.arithmetic import enough, mentions
from evalflow.i18n import Text
from evalflow.kinds import combining
from evalflow.kinds import components as rules
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.meeting import entries_of
from evalflow.tally.rounding import round_half_up
from evalflow.workflow.definition import Stage
from evalflow.workflow.outcome import Case, Outcome

TOLD = {
    "ranking",
    "ties",
    "cut",
    "decided",
    "seats",
    "deviations",
    "quorum",
    "motions",
    "sittings",
    "recused",
    "vetoed",
}


@dataclass(frozen=True)
class Component:
    """One part of the composite. figure: the number of the stage it counts with, "" for votes and scores.

    weight: per cent, None where parts are only added up or multiplied. points None: it has none. group: of parts
    that are averaged before they are multiplied. share: what it adds, below 0 for a deduction; None for a factor.
    """

    stage: Stage
    rule: str
    figure: str
    weight: int | None
    points: Fraction | None
    is_deduction: bool
    group: str
    share: Fraction | None


@dataclass(frozen=True)
class Bar:
    """Why an entry is kept out of the ranking. value: the number or choice that says so, "" where there is none."""

    label: Text
    value: str


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

    combine: "weighted", "sum" or "geometric". shown: as published. decimals: with so many the components, combined,
    give what is shown. barred: every reason that keeps it out of the ranking. is_passed_over: by the cap on its group,
    or with a budget, as it cost more than was left. place None: unranked. ranked: how many have a place. alike: who
    else has this place. line: "in", "tied", "below". last_in: the lowest composite above the line. decided None: not
    decided.
    """

    shape: ClassVar[str] = "decision"
    stage: Stage
    combine: str
    components: tuple[Component, ...]
    exact: Fraction | None
    composite: Fraction | None
    shown: Decimal | None
    round_to: int
    decimals: int
    place: int | None
    ranked: int
    barred: tuple[Bar, ...]
    is_passed_over: bool
    has_budget: bool
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
    columns = [outcome.figures.get(f"points.{part.name}", {}) for part in options.component]
    exact = combining.combined(columns, options).get(entry)
    composite = outcome.figures["composite"].get(entry)
    shown = None if composite is None else options.rounding.to_show(composite)
    by_entry = {one["entry"]: one for one in facts["ranking"]}
    place = by_entry.get(entry, {}).get("place")
    above, below = _neighbours(outcome, entry)
    deviation = next((one for one in facts["deviations"] if one["entry"] == entry), None)
    return Decision(
        stage=case.stage,
        combine=options.combine,
        components=components,
        exact=exact,
        composite=composite,
        shown=shown,
        round_to=options.round.decimals,
        decimals=2 if shown is None else enough(_followed(columns, options, entry), shown),
        place=place,
        ranked=sum(one["place"] is not None for one in facts["ranking"]),
        barred=tuple(
            Bar(Text(**one["label"]), one["value"]) for one in facts.get("vetoed", ()) if one["entry"] == entry
        ),
        is_passed_over=entry in facts["cut"].get("passed_over", ()),
        has_budget=options.budget is not None,
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
    return tuple(
        Component(
            stage=case.definition.stage(part.source),
            rule=part.points,
            figure=part.figure or part.value or "",
            weight=part.weight if options.combine == "weighted" else None,
            points=points,
            is_deduction=part.subtract,
            group=part.group or "",
            share=_share(points, part, options.combine),
        )
        for part in options.component
        for points in [outcome.figures.get(f"points.{part.name}", {}).get(entry)]
    )


def _share(points: Fraction | None, part: rules.Component, combine: str) -> Fraction | None:
    if points is None or combine == "geometric":
        return None
    if combine == "weighted":
        return (part.weight or 0) * points / 100
    return -points if part.subtract else points


def _followed(
    columns: Sequence[Mapping[str, Fraction]], options: DecisionOptions, entry: str
) -> Callable[[Callable[[Fraction], Fraction]], Decimal]:
    """The composite as somebody works it out who sees rounded points."""

    def follow(shown: Callable[[Fraction], Fraction]) -> Decimal:
        found = combining.combined([{entry: shown(column[entry])} for column in columns], options)[entry]
        assert found is not None
        return round_half_up(found, options.round.decimals)

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
