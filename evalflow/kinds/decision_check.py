"""What a decision's options can't know alone: the stages they name, and whether there can be entries enough.

A quorum that can never be met is refused before, by the grammar of shares.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from evalflow.i18n import phrase
from evalflow.kinds.ballot_rules import BallotOptions
from evalflow.kinds.barring import Eligible, Veto
from evalflow.kinds.components import (
    ATTAINMENT,
    FIGURES,
    TARGETS,
    Component,
    figures_of,
    has_attainment,
    is_number,
    points_for,
)
from evalflow.kinds.decision_rules import BRANCH, LAST_LINKS, SHEET_LINKS, DecisionOptions
from evalflow.kinds.inspection import NO, YES, InspectionOptions
from evalflow.kinds.submission import SubmissionOptions
from evalflow.tally import attainment
from evalflow.tally.attainment import Better, Scale, Targets
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.kind import Problem

FOLLOWING = ("notice", "award")  # kinds that go on with what was decided
_DIRECTIONS = {  # by better and scale
    ("more", "linear"): phrase("targets that rise from baseline to work to stretch"),
    ("less", "linear"): phrase("targets that fall from baseline to work to stretch"),
    ("more", "log"): phrase("targets that rise from baseline to work to stretch, above 0"),
    ("less", "log"): phrase("targets that fall from baseline to work to stretch, above 0"),
}


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    options = stage.options
    assert isinstance(options, DecisionOptions)
    earlier = {one.key: one for one in definition.earlier(stage.key)}
    yield from _components(options, earlier)
    yield from _weights(options)
    yield from _combining(options)
    for name, lines in (("veto", options.veto), ("eligible", options.eligible)):
        for index, line in enumerate(lines):
            yield from _line(line, earlier, f"{name}.{index}")
    yield from _cap(options, earlier)
    yield from _budget(options, earlier)
    yield from _chain(options, earlier)
    yield from _seats(options, stage, earlier)


def check_new(definition: Definition, stage: Stage) -> Iterable[Problem]:
    """What looks as if it decided something that it does not: who goes on, and who is elected."""
    options = stage.options
    assert isinstance(options, DecisionOptions)
    yield from _narrowing(definition, stage)
    for part in options.component:
        source = next((one for one in definition.earlier(stage.key) if one.key == part.source), None)
        elected = source.options.seats if source and isinstance(source.options, BallotOptions) else None
        if elected not in (None, options.seats):
            expected = phrase(
                "the seats of %(stage)s (%(seats)s): with other seats a transferable vote elects others",
                seats=elected,
                stage=part.source,
            )
            yield Problem("seats", expected, str(options.seats))


def _narrowing(definition: Definition, stage: Stage) -> Iterator[Problem]:
    """All entries go on after a decision, so only what follows from it may come after it."""
    for one in definition.stages[definition.stages.index(stage) + 1 :]:
        parts = one.options.component if isinstance(one.options, DecisionOptions) else ()
        if one.kind not in FOLLOWING and stage.key not in [part.source for part in parts]:
            expected = phrase(
                "only a notice, an award or a decision that counts with it after a decision: all entries go on"
            )
            yield Problem("kind", expected, phrase("%(stage)s, a %(kind)s", stage=one.key, kind=one.kind))
            return


def _components(options: DecisionOptions, earlier: dict[str, Stage]) -> Iterator[Problem]:
    for index, part in enumerate(options.component):
        source = earlier.get(part.source)
        if source is None:
            yield Problem(
                f"component.{index}.from", phrase("an earlier stage: %(known)s", known=_listed(earlier)), part.source
            )
            continue
        known = points_for(source, combine=options.combine)
        if not known:
            expected = phrase("a ballot, a scoring, an inspection, a decision or a declaration with numbers")
            yield Problem(
                f"component.{index}.from",
                expected,
                phrase("%(stage)s, a %(kind)s", stage=part.source, kind=source.kind),
            )
        elif part.points not in known:
            yield Problem(f"component.{index}.as", " | ".join(known), part.points)
        else:
            yield from _figures(part, source, f"component.{index}")
    names = [part.name for part in options.component]
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield Problem("component.from", phrase("each stage once"), name)


def _figures(part: Component, source: Stage, place: str) -> Iterator[Problem]:
    """The numbers a component names are there, and targets that are all written out can be meant."""
    known = figures_of(source)
    if part.points == ATTAINMENT and has_attainment(source) != (part.value is None):
        bare = has_attainment(source)
        expected = phrase("nothing: its figure is an attainment") if bare else phrase("value, baseline and work")
        yield Problem(f"{place}.value", expected, part.value or phrase("nothing"))
        return
    named = {"figure": part.figure, "value": part.value, **{name: part.target(name) for name in TARGETS}}
    strange = {key: name for key, name in named.items() if name and not is_number(name) and name not in known}
    for key, name in strange.items():
        yield Problem(f"{place}.{key}", " | ".join(known), name)
    targets = [part.target(name) for name in TARGETS]
    if part.points == ATTAINMENT and part.value and all(target is None or is_number(target) for target in targets):
        yield from _targets(part, place)


def _targets(part: Component, place: str) -> Iterator[Problem]:
    numbers = [None if (text := part.target(name)) is None else Fraction(text) for name in TARGETS]
    baseline, work, stretch = numbers
    assert baseline is not None and work is not None
    try:
        attainment.check(Targets(baseline, work, stretch, better=Better(part.better), scale=Scale(part.scale)))
    except ValueError:
        written = " → ".join(str(number) for number in numbers if number is not None)
        yield Problem(f"{place}.work", _DIRECTIONS[part.better, part.scale], written)


def _combining(options: DecisionOptions) -> Iterator[Problem]:
    if options.combine != "sum" and any(part.subtract for part in options.component):
        yield Problem("component.subtract", phrase('combine = "sum" where something is subtracted'), options.combine)
    if options.combine != "geometric" and any(part.group for part in options.component):
        yield Problem("component.group", phrase('combine = "geometric" where parts form groups'), options.combine)
    if options.component and all(part.subtract for part in options.component):
        yield Problem("component.subtract", phrase("something to subtract from"), phrase("deductions only"))


def _line(line: Veto | Eligible, earlier: dict[str, Stage], place: str) -> Iterator[Problem]:
    source = earlier.get(line.source)
    if source is None:
        yield Problem(f"{place}.from", phrase("an earlier stage: %(known)s", known=_listed(earlier)), line.source)
    elif line.choice is None:
        known = figures_of(source)
        if line.figure not in known:
            yield Problem(f"{place}.figure", " | ".join(known) or phrase("a stage with numbers"), line.figure)
    else:
        choices = _choices(source)
        if line.figure not in choices:
            yield Problem(
                f"{place}.figure",
                " | ".join(choices) or phrase("a declaration with choices or an inspection with flags"),
                line.figure,
            )
        elif line.choice not in choices[line.figure]:
            yield Problem(f"{place}.is", " | ".join(choices[line.figure]), line.choice)


def _cap(options: DecisionOptions, earlier: dict[str, Stage]) -> Iterator[Problem]:
    if options.cap is None or options.cap.per == BRANCH:
        return
    known = [f"{key}.{field}" for key, source in earlier.items() for field in _choices(source)]
    if options.cap.per not in known:
        yield Problem("cap.per", " | ".join([BRANCH, *known]), options.cap.per)


def _budget(options: DecisionOptions, earlier: dict[str, Stage]) -> Iterator[Problem]:
    if options.budget is None:
        return
    if options.cap is not None:
        yield Problem("budget", phrase("no cap beside it"), phrase("a cap"))
    name, _, key = options.budget.cost.partition(".")
    source = earlier[name].options if name in earlier else None
    field = source.counted.get(key) if isinstance(source, SubmissionOptions) else None
    if field is None or field.type != "number" or not field.required or field.minimum is None or field.minimum < 0:
        expected = phrase("DECLARATION.FIELD, a required number field of an earlier submission with a min of 0 or more")
        yield Problem("budget.cost", expected, options.budget.cost)


def _choices(source: Stage) -> dict[str, tuple[str, ...]]:
    """{choice field: its choices} of a declaration, {flag: yes or no} of an inspection; none of any other stage."""
    if isinstance(source.options, InspectionOptions):
        return {flag.key: (YES, NO) for flag in source.options.flag}
    if not isinstance(source.options, SubmissionOptions):
        return {}
    fields = source.options.counted.items()
    return {key: tuple(one.key for one in field.choice) for key, field in fields if field.type == "choice"}


def _weights(options: DecisionOptions) -> Iterator[Problem]:
    weights = [part.weight for part in options.component]
    if options.combine != "weighted":
        if any(weight is not None for weight in weights):
            yield Problem(
                "component.weight",
                phrase('no weights with combine = "%(combine)s"', combine=options.combine),
                _sum(weights),
            )
    elif None in weights or sum(weight or 0 for weight in weights) != 100:
        yield Problem("component.weight", phrase("weights that total 100"), _sum(weights))


def _chain(options: DecisionOptions, earlier: dict[str, Stage]) -> Iterator[Problem]:
    for index, link in enumerate(options.tie_break):
        if link in LAST_LINKS:
            if link == "motion" and options.quorum is None:
                yield Problem(f"tie_break.{index}", phrase("a quorum where motions break ties"), link)
            continue
        name, dot, part = link.partition(".")
        source = earlier.get(name)
        if source is None or (dot and part not in _parts_of(source)):
            expected = phrase(
                "an earlier ballot, scoring or inspection, SCORING.givers, SCORING.countback, "
                "DECLARATION.FIELD (a number), %(others)s",
                others=", ".join(LAST_LINKS),
            )
            yield Problem(f"tie_break.{index}", expected, link)
        elif not dot and source.kind not in FIGURES:
            yield Problem(
                f"tie_break.{index}",
                phrase("a ballot, a scoring or an inspection"),
                phrase("%(stage)s, a %(kind)s", stage=name, kind=source.kind),
            )


def _parts_of(source: Stage) -> tuple[str, ...]:
    """What a link may name of a stage behind a dot."""
    if source.kind == "submission":
        return figures_of(source)
    return SHEET_LINKS if source.kind == "scoring" else ()


def _seats(options: DecisionOptions, stage: Stage, earlier: dict[str, Stage]) -> Iterator[Problem]:
    """Seats that no season of these rules need ever fill are a slip of the pen."""
    if not any(one.kind == "submission" for one in earlier.values()):
        yield Problem("kind", phrase("a submission stage before it"), phrase("none"))
    needed = max((one.rule.min_entries for one in [*earlier.values(), stage]), default=0)
    if needed and options.seats > needed:
        yield Problem(
            "seats", phrase("not above the entries needed to get here (%(needed)s)", needed=needed), str(options.seats)
        )


def _sum(weights: list[int | None]) -> str:
    return " + ".join(str(weight or 0) for weight in weights)


def _listed(earlier: dict[str, Stage]) -> str:
    return " | ".join(earlier) or phrase("none")
