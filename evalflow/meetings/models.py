"""The meeting in rows. `office` is what the minutes and bundles call a member: never a name."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base, UtcDateTime
from evalflow.people.models import Person
from evalflow.seasons.models import Entry


class Meeting(Base):
    """One for each stage that has one. version moves with every change: two windows do not overwrite each other."""

    __tablename__ = "meeting"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    version: Mapped[int] = mapped_column(default=1)


class Sitting(Base):
    """The committee comes together, number 1 first. held_at: when the attendance was first taken."""

    __tablename__ = "sitting"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    venue: Mapped[str] = mapped_column(String(120), default="")
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attendance(Base):
    """A member who should attend a sitting, as of its calling, and whether they do."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("stage_id", "sitting", "office"),)

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    sitting: Mapped[int] = mapped_column(primary_key=True, default=1)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    office: Mapped[str] = mapped_column(String(20))
    is_present: Mapped[bool] = mapped_column(default=False)
    person: Mapped[Person] = relationship()


class Recusal(Base):
    """A member stepped back from whatever concerns an entry, from this sitting on."""

    __tablename__ = "recusal"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    sitting: Mapped[int] = mapped_column(default=1)
    entry: Mapped[Entry] = relationship()


class Motion(Base):
    """A division. about: a subject and the entries it names. The base is that of the moment it was taken."""

    __tablename__ = "motion"
    __table_args__ = (UniqueConstraint("stage_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"))
    sitting: Mapped[int] = mapped_column(default=1)
    number: Mapped[int]
    about: Mapped[str] = mapped_column(Text)
    ayes: Mapped[int]
    noes: Mapped[int]
    abstentions: Mapped[int]
    entitled: Mapped[int]
    present: Mapped[int]
    recused: Mapped[int]
    result: Mapped[str] = mapped_column(String(12))
