"""The box, who may put something in, and, after the count, who did and the ballots. Envelopes: `envelopes`.

key_mac, wherever it stands: what binds the public key to the box's pepper, see `binding`; None where an older version
wrote the row, and in an open (named) vote.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from evalflow.db import Base, Json, UtcDateTime


class BallotBox(Base):
    """One for each ballot stage, made when it opens.

    paper: what is on it, in the order of a mask's bits or of the bytes of marks. private_key stays None for a secret
    vote; an open (named) vote has no tellers and keeps it here until it is counted. form_key: see `sealing.seal`; until
    the count. rules: 1 where an older version opened it, whose shares the log does not commit to. destroyed_at: when
    nothing was left that opens an envelope.
    """

    __tablename__ = "ballot_box"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    key_mac: Mapped[bytes | None] = mapped_column(LargeBinary)
    private_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    form_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    paper: Mapped[Any] = mapped_column(Json)
    roll_digest: Mapped[str] = mapped_column(String(64))
    is_counted: Mapped[bool] = mapped_column(default=False)
    rules: Mapped[int] = mapped_column(default=2)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Teller(Base):
    """A teller's key and share.

    is_peppered: whether the box's pepper is needed to open the key. share: sealed to the key; handed_in: to the key of
    the count, between closing and the count. has_lost: the share is to be handed in again, as that key is lost.
    is_refused: the share is not the one that the log committed to. tries: of the passphrase, since it was right.
    checked_at: when they last showed, before the opening, that they have it.
    """

    __tablename__ = "teller"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    key_mac: Mapped[bytes | None] = mapped_column(LargeBinary)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    share: Mapped[bytes | None] = mapped_column(LargeBinary)
    handed_in: Mapped[bytes | None] = mapped_column(LargeBinary)
    has_handed_in: Mapped[bool] = mapped_column(default=False)
    is_peppered: Mapped[bool] = mapped_column(default=False)
    has_lost: Mapped[bool] = mapped_column(default=False)
    is_refused: Mapped[bool] = mapped_column(default=False)
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CountSession(Base):
    """A count that waits for shares. public_key: its private half is in the memory of one process, and nowhere else.

    alive_at: when that process was last heard of.
    """

    __tablename__ = "count_session"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    key_mac: Mapped[bytes | None] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    alive_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Elector(Base):
    """A line of the roll as frozen at opening. No foreign keys here and below: they cost the cast a third."""

    __tablename__ = "elector"

    stage_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    branch_id: Mapped[int | None]
    weight: Mapped[int] = mapped_column(default=1)


class Mark(Base):
    """The mark on the roll that somebody has voted, with their receipt; written by the count (see `envelopes`)."""

    __tablename__ = "mark"
    __table_args__ = {"sqlite_with_rowid": False}

    stage_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    receipt: Mapped[str] = mapped_column(String(64), index=True)


class Superseded(Base):
    """The receipt of an envelope whose place a later one took; written by the count, without whose it was."""

    __tablename__ = "superseded"
    __table_args__ = {"sqlite_with_rowid": False}

    stage_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    receipt: Mapped[str] = mapped_column(String(64), primary_key=True)


class BoxExamination(Base):
    """What came of comparing a box with the log, most lately.

    log_size: with how many leaves of it, 0 where it could not be verified. differences: [{"code": …,
    "facts": {…}}].
    """

    __tablename__ = "box_examination"

    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), primary_key=True)
    examined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    log_size: Mapped[int]
    envelopes: Mapped[int]
    differences: Mapped[Any] = mapped_column(Json)


class BoxStatement(Base):
    """What the organiser states about a closed box and an auditor confirms. Nothing comes of it before that.

    kind: "disputed": it is counted although it differs from the log, as digested; "unopenable": it never will be, and
    the vote is held again in the window from opens_at to closes_at (None: as the rules say).
    """

    __tablename__ = "box_statement"

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(Text)
    differences_sha256: Mapped[str] = mapped_column(String(64), default="")
    stated_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    stated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UnopenedBox(Base):
    """A box that was done away with unopened: it could not be opened, or its season was cancelled.

    opened_at, ended_at: when its vote began (None where only tellers had set their keys) and when that was done.
    envelopes: how many were in it. receipts_sha256: of `UnopenedReceipt`, see `agreement.box_digest`. is_repeated:
    whether the vote is held again. destroyed_at: as of `BallotBox`.
    """

    __tablename__ = "unopened_box"

    id: Mapped[int] = mapped_column(primary_key=True)
    stage_id: Mapped[int] = mapped_column(ForeignKey("stage.id"), index=True)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    envelopes: Mapped[int]
    receipts_sha256: Mapped[str] = mapped_column(String(64))
    is_repeated: Mapped[bool]
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class UnopenedReceipt(Base):
    """A receipt of a vote that was never opened, replaced ones too, without whose it was."""

    __tablename__ = "unopened_receipt"
    __table_args__ = {"sqlite_with_rowid": False}

    stage_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    receipt: Mapped[str] = mapped_column(String(64), primary_key=True)
    box_id: Mapped[int]


class Ballot(Base):
    """A ballot as counted: a random id, what is on it, its votes; person_id only where the vote is open (named).

    mask: the names chosen as bits; marks: points, grades or ranks as bytes, an entry each; both None for an envelope
    that could not be opened. Keyed by the random id, so that no order says who was first. The index holds the few
    ballots of more than one vote.
    """

    __tablename__ = "ballot"
    __table_args__ = (
        Index("ix_ballot_heavier", "stage_id", sqlite_where=text("votes <> 1"), postgresql_where=text("votes <> 1")),
        {"sqlite_with_rowid": False},
    )

    stage_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    mask: Mapped[int | None] = mapped_column(BigInteger)
    marks: Mapped[bytes | None] = mapped_column(LargeBinary)
    votes: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[int | None]
