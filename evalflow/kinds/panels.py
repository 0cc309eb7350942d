"""A scoring criterion by criterion: the raters' points of each become a part of the score, and every step is told."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from evalflow.kinds.rubric import SUMS, Criterion, Recheck, ScoringOptions
from evalflow.kinds.sheets import Sheets
from evalflow.tally import levelling, panel
from evalflow.tally.panel import Part
from evalflow.tally.recheck import outliers
from evalflow.workflow.outcome import Case

Points = dict[str, dict[str, Fraction]]  # {entry: {rater: points}}


def scores(
    case: Case, read: Sheets, options: ScoringOptions, *, void_raters: set[str]
) -> tuple[dict[str, Fraction | None], dict[str, Any]]:
    """({entry: score before it is rounded}, the facts that explain it: every part, marks to look at again)."""
    given = {one.key: _given(one, case, read, options, void_raters=void_raters) for one in options.criterion}
    found = {entry: _parts(entry, given, case, options) for entry in case.keys}
    facts: dict[str, Any] = {
        "parts": {entry: {key: _told(part) for key, part in parts.items()} for entry, parts in found.items()}
    }
    if options.recheck is not None:
        facts["recheck"] = [
            {**row, "criterion": key}
            for entry in case.keys
            for key, points in given.items()
            for row in far_off(entry, points[entry], options.recheck)
        ]
    return {entry: score_of(parts, options) for entry, parts in found.items()}, facts


def score_of(parts: Mapping[str, Part], options: ScoringOptions) -> Fraction | None:
    """The sum of the parts. A criterion without any points leaves the entry without a score; where the points of
    raters are added up, it adds nothing.
    """
    if options.aggregate.method not in SUMS:
        return panel.score(parts)
    given = {key: part for key, part in parts.items() if part.panel.raters}
    return panel.score(given) if given else Fraction(0)


def factor_of(criterion: Criterion, case: Case, entry: str) -> Fraction | None:
    """What the criterion's points are multiplied by; None where the entry has no number of the name."""
    own = Fraction(criterion.factor)
    if criterion.factor_from is None:
        return own
    stage, _, figure = criterion.factor_from.partition(".")
    declared = case.earlier[stage].figures.get(figure, {}).get(entry)
    return None if declared is None else own * declared


def far_off(entry: str, marks: Mapping[str, Fraction], recheck: Recheck) -> list[dict[str, str]]:
    """An entry's marks to look at again, as facts, the furthest first."""
    found = outliers(marks, beyond=Fraction(recheck.beyond), centre=recheck.centre)
    return [
        {
            "rater": one.rater,
            "entry": entry,
            "mark": str(one.mark),
            "centre": str(one.centre),
            "distance": str(one.distance),
        }
        for one in found
    ]


def pairs(marks: Iterable[tuple[str, Fraction]]) -> list[list[str]]:
    """(rater, mark) as facts."""
    return [[rater, str(value)] for rater, value in marks]


def _given(criterion: Criterion, case: Case, read: Sheets, options: ScoringOptions, *, void_raters: set[str]) -> Points:
    """The points for a criterion on the sheets that count, levelled where the rules say so."""
    found: Points = {entry: {} for entry in case.keys}
    for rater, entries in read.given.items():
        for entry, points in entries.items() if rater not in void_raters else ():
            if criterion.key in points:
                found[entry][rater] = points[criterion.key]
    return levelling.level(found) if options.aggregate.level else found


def _parts(entry: str, given: Mapping[str, Points], case: Case, options: ScoringOptions) -> dict[str, Part]:
    steps = options.aggregate.steps
    return {
        one.key: panel.part(given[one.key][entry], steps, factor=factor_of(one, case, entry))
        for one in options.criterion
    }


def _told(part: Part) -> dict[str, Any]:
    """panel: what the raters come to, rounded where the rules say so; part: what it adds to the score."""
    return {
        "kept": pairs(part.panel.kept),
        "dropped": pairs(part.panel.dropped),
        "panel": _text(part.value),
        "factor": _text(part.factor),
        "part": _text(part.points),
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else str(value)
