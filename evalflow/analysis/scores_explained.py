"""How an entry came to its score: every sheet, what it says by criterion, and what became of it."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from evalflow.analysis import panels_explained
from evalflow.analysis.arithmetic import Arithmetic, added, mentions
from evalflow.analysis.panels_explained import Panel
from evalflow.kinds import scoring, sheets
from evalflow.kinds.rubric import Criterion, ScoringOptions
from evalflow.kinds.sheets import Sheets
from evalflow.tally import levelling
from evalflow.tally.rounding import round_half_up
from evalflow.tally.scoring import Aggregate, aggregate
from evalflow.tally.void import Breach
from evalflow.workflow.definition import Stage
from evalflow.workflow.outcome import Case, Outcome

TOLD = {"asked", "handed_in", "void", "dropped", "recused", "missing", "parts", "recheck"}


class Fate(enum.StrEnum):
    """What became of a rater's mark of one entry."""

    COUNTED = "counted"
    LOWEST = "lowest"
    HIGHEST = "highest"
    VOID = "void"
    MISSING = "missing"
    RECUSED = "recused"
    OWN = "own"


@dataclass(frozen=True)
class Mark:
    """One rater's mark of the entry. points: one for each criterion, None where left out.

    value: by the rubric, levelled: as it counts where harsh and lenient raters are levelled. working: of value.
    breaches: why the whole sheet is void.
    """

    rater: str
    branch: str
    fate: Fate
    points: tuple[Fraction | None, ...] = ()
    value: Fraction | None = None
    levelled: Fraction | None = None
    working: Arithmetic | None = None
    breaches: tuple[Breach, ...] = ()

    @property
    def counting(self) -> Fraction | None:
        """The mark as it is compared and added."""
        return self.value if self.levelled is None else self.levelled


@dataclass(frozen=True)
class Scoring:
    """marks: from the highest to the lowest, then those without one. counted: how many marks the score is made of.

    raters: how many sheets count, before any mark is dropped. trimmed: whether the extremes were dropped.
    working: None where the marks alone do not give the score of the outcome, or there is none. score: exact.
    rounded: as it goes on, where the rules round scores. trim: how many of each end are dropped where any are. panels:
    one for each criterion where these are put together last; the marks are then sums of points, to be looked at only.
    """

    shape: ClassVar[str] = "scoring"
    stage: Stage
    criteria: tuple[Criterion, ...]
    adds_up: bool
    is_levelled: bool
    method: str
    trim_when_more_than: int | None
    marks: tuple[Mark, ...]
    raters: int
    counted: int
    trimmed: bool
    working: Arithmetic | None
    score: Fraction | None
    rounded: Decimal | None
    trim: int = 1
    panels: tuple[Panel, ...] = ()
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Stage:
    """What the explanations of all entries of a stage have in common, read once.

    broken: {rater: why the whole sheet is void}. levelled: {entry: {rater: mark}} of the sheets that count.
    """

    case: Case
    outcome: Outcome
    options: ScoringOptions
    read: Sheets
    broken: Mapping[str, tuple[Breach, ...]]
    levelled: Mapping[str, Mapping[str, Fraction]]


def explain(case: Case, outcome: Outcome, entries: Iterable[str]) -> dict[str, Scoring]:
    """{entry: what the sheets say of it}."""
    options = case.stage.options
    assert isinstance(options, ScoringOptions)
    read = sheets.read(case, options)
    broken = {rater: scoring.breaches(given, options) for rater, given in read.given.items()}
    levelled = counting_marks(read, options, void={rater for rater, found in broken.items() if found})
    stage = _Stage(case, outcome, options, read, broken, levelled)
    return {entry: _told(stage, entry) for entry in entries}


def _told(stage: _Stage, entry: str) -> Scoring:
    options, how = stage.options, stage.options.aggregate
    own = stage.levelled.get(entry, {})
    found = _aggregate(own, options)
    marks = [_mark(rater, entry, stage) for rater in sorted(stage.read.asked)]
    if how.level and not options.by_criterion:
        marks = [_levelled(mark, own) for mark in marks]
    final = stage.outcome.figures["score"].get(entry)
    panels = panels_explained.panels(options, stage.outcome, entry)
    if panels:
        working = panels_explained.sum_of(panels, options, final)
    else:
        working = _working(found, how.method) if score_of(own, options) == final else None
    return Scoring(
        stage=stage.case.stage,
        criteria=tuple(options.criterion),
        adds_up=options.adds_up,
        is_levelled=how.level and not panels,
        method=how.method,
        trim_when_more_than=how.trim_when_more_than if how.trims else None,
        marks=tuple(sorted((_judged(mark, found) for mark in marks), key=_order)),
        raters=found.raters,
        counted=len(found.kept),
        trimmed=bool(found.dropped),
        working=working,
        score=final if working is None else working.result,
        rounded=None if options.round is None or final is None else round_half_up(final, options.round),
        trim=how.trim,
        panels=panels,
        others=tuple(mentions({key: fact for key, fact in stage.outcome.facts.items() if key not in TOLD}, entry)),
    )


def counting_marks(read: Sheets, options: ScoringOptions, *, void: set[str]) -> dict[str, dict[str, Fraction]]:
    """{entry: {rater: mark}} of the sheets that count, levelled where the rules say so."""
    by_entry: dict[str, dict[str, Fraction]] = {}
    for rater, given in read.given.items():
        for entry, value in sheets.marks(given, options).items() if rater not in void else ():
            by_entry.setdefault(entry, {})[rater] = value
    return levelling.level(by_entry) if options.aggregate.level and not options.by_criterion else by_entry


def score_of(marks: Mapping[str, Fraction], options: ScoringOptions) -> Fraction | None:
    """One entry's {rater: mark} as its score by the rules that are known here; None where nobody scored it, and where
    sheets have no marks because the raters are aggregated by criterion.
    """
    if options.by_criterion:
        return None
    found = _aggregate(marks, options).score
    if found is None:
        return Fraction(0) if options.adds_up else None
    return found if options.round is None else Fraction(round_half_up(found, options.round))


def _aggregate(marks: Mapping[str, Fraction], options: ScoringOptions) -> Aggregate:
    """The marks by the rule; by criterion they are only listed, none is dropped."""
    how = options.aggregate
    if options.by_criterion:
        return aggregate(marks, "sum")
    return aggregate(marks, how.method, trim_when_more_than=how.trim_when_more_than, trim=how.trim)


def _mark(rater: str, entry: str, stage: _Stage) -> Mark:
    """One rater's mark, before the extremes are dropped."""
    read, options = stage.read, stage.options
    branch = read.asked[rater]
    if (rater, entry) in read.recused:
        return Mark(rater, branch, Fate.RECUSED)
    if entry not in sheets.offered(read, stage.case, options, rater=rater):
        return Mark(rater, branch, Fate.OWN)
    given = read.given.get(rater, {}).get(entry, {})
    value = sheets.mark(given, options) if given else None
    if value is None:
        return Mark(rater, branch, Fate.MISSING)
    points = tuple(given.get(criterion.key) for criterion in options.criterion)
    return Mark(
        rater,
        branch,
        Fate.VOID if stage.broken[rater] else Fate.COUNTED,
        points=points,
        value=value,
        working=_mark_working(points, options, value),
        breaches=stage.broken[rater],
    )


def _mark_working(points: tuple[Fraction | None, ...], options: ScoringOptions, value: Fraction) -> Arithmetic | None:
    """The weighted sum of the points given; where some are missing the other weights are taken for the whole."""
    given = [(one, part) for one, part in zip(options.criterion, points, strict=True) if part is not None]
    if options.adds_up:
        return Arithmetic(added([part for _, part in given]), value)
    weights = sum(one.weight or 0 for one, _ in given)
    terms: list[str | Fraction] = []
    for one, part in given:
        scale = () if one.maximum == 100 else (" × ", Fraction(100), " ÷ ", Fraction(one.maximum))
        terms += [" + ", Fraction(one.weight or 0), " % × ", part, *scale]
    worth = sum((Fraction(one.weight or 0) * part / one.maximum for one, part in given if one.maximum), Fraction(0))
    if worth * 100 / weights != value:
        return None
    line = tuple(terms[1:])
    return Arithmetic(line if weights == 100 else ("(", *line, ") ÷ ", Fraction(weights), " %"), value)


def _levelled(mark: Mark, levelled: Mapping[str, Fraction]) -> Mark:
    if mark.rater not in levelled or mark.fate is not Fate.COUNTED:
        return mark
    return replace(mark, levelled=levelled[mark.rater])


def _judged(mark: Mark, found: Aggregate) -> Mark:
    """The same mark, dropped where the rule drops it."""
    dropped = [rater for rater, _ in found.dropped]
    if mark.rater not in dropped or mark.fate is not Fate.COUNTED:
        return mark
    fate = Fate.LOWEST if mark.rater in dropped[: len(dropped) // 2] else Fate.HIGHEST
    return replace(mark, fate=fate)


def _order(mark: Mark) -> tuple[bool, Fraction, str]:
    counting = mark.counting
    return (counting is None, -counting if counting is not None else Fraction(0), mark.rater)


def _working(found: Aggregate, method: str) -> Arithmetic | None:
    """What is done with the marks that are left."""
    if found.score is None:
        return None
    return panels_explained.working([value for _, value in found.kept], method, found.score)
