"""What the pages of an inspection show, made of rows in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, may
from evalflow.files import queries as kept_files
from evalflow.files.models import Attachment
from evalflow.kinds import attained
from evalflow.kinds.inspection import Flag, InspectionOptions
from evalflow.seasons import guards, visibility
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState
from evalflow.stages.inspection import queries
from evalflow.stages.inspection.models import AssessedFigure, AssessedFlag, Assessment
from evalflow.web.place import Place
from evalflow.workflow.indicators import Indicator


@dataclass(frozen=True)
class FigureLine:
    """An indicator. reported: the figure of the last report. claimed: as handed in. points: what its value is worth."""

    indicator: Indicator
    reported: Fraction | None
    draft: str
    claimed: str
    row: AssessedFigure | None
    points: Fraction | None

    @property
    def is_inspected(self) -> bool:
        return self.row is not None and bool(self.row.state)

    @property
    def share(self) -> Fraction | None:
        return None if self.points is None else Fraction(self.indicator.weight) * self.points / 100

    @property
    def prefilled(self) -> str:
        """What the branch's form begins with: its draft, else what it reported last."""
        if self.draft or self.reported is None:
            return self.draft
        return format((Decimal(self.reported.numerator) / self.reported.denominator).normalize(), "f")


@dataclass(frozen=True)
class FlagLine:
    """declared: as handed in."""

    flag: Flag
    draft: str
    declared: str
    row: AssessedFlag | None


@dataclass(frozen=True)
class AssessmentPage:
    """One entry. version: 0 before anything was stated. typed, faults: of a form that is shown again, by field name.

    total: its attainment, once every figure is inspected.
    """

    entry: Entry
    found: Assessment | None
    figures: Sequence[FigureLine]
    flags: Sequence[FlagLine]
    files: Sequence[Attachment]
    may_state: bool
    may_take_back: bool
    may_inspect: bool
    typed: Mapping[str, str]
    faults: Mapping[str, str]

    @property
    def version(self) -> int:
        return self.found.version if self.found else 0

    @property
    def is_in(self) -> bool:
        return self.found is not None and self.found.handed_in_at is not None

    @property
    def is_inspected(self) -> bool:
        return self.found is not None and queries.is_inspected(self.found)

    @property
    def total(self) -> Fraction | None:
        shares = [one.share for one in self.figures]
        known = [share for share in shares if share is not None]
        return sum(known, Fraction(0)) if shares and len(known) == len(shares) else None


@dataclass(frozen=True)
class Line:
    """An entry in the list. is_readable: whether its page opens; else only its name is shown."""

    entry: Entry
    is_readable: bool
    is_in: bool
    figures: int
    left: int
    attainment: Fraction | None


def lines(session: Session, here: Place, asking: Actor) -> list[Line]:
    """The entries that the reader may know of."""
    stage = here.stage
    entries = seasons.entries(session, stage.season_id, EntryState.ACCEPTED)
    plans, everything = queries.plans_of(session, entries), queries.assessments(session, stage.id)
    outcome = seasons.outcome_of(stage) if visibility.sees_outcome(asking, stage) else None
    reached = outcome.figures["attainment"] if outcome else {}
    found = []
    for entry in entries:
        readable = queries.may_read(asking, entry)
        if readable or visibility.sees_entries(asking, here.season):
            one, plan = everything.get(entry.id), plans[entry.id]
            is_in = one is not None and one.handed_in_at is not None
            left = queries.left(stage, plan, one)
            asked = len(plan) + len(queries.options_of(stage).flag)
            found.append(Line(entry, readable, is_in, asked, left, reached.get(entry.key)))
    return found


def assessment_page(
    session: Session, here: Place, entry: Entry, asking: Actor, *, typed: Mapping[str, str], faults: Mapping[str, str]
) -> AssessmentPage:
    """The branch's draft is for the branch alone."""
    stage, options = here.stage, queries.options_of(here.stage)
    found = queries.assessment_of(session, stage.id, entry.id)
    own = may(asking, Permission.DECLARE, season=here.season.id, branch=entry.branch_id)
    is_in = found is not None and found.handed_in_at is not None
    here_now = entry.state == EntryState.ACCEPTED and queries.is_here(entry, stage)
    states = own and here_now and guards.is_open(stage, here.now)
    inspects = may(asking, Permission.INSPECT, season=here.season.id) and here_now
    kept = kept_files.attachments(session, found.files) if found and (own or is_in) else {}
    reported = queries.reported(stage, entry)
    return AssessmentPage(
        entry=entry,
        found=found,
        figures=[
            _figure(one, found, reported.get(one.number), options, own=own)
            for one in queries.plans_of(session, [entry])[entry.id]
        ],
        flags=[_flag(one, found, own=own) for one in options.flag],
        files=[kept[number] for number in found.files if number in kept] if found else [],
        may_state=states and not is_in,
        may_take_back=states and found is not None and is_in and not queries.is_inspected(found),
        may_inspect=inspects and queries.can_inspect(stage, found, here.now),
        typed=typed,
        faults=faults,
    )


def _figure(
    indicator: Indicator,
    found: Assessment | None,
    reported: Fraction | None,
    options: InspectionOptions,
    *,
    own: bool,
) -> FigureLine:
    row = queries.figure(found, indicator.number)
    points = None
    if row is not None and row.value:
        value = Fraction(row.value)
        points = attained.points(indicator, value, cap=options.cap, stretch_points=options.stretch_points)
    draft = row.claimed if row and own else ""
    return FigureLine(indicator, reported, draft, queries.claimed(found, indicator.number), row, points)


def _flag(flag: Flag, found: Assessment | None, *, own: bool) -> FlagLine:
    row = queries.flag(found, flag.key)
    return FlagLine(flag, row.declared if row and own else "", queries.declared(found, flag.key), row)
