"""Where entries stand before anybody decides: points per component, composite, places, ties, the line at the seats.

Needs nothing but earlier outcomes and the meeting so far, so a page can show it at any time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evalflow.errors import BundleError
from evalflow.kinds import meeting
from evalflow.kinds.ballot import counted
from evalflow.kinds.decision_rules import FIGURES, SCORE, Component, DecisionOptions
from evalflow.kinds.meeting import Meeting
from evalflow.tally import ranking
from evalflow.tally.points import VOTE_POINTS
from evalflow.tally.ranking import Cut, Ordering
from evalflow.tally.ties import earlier_number
from evalflow.workflow.outcome import Case


@dataclass(frozen=True)
class Standing:
    """points: {component's stage: {entry: points before weighting}}. composite: what places go by, None = unranked."""

    points: Mapping[str, Mapping[str, Fraction]]
    composite: Mapping[str, Fraction | None]
    order: Ordering
    cut: Cut


def stand(case: Case, options: DecisionOptions, held: Meeting | None = None) -> Standing:
    """The ranking with its ties broken as far as the chain reaches, and the line after the seats."""
    points = {component.source: _points(case, component) for component in options.component}
    composite = _combined(points, options, case)
    order = ranking.rank(composite)
    chain: list[ranking.Link] = []
    for name in options.tie_break:
        chain.append((name, _keys(case, name, ranking.break_ties(order, chain), held)))
    broken = ranking.break_ties(order, chain)
    return Standing(points, composite, broken, ranking.cut(broken.places, options.seats))


def _combined(
    points: Mapping[str, Mapping[str, Fraction]], options: DecisionOptions, case: Case
) -> dict[str, Fraction | None]:
    if options.combine == "sum":
        found = ranking.total(list(points.values()))
    else:
        found = ranking.composite([(part.source, part.weight, points[part.source]) for part in options.component])
    exact = {key: found.get(key) for key in case.keys}
    return {key: None if value is None else options.rounding.to_rank(value) for key, value in exact.items()}


def _points(case: Case, component: Component) -> dict[str, Fraction]:
    """One component's points, of the entries that are still in."""
    outcome = case.earlier[component.source]
    if component.points == SCORE:
        found: Mapping[str, Fraction] = outcome.figures["score"]
    elif outcome.facts["void"]:
        raise BundleError(component.source, "more ballots than voters: the vote is void")
    else:
        found = VOTE_POINTS[component.points](counted(outcome))
    return {key: found[key] for key in case.keys if key in found}


def _keys(case: Case, link: str, so_far: Ordering, held: Meeting | None) -> Mapping[str, Any]:
    """{entry: key} of one link of the chain, the higher key the better."""
    if link == "number":
        return earlier_number({entry.key: entry.number for entry in case.contenders})
    if link == "draw":
        return ranking.lots(case.keys, _seed(case))
    if link == "motion":
        places = {place.entry: place.place for place in so_far.places if place.place is not None}
        return meeting.beaten(places, held.carried("tie")) if held else {}
    stage, _, sheet_link = link.partition(".")
    outcome = case.earlier[stage]
    if sheet_link == "countback":
        return {entry: tuple(counts) for entry, counts in outcome.facts["countback"].items()}
    if sheet_link:
        givers: Mapping[str, int] = outcome.facts[sheet_link]
        return givers
    return outcome.figures[FIGURES[case.definition.stage(stage).kind]]


def _seed(case: Case) -> bytes:
    try:
        seed = bytes.fromhex(case.seed)
    except ValueError:
        seed = b""
    if not seed:
        raise BundleError("bundle.json", "draw_seed: lots need a seed in hex that was published beforehand")
    return seed
