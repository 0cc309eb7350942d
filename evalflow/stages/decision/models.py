"""The meeting in rows. `office` is what the minutes and bundles call a member: never a name."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base, UtcDateTime
from evalflow.people.models import Person
from evalflow.seasons.models import Entry


class Meeting(Base):
    """One for each decision stage. version moves with every change, so that two windows do not overwrite each other."""

    __tablename__ = "meeting"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    venue: Mapped[str] = mapped_column(String(120), default="")
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class Attendance(Base):
    """A member who should attend, as of the opening, and whether they do."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("stage_id", "office"),)

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    office: Mapped[str] = mapped_column(String(20))
    is_present: Mapped[bool] = mapped_column(default=False)
    person: Mapped[Person] = relationship()


class Recusal(Base):
    """A member stepped back from whatever concerns an entry."""

    __tablename__ = "recusal"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    entry: Mapped[Entry] = relationship()


class Motion(Base):
    """A division. about: "award:ENTRY" or "tie:ENTRY>ENTRY". The base is that of the moment it was taken."""

    __tablename__ = "motion"
    __table_args__ = (UniqueConstraint("stage_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    number: Mapped[int]
    about: Mapped[str] = mapped_column(Text)
    ayes: Mapped[int]
    noes: Mapped[int]
    abstentions: Mapped[int]
    entitled: Mapped[int]
    present: Mapped[int]
    recused: Mapped[int]
    result: Mapped[str] = mapped_column(String(12))


class Decided(Base):
    """An entry's place as decided, or passed over (None), with the reason where the ranking says otherwise."""

    __tablename__ = "decided"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    place: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    entry: Mapped[Entry] = relationship()
