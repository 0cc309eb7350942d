"""A season, its stages, its entries and what time will cause. Rows only; rules are in `commands` and `guards`."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base, Json, UtcDateTime
from evalflow.people.models import Branch


class Phase(enum.StrEnum):
    """Of a stage. closed: nothing may be put in any more; done: its outcome is fixed."""

    WAITING = "waiting"
    OPEN = "open"
    CLOSED = "closed"
    DONE = "done"


class EntryState(enum.StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"


class Season(Base):
    """One running of a workflow, with its rules pinned: `definition` is their canonical text, `digest` its SHA-256.

    version moves with every step, so that of two people pressing the same button one is told.
    draw_seed: hex, fixed and logged at creation; what a last-resort draw is drawn from.
    """

    __tablename__ = "season"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    workflow: Mapped[str] = mapped_column(String(40))
    title_zh: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    definition: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    draw_seed: Mapped[str] = mapped_column(String(64))
    starts_on: Mapped[date]
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    stages: Mapped[list["StageRow"]] = relationship(back_populates="season", order_by="StageRow.position")

    def title(self, locale: str) -> str:
        return self.title_en or self.title_zh if locale.startswith("en") else self.title_zh


class StageRow(Base):
    """A stage of a season. opens_at and closes_at are its window, opened_at and closed_at what happened.

    opens_stated, closes_stated: whether a moment of the window was stated by hand: it stands until it is changed by
    hand. The others are planned anew whenever what they depend on moves (`schedule`).

    outcome is an `Outcome` as JSON once the stage is done.
    """

    __tablename__ = "stage"
    __table_args__ = (UniqueConstraint("season_id", "key"), UniqueConstraint("season_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(40))
    phase: Mapped[str] = mapped_column(String(10), default=Phase.WAITING)
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opens_stated: Mapped[bool] = mapped_column(default=False, server_default=false())
    closes_stated: Mapped[bool] = mapped_column(default=False, server_default=false())
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[Any | None] = mapped_column(Json)
    season: Mapped[Season] = relationship(back_populates="stages")


class ExplainedStage(Base):
    """A settled stage whose explanation is kept. digest: SHA-256, hex, of {entry key: its part} as canonical JSON.

    Derived from evidence, never evidence itself: `doctor` works it out again and compares.
    """

    __tablename__ = "explained_stage"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    explained_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExplainedEntry(Base):
    """How one entry fared in a settled stage. part: as `analysis.record` writes it."""

    __tablename__ = "explained_entry"

    stage_id: Mapped[int] = mapped_column(ForeignKey("explained_stage.stage_id"), primary_key=True)
    entry: Mapped[str] = mapped_column(String(20), primary_key=True)
    part: Mapped[Any] = mapped_column(Json)


class Entry(Base):
    """A brand, project, post or design. `key` is its short code in links, bundles and the log.

    answers: the content as last submitted, by field key (see `workflow.fields`). number: place in the order of
    presentation, by the roster, given when it is accepted. position: where it is, for workflows whose entries move
    apart. came: {stage key: when it came there last, ISO 8601}. joined: rows like those of partners, of whoever came
    with the entries that were merged into this one. merged_into: the key of the entry that this one was merged into,
    "" for none.
    """

    __tablename__ = "entry"
    __table_args__ = (UniqueConstraint("season_id", "key"), Index("ix_entry_season_branch", "season_id", "branch_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    season_id: Mapped[int] = mapped_column(ForeignKey("season.id"))
    branch_id: Mapped[int] = mapped_column(ForeignKey("branch.id"))
    key: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(12), default=EntryState.DRAFT)
    position: Mapped[str] = mapped_column(String(60), default="")
    came: Mapped[Any | None] = mapped_column(Json)
    number: Mapped[int | None]
    answers: Mapped[Any] = mapped_column(Json, default=dict)
    joined: Mapped[Any] = mapped_column(Json, default=list)
    merged_into: Mapped[str] = mapped_column(String(20), default="", server_default="")
    version: Mapped[int] = mapped_column(default=1)
    branch: Mapped[Branch] = relationship()
    season: Mapped[Season] = relationship()


class SentBack(Base):
    """An entry that a later stage gave back to its branch. remarks: {field key: what to amend}, "" of the whole."""

    __tablename__ = "sent_back"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    remarks: Mapped[Any] = mapped_column(Json, default=dict)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Withdrawal(Base):
    """An entry that its branch took out. reason: why; "" where it was not accepted yet and nobody said."""

    __tablename__ = "withdrawal"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    withdrawn_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TargetChange(Base):
    """An indicator's targets as a motion changed them; what they were before stays for ever.

    indicator: its number in the plan. work, stretch, old_work, old_stretch: decimal text. motion: where it was carried.
    """

    __tablename__ = "target_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), index=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    indicator: Mapped[int]
    old_work: Mapped[str] = mapped_column(String(30))
    old_stretch: Mapped[str] = mapped_column(String(30))
    work: Mapped[str] = mapped_column(String(30))
    stretch: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str] = mapped_column(Text)
    motion: Mapped[str] = mapped_column(String(20))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Timer(Base):
    """What time will cause: at `due_at` the named trigger is fired on a stage. A row, never a queue's ETA.

    note: why it could not be done, when it could not; refusal: the same as facts, of which pages make a sentence.
    """

    __tablename__ = "timer"
    __table_args__ = (
        UniqueConstraint("stage_id", "trigger"),
        Index("ix_timer_due", "done_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    trigger: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(String(200), default="")
    refusal: Mapped[Any | None] = mapped_column(Json)


class CalendarDay(Base):
    """A day whose working status the organiser states, over what the holiday library knows."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    note: Mapped[str] = mapped_column(String(120), default="")


class TakenBack(Base):
    """An act of a stage that was undone. about: the act and what it was on, such as "motion:3" or "answer:2"."""

    __tablename__ = "taken_back"

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), index=True)
    about: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    taken_back_at: Mapped[datetime] = mapped_column(UtcDateTime)
