"""Roles given and taken, and who somebody is when they ask: `Actor`.

Both acts move the person's session_version: whoever is signed in with the old roles is signed out at once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from evalflow.access import Actor, Grant, Permission, Role, require
from evalflow.audit import ledger
from evalflow.audit.event import EventType
from evalflow.errors import Conflict, Invalid, NotFound
from evalflow.people import events
from evalflow.people.models import Branch, Person, RoleGrant
from evalflow.people.names import BOUND_TO_BRANCH, FOR_A_BRANCH, limit_flaw
from evalflow.people.queries import locked_person

# Of several roles the first of these is what the log calls a person.
OFFICES = (
    Role.ADMINISTRATOR,
    Role.AUDITOR,
    Role.ORGANISER,
    Role.COMMITTEE_MEMBER,
    Role.SPONSOR,
    Role.TELLER,
    Role.BRANCH_SECRETARY,
    Role.MEMBER,
)
NO_OFFICE = "person"  # somebody without any role


def grant(
    session: Session,
    person_id: int,
    role: Role,
    *,
    branch_id: int | None = None,
    season_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> RoleGrant:
    """Give a role, for one season or (None) for all. Conflict when it is already held just so.

    A branch secretary's role is always that of one branch, and no other role is; a member needs a branch to vote in.
    """
    require(actor, Permission.ADMINISTER)
    person = locked_person(session, person_id)
    branch = session.get(Branch, branch_id) if branch_id is not None else None
    if branch_id is not None and branch is None:
        raise NotFound("no_such_branch", branch=branch_id)
    if role is Role.VISITOR:
        raise Invalid("role_not_grantable", fields={"role": "role_not_grantable"}, role=role.value)
    flaw = limit_flaw(role, for_branch=branch is not None, for_season=season_id is not None)
    if flaw:
        raise Invalid(flaw, fields={flaw.removeprefix("role_without_"): flaw}, role=role.value)
    home = branch is not None or (role not in FOR_A_BRANCH and person.branch_id is not None)
    if role in BOUND_TO_BRANCH and not home:
        raise Invalid("branch_needed", fields={"branch": "branch_needed"}, role=role.value)
    if _held(session, person_id, role, branch_id, season_id):
        raise Conflict("role_already_granted", role=role.value)
    row = RoleGrant(person_id=person_id, role=role.value, branch_id=branch_id, season_id=season_id)
    session.add(row)
    person.session_version += 1
    try:
        session.flush()
    except IntegrityError as error:  # the season was deleted meanwhile
        raise NotFound("no_such_season", season=season_id) from error
    _log(session, events.ROLE_GRANTED, row, person, branch, actor=actor, now=now)
    return row


def withdraw_grant(session: Session, grant_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a role away. Conflict when nobody would be left who can administer."""
    require(actor, Permission.ADMINISTER)
    row = session.get(RoleGrant, grant_id)
    if row is None:
        raise NotFound("no_such_grant")
    if row.role == Role.ADMINISTRATOR.value:
        keep_an_administrator(session, without=row.person_id)
    person = locked_person(session, row.person_id)
    if session.get(RoleGrant, grant_id, populate_existing=True) is None:  # somebody else has, meanwhile
        raise NotFound("no_such_grant")
    branch = session.get(Branch, row.branch_id) if row.branch_id is not None else None
    session.delete(row)
    person.session_version += 1
    session.flush()
    _log(session, events.ROLE_WITHDRAWN, row, person, branch, actor=actor, now=now)


def keep_an_administrator(session: Session, *, without: int) -> None:
    """Conflict when this person is the only active administrator. The administrators stay locked until the act ends:
    ask before locking anybody else, or two who withdraw each other's role wait for one another."""
    query = (
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == Role.ADMINISTRATOR.value, Person.is_active)
        .where(RoleGrant.branch_id.is_(None), RoleGrant.season_id.is_(None))
        .order_by(Person.id)
        .with_for_update()
    )
    if set(session.scalars(query)) == {without}:
        raise Conflict("last_administrator")


def actor_of(session: Session, person: Person) -> Actor:
    """Who a person is, in one query; the person may have been added in this very act."""
    session.flush()
    actor = _actor(session, Person.id == person.id)
    if actor is None:
        raise NotFound("no_such_person")
    return actor


def load_actor(session: Session, person_id: int, session_version: int) -> Actor | None:
    """Who is signed in, in one query; None when that session has been ended or the account deactivated."""
    return _actor(
        session, Person.id == person_id, Person.session_version == session_version, Person.is_active.is_(True)
    )


def _actor(session: Session, *which: ColumnElement[bool]) -> Actor | None:
    query = (
        select(
            Person.id,
            Person.login,
            Person.name,
            Person.locale,
            Person.branch_id,
            RoleGrant.role,
            RoleGrant.branch_id.label("for_branch"),
            RoleGrant.season_id,
            Branch.key,
        )
        .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
        .outerjoin(Branch, Branch.id == RoleGrant.branch_id)
        .where(*which)
        .order_by(RoleGrant.id)
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    first, held = rows[0], [row for row in rows if row.role is not None]
    grants = frozenset(Grant(Role(row.role), row.for_branch, row.season_id, row.key or "") for row in held)
    return Actor(first.id, first.name, _office(held), first.branch_id, grants, first.locale, first.login)


def _office(held: Sequence[Row[*tuple[Any, ...]]]) -> str:
    """The first of their roles in the order of OFFICES, a branch secretary's with the branch's key."""
    if not held:
        return NO_OFFICE
    row = min(held, key=lambda row: OFFICES.index(Role(row.role)))
    return f"{row.role}:{row.key}" if row.role == Role.BRANCH_SECRETARY.value else str(row.role)


def _held(session: Session, person_id: int, role: Role, branch_id: int | None, season_id: int | None) -> bool:
    """Asked here because NULLs differ from each other: the table's constraint does not see "everywhere" twice."""
    query = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == role.value,
        RoleGrant.branch_id.is_not_distinct_from(branch_id),
        RoleGrant.season_id.is_not_distinct_from(season_id),
    )
    return session.scalars(query).first() is not None


def _log(
    session: Session,
    event_type: EventType,
    row: RoleGrant,
    person: Person,
    branch: Branch | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    public = {"role": row.role, "branch": branch.key if branch else "", "season_id": row.season_id}
    personal = {"account": person.id, "login": person.login}
    ledger.append(session, event_type, actor=actor, now=now, public=public, personal=personal)
