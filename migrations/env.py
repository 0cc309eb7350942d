"""Alembic's entry: runs inside `evalflow db …`, which hands the connection over."""

from typing import Any, Literal

from alembic import context

from evalflow.db import Json, UtcDateTime
from evalflow.engine.schema import METADATA
from evalflow.stages.ballot.envelopes import PREFIX

PLAIN = {UtcDateTime: "sa.DateTime(timezone=True)", Json: "sa.Text()"}


def plain_types(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """A migration names the database's types, not ours, so that it says the same for ever."""
    return PLAIN.get(type(item), False) if kind == "type" else False


def is_of_the_schema(name: str | None, kind: str, _parents: Any) -> bool:
    """The tables of envelopes come and go with the votes."""
    return kind != "table" or not (name or "").removeprefix(PREFIX).isdecimal()


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=True,
    compare_type=True,
    include_name=is_of_the_schema,
    render_item=plain_types,
)
with context.begin_transaction():
    context.run_migrations()
