"""Drafts of declarations from a workbook. Nothing is handed in: that is the word of the branch."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, may
from evalflow.importing.rows import Flawed, Preview
from evalflow.importing.sheets import Book
from evalflow.people.models import Branch
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import StageRow
from evalflow.stages.submission import commands, queries, workbook
from evalflow.stages.submission.workbook import Filled, Names


def preview(session: Session, stage: StageRow, book: Book, *, actor: Actor, locale: str) -> Preview[Filled]:
    """What the actor may bring in, row by row: for branches they speak for, as long as those have places left."""
    branches = {branch.key: branch for branch in session.scalars(select(Branch).order_by(Branch.id))}
    entries = seasons.entries(session, stage.season_id)
    left = {key: queries.places_left(entries, branch.id, stage) for key, branch in branches.items()}

    def accept(filled: Filled) -> None:
        branch = branches[filled.branch]
        if not may(actor, Permission.PREPARE, season=stage.season_id, branch=branch.id):
            raise Flawed("branch_not_yours", branch=branch.name(locale))
        if not left[branch.key]:
            raise Flawed("no_more_entries")
        left[branch.key] -= 1

    asked = workbook.answerable(queries.options_of(stage).field)
    return workbook.preview(book, asked, _names(session, stage, branches.values()), accept, locale=locale)


def _names(session: Session, stage: StageRow, branches: Iterable[Branch]) -> Names:
    called = {name: one.key for one in branches for name in (one.name_zh, one.name_en, one.key) if name}
    leaders = queries.leaders(session, stage.season_id)
    return Names(called, {name: login for login, name in leaders.items()} | {login: login for login in leaders})


def write(session: Session, stage_id: int, seen: Preview[Filled], *, actor: Actor, now: datetime) -> int:
    """Begin a draft for every good row; how many. All or none: the caller's transaction."""
    branches = {branch.key: branch.id for branch in session.scalars(select(Branch))}
    for one in seen.good:
        commands.prepare(session, stage_id, branches[one.branch], one.answers, actor=actor, now=now)
    return len(seen.good)
