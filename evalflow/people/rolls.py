"""The standing roll: everybody who may vote, and how much their votes weigh.

A ballot freezes its own copy when it opens. Weights count only in votes whose rules say that they go by them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, Role, require
from evalflow.audit import ledger
from evalflow.errors import Invalid
from evalflow.people import events
from evalflow.people.models import Person, RoleGrant
from evalflow.people.names import normal_weight, weight_flaw
from evalflow.people.queries import locked_person


class RollPlace(NamedTuple):
    """One elector. weight: how many votes theirs counts as."""

    person_id: int
    branch_id: int | None
    weight: int


def members(session: Session, *, season_id: int | None = None) -> list[RollPlace]:
    """Every active person with the role member, once, by id; of one season also those who are members only in it."""
    query = (
        select(Person.id, Person.branch_id, Person.weight)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.is_active, RoleGrant.role == Role.MEMBER.value, _reaches(season_id))
        .distinct()
        .order_by(Person.id)
    )
    return [RollPlace(*row) for row in session.execute(query)]


def weigh(session: Session, person_id: int, typed: str, *, actor: Actor, now: datetime) -> None:
    """Let a person's vote count as so many, in votes that open from now on. The same weight again is no act.

    typed: a whole number from 1 to 1000, else Invalid.
    """
    require(actor, Permission.ADMINISTER)
    weight = normal_weight(typed)
    flaw = weight_flaw(weight)
    if flaw:
        raise Invalid(flaw, fields={"weight": flaw})
    person = locked_person(session, person_id)
    before, person.weight = person.weight, int(weight)
    if before == person.weight:
        return
    public = {"before": before, "weight": person.weight}
    personal = {"account": person.id, "login": person.login}
    ledger.append(session, events.PERSON_WEIGHED, actor=actor, now=now, public=public, personal=personal)


def holders(session: Session, role: Role, *, season_id: int) -> Sequence[Person]:
    """Every active person who holds a role in a season, and not for one branch alone, by id."""
    granted = select(RoleGrant.person_id).where(
        RoleGrant.role == role.value, RoleGrant.branch_id.is_(None), _reaches(season_id)
    )
    return session.scalars(select(Person).where(Person.id.in_(granted), Person.is_active).order_by(Person.id)).all()


def branches_of(session: Session, role: Role, *, season_id: int) -> frozenset[int]:
    """Ids of the branches for which somebody whose account is active holds a role in a season."""
    query = (
        select(RoleGrant.branch_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(Person.is_active, RoleGrant.role == role.value, RoleGrant.branch_id.is_not(None), _reaches(season_id))
    )
    return frozenset(branch for branch in session.scalars(query) if branch is not None)


def _reaches(season_id: int | None) -> ColumnElement[bool]:
    """Of the grants: those for every season, and those for this one."""
    everywhere: ColumnElement[bool] = RoleGrant.season_id.is_(None)
    return everywhere if season_id is None else or_(everywhere, RoleGrant.season_id == season_id)
