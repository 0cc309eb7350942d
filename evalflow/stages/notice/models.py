"""Objections to a notice, with what came of them."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base, UtcDateTime
from evalflow.seasons.models import Entry


class ObjectionState(enum.StrEnum):
    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Objection(Base):
    """One objection. `number` counts within the stage; entry None: against the notice as a whole.

    code_hash: SHA-256, hex, of the secret code with which the objector comes back. name, contact, text and answer are
    personal and emptied when erased, as are the personal parts of the two events named here. published: what everybody
    reads of why the name was struck; it is not personal and stays.
    """

    __tablename__ = "objection"
    __table_args__ = (UniqueConstraint("stage_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    number: Mapped[int]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    contact: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_event: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(10), default=ObjectionState.OPEN)
    answer: Mapped[str] = mapped_column(Text, default="")
    published: Mapped[str] = mapped_column(Text, default="", server_default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_event: Mapped[str] = mapped_column(String(32), default="")
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    entry: Mapped[Entry | None] = relationship()
