"""How an entry's score was made criterion by criterion: who was dropped in each, the panel's value, the factor."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from evalflow.analysis.arithmetic import Arithmetic, added
from evalflow.kinds.rubric import Criterion, ScoringOptions
from evalflow.tally.rounding import round_half_up
from evalflow.tally.scoring import AGGREGATES, median, total
from evalflow.workflow.outcome import Outcome


@dataclass(frozen=True)
class Panel:
    """One criterion of one entry. highest, lowest: (rater, points) dropped.

    working: from the points left to the value; weighing: from there to what it adds to the score. value, points: as
    they go on, rounded where the rules say so; None where nobody gave any, or the factor is not known.
    """

    criterion: Criterion
    lowest: tuple[tuple[str, Fraction], ...]
    highest: tuple[tuple[str, Fraction], ...]
    counted: int
    working: Arithmetic | None
    value: Fraction | None
    factor: Fraction | None
    weighing: Arithmetic | None
    points: Fraction | None


def panels(options: ScoringOptions, outcome: Outcome, entry: str) -> tuple[Panel, ...]:
    """Every criterion in the order of the rubric; none where the outcome was made sheet by sheet."""
    told: Mapping[str, Any] = outcome.facts.get("parts", {}).get(entry, {})
    return tuple(_panel(one, told[one.key], options) for one in options.criterion if one.key in told)


def sum_of(parts: tuple[Panel, ...], options: ScoringOptions, final: Fraction | None) -> Arithmetic | None:
    """The parts added up, before the score is rounded; None where that does not come to the score, or there is none."""
    points = [part.points for part in parts if part.points is not None]
    score = total(points)
    rounded = score if options.round is None else Fraction(round_half_up(score, options.round))
    return Arithmetic(added(points), score) if points and rounded == final else None


def _panel(criterion: Criterion, told: Mapping[str, Any], options: ScoringOptions) -> Panel:
    kept, dropped = tuple(_pairs(told["kept"])), tuple(_pairs(told["dropped"]))
    value, factor, points = (_number(told[name]) for name in ("panel", "factor", "part"))
    marks, method, each = [mark for _, mark in kept], options.aggregate.method, len(dropped) // 2
    weighing = None
    if value is not None and factor is not None and factor != 1:
        weighing = Arithmetic((value, " × ", factor), value * factor)
    return Panel(
        criterion=criterion,
        lowest=dropped[:each],
        highest=dropped[each:],
        counted=len(kept),
        working=working(marks, method, AGGREGATES[method].combine(marks)) if marks else None,
        value=value,
        factor=factor,
        weighing=weighing,
        points=points,
    )


def working(marks: list[Fraction], method: str, result: Fraction) -> Arithmetic:
    """What a method does with the marks that are left. marks: at least one, from the lowest to the highest."""
    if AGGREGATES[method].combine is total:
        return Arithmetic(added(marks), result)
    if AGGREGATES[method].combine is median:
        half = len(marks) // 2
        marks = marks[half : half + 1] if len(marks) % 2 else marks[half - 1 : half + 1]
    return Arithmetic(("(", *added(marks), ") ÷ ", Fraction(len(marks))), result)


def _pairs(told: list[list[str]]) -> Iterator[tuple[str, Fraction]]:
    return ((rater, Fraction(mark)) for rater, mark in told)


def _number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
