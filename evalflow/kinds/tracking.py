"""What tracking is: accepted entries report how they come along, for as long as the stage is open.

Evidence: `reports.csv` holds every report's number within its entry and its state.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Literal

from evalflow.i18n import Text, say
from evalflow.kinds.columns import count_of, one_of, unique
from evalflow.workflow.definition import Definition, Options, Stage
from evalflow.workflow.kind import Kind, Problem
from evalflow.workflow.outcome import Case, Outcome

STATES = ("filed",)


class TrackingOptions(Options):
    """reports: how often one is expected."""

    reports: Literal["weekly", "monthly", "none"] = "monthly"


def words(options: TrackingOptions, locale: str) -> list[str]:
    """How often branches report."""
    if options.reports == "weekly":
        return [say(locale, "Every week each branch reports how its entry comes along.")]
    if options.reports == "monthly":
        return [say(locale, "Every month each branch reports how its entry comes along.")]
    return [say(locale, "Branches report how their entries come along when there is something to report.")]


def check(definition: Definition, stage: Stage) -> Iterable[Problem]:
    if definition.last("submission", before=stage.key) is None:
        yield Problem("kind", "a submission stage before it", "none")


def outcome(case: Case) -> Outcome:
    """Reports per entry."""
    rows = case.rows("reports")
    unique(rows, "reports.csv", "entry", "number")
    reports = dict.fromkeys(case.keys, Fraction(0))
    for line, row in enumerate(rows, 2):
        count_of(row, "number", "reports.csv", line)
        one_of(row, "state", "reports.csv", line, known=STATES)
        reports[one_of(row, "entry", "reports.csv", line, known=reports)] += 1
    return Outcome({"reports": reports})


TRACKING = Kind(
    name="tracking",
    title=Text("跟踪推进", "Tracking"),
    options=TrackingOptions,
    words=words,
    outcome=outcome,
    tables={"reports": ("entry", "number", "state")},
    figures=("reports",),
    check=check,
)
