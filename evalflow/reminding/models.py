"""The outbox: what is to be told to whom. Written with the act that causes it; delivered after its commit, or shown."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base, Json, UtcDateTime
from evalflow.people.models import Person
from evalflow.seasons.models import Season


class Cause(enum.StrEnum):
    """Why somebody is reminded: a new week, a deadline on the next working day, the organiser's wish."""

    WEEK = "week"
    EVE = "eve"
    NUDGE = "nudge"


class Delivery(enum.StrEnum):
    """house: shown on the person's own pages, no mail goes out. The others are the ways of a mail.

    sending: in the hands of a process, until its claim (`due_at`) ends. unknown: cut off, so that nobody knows whether
    it arrived. lapsed: nothing of it was left to do when it could go out.
    """

    HOUSE = "house"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    LAPSED = "lapsed"


class Reminder(Base):
    """What one person is told of one season, once for each `occasion` (a day, and of nudges the stage).

    lines: [{"title": message id, "detail", "due": ISO moment or "", "about": bool, "moment": "opens" or "closes" where
    that is one of its stage's window, "stage": id, "secret": bool}], put into the person's language when they are read
    or sent. due_at: not to be tried before; attempts, error: of its mail.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("person_id", "season_id", "occasion"),
        Index("ix_reminder_delivery_due_at", "delivery", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"), index=True)
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    cause: Mapped[str] = mapped_column(String(10))
    occasion: Mapped[str] = mapped_column(String(40))
    lines: Mapped[Any] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivery: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(80), default="")
    person: Mapped[Person] = relationship()
    season: Mapped[Season] = relationship()


class Mailbox(Base):
    """Where a person wants reminders to be mailed to; without one they are shown on their own pages only."""

    __tablename__ = "mailbox"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(254))


class Round(Base):
    """A day on which everybody's tasks are gone over. opens_week: the first such day of its week."""

    __tablename__ = "reminder_round"

    day: Mapped[date] = mapped_column(primary_key=True)
    opens_week: Mapped[bool]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Nudge(Base):
    """The organiser has reminded those who are late on a stage; once a day."""

    __tablename__ = "nudge"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    nudged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    people: Mapped[int]
