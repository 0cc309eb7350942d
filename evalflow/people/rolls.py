"""The standing roll: everybody who may vote. A ballot freezes its own copy when it opens."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from evalflow.access import Role
from evalflow.people.models import Person, RoleGrant


class RollPlace(NamedTuple):
    """One elector. weight: how many ballots theirs counts as, always 1 for people."""

    person_id: int
    branch_id: int | None
    weight: int = 1


def members(session: Session, *, season_id: int | None = None) -> list[RollPlace]:
    """Every active person with the role member, once, by id; of one season also those who are members only in it."""
    query = (
        select(Person.id, Person.branch_id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.is_active, RoleGrant.role == Role.MEMBER.value, _reaches(season_id))
        .distinct()
        .order_by(Person.id)
    )
    return [RollPlace(person_id, branch_id) for person_id, branch_id in session.execute(query)]


def holders(session: Session, role: Role, *, season_id: int) -> Sequence[Person]:
    """Every active person who holds a role in a season, by id."""
    granted = select(RoleGrant.person_id).where(RoleGrant.role == role.value, _reaches(season_id))
    return session.scalars(select(Person).where(Person.id.in_(granted), Person.is_active).order_by(Person.id)).all()


def _reaches(season_id: int | None) -> ColumnElement[bool]:
    """Of the grants: those for every season, and those for this one."""
    everywhere: ColumnElement[bool] = RoleGrant.season_id.is_(None)
    return everywhere if season_id is None else or_(everywhere, RoleGrant.season_id == season_id)
