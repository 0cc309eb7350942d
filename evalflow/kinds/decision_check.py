"""What a decision's options can't know alone: the stages they name, and whether there can be entries enough.

A quorum that can never be met is refused before, by the grammar of shares.
"""

from collections.abc import Iterable, Iterator

from evalflow.kinds.decision_rules import LAST_LINKS, SHEET_LINKS, DecisionOptions, points_for
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.kind import Problem


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    options = stage.options
    assert isinstance(options, DecisionOptions)
    earlier = {one.key: one for one in definition.earlier(stage.key)}
    yield from _components(options, earlier)
    yield from _weights(options)
    yield from _chain(options, earlier)
    yield from _seats(options, stage, earlier)


def _components(options: DecisionOptions, earlier: dict[str, Stage]) -> Iterator[Problem]:
    for index, part in enumerate(options.component):
        source = earlier.get(part.source)
        if source is None:
            yield Problem(f"component.{index}.from", f"an earlier stage: {_listed(earlier)}", part.source)
            continue
        known = points_for(source.kind, combine=options.combine)
        if not known:
            yield Problem(f"component.{index}.from", "a ballot or a scoring", f"{part.source}, a {source.kind}")
        elif part.points not in known:
            yield Problem(f"component.{index}.as", " | ".join(known), part.points)
    sources = [part.source for part in options.component]
    for source in sorted({one for one in sources if sources.count(one) > 1}):
        yield Problem("component.from", "each stage once", source)


def _weights(options: DecisionOptions) -> Iterator[Problem]:
    weights = [part.weight for part in options.component]
    if options.combine == "sum":
        if any(weight is not None for weight in weights):
            yield Problem("component.weight", 'no weights with combine = "sum"', _sum(weights))
    elif None in weights or sum(weight or 0 for weight in weights) != 100:
        yield Problem("component.weight", "weights that total 100", _sum(weights))


def _chain(options: DecisionOptions, earlier: dict[str, Stage]) -> Iterator[Problem]:
    for index, link in enumerate(options.tie_break):
        if link in LAST_LINKS:
            if link == "motion" and options.quorum is None:
                yield Problem(f"tie_break.{index}", "a quorum where motions break ties", link)
            continue
        name, dot, sheet_link = link.partition(".")
        source = earlier.get(name)
        if source is None or (dot and (source.kind != "scoring" or sheet_link not in SHEET_LINKS)):
            expected = f"an earlier ballot or scoring, SCORING.givers, SCORING.countback, {', '.join(LAST_LINKS)}"
            yield Problem(f"tie_break.{index}", expected, link)
        elif source.kind not in ("ballot", "scoring"):
            yield Problem(f"tie_break.{index}", "a ballot or a scoring", f"{name}, a {source.kind}")


def _seats(options: DecisionOptions, stage: Stage, earlier: dict[str, Stage]) -> Iterator[Problem]:
    """Seats that no season of these rules need ever fill are a slip of the pen."""
    if not any(one.kind == "submission" for one in earlier.values()):
        yield Problem("kind", "a submission stage before it", "none")
    needed = max((one.rule.min_entries for one in [*earlier.values(), stage]), default=0)
    if needed and options.seats > needed:
        yield Problem("seats", f"not above the entries needed to get here ({needed})", str(options.seats))


def _sum(weights: list[int | None]) -> str:
    return " + ".join(str(weight or 0) for weight in weights)


def _listed(earlier: dict[str, Stage]) -> str:
    return " | ".join(earlier) or "none"
