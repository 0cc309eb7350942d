"""What pages and commands ask about branches and people. Nothing here writes.

Lists come as frozen lines in a fixed number of queries, however long they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from evalflow.access import Role
from evalflow.db import finds
from evalflow.errors import NotFound
from evalflow.i18n import Text
from evalflow.people.models import Branch, Invitation, Person, RoleGrant
from evalflow.people.names import limit_flaw


@dataclass(frozen=True)
class BranchLine:
    """A branch in a list. people: active ones only."""

    id: int
    key: str
    name: Text
    founded_on: date | None
    people: int


@dataclass(frozen=True)
class GrantLine:
    """A role of a person; branch None = every branch, season_id None = every season. branch: its name."""

    id: int
    role: Role
    branch: Text | None
    season_id: int | None

    @property
    def is_idle(self) -> bool:
        """Whether its limit leaves nothing of the role; no such grant can be given any more."""
        return bool(limit_flaw(self.role, for_branch=self.branch is not None, for_season=self.season_id is not None))


@dataclass(frozen=True)
class PersonLine:
    """A person in a list. invited_until: of the open invitation, None when there is none or it has expired.

    weight: how many votes theirs counts as, where votes go by weights.
    """

    id: int
    login: str
    name: str
    branch_key: str
    branch_name: Text
    is_active: bool
    has_joined: bool
    invited_until: datetime | None
    weight: int
    grants: tuple[GrantLine, ...]


@dataclass(frozen=True)
class PeoplePage:
    """One page of a list; pages counts from 1 and is 1 even when nothing is found."""

    lines: tuple[PersonLine, ...]
    total: int
    page: int
    pages: int


def branches(session: Session) -> tuple[BranchLine, ...]:
    """Every branch with its number of active people, in the order of the roster."""
    active = and_(Person.branch_id == Branch.id, Person.is_active)
    query = select(Branch, func.count(Person.id)).outerjoin(Person, active).group_by(Branch.id).order_by(Branch.id)
    return tuple(
        BranchLine(row.id, row.key, Text(row.name_zh, row.name_en), row.founded_on, people)
        for row, people in session.execute(query)
    )


def people(
    session: Session,
    *,
    now: datetime,
    search: str = "",
    role: Role | None = None,
    branch_id: int | None = None,
    page: int = 1,
    per_page: int = 50,
) -> PeoplePage:
    """One page of people by login. search: part of a login or a name, of any width and case. A page beyond the
    last gives the last.
    """
    query = select(Person.id).where(*_wanted(search, role, branch_id))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // per_page))
    page = min(max(page, 1), pages)
    shown = query.order_by(Person.login).limit(per_page).offset((page - 1) * per_page)
    return PeoplePage(_lines(session, shown, now=now), total, page, pages)


def people_with_role(
    session: Session, role: Role, *, now: datetime, branch_id: int | None = None, season_id: int | None = None
) -> tuple[PersonLine, ...]:
    """Active people whose role reaches this branch and this season (None = do not ask), by login."""
    reaches = [RoleGrant.person_id == Person.id, RoleGrant.role == role.value]
    if branch_id is not None:
        reaches.append(or_(RoleGrant.branch_id.is_(None), RoleGrant.branch_id == branch_id))
    if season_id is not None:
        reaches.append(or_(RoleGrant.season_id.is_(None), RoleGrant.season_id == season_id))
    query = select(Person.id).where(Person.is_active, exists().where(*reaches))
    return _lines(session, query, now=now)


def person_line(session: Session, person_id: int, *, now: datetime) -> PersonLine:
    """One person as in a list. NotFound when there is none."""
    lines = _lines(session, select(Person.id).where(Person.id == person_id), now=now)
    if not lines:
        raise NotFound("no_such_person")
    return lines[0]


def branch_by_key(session: Session, key: str) -> Branch:
    """NotFound when there is none."""
    branch = session.scalars(select(Branch).where(Branch.key == key)).one_or_none()
    if branch is None:
        raise NotFound("no_such_branch", branch=key)
    return branch


def locked_person(session: Session, person_id: int) -> Person:
    """A person with the row locked, so that acts on one account follow each other. NotFound when there is none."""
    query = select(Person).where(Person.id == person_id).with_for_update().execution_options(populate_existing=True)
    person = session.scalars(query).one_or_none()
    if person is None:
        raise NotFound("no_such_person")
    return person


def _wanted(search: str, role: Role | None, branch_id: int | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if search.strip():
        wanted.append(finds(search, Person.login, Person.name))
    if role is not None:
        wanted.append(exists().where(RoleGrant.person_id == Person.id, RoleGrant.role == role.value))
    if branch_id is not None:
        wanted.append(Person.branch_id == branch_id)
    return wanted


def _lines(session: Session, ids: Select[int], *, now: datetime) -> tuple[PersonLine, ...]:
    """The lines of these people, by login, in two queries."""
    grants: dict[int, list[GrantLine]] = {}
    for person_id, line in _grants(session, ids):
        grants.setdefault(person_id, []).append(line)
    return tuple(
        PersonLine(
            id=row.id,
            login=row.login,
            name=row.name,
            branch_key=row.key or "",
            branch_name=Text(row.name_zh or "", row.name_en or ""),
            is_active=row.is_active,
            has_joined=row.has_joined,
            invited_until=row.invited_until,
            weight=row.weight,
            grants=tuple(grants.get(row.id, ())),
        )
        for row in session.execute(_people(ids, now))
    )


def _people(ids: Select[int], now: datetime) -> Select[*tuple[Any, ...]]:
    invited_until = (
        select(Invitation.expires_at)
        .where(Invitation.person_id == Person.id, Invitation.used_at.is_(None), Invitation.expires_at > now)
        .order_by(Invitation.expires_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(
            Person.id,
            Person.login,
            Person.name,
            Person.is_active,
            Person.weight,
            (Person.password_hash != "").label("has_joined"),
            invited_until.label("invited_until"),
            Branch.key,
            Branch.name_zh,
            Branch.name_en,
        )
        .outerjoin(Branch, Branch.id == Person.branch_id)
        .where(Person.id.in_(ids))
        .order_by(Person.login)
    )


def _grants(session: Session, ids: Select[int]) -> Iterator[tuple[int, GrantLine]]:
    query = (
        select(RoleGrant.person_id, RoleGrant.id, RoleGrant.role, RoleGrant.season_id, Branch.name_zh, Branch.name_en)
        .outerjoin(Branch, Branch.id == RoleGrant.branch_id)
        .where(RoleGrant.person_id.in_(ids))
        .order_by(RoleGrant.id)
    )
    for person_id, grant_id, role, season_id, name_zh, name_en in session.execute(query):
        branch = Text(name_zh, name_en) if name_zh else None
        yield person_id, GrantLine(grant_id, Role(role), branch, season_id)
