"""A declaration in the making, and every version of it that was handed in."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from evalflow.db import Base, Json, UtcDateTime


class RevisionState(enum.StrEnum):
    """What became of what was handed in; withdrawn: taken back before the stage's outcome was fixed."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Draft(Base):
    """An entry's working copy, whatever was typed, right or wrong; there is none while it is handed in.

    version moves with every save. page: the form that saved last, so that its own next save is never called stale.
    """

    __tablename__ = "draft"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    answers: Mapped[Any] = mapped_column(Json, default=dict)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
    page: Mapped[str] = mapped_column(String(32), default="")


class Revision(Base):
    """What was handed in, number 1 first, and what the organiser said to it.

    remarks: {field key: what to amend}, under "" what concerns the whole, or why it was rejected.
    """

    __tablename__ = "revision"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    answers: Mapped[Any] = mapped_column(Json)
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    remarks: Mapped[Any] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(String(12), default=RevisionState.SUBMITTED)
