"""Milestones on the months of a season."""

from datetime import date
from decimal import Decimal

from evalflow.stages.tracking.charts import Span
from evalflow.stages.tracking.milestones import Mark, Milestone, Standing, marks

SPAN = Span(date(2026, 1, 1), date(2026, 4, 11))  # a hundred days apart
D = Decimal


def test_milestones_stand_on_their_days_and_those_moved_show_both() -> None:
    survey = Milestone("survey", date(2026, 1, 11), reached=date(2026, 1, 6))
    trial = Milestone("trial run", date(2026, 2, 10), reached=date(2026, 2, 15))
    permit = Milestone("permit", date(2026, 2, 10), reached=date(2026, 2, 10))
    handed_over = Milestone("handed over", date(2026, 3, 2))
    accepted = Milestone("accepted", date(2026, 5, 1))
    found = marks([accepted, trial, survey, permit, handed_over], SPAN, date(2026, 3, 12))
    assert found == (
        Mark(survey, Standing.AHEAD, D("10.0"), D("5.0")),
        Mark(permit, Standing.DONE, D("40.0"), None),
        Mark(trial, Standing.LATE, D("40.0"), D("45.0")),
        Mark(handed_over, Standing.OVERDUE, D("60.0"), None),
        Mark(accepted, Standing.COMING, D("100.0"), None),
    )
