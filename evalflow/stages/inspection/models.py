"""What a branch states of an entry at the end, and what was found of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base, Json, UtcDateTime
from evalflow.seasons.models import Entry


class Assessment(Base):
    """One for each entry, made at the first save or inspection. files: attachment ids. version moves with every act."""

    __tablename__ = "assessment"
    __table_args__ = (UniqueConstraint("stage_id", "entry_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    files: Mapped[Any] = mapped_column(Json, default=list)
    handed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    entry: Mapped[Entry] = relationship()
    figures: Mapped[list["AssessedFigure"]] = relationship(
        cascade="all, delete-orphan", order_by="AssessedFigure.indicator"
    )
    flags: Mapped[list["AssessedFlag"]] = relationship(cascade="all, delete-orphan", order_by="AssessedFlag.flag")


class AssessedFigure(Base):
    """An indicator's final value, decimal text: as the branch claimed it and as it was found; "" where not yet.

    state: "accepted" or "corrected", "" before it is inspected.
    """

    __tablename__ = "assessed_figure"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    indicator: Mapped[int] = mapped_column(primary_key=True)
    claimed: Mapped[str] = mapped_column(String(30), default="")
    value: Mapped[str] = mapped_column(String(30), default="")
    state: Mapped[str] = mapped_column(String(10), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    inspected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AssessedFlag(Base):
    """Whether something happened: "yes" or "no" as declared and as found, "" where not yet."""

    __tablename__ = "assessed_flag"

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    flag: Mapped[str] = mapped_column(String(40), primary_key=True)
    declared: Mapped[str] = mapped_column(String(3), default="")
    found: Mapped[str] = mapped_column(String(3), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    inspected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
