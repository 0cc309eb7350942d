"""What tracking is: accepted entries report how they come along, for as long as the stage is open.

Evidence: `reports.csv` holds every report by its number within its entry, the day it speaks of, the number of the
report it corrects, and the day it was filed where punctuality counts; its state tells a branch's report, `filed`, from
the office's own entry, `entered`. `figures.csv` has the figures of each indicator in it, `followed.csv` from when to
when each entry was tracked. A figure of a corrected report does not count. Where an earlier stage has indicators, the
last figures that count make the attainment of each entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import accumulate
from typing import Annotated, Any, Literal

from pydantic import Field

from evalflow.errors import BundleError, choices
from evalflow.i18n import N_, Text, phrase, say, say_count
from evalflow.kinds import attained as attaining
from evalflow.kinds.attained import Cap
from evalflow.kinds.columns import count_of, day_of, one_of, points_of, unique
from evalflow.kinds.plans import plans_of
from evalflow.kinds.punctual import REPORT, Filing, Terms, punctual
from evalflow.tally.trajectory import AMBER, GREEN
from evalflow.workflow import periods
from evalflow.workflow.definition import Definition, Options, Stage
from evalflow.workflow.indicators import AMOUNT, Indicator
from evalflow.workflow.kind import Kind, Problem
from evalflow.workflow.outcome import Case, Outcome

STATES = ("filed", "entered")  # by the branch, or as the office's own entry
FIGURES, REPORTS, FOLLOWED = "figures.csv", "reports.csv", "followed.csv"
Percent = Annotated[int, Field(ge=1, le=100)]


class TrackingOptions(Options):
    """reports: how often one is expected. green, amber: the least shares of the progress wanted, in per cent, that give
    an entry a green or an amber light. stretch_points: what the stretch target is worth. grace_days: for so many days
    after its approval nobody is behind. days_to_file: how long after the end of a period its report is in time.
    punctuality: whether the share of what came in time is a figure, with which a decision can count. audience: who
    sees the wall of all projects besides the committee, the organiser and auditors; each includes those before it. Who
    leads, owns or takes part in a project sees that one in any case. office_figures: whether the office brings in
    figures of all branches from a workbook, as drafts, which count once their branch has confirmed them, or as reports,
    which count at once and are marked as the office's own.

    Where entries have indicators, each says how often its figure is due: a monthly report need not hold the figure of a
    quarter before its end, and a weekly figure is due every week. What is due on the same day is late once.
    """

    reports: Literal["weekly", "monthly", "none"] = "monthly"
    green: Percent = GREEN
    amber: Percent = AMBER
    stretch_points: Annotated[int, Field(ge=100, le=1000)] = 120
    grace_days: Annotated[int, Field(ge=0, le=366)] = 0
    days_to_file: Annotated[int, Field(ge=0, le=60)] = 0
    punctuality: bool = False
    audience: Literal["committee", "leaders", "branches", "members", "everybody"] = "committee"
    office_figures: Literal["none", "drafts", "reports"] = "none"

    @property
    def every(self) -> str:
        """How often a report is due, as indicators say it of figures: "week", "month", or "" for never."""
        return {"weekly": "week", "monthly": "month", "none": ""}[self.reports]


@dataclass(frozen=True)
class Figure:
    """An indicator's value on a day, from a report. number: the report's."""

    number: int
    day: date
    value: Fraction


AUDIENCES = {
    "leaders": N_("The wall of all projects is for leaders in command too."),
    "branches": N_("The wall of all projects is for leaders in command and all branches too."),
    "members": N_("The wall of all projects is for everybody who is signed in."),
    "everybody": N_("The wall of all projects is public."),
}
OFFICE = {
    "drafts": N_("The office may bring in figures; they count once their branch has confirmed them."),
    "reports": N_("The office may enter figures of all branches; they count as its own entry and are marked so."),
}


def words(options: TrackingOptions, locale: str) -> list[str]:
    """How often branches report, and from when on they can be behind."""
    told = [_how_often(options, locale)]
    if options.audience in AUDIENCES:
        told.append(say(locale, AUDIENCES[options.audience]))
    if options.office_figures in OFFICE:
        told.append(say(locale, OFFICE[options.office_figures]))
    if options.grace_days:
        told.append(
            say_count(
                locale,
                "For %(num)s day after its approval no entry is behind.",
                "For %(num)s days after its approval no entry is behind.",
                options.grace_days,
            )
        )
    if options.punctuality:
        told.append(
            say_count(
                locale,
                "Counted is what came in time, by the day of filing: until %(num)s day after a period.",
                "Counted is what came in time, by the day of filing: until %(num)s days after a period.",
                options.days_to_file,
            )
        )
    return told


def _how_often(options: TrackingOptions, locale: str) -> str:
    if options.reports == "weekly":
        return say(locale, "Every week each branch reports how its entry comes along.")
    if options.reports == "monthly":
        return say(locale, "Every month each branch reports how its entry comes along.")
    return say(locale, "Branches report how their entries come along when there is something to report.")


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    if definition.last("submission", before=stage.key) is None:
        yield Problem("kind", phrase("a submission stage before it"), phrase("none"))
    options = stage.options
    if isinstance(options, TrackingOptions) and options.amber > options.green:
        yield Problem("amber", phrase("at most green, %(green)s", green=options.green), str(options.amber))


def attained(plan: Sequence[Indicator], values: Mapping[int, Fraction], stretch_points: int) -> Fraction:
    """The weighted points of an entry: 100 with every indicator at its work target. An indicator without a value: 0.

    >>> from decimal import Decimal as D
    >>> plan = [Indicator(1, "a", "t", "more", D(0), D(10), D(20), D(60), "", "month"),
    ...         Indicator(2, "b", "d", "less", D(10), D(9), D(8), D(40), "", "month")]
    >>> str(attained(plan, {1: Fraction(10), 2: Fraction(9)}, 120)), str(attained(plan, {1: Fraction(5)}, 120))
    ('100', '30')
    """
    known = [indicator for indicator in plan if indicator.number in values]
    return attaining.attained(known, values, cap=Cap.STRETCH, stretch_points=stretch_points).total


def course(indicator: Indicator, figures: Iterable[Figure]) -> tuple[tuple[date, Fraction], ...]:
    """What figures come to, (day, value) in the order of the days; of several of one day the last report's counts.

    Of amounts it is their sum so far: each period has one, the last of those reported in it.

    >>> from decimal import Decimal as D
    >>> told = [Figure(1, date(2026, 1, 31), Fraction(2)), Figure(2, date(2026, 2, 10), Fraction(1)),
    ...         Figure(3, date(2026, 2, 28), Fraction(3))]
    >>> faults = Indicator(1, "faults", "", "less", D(40), D(30), D(20), D(100), "", "month", figures="amount")
    >>> [(day.month, str(value)) for day, value in course(faults, told)]
    [(1, '2'), (2, '5')]
    """
    by_period: dict[date, list[Figure]] = {}
    for figure in figures:
        period = periods.current(indicator.every, figure.day) if indicator.figures == AMOUNT else None
        by_period.setdefault(period[0] if period else figure.day, []).append(figure)
    ends = [end for first in sorted(by_period) if (end := last(by_period[first])) is not None]
    if indicator.figures != AMOUNT:
        return tuple((end.day, end.value) for end in ends)
    sums = accumulate(end.value for end in ends)
    return tuple((end.day, so_far) for end, so_far in zip(ends, sums, strict=True))


def last(figures: Iterable[Figure]) -> Figure | None:
    """The figure of the latest day; of one day that of the latest report. It does not depend on the order."""
    return max(figures, key=lambda figure: (figure.day, figure.number), default=None)


def outcome(case: Case) -> Outcome:
    """Reports per entry; with indicators also what each entry has attained by its last figures."""
    numbers, standing = _reports(case)
    counts = {entry: Fraction(len(of)) for entry, of in numbers.items()}
    plans = plans_of(case)
    in_time = {"punctuality": _punctual(case, plans)} if _options(case).punctuality else {}
    if not plans:
        return Outcome({"reports": counts, **in_time})
    figures = _figures(case, plans, standing)
    options = _options(case)
    found: dict[str, Fraction] = {}
    told: dict[str, Any] = {}
    for entry in case.keys:
        plan, of = plans.get(entry, ()), figures[entry]
        ends = {one.number: course(one, of[one.number])[-1] for one in plan if one.number in of}
        found[entry] = attained(plan, {number: value for number, (_, value) in ends.items()}, options.stretch_points)
        told[entry] = {
            str(number): {"value": str(value), "day": day.isoformat()} for number, (day, value) in ends.items()
        }
    return Outcome({"reports": counts, "attainment": found, **in_time}, {"last": told})


def _options(case: Case) -> TrackingOptions:
    options = case.stage.options
    assert isinstance(options, TrackingOptions)
    return options


def _punctual(case: Case, plans: Mapping[str, Sequence[Indicator]]) -> dict[str, Fraction]:
    """Of every entry that was tracked. BundleError where it is not said from when to when."""
    options, told = _options(case), {entry: (filings, ends) for entry, filings, ends in _filings(case)}
    unique(case.rows("followed"), FOLLOWED, "entry")
    found = {}
    for line, row in enumerate(case.rows("followed"), 2):
        entry = one_of(row, "entry", FOLLOWED, line, known=case.keys)
        every = {REPORT: options.every, **{one.number: one.every for one in plans.get(entry, ())}}
        since, until = day_of(row, "from", FOLLOWED, line), day_of(row, "until", FOLLOWED, line)
        filings, ends = told.get(entry, ([], {}))
        found[entry] = punctual(Terms(every, since, until, ends, options.days_to_file), filings).share
    return found


def _filings(case: Case) -> Iterable[tuple[str, list[Filing], dict[int, date]]]:
    """(entry, what was filed, the days of final figures)."""
    corrected = {(row["entry"], row["corrects"]) for row in case.rows("reports")}
    by_entry: dict[str, list[Filing]] = {}
    reports: dict[tuple[str, str], Filing] = {}
    for line, row in enumerate(case.rows("reports"), 2):
        day, filed = day_of(row, "day", REPORTS, line), day_of(row, "filed", REPORTS, line)
        stands = (row["entry"], row["number"]) not in corrected
        reports[row["entry"], row["number"]] = Filing(int(row["number"]), REPORT, day, filed, stands)
        by_entry.setdefault(row["entry"], []).append(reports[row["entry"], row["number"]])
    ends: dict[str, dict[int, date]] = {}
    for row in case.rows("figures"):
        report = reports[row["entry"], row["report"]]
        by_entry[row["entry"]].append(replace(report, what=int(row["indicator"])))
        if row.get("final") == "yes" and report.stands:
            ends.setdefault(row["entry"], {})[int(row["indicator"])] = report.day
    return [(entry, filings, ends.get(entry, {})) for entry, filings in by_entry.items()]


def _reports(case: Case) -> tuple[dict[str, set[int]], dict[tuple[str, int], date]]:
    """({entry: numbers of its reports}, {(entry, number): day} of those that no other corrects)."""
    rows = case.rows("reports")
    unique(rows, REPORTS, "entry", "number")
    numbers: dict[str, set[int]] = {entry: set() for entry in case.keys}
    standing: dict[tuple[str, int], date] = {}
    for line, row in enumerate(rows, 2):
        one_of(row, "state", REPORTS, line, known=STATES)
        entry = one_of(row, "entry", REPORTS, line, known=numbers)
        number = count_of(row, "number", REPORTS, line)
        numbers[entry].add(number)
        standing[entry, number] = day_of(row, "day", REPORTS, line)
    for line, row in enumerate(rows, 2):
        if row["corrects"]:
            corrected = (row["entry"], count_of(row, "corrects", REPORTS, line))
            if corrected not in standing or corrected[1] >= int(row["number"]):
                raise BundleError(
                    REPORTS,
                    "corrects",
                    expected="an earlier report that still counts",
                    found=str(corrected[1]),
                    line=line,
                )
            del standing[corrected]
    return numbers, standing


def _figures(
    case: Case, plans: Mapping[str, Sequence[Indicator]], standing: Mapping[tuple[str, int], date]
) -> dict[str, dict[int, list[Figure]]]:
    """{entry: {indicator: its figures that count}}."""
    rows = case.rows("figures")
    unique(rows, FIGURES, "entry", "report", "indicator")
    found: dict[str, dict[int, list[Figure]]] = {entry: {} for entry in case.keys}
    known = {(row["entry"], row["number"]) for row in case.rows("reports")}
    for line, row in enumerate(rows, 2):
        entry = one_of(row, "entry", FIGURES, line, known=found)
        number = count_of(row, "report", FIGURES, line)
        if (entry, row["report"]) not in known:
            reported = sorted(other for of, other in known if of == entry)
            raise BundleError(FIGURES, "report", expected=choices(reported, str(number)), found=str(number), line=line)
        indicators = {str(indicator.number) for indicator in plans.get(entry, ())}
        indicator = int(one_of(row, "indicator", FIGURES, line, known=indicators))
        value = points_of(row, "value", FIGURES, line)
        if (entry, number) in standing:
            found[entry].setdefault(indicator, []).append(Figure(number, standing[entry, number], value))
    return found


TRACKING = Kind(
    name="tracking",
    title=Text("跟踪推进", "Tracking"),
    options=TrackingOptions,
    words=words,
    outcome=outcome,
    tables={
        "reports": ("entry", "number", "state", "day", "corrects", "filed"),
        "figures": ("entry", "report", "indicator", "value", "final"),
        "followed": ("entry", "from", "until"),
    },
    optional={"reports": ("filed",), "figures": ("final",)},
    figures=("reports", "attainment", "punctuality"),
    check=check,
)
