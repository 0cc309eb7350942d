"""Where entries stand before anybody decides: points per component, composite, places, ties, the line at the seats.

Needs nothing but earlier outcomes and the meeting so far, so a page can show it at any time.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from evalflow.kinds import combining, lots, meeting
from evalflow.kinds.ballot import ranks_by
from evalflow.kinds.barring import Barred, barred
from evalflow.kinds.components import FIGURES
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.line import Line, line_of
from evalflow.kinds.meeting import Meeting
from evalflow.tally import ranking
from evalflow.tally.ranking import Cut, Ordering, Place
from evalflow.tally.ties import earlier_number
from evalflow.workflow.outcome import Case


@dataclass(frozen=True)
class Standing:
    """points: {component's name: {entry: points before weighting}}. composite: what places go by, None = unranked.

    barred: who is unranked for what he did or lacks. unworkable: {component's name: entries whose targets contradict}.
    rule: what drew the line. passed_over, left: see `line.Drawn`.
    """

    points: Mapping[str, Mapping[str, Fraction]]
    composite: Mapping[str, Fraction | None]
    order: Ordering
    cut: Cut
    rule: Line
    barred: tuple[Barred, ...] = ()
    unworkable: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    passed_over: tuple[str, ...] = ()
    left: Fraction | None = None


def stand(case: Case, options: DecisionOptions, held: Meeting | None = None) -> Standing:
    """The ranking with its ties broken as far as the chain reaches, and the line after the seats."""
    parts = combining.parts(case, options)
    out = barred(case, options.lines)
    found = combining.combined([part.points for part in parts], options)
    composite = _ranked(found, options, keys=case.keys, out={one.entry for one in out})
    order = ranking.rank(composite)
    rule = line_of(case, options)
    broken = _broken(case, options, order, rule, held)
    drawn = rule.through(broken.places)
    return Standing(
        points={part.component.name: part.points for part in parts},
        composite=composite,
        order=broken,
        cut=drawn.cut,
        barred=out,
        unworkable={part.component.name: part.unworkable for part in parts if part.unworkable},
        rule=rule,
        passed_over=drawn.passed_over,
        left=drawn.left,
    )


def _broken(case: Case, options: DecisionOptions, order: Sequence[Place], rule: Line, held: Meeting | None) -> Ordering:
    """The order with its ties broken as far as the chain reaches, or only those that the line goes through.

    With a budget these can be several: breaking one says what is left for the next.
    """
    if options.ties == "all":
        return _chained(case, options, order, held, at=None)
    at: set[str] = set()
    while True:
        broken = _chained(case, options, order, held, at=at)
        more = set(rule.through(broken.places).cut.tied) - at
        if not more:
            return broken
        at |= more


def _chained(
    case: Case, options: DecisionOptions, order: Sequence[Place], held: Meeting | None, *, at: Collection[str] | None
) -> Ordering:
    """The order with its ties broken as far as the chain reaches. at: see `ranking.break_ties`."""
    chain: list[ranking.Link] = []
    for name in options.tie_break:
        chain.append((name, _keys(case, name, ranking.break_ties(order, chain, at=at), held)))
    return ranking.break_ties(order, chain, at=at)


def _ranked(
    exact: Mapping[str, Fraction | None], options: DecisionOptions, *, keys: Collection[str], out: Collection[str]
) -> dict[str, Fraction | None]:
    """What places go by: rounded where the rules say so, None for whoever has no composite or is kept out."""
    kept = {key: None if key in out else exact.get(key) for key in keys}
    return {key: None if value is None else options.rounding.to_rank(value) for key, value in kept.items()}


def _keys(case: Case, link: str, so_far: Ordering, held: Meeting | None) -> Mapping[str, Any]:
    """{entry: key} of one link of the chain, the higher key the better."""
    if link == "number":
        return earlier_number({entry.key: entry.number for entry in case.contenders})
    if link == "draw":
        return lots.drawn(case)
    if link == "motion":
        places = {place.entry: place.place for place in so_far.places if place.place is not None}
        return meeting.beaten(places, held.carried("tie")) if held else {}
    stage, _, name = link.partition(".")
    outcome, kind = case.earlier[stage], case.definition.stage(stage).kind
    if name and kind == "submission":
        return outcome.figures.get(name, {})
    if name == "countback":
        return {entry: tuple(counts) for entry, counts in outcome.facts["countback"].items()}
    if name:
        givers: Mapping[str, int] = outcome.facts[name]
        return givers
    return ranks_by(outcome) if kind == "ballot" else outcome.figures[FIGURES[kind]]
