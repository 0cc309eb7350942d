"""The ledger's rows. A booking takes an amount from one account and gives it to another, so the books always balance.

A booking is written once: the database itself refuses to change or remove one. What was wrong is set right by a
counter-entry. Amounts are whole hundredths.
"""

import enum
from datetime import date, datetime

from sqlalchemy import DDL, BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evalflow.audit.models import written_once
from evalflow.db import Base, UtcDateTime
from evalflow.people.models import Branch
from evalflow.seasons.models import Entry, StageRow

NAME_MAX, DOCUMENT_MAX = 120, 60


class AccountKind(enum.StrEnum):
    """source: where money comes from (its balance is minus what came in). spending: what a branch has spent."""

    SOURCE = "source"
    FUND = "fund"
    BRANCH = "branch"
    SPENDING = "spending"


class Act(enum.StrEnum):
    """Why a booking was made. carry_over: from a year's account to the next year's."""

    APPROPRIATION = "appropriation"
    GRANT = "grant"
    SPENDING = "spending"
    CORRECTION = "correction"
    CARRY_OVER = "carry_over"


class FundYear(Base):
    """One year's books; its row is locked by every act on them, so that acts follow each other."""

    __tablename__ = "fund_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FundAccount(Base):
    """An account of one year. name: "source", "fund", "branch:KEY" or "spending:KEY", as the log calls it."""

    __tablename__ = "fund_account"
    __table_args__ = (UniqueConstraint("year", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("fund_year.year"))
    kind: Mapped[str] = mapped_column(String(10))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    branch: Mapped[Branch | None] = relationship()


class FundBooking(Base):
    """One transfer. number: within the year. day: of the receipt or act. document: its number.

    corrects_id: the booking this one takes back, at most once. stage_id, entry_id: of a grant, each once an account.
    """

    __tablename__ = "fund_booking"
    __table_args__ = (
        UniqueConstraint("year", "number"),
        UniqueConstraint("stage_id", "entry_id", "to_id"),
        CheckConstraint("amount > 0", name="amount_above_0"),
        CheckConstraint("from_id <> to_id", name="two_accounts"),
        CheckConstraint("act <> 'spending' OR document <> ''", name="spending_has_document"),
        CheckConstraint("(act = 'correction') = (corrects_id IS NOT NULL)", name="correction_corrects"),
        CheckConstraint("(act = 'grant') = (stage_id IS NOT NULL AND entry_id IS NOT NULL)", name="grant_has_entry"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("fund_year.year"))
    number: Mapped[int]
    act: Mapped[str] = mapped_column(String(16))
    from_id: Mapped[int] = mapped_column(ForeignKey("fund_account.id"), index=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("fund_account.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date]
    purpose: Mapped[str] = mapped_column(Text, default="")
    document: Mapped[str] = mapped_column(String(DOCUMENT_MAX), default="")
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("fund_booking.id"), unique=True)
    stage_id: Mapped[int | None] = mapped_column(ForeignKey("stage.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    booked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source: Mapped[FundAccount] = relationship(foreign_keys=from_id)
    target: Mapped[FundAccount] = relationship(foreign_keys=to_id)
    corrects: Mapped["FundBooking | None"] = relationship(remote_side=id, back_populates="correction")
    correction: Mapped["FundBooking | None"] = relationship(back_populates="corrects", uselist=False)
    stage: Mapped[StageRow | None] = relationship()
    entry: Mapped[Entry | None] = relationship()
    evidence: Mapped["FundDocument | None"] = relationship(back_populates="booking")


class FundDocument(Base):
    """The evidence of a booking. sha256: hex, of the bytes; lists never load these."""

    __tablename__ = "fund_document"

    booking_id: Mapped[int] = mapped_column(ForeignKey("fund_booking.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    media_type: Mapped[str] = mapped_column(String(100))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    booking: Mapped[FundBooking] = relationship(back_populates="evidence")

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")


for _dialect in ("sqlite", "postgresql"):
    for _table, _key in (("fund_booking", "id"), ("fund_document", "booking_id")):
        for _statement in written_once(_dialect, _table, _key):
            _ddl = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
            event.listen(Base.metadata, "after_create", _ddl.execute_if(dialect=_dialect))
