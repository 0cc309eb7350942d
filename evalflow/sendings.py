"""A form that is sent twice is one act: what came of it the first time is kept, and shown when it comes again.

Of the form only the digest of its secret is kept, in the transaction of its act: either both are there or neither is.
After `KEPT_FOR` it is forgotten. Ballots and objections keep none: their own secrets do the same, and a row beside an
envelope would say whose it is.
"""

from datetime import datetime, timedelta

from sqlalchemy import String, Text, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from evalflow.db import Base, Database, UtcDateTime, forget_older

KEPT_FOR = timedelta(days=1)


class Sending(Base):
    """digest: hex SHA-256 of the form's secret, its sender and its address. to: the page that shows what came of it."""

    __tablename__ = "sending"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    to: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SentBeforeError(Exception):
    """Not a refusal: the act is done, by the same form. digest: under which its page is kept."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest


def keep(session: Session, digest: str, to: str, *, now: datetime) -> None:
    """The first statement of a form's act. SentBeforeError where the form was sent before, also while that still runs:
    PostgreSQL waits here for the other transaction, SQLite has let it finish.
    """
    try:
        session.execute(insert(Sending).values(digest=digest, to=to, sent_at=now))
    except IntegrityError:
        raise SentBeforeError(digest) from None


def page_of(session: Session, digest: str) -> str | None:
    """The page that shows what came of the form; None where it was not sent, or long ago."""
    return session.scalar(select(Sending.to).where(Sending.digest == digest))


def move(session: Session, digest: str, to: str) -> None:
    """What came of the form is shown elsewhere than on the page it was sent from."""
    session.execute(update(Sending).where(Sending.digest == digest).values(to=to))


def forget(session: Session, digest: str) -> None:
    """The form was refused after all, or its page is shown but once: sent again it is looked at anew."""
    session.execute(delete(Sending).where(Sending.digest == digest))


def upkeep(database: Database, *, now: datetime) -> None:
    """Forget what is older than `KEPT_FOR`."""
    forget_older(database, Sending.sent_at, now - KEPT_FOR)
