"""The tables of the audit log: written once, never changed.

`event` rows come with the act they record; a trigger puts each into `pending`, in the same transaction. The sealer
moves pending events into `leaf`, one at a time (`tree_head`), and signs a `checkpoint`. `personal` holds what may
be erased; the event only commits to it.
"""

from datetime import datetime

from sqlalchemy import DDL, BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text, event, false
from sqlalchemy.orm import Mapped, mapped_column

from evalflow.audit.events import HELD
from evalflow.db import Base, UtcDateTime

Serial = BigInteger().with_variant(Integer, "sqlite")


class EventRow(Base):
    """One event. `leaf` is its canonical text, exactly what the tree hashes; the other columns are for queries."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_season_at", "season", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    type: Mapped[str] = mapped_column(String(60))
    season: Mapped[str] = mapped_column(String(60), default="")
    leaf: Mapped[str] = mapped_column(Text)


class Pending(Base):
    """Events not yet in the tree; filled by a trigger on `event`, emptied by the sealer.

    held_by: the stage (`place`) for whose end it waits, None where it may be sealed. is_noted: an event has committed
    to it meanwhile; see `holding`.
    """

    __tablename__ = "pending"
    __table_args__ = (Index("ix_pending_held_by_number", "held_by", "number"),)

    number: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(String(32))
    held_by: Mapped[str | None] = mapped_column(String(121))
    is_noted: Mapped[bool] = mapped_column(server_default=false())


def place(season: str, stage: str) -> str:
    """A stage as `held_by` names it."""
    return f"{season}/{stage}"


class Personal(Base):
    """The personal part of an event and the salt of its commitment. The row may be deleted; the log still verifies."""

    __tablename__ = "personal"

    event_id: Mapped[str] = mapped_column(ForeignKey("event.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    payload: Mapped[str] = mapped_column(Text)


class Leaf(Base):
    """A place in the tree. leaf_hash is hex."""

    __tablename__ = "leaf"

    number: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(String(32), unique=True)
    leaf_hash: Mapped[str] = mapped_column(String(64))


class TreeHead(Base):
    """One row, which sealers lock. What they extend is kept outside the database."""

    __tablename__ = "tree_head"

    id: Mapped[int] = mapped_column(primary_key=True)


class Checkpoint(Base):
    """A signed note of the tree at one size."""

    __tablename__ = "checkpoint"

    size: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text)


WRITTEN_ONCE = {"event": "id", "leaf": "number", "checkpoint": "size"}


def written_once(dialect: str, table: str, key: str) -> list[str]:
    """The statements that make the database refuse to change, remove or replace rows of a table."""
    if dialect == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is written once'); END"
        exists = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"  # noqa: S608
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {exists} {refuse}",
        ]
    return [
        f"CREATE TRIGGER {table}_written_once BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION written_once()",
        f"CREATE TRIGGER {table}_not_truncated BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION written_once()",
    ]


def event_pending(dialect: str) -> str:
    """What puts each event among those that wait for the sealer: a trigger on SQLite, its function on PostgreSQL."""
    stage = "json_extract(NEW.leaf, '$.stage')" if dialect == "sqlite" else "NEW.leaf::json->>'stage'"
    held_by = f"CASE WHEN NEW.type = '{HELD}' THEN NEW.season || '/' || ({stage}) END"
    put = f"INSERT INTO pending (event_id, held_by) VALUES (NEW.id, {held_by});"  # noqa: S608
    if dialect == "sqlite":
        return f"CREATE TRIGGER event_pending AFTER INSERT ON event BEGIN {put} END"
    return (
        "CREATE OR REPLACE FUNCTION event_pending() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {put} RETURN NULL; END $$"
    )


def protections(dialect: str) -> list[str]:
    """The statements that make the database refuse UPDATE, DELETE, TRUNCATE and INSERT OR REPLACE on the log."""
    return _sqlite_protections() if dialect == "sqlite" else _postgresql_protections()


def _sqlite_protections() -> list[str]:
    statements = [event_pending("sqlite")]
    for table, key in WRITTEN_ONCE.items():
        statements += written_once("sqlite", table, key)
    exists = "EXISTS (SELECT 1 FROM leaf WHERE event_id = NEW.event_id)"
    refuse = "BEGIN SELECT RAISE(ABORT, 'leaf is written once'); END"
    return [*statements, f"CREATE TRIGGER leaf_no_replace_event BEFORE INSERT ON leaf WHEN {exists} {refuse}"]


def _postgresql_protections() -> list[str]:
    statements = [
        event_pending("postgresql"),
        "CREATE TRIGGER event_pending AFTER INSERT ON event FOR EACH ROW EXECUTE FUNCTION event_pending()",
        "CREATE FUNCTION written_once() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is written once', TG_TABLE_NAME; END $$",
    ]
    for table, key in WRITTEN_ONCE.items():
        statements += written_once("postgresql", table, key)
    return statements


for _dialect in ("sqlite", "postgresql"):
    for _statement in protections(_dialect):
        _ddl = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(Base.metadata, "after_create", _ddl.execute_if(dialect=_dialect))
