"""A declaration in the making, and every version of it that was handed in."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from evalflow.db import Base, Json, UtcDateTime


class RevisionState(enum.StrEnum):
    """What became of what was handed in; withdrawn: taken back before the stage's outcome was fixed."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Asked(enum.StrEnum):
    """What somebody is asked to confirm: that they take command, or that their branch or unit takes part."""

    COMMAND = "command"
    PART = "part"
    UNIT = "unit"


class Confirmation(Base):
    """Somebody named in a declaration says that they agree, or not. name: a leader's login, a branch's key, or a unit.

    accepted: None while the answer is awaited. reason: why not. agreed: the rows that they agreed to last, see
    `confirming.terms`; None to none yet. letter, letter_on: number and day of the letter by which a unit, which has no
    account, answered.
    """

    __tablename__ = "confirmation"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    what: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    accepted: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    agreed: Mapped[Any | None] = mapped_column(Json)
    letter: Mapped[str] = mapped_column(String(60), default="")
    letter_on: Mapped[date | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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
