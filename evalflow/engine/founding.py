"""Bringing an installation into being, or up to this version: its schema, and what its log needs outside of it."""

from sqlalchemy import inspect

from evalflow.audit import upkeep
from evalflow.audit.signing import Signer
from evalflow.db import Database
from evalflow.engine import schema


def bring_up(database: Database, signer: Signer) -> None:
    """Safe to repeat, and by several processes at once: one key is made. LogBroken where key or head do not fit."""
    adopts = _keeps_its_head(database)
    schema.upgrade(database.engine)
    with database.writing() as session:
        upkeep.found(session, signer, adopts=adopts)


def _keeps_its_head(database: Database) -> bool:
    """Whether the database is of a version that kept the head of its log itself, and nowhere else."""
    found = inspect(database.engine)
    if not found.has_table("tree_head"):
        return False
    return "frontier" in {column["name"] for column in found.get_columns("tree_head")}
