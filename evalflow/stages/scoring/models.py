"""The score sheets: one for each rater, made when the stage opens; and that marks far off were looked at."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base, UtcDateTime
from evalflow.people.models import Branch, Person
from evalflow.seasons.models import Entry


class ScoreSheet(Base):
    """rater: the branch's key, or "member-N" for a committee member with that person id.

    handed_in_at is None for a draft. version moves with every save, so that two windows do not overwrite each other.
    page: the form that saved last, so that its own next save is never called stale.
    """

    __tablename__ = "score_sheet"
    __table_args__ = (UniqueConstraint("stage_id", "rater"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    rater: Mapped[str] = mapped_column(String(60))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    handed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    page: Mapped[str] = mapped_column(String(32), default="")
    branch: Mapped[Branch | None] = relationship()
    person: Mapped[Person | None] = relationship()
    scores: Mapped[list["Score"]] = relationship(cascade="all, delete-orphan")
    recusals: Mapped[list["SheetRecusal"]] = relationship(cascade="all, delete-orphan")


class Score(Base):
    """The points one sheet gives one entry for one criterion, exactly as decimal text."""

    __tablename__ = "score"

    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    criterion: Mapped[str] = mapped_column(String(40), primary_key=True)
    points: Mapped[str] = mapped_column(String(12))
    entry: Mapped[Entry] = relationship()


class SheetRecusal(Base):
    """An entry that this rater stepped back from."""

    __tablename__ = "sheet_recusal"

    sheet_id: Mapped[int] = mapped_column(ForeignKey("score_sheet.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    entry: Mapped[Entry] = relationship()


class MarkConfirmation(Base):
    """That the organiser has seen the marks far from the others and left them; void once the stage is reopened."""

    __tablename__ = "mark_confirmation"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
