"""Figures that the office brought in and that wait for their branch: they count once it has confirmed them."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from evalflow.stages.tracking.models import FigureDraft, ProgressReport


def waiting(session: Session, stage_id: int) -> Sequence[FigureDraft]:
    """Those that no report has answered, with their entries, by day and then as they came."""
    query = select(FigureDraft).where(FigureDraft.stage_id == stage_id, FigureDraft.answered_by.is_(None))
    return session.scalars(query.options(joinedload(FigureDraft.entry)).order_by(FigureDraft.day, FigureDraft.id)).all()


def waiting_of(session: Session, stage_id: int, entry_id: int) -> list[FigureDraft]:
    """Those of one entry, by day."""
    return [one for one in waiting(session, stage_id) if one.entry_id == entry_id]


def answered(session: Session, stage_id: int, entry_id: int) -> Mapping[int, FigureDraft]:
    """{number of a report: the draft that it confirmed or changed, the latest where there were more}."""
    query = select(FigureDraft).where(FigureDraft.stage_id == stage_id, FigureDraft.entry_id == entry_id)
    found = session.scalars(query.order_by(FigureDraft.day, FigureDraft.id))
    return {one.answered_by: one for one in found if one.answered_by is not None}


def answer(session: Session, report: ProgressReport, draft_id: int | None) -> list[FigureDraft]:
    """Let a report answer drafts; which. draft_id: the one it was written from.

    So is a draft of the same month of whose indicators all have a figure in the report: nothing is left to confirm.
    """
    given = {figure.indicator for figure in report.figures}
    found = [
        one
        for one in waiting_of(session, report.stage_id, report.entry_id)
        if one.id == draft_id or (is_same_month(one.day, report.day) and one.values.keys() <= given)
    ]
    for one in found:
        one.answered_by = report.number
    return found


def is_same_month(day: date, other: date) -> bool:
    return (day.year, day.month) == (other.year, other.month)
