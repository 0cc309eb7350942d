"""What can't work although every part of it is well formed: the checks over a whole definition."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from evalflow.i18n import phrase
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.kind import Kinds, Problem
from evalflow.workflow.machine import FINISHED, moves, start
from evalflow.workflow.when import Anchors, When

_ZONE = ZoneInfo("UTC")
_YEAR = 2026  # no leap year, so that 02-29 is refused; any other does as well


def problems_of_new(definition: Definition, kinds: Kinds) -> Iterator[tuple[str, Problem]]:
    """(stage key or "", problem) of what only files are refused for: no season has these rules yet."""
    for stage in definition.stages:
        for problem in kinds[stage.kind].check_new(definition, stage):
            yield stage.key, problem


def problems(definition: Definition, kinds: Kinds) -> Iterator[tuple[str, Problem]]:
    """(stage key or "", problem) in the order of the file."""
    counted = Counter(stage.key for stage in definition.stages)
    doubled = [key for key, times in counted.items() if times > 1]
    if doubled:
        yield from ((key, Problem("key", phrase("a key no other stage has"), key)) for key in doubled)
        return  # everything below looks stages up by key
    try:
        first = date.fromisoformat(f"{_YEAR}-{definition.heading.starts}")
    except ValueError:
        yield "", Problem("starts", phrase("a day of every year as MM-DD"), definition.heading.starts)
        return
    yield from _windows(definition, first)
    yield from _unreachable(definition)
    yield from _admitted_late(definition, kinds)
    for stage in definition.stages:
        for problem in kinds[stage.kind].check(definition, stage):
            yield stage.key, problem


def _windows(definition: Definition, first: date) -> Iterator[tuple[str, Problem]]:
    """No stage closes before it opens; where stages follow each other, none opens before its predecessor closes.

    Where entries move apart windows may overlap, but none may be over before the stages before it have begun.
    """
    together = definition.heading.moves == "together"
    previous: datetime | None = None
    begun: datetime | None = None
    for stage in definition.stages:
        opening = _opening(stage, first, previous)
        closing = _closing(stage.rule.closes, first, opening, previous) if stage.rule.closes else None
        closes = stage.rule.closes.text if stage.rule.closes else ""
        if closing and closing <= opening:
            yield (
                stage.key,
                Problem("closes", phrase("after the opening (%(moment)s)", moment=f"{opening:%m-%d %H:%M}"), closes),
            )
        elif closing and begun and closing <= begun:
            yield (
                stage.key,
                Problem(
                    "closes", phrase("after the stage before opens (%(moment)s)", moment=f"{begun:%m-%d %H:%M}"), closes
                ),
            )
        if together and previous and opening < previous:
            moment = f"{previous:%m-%d %H:%M}"
            expected = phrase("not before the stage before closes (%(moment)s)", moment=moment)
            yield stage.key, Problem("opens", expected, stage.rule.opens.text)
        previous = closing or opening
        begun = max(opening, begun or opening)


def _opening(stage: Stage, first: date, previous: datetime | None) -> datetime:
    rule = stage.rule.opens
    if rule.text == "previous":
        return previous or datetime.combine(first, datetime.min.time(), _ZONE)
    anchors = Anchors(first, previous=previous.date() if previous else None)
    return rule.moment(anchors, _weekday, _ZONE, end_of_day=False)


def _closing(rule: When, first: date, opening: datetime, previous: datetime | None) -> datetime:
    anchors = Anchors(first, opening.date(), previous.date() if previous else None)
    return rule.moment(anchors, _weekday, _ZONE, end_of_day=True)


def _weekday(day: date) -> bool:
    return day.weekday() < 5


def _unreachable(definition: Definition) -> Iterator[tuple[str, Problem]]:
    """Every stage is reached from the start and leads to the end."""
    arrows = {(move.source, move.dest) for move in moves(definition)}
    reached = _closure({start(definition)}, arrows)
    leaving = _closure({FINISHED}, {(dest, source) for source, dest in arrows})
    for stage in definition.stages:
        position = f"{stage.key}.open"
        if position not in reached:
            yield stage.key, Problem("key", phrase("a stage that can be reached"), stage.key)
        if position not in leaving:
            yield stage.key, Problem("key", phrase("a stage that can be left"), stage.key)


def _admitted_late(definition: Definition, kinds: Kinds) -> Iterator[tuple[str, Problem]]:
    """Where entries move apart, who takes part is fixed before anything else can be."""
    if definition.heading.moves != "apart":
        return
    others = ""
    for stage in definition.stages:
        if not kinds[stage.kind].admits:
            others = others or stage.key
        elif others:
            yield (
                stage.key,
                Problem("kind", phrase("a kind that admits entries only before %(stage)s", stage=others), stage.kind),
            )


def _closure(seeds: set[str], arrows: set[tuple[str, str]]) -> set[str]:
    found = set(seeds)
    while True:
        more = {dest for source, dest in arrows if source in found} - found
        if not more:
            return found
        found |= more
