"""What the committee says of an application, the targets it proposes, and what its motions made of it."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base, Json, UtcDateTime
from evalflow.seasons.models import Entry


class ProposalState(enum.StrEnum):
    """lapsed: taken back, or the application went back to its branch before it was approved."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


class FieldComment(Base):
    """A member's word on one answer; field "": on the application as a whole."""

    __tablename__ = "field_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    field: Mapped[str] = mapped_column(String(40))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Proposal(Base):
    """Other targets for one indicator (its number in the plan), to which the branch says yes or no."""

    __tablename__ = "proposal"

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    indicator: Mapped[int]
    work: Mapped[str] = mapped_column(String(30))
    stretch: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default=ProposalState.WAITING)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entry: Mapped[Entry] = relationship()


class Ruling(Base):
    """What a carried motion made of an application: approved, rejected, merged (into another one) or returned.

    joined: of what was merged, who goes along, rows like those of partners, with the share of the award fund there.
    """

    __tablename__ = "ruling"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    motion: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    into_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    joined: Mapped[Any] = mapped_column(Json, default=list)
    reason: Mapped[str] = mapped_column(Text, default="")
    ruled_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entry: Mapped[Entry] = relationship(foreign_keys=[entry_id])
    into: Mapped[Entry | None] = relationship(foreign_keys=[into_id])
