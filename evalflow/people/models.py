"""Branches, people, what they may do, and how they come in."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.db import Base, Json, UtcDateTime


class Branch(Base):
    """An organisational unit. `key` is what files, bundles and the log call it."""

    __tablename__ = "branch"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    name_zh: Mapped[str] = mapped_column(String(120), unique=True)
    name_en: Mapped[str] = mapped_column(String(120), default="")
    founded_on: Mapped[date | None]

    def name(self, locale: str) -> str:
        return self.name_en or self.name_zh if locale.startswith("en") else self.name_zh


class Person(Base):
    """Somebody with an account, or one who could be invited. `name` is shown, `login` is typed.

    session_version moves with every logout everywhere, change of roles or password: older sessions end at once.
    password_hash is "" until the invitation is accepted. weight: how many votes theirs counts as, in votes that go by
    weights.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(255), default="")
    session_version: Mapped[int] = mapped_column(default=1)
    locale: Mapped[str] = mapped_column(String(10), default="zh_Hans")
    is_active: Mapped[bool] = mapped_column(default=True)
    weight: Mapped[int] = mapped_column(default=1)
    branch: Mapped[Branch | None] = relationship()
    roles: Mapped[list["RoleGrant"]] = relationship(back_populates="person", cascade="all, delete-orphan")


class CalendarFeed(Base):
    """The address of a person's calendar, as the SHA-256 of its token."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RoleGrant(Base):
    """A role of a person: everywhere, or only for one branch or one season."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("person_id", "role", "branch_id", "season_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(30))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"))
    season_id: Mapped[int | None]  # seasons know people, not the other way round: no foreign key
    person: Mapped[Person] = relationship(back_populates="roles")


class Invitation(Base):
    """A one-time link: the token is kept only as its SHA-256."""

    __tablename__ = "invitation"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KnownDevice(Base):
    """A device that a person has signed in on, as a keyed hash of its token and the person."""

    __tablename__ = "known_device"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UnsentForm(Base):
    """What a person has typed into a form and not sent, see `unsent`. to: the address that the form is sent to.

    fields: [[name, value]] in the order of the page. page: the one that saved it last; version moves with every save.
    of: the version of what the form is about, as its page showed it.
    """

    __tablename__ = "unsent_form"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    to: Mapped[str] = mapped_column(String(300), primary_key=True)
    fields: Mapped[Any] = mapped_column(Json)
    of: Mapped[str] = mapped_column(String(20), default="")
    page: Mapped[str] = mapped_column(String(64), default="")
    version: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoginAttempt(Base):
    """A guess at a password, by a keyed hash of what it is counted under; forgotten after a day."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index("ix_login_attempt_bucket_at", "bucket", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bucket: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
