"""Progress reports, written once; what the office drafts of them; follow-up orders and monthly plans."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base, Json, UtcDateTime
from evalflow.seasons.models import Entry


class ReportState(enum.StrEnum):
    FILED = "filed"  # by the branch
    ENTERED = "entered"  # by the office, as its own


class ProgressReport(Base):
    """A branch's report on its entry; `number` counts within the entry's reports of this stage.

    day: the day it speaks of. corrects: the number of an earlier report that no longer counts. reached: numbers of the
    milestones reached that day. files: attachment ids.
    """

    __tablename__ = "progress_report"
    __table_args__ = (UniqueConstraint("stage_id", "entry_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12), default=ReportState.FILED)
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    day: Mapped[date]
    corrects: Mapped[int | None]
    reached: Mapped[Any] = mapped_column(Json, default=list)
    files: Mapped[Any] = mapped_column(Json, default=list)
    figures: Mapped[list["ReportedFigure"]] = relationship(order_by="ReportedFigure.indicator")
    entry: Mapped[Entry] = relationship()

    @property
    def values(self) -> dict[int, str]:
        """{indicator: figure}."""
        return {figure.indicator: figure.value for figure in self.figures}


class ReportedFigure(Base):
    """What a report says of one indicator, by its number in the plan. value: decimal text.

    is_final: whether no other figure of it will come.
    """

    __tablename__ = "reported_figure"

    report_id: Mapped[int] = mapped_column(ForeignKey("progress_report.id"), primary_key=True)
    indicator: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(String(30))
    is_final: Mapped[bool] = mapped_column(default=False)


class FigureDraft(Base):
    """What the office brought in for a branch to confirm. figures: {indicator's number as text: decimal text}.

    office: who brought it in, as the log calls them. answered_by: the number of the branch's report that confirmed or
    changed it; None as long as it waits. The latest draft of a month takes the place of one that waits.
    """

    __tablename__ = "figure_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    day: Mapped[date]
    figures: Mapped[Any] = mapped_column(Json)
    office: Mapped[str] = mapped_column(String(100))
    brought_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None]
    entry: Mapped[Entry] = relationship()

    @property
    def values(self) -> dict[int, str]:
        """{indicator: figure}."""
        return {int(indicator): value for indicator, value in sorted(self.figures.items(), key=lambda one: int(one[0]))}


class FollowUp(Base):
    """An order on a project, its answer and its closing; `number` counts within the project's orders."""

    __tablename__ = "follow_up"
    __table_args__ = (UniqueConstraint("stage_id", "entry_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    due: Mapped[date]
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    given_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closing: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entry: Mapped[Entry] = relationship()


class ProjectComment(Base):
    """What somebody who reads a project says of it."""

    __tablename__ = "project_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MonthlyPlan(Base):
    """What a branch wants to do on a project in a month. month: its first day."""

    __tablename__ = "monthly_plan"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
