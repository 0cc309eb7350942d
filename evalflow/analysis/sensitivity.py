"""How firmly a ranking stands before anybody decides on it: without one rater, one branch's votes or the trim, and
with other weights.

Every variant is a recount of the same evidence with one thing taken away, by the functions that made the ranking. Only
the weights are not tried out but computed (`bands`). Sealed ballots can't be taken apart, by branch or otherwise, and
are not; those of an open vote can.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from evalflow.analysis.bands import Band, bands
from evalflow.analysis.variants import Change, What, altered
from evalflow.bundle.format import Bundle
from evalflow.bundle.recount import case_of, outcome_of
from evalflow.errors import BundleError, DefinitionError
from evalflow.kinds import standing
from evalflow.kinds.ballot_rules import BallotOptions
from evalflow.kinds.components import SCORE
from evalflow.kinds.decision_rules import DecisionOptions
from evalflow.kinds.rubric import ScoringOptions
from evalflow.kinds.standing import Standing
from evalflow.workflow.definition import Stage
from evalflow.workflow.outcome import Outcome, Row

UNTRIMMED = {"trimmed_mean": "mean", "trimmed_sum": "sum"}  # the same rule with every mark


class Without(enum.StrEnum):
    """What a variant takes away."""

    RATER = "rater"
    VOTES = "votes"
    TRIM = "trim"


class Seat(enum.StrEnum):
    """certain: in, whatever was taken away. marginal: in under some variants; under others out, or tied at the line."""

    CERTAIN = "certain"
    MARGINAL = "marginal"
    OUT = "out"


@dataclass(frozen=True)
class Variant:
    """What is taken away from one stage. rater: its key, for votes the branch's, "" for the trim.

    came, left: who is then in, or out. tied: who shares the last seats then, and may have one.
    """

    without: Without
    stage: str
    rater: str
    places: Mapping[str, int]
    came: tuple[str, ...]
    left: tuple[str, ...]
    tied: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """One entry: its place, and the best and the worst it has under any variant. No place: it is not ranked."""

    entry: str
    place: int
    best: int
    worst: int
    seat: Seat


@dataclass(frozen=True)
class Sensitivity:
    """lines: best first. margin: points between the last who is in and the first who is not, None without either.

    tied: entries that share the last seats as it stands. undivided: ballots that stay as they are in every variant.
    """

    seats: int
    lines: tuple[Line, ...]
    tied: tuple[str, ...]
    margin: Fraction | None
    bands: tuple[Band, ...]
    variants: tuple[Variant, ...]
    undivided: tuple[str, ...]


def sensitivity(bundle: Bundle, stage: Stage, outcomes: Mapping[str, Outcome]) -> Sensitivity:
    """Of a decision, from the evidence and outcomes of the stages before it. BundleError: evidence that can't be."""
    options = stage.options
    assert isinstance(options, DecisionOptions)
    base = _stand(bundle, stage, outcomes)
    variants = tuple(_variants(bundle, stage, outcomes, base))
    return Sensitivity(
        seats=options.seats,
        lines=tuple(_lines(base, variants)),
        tied=base.cut.tied,
        margin=_margin(base),
        bands=tuple(bands(options, base)),
        variants=variants,
        undivided=tuple(
            part.source
            for part in options.component
            if bundle.definition.stage(part.source).kind == "ballot" and not _voters(bundle, part.source)
        ),
    )


def _stand(bundle: Bundle, stage: Stage, outcomes: Mapping[str, Outcome]) -> Standing:
    options = stage.options
    assert isinstance(options, DecisionOptions)
    return standing.stand(case_of(bundle, stage, outcomes), options)


def _places(stands: Standing) -> dict[str, int]:
    return {place.entry: place.place for place in stands.order.places if place.place is not None}


def _variants(bundle: Bundle, stage: Stage, outcomes: Mapping[str, Outcome], base: Standing) -> Iterator[Variant]:
    """Each branch's votes of every open vote, each rater's sheet and the trim of every scoring in the composite."""
    options = stage.options
    assert isinstance(options, DecisionOptions)
    for part in options.component:
        source = bundle.definition.stage(part.source)
        if isinstance(source.options, BallotOptions):
            yield from _voteless(bundle, (stage, source), outcomes, base)
        if not isinstance(source.options, ScoringOptions) or part.points != SCORE:
            continue
        sheets = bundle.tables[source.key].get("sheets", ())
        for rater in sorted({row["rater"] for row in sheets}):
            left = tuple(row for row in sheets if row["rater"] != rater)
            tables = {**bundle.tables, source.key: {**bundle.tables[source.key], "sheets": left}}
            yield from _told(replace(bundle, tables=tables), (stage, source), outcomes, base, Without.RATER, rater)
        if source.options.aggregate.method in UNTRIMMED:
            yield from _untrimmed(bundle, (stage, source), outcomes, base)


def _voters(bundle: Bundle, stage: str) -> Sequence[Row]:
    return bundle.tables.get(stage, {}).get("voters", ())


def _voteless(
    bundle: Bundle, stages: tuple[Stage, Stage], outcomes: Mapping[str, Outcome], base: Standing
) -> Iterator[Variant]:
    """Without the ballots of each branch in turn; the roll stays as it is."""
    source = stages[1].key
    tables = bundle.tables.get(source, {})
    voting = {row["branch"] for row in _voters(bundle, source)}
    for branch in [key for key in ("", *(one.key for one in bundle.branches)) if key in voting]:
        taken = {row["ballot"] for row in _voters(bundle, source) if row["branch"] == branch}
        left = tuple(row for row in tables["ballots"] if row["ballot"] not in taken)
        kept = {**tables, "ballots": left, "voters": ()}
        rest = replace(bundle, tables={**bundle.tables, source: kept})
        yield from _told(rest, stages, outcomes, base, Without.VOTES, branch)


def _untrimmed(
    bundle: Bundle, stages: tuple[Stage, Stage], outcomes: Mapping[str, Outcome], base: Standing
) -> Iterator[Variant]:
    options = stages[1].options
    assert isinstance(options, ScoringOptions)
    method = options.aggregate.method
    try:
        rules = altered(bundle.definition, Change(What.AGGREGATE, stages[1].key, UNTRIMMED[method]))
    except DefinitionError:
        return  # these rules leave no room for it
    stage, source = (rules.stage(one.key) for one in stages)
    yield from _told(replace(bundle, definition=rules), (stage, source), outcomes, base, Without.TRIM, "")


def _told(
    bundle: Bundle,
    stages: tuple[Stage, Stage],
    outcomes: Mapping[str, Outcome],
    base: Standing,
    without: Without,
    rater: str,
) -> Iterator[Variant]:
    """Nothing where the rest can't be counted at all, such as the only sheet taken away."""
    stage, source = stages
    try:
        stands = _stand(bundle, stage, {**outcomes, source.key: outcome_of(bundle, source, outcomes)})
    except BundleError:
        return
    was, now = set(base.cut.winners), set(stands.cut.winners)
    ordered = [place.entry for place in base.order.places]
    came = tuple(entry for entry in ordered if entry in now - was)
    gone = tuple(entry for entry in ordered if entry in was - now - set(stands.cut.tied))
    yield Variant(without, source.key, rater, _places(stands), came, gone, stands.cut.tied)


def _lines(base: Standing, variants: Sequence[Variant]) -> Iterator[Line]:
    winners = set(base.cut.winners)
    came = {entry for variant in variants for entry in (*variant.came, *variant.tied)}
    gone = {entry for variant in variants for entry in (*variant.left, *variant.tied)}
    for entry, place in sorted(_places(base).items(), key=lambda pair: pair[1]):
        found = [place, *(variant.places[entry] for variant in variants if entry in variant.places)]
        firm = entry in winners and entry not in gone
        possible = entry in winners or entry in came or entry in base.cut.tied
        seat = Seat.CERTAIN if firm else Seat.MARGINAL if possible else Seat.OUT
        yield Line(entry, place, min(found), max(found), seat)


def _margin(base: Standing) -> Fraction | None:
    """0 where the last seats are tied. Whom a cap passes over is not waiting at the line, whatever his score."""
    scores = base.composite
    inside = [scores[entry] for entry in base.cut.winners]
    waiting = [entry for entry in base.cut.below if entry not in base.passed_over]
    outside = [scores[entry] for entry in waiting if scores.get(entry) is not None]
    if base.cut.tied:
        return Fraction(0)
    if not inside or not outside:
        return None
    return min(score for score in inside if score is not None) - max(score for score in outside if score is not None)
