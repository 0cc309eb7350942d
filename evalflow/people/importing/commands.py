"""Bringing in what was previewed: every good row, or nothing at all, under one event."""

from collections import Counter
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, Role, require
from evalflow.audit import ledger
from evalflow.errors import Conflict, Invalid
from evalflow.importing.rows import Preview
from evalflow.people import events
from evalflow.people.importing.preview import Existing, NewBranch, NewPerson
from evalflow.people.models import Branch, Person, RoleGrant


def existing(session: Session) -> Existing:
    """What a preview is compared with."""
    branches = dict(session.execute(select(Branch.key, Branch.name_zh)).all())
    return Existing(branches=branches, logins=frozenset(session.scalars(select(Person.login))))


def add_branches(session: Session, preview: Preview[NewBranch], *, actor: Actor, now: datetime) -> int:
    """Write the good branches; how many. Conflict("import_outdated") when one has come in since the preview."""
    require(actor, Permission.ADMINISTER)
    _some(preview)
    known = existing(session).branches
    keys, names = {row.key for row in preview.good}, {row.name_zh for row in preview.good}
    if keys & known.keys() or names & set(known.values()):
        raise Conflict("import_outdated")
    rows: list[dict[str, object]] = [
        {"key": row.key, "name_zh": row.name_zh, "name_en": row.name_en, "founded_on": row.founded_on}
        for row in preview.good
    ]
    _write(session, Branch, rows)
    public = {"added": len(rows), "refused": len(preview.bad), "file_sha256": preview.sha256}
    ledger.append(session, events.BRANCH_IMPORTED, actor=actor, now=now, public=public)
    return len(rows)


def add_people(session: Session, preview: Preview[NewPerson], *, actor: Actor, now: datetime) -> int:
    """Write the good people with their roles; how many. Nobody is invited yet.

    Conflict("import_outdated") when a login has been taken, or a branch has gone, since the preview.
    """
    require(actor, Permission.ADMINISTER)
    _some(preview)
    branch_ids = dict(session.execute(select(Branch.key, Branch.id)).all())
    taken = {row.login for row in preview.good} & existing(session).logins
    if taken or not {row.branch for row in preview.good if row.branch} <= branch_ids.keys():
        raise Conflict("import_outdated")
    rows: list[dict[str, object]] = [
        {"login": row.login, "name": row.name, "branch_id": branch_ids.get(row.branch), "weight": row.weight}
        for row in preview.good
    ]
    _write(session, Person, rows)
    session.execute(insert(RoleGrant), _grants(session, preview, branch_ids))
    roles = Counter(role.value for row in preview.good for role in row.roles)
    weights = Counter(row.weight for row in preview.good)
    public = {
        "added": len(rows),
        "refused": len(preview.bad),
        "roles": dict(sorted(roles.items())),
        "weights": {str(weight): number for weight, number in sorted(weights.items())},
        "file_sha256": preview.sha256,
    }
    personal = {"logins": [row.login for row in preview.good]}
    ledger.append(session, events.PERSON_IMPORTED, actor=actor, now=now, public=public, personal=personal)
    return len(rows)


def _write(session: Session, table: type[Branch] | type[Person], rows: list[dict[str, object]]) -> None:
    """Somebody may write the same key at the same moment: the database's refusal is a sentence like any other."""
    try:
        session.execute(insert(table), rows)
    except IntegrityError as error:
        raise Conflict("import_outdated") from error


def _some(preview: Preview[NewBranch] | Preview[NewPerson]) -> None:
    if not preview.good:
        raise Invalid("nothing_to_import")


def _grants(session: Session, preview: Preview[NewPerson], branch_ids: dict[str, int]) -> list[dict[str, object]]:
    """A branch secretary's role is for the own branch, every other one everywhere."""
    person_ids = dict(session.execute(select(Person.login, Person.id)).all())
    return [
        {
            "person_id": person_ids[row.login],
            "role": role.value,
            "branch_id": branch_ids[row.branch] if role is Role.BRANCH_SECRETARY else None,
            "season_id": None,
        }
        for row in preview.good
        for role in row.roles
    ]
