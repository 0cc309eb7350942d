"""The envelopes of one vote stand in a table of their own, made when the vote opens and dropped when it is counted.

A row that is deleted stays readable in a database's files for long; the file of a table that was dropped is given back
at once. So nothing else is kept there, and the table goes in the transaction that writes the ballots. Its rows are also
the marks of who has voted, until the count writes those down as `Mark`.
"""

from functools import cache

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

PREFIX = "box_"
RECEIPT_DIGITS = 64


@cache
def table_of(stage_id: int) -> Table:
    """(person_id, receipt, sealed, superseded) of one vote. Without a hidden row number, which would be cast order.

    superseded: the receipts of this voter's earlier envelopes, one behind the other.
    """
    name = f"{PREFIX}{stage_id}"
    return Table(
        name,
        MetaData(),
        Column("person_id", Integer, primary_key=True, autoincrement=False),
        Column("receipt", String(64), nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        Column("superseded", Text, nullable=False),
        Index(f"ix_{name}_receipt", "receipt"),
        sqlite_with_rowid=False,
    )


def superseded(kept: str | None) -> list[str]:
    """The receipts in a row's `superseded`, the earliest first.

    >>> superseded("a" * 64 + "b" * 64) == ["a" * 64, "b" * 64]
    True
    """
    text = kept or ""
    return [text[start : start + RECEIPT_DIGITS] for start in range(0, len(text), RECEIPT_DIGITS)]


def create(session: Session, stage_id: int) -> None:
    table_of(stage_id).create(session.connection())


def drop(session: Session, stage_id: int) -> None:
    """Late in an act: from now on readers wait for its end. It waits for those who read, ten seconds at most."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL lock_timeout = '10s'"))
    table_of(stage_id).drop(session.connection())


def stand(session: Session, stage_id: int) -> bool:
    """Whether there is a table of envelopes."""
    return inspect(session.connection()).has_table(table_of(stage_id).name)


def are_gone(error: DBAPIError, stage_id: int) -> bool:
    """Whether a statement failed because the table is not there: the vote was counted."""
    return table_of(stage_id).name in str(error.orig)
