"""From earlier outcomes to points per component, and from these to one composite per entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from evalflow.errors import BundleError
from evalflow.kinds.ballot import counted
from evalflow.kinds.components import ATTAINMENT, FIGURE, SCORE, Component, is_number
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.tally import ranking, roots
from evalflow.tally.attainment import Better, Scale, Targets, attainment
from evalflow.tally.points import VOTE_POINTS
from evalflow.workflow.outcome import Case, Outcome

Column = Mapping[str, Fraction]


@dataclass(frozen=True)
class Part:
    """One component's points, {entry: points before weighting}, of the entries still in that have any.

    unworkable: entries that have all the numbers, but targets that contradict their direction or no logarithm.
    """

    component: Component
    points: Column
    unworkable: tuple[str, ...] = ()


def parts(case: Case, options: DecisionOptions) -> tuple[Part, ...]:
    """Every component in the order of the rules. BundleError where a vote it counts on is void."""
    return tuple(_part(case, component) for component in options.component)


def combined(columns: Sequence[Column], options: DecisionOptions) -> dict[str, Fraction | None]:
    """The exact composite by entry, None where a component has no points for it. columns: one for each component."""
    if options.combine == "sum":
        signed = zip(options.component, columns, strict=True)
        return ranking.total([_negated(column) if part.subtract else column for part, column in signed])
    if options.combine == "geometric":
        return roots.geometric(_grouped(columns, options))
    weighted = zip(options.component, columns, strict=True)
    return ranking.composite([(part.name, part.weight, column) for part, column in weighted])


def _part(case: Case, component: Component) -> Part:
    outcome = case.earlier[component.source]
    if outcome.facts.get("void") is True:
        raise BundleError(
            component.source, expected="a vote that counts", found="a void one: more ballots than electors"
        )
    if component.value is not None:
        return _attained(case, component, outcome)
    if component.points in (SCORE, FIGURE, ATTAINMENT):
        found: Column = outcome.figures.get(component.figure or component.points, {})
    else:
        found = _vote_points(component, outcome)
    return Part(component, {key: found[key] for key in case.keys if key in found})


def _vote_points(component: Component, outcome: Outcome) -> Column:
    try:
        return VOTE_POINTS[component.points](counted(outcome))
    except ValueError as wrong:
        raise BundleError(
            component.source, expected=f"a vote that gives {component.points}", found=str(wrong)
        ) from wrong


def _attained(case: Case, component: Component, outcome: Outcome) -> Part:
    points: dict[str, Fraction] = {}
    unworkable: list[str] = []
    for key in case.keys:
        value = outcome.figures.get(component.value or "", {}).get(key)
        targets = targets_of(component, outcome, key)
        if value is None or targets is None:
            continue
        try:
            points[key] = attainment(value, targets)
        except ValueError:
            unworkable.append(key)
    return Part(component, points, tuple(unworkable))


def targets_of(component: Component, outcome: Outcome, entry: str) -> Targets | None:
    """One entry's targets; None where it has not declared one of them."""
    written = [(component.target(name), name) for name in ("baseline", "work", "stretch")]
    found = {name: _number(text, outcome, entry) for text, name in written if text is not None}
    baseline, work, stretch = (found.get(name) for name in ("baseline", "work", "stretch"))
    if baseline is None or work is None or None in found.values():
        return None
    return Targets(
        baseline,
        work,
        stretch,
        better=Better(component.better),
        stretch_points=component.stretch_points,
        capped=component.capped,
        scale=Scale(component.scale),
    )


def _number(text: str, outcome: Outcome, entry: str) -> Fraction | None:
    return Fraction(text) if is_number(text) else outcome.figures.get(text, {}).get(entry)


def _grouped(columns: Sequence[Column], options: DecisionOptions) -> list[Column]:
    """The columns to multiply: those of one group as their mean, for the entries that all of them have."""
    groups: dict[str, list[Column]] = {}
    for part, column in zip(options.component, columns, strict=True):
        groups.setdefault(f"group {part.group}" if part.group else part.name, []).append(column)
    return [_mean(group) for group in groups.values()]


def _mean(group: Sequence[Column]) -> Column:
    sums = ranking.total(group)
    return {entry: value / len(group) for entry, value in sums.items() if value is not None}


def _negated(column: Column) -> Column:
    return {entry: -points for entry, points in column.items()}
