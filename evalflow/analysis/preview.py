"""One season's evidence under several sets of rules, side by side: who would be in, who would come and go.

What is shown is what the rules alone say, before any committee meets: a tie that a motion would break stays a tie.
Everything is computed by `bundle.recount` and the kinds, as a result is; this module compares.
"""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from evalflow.analysis.variants import deciding, paper
from evalflow.bundle.format import Bundle
from evalflow.bundle.recount import case_of, outcome_of
from evalflow.errors import BundleError
from evalflow.kinds import decision
from evalflow.kinds.ballot_rules import BallotOptions
from evalflow.kinds.rubric import ScoringOptions
from evalflow.workflow.definition import Definition, Stage
from evalflow.workflow.outcome import Outcome

Name = TypeVar("Name")


class Seat(enum.StrEnum):
    """Of one entry under one set of rules. tied: it shares the last seats with others, and no rule separates them."""

    IN = "in"
    TIED = "tied"
    OUT = "out"


@dataclass(frozen=True)
class Standing:
    """place: None where the entry is unranked. moved: places gained on the first rules, None where there is none.

    score: as these rules show it. came: in for certain, and was not by the first rules; left: the other way round.
    """

    entry: str
    place: int | None
    tied: bool
    score: Decimal | None
    seat: Seat
    moved: int | None
    came: bool
    left: bool


class Misfit(enum.StrEnum):
    """Why rules can't be tried on this evidence."""

    NO_DECISION = "no_decision"
    NO_EVIDENCE = "no_evidence"
    OTHER_BALLOT = "other_ballot"
    OTHER_RUBRIC = "other_rubric"
    BROKEN = "broken"


@dataclass(frozen=True)
class Unfit:
    """These rules do not fit the evidence. stage: where; detail: what a recount says, for `BROKEN`."""

    why: Misfit
    stage: str
    detail: str = ""


@dataclass(frozen=True)
class Column:
    """One set of rules on the evidence. standings: {entry: …} in the order of the ranking. winners: for certain."""

    definition: Definition
    seats: int
    standings: Mapping[str, Standing]

    @property
    def winners(self) -> tuple[str, ...]:
        return tuple(one.entry for one in self.standings.values() if one.seat is Seat.IN)

    @property
    def came(self) -> tuple[str, ...]:
        return tuple(one.entry for one in self.standings.values() if one.came)

    @property
    def left(self) -> tuple[str, ...]:
        return tuple(one.entry for one in self.standings.values() if one.left)


@dataclass(frozen=True)
class Preview:
    """columns: {name: column, or why there is none} in the order given. entries: by the first ranking, then by number.

    titles: {entry: title}.
    """

    columns: Mapping[object, Column | Unfit]
    entries: tuple[str, ...]
    titles: Mapping[str, str]


def preview(bundle: Bundle, alternatives: Mapping[Name, Definition]) -> Preview:
    """Every set of rules on the same evidence, compared with the first that fits it. Nobody takes part: no entries."""
    columns: dict[object, Column | Unfit] = {}
    counted = _Counted(bundle)
    first: Column | None = None
    for name, definition in alternatives.items():
        found = unfit(bundle, definition) or _column(counted, definition, first)
        columns[name] = found
        first = first or (found if isinstance(found, Column) else None)
    accepted = sorted((one for one in bundle.entries if one.state == "accepted"), key=lambda one: one.number or 0)
    titles = {one.key: one.title for one in accepted}
    return Preview(columns, tuple(first.standings if first else titles), titles)


def unfit(bundle: Bundle, definition: Definition) -> Unfit | None:
    """Why these rules can't be tried on this evidence; None where they can.

    Every vote and scoring before the decision must have its evidence, on the same paper and by the same rubric.
    """
    stage = deciding(definition)
    if stage is None:
        return Unfit(Misfit.NO_DECISION, "")
    return next(_misfits(bundle, definition, stage), None)


def _misfits(bundle: Bundle, definition: Definition, decides: Stage) -> Iterator[Unfit]:
    for stage in definition.earlier(decides.key):
        if stage.kind not in ("ballot", "scoring"):
            continue
        was = bundle.definition.by_key.get(stage.key)
        if was is None or was.kind != stage.kind or stage.key not in bundle.tables:
            yield Unfit(Misfit.NO_EVIDENCE, stage.key)
        elif _asked(stage) != _asked(was):
            yield Unfit(Misfit.OTHER_BALLOT if stage.kind == "ballot" else Misfit.OTHER_RUBRIC, stage.key)


def _asked(stage: Stage) -> tuple[object, ...]:
    """What was put to people: an answer to another question would mean something else."""
    options = stage.options
    if isinstance(options, BallotOptions):
        return paper(options)
    assert isinstance(options, ScoringOptions)
    return _rubric(options)


def _rubric(options: ScoringOptions) -> tuple[object, ...]:
    lines = [(one.key, one.minimum, one.maximum, one.step, one.given) for one in options.criterion]
    return options.raters, options.own_entry, frozenset(lines)


class _Counted:
    """A bundle's outcomes under several definitions; a stage whose rules and forerunners are the same counts once."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self._known: dict[tuple[Stage, ...], Outcome] = {}

    def before(self, definition: Definition, decides: Stage) -> dict[str, Outcome]:
        """{stage: outcome} of the stages with evidence before the one that decides. BundleError as `outcome_of`."""
        bundle = replace(self.bundle, definition=definition)
        earlier: dict[str, Outcome] = {}
        stages = [stage for stage in definition.earlier(decides.key) if stage.key in bundle.tables]
        for number, stage in enumerate(stages, 1):
            way = tuple(stages[:number])
            if way not in self._known:
                self._known[way] = outcome_of(bundle, stage, earlier)
            earlier[stage.key] = self._known[way]
        return earlier


def _column(counted: _Counted, definition: Definition, first: Column | None) -> Column | Unfit:
    decides = deciding(definition)
    assert decides is not None
    try:
        earlier = counted.before(definition, decides)
        bundle = replace(counted.bundle, definition=definition)
        case = replace(case_of(bundle, decides, earlier), tables={})  # no meeting: what the rules alone say
        options, stands = decision.options_of(case), decision.proposed(case)
    except BundleError as wrong:
        return Unfit(Misfit.BROKEN, decides.key, str(wrong))
    seats = dict.fromkeys(stands.cut.winners, Seat.IN) | dict.fromkeys(stands.cut.tied, Seat.TIED)
    found = {}
    for place in stands.order.places:
        seat, score = seats.get(place.entry, Seat.OUT), stands.composite.get(place.entry)
        was = first.standings[place.entry] if first else None
        found[place.entry] = Standing(
            place.entry,
            place.place,
            place.tied,
            None if score is None else options.rounding.to_show(Fraction(score)),
            seat,
            moved=was.place - place.place if was and was.place and place.place else None,
            came=was is not None and seat is Seat.IN and was.seat is not Seat.IN,
            left=was is not None and seat is not Seat.IN and was.seat is Seat.IN,
        )
    return Column(definition, options.seats, found)
