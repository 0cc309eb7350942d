"""Roles given and taken, and the actor made of them."""

import pytest
from sqlalchemy import event

from evalflow.access import Actor, Grant, Permission, Role, may
from evalflow.errors import Conflict, Forbidden, Invalid, NotFound
from evalflow.people import grants
from evalflow.people.models import Person, RoleGrant

WITHOUT_BRANCH = [role for role in Role if role not in (Role.VISITOR, Role.BRANCH_SECRETARY)]


def version(house, person_id) -> int:
    return house.ask(lambda session: session.get(Person, person_id).session_version)


def test_a_granted_role_is_logged_and_ends_the_older_sessions(house):
    person_id = house.person("secretary")
    before = version(house, person_id)
    house.act(
        grants.grant, person_id, Role.BRANCH_SECRETARY, branch_id=house.smelting, season_id=3, actor=house.administrator
    )
    assert version(house, person_id) == before + 1
    assert house.ask(grants.load_actor, person_id, before) is None
    assert house.log("role.granted") == [
        (
            "role.granted",
            "administrator",
            {"role": "branch_secretary", "branch": "smelting", "season_id": 3},
            {"account": person_id, "login": "secretary"},
        )
    ]


def test_an_actor_carries_every_grant_and_the_branch_secretarys_office(house):
    person_id = house.person("secretary", Role.MEMBER, Role.BRANCH_SECRETARY)
    actor = house.ask(grants.load_actor, person_id, version(house, person_id))
    assert actor == Actor(
        person_id,
        "Secretary",
        "branch_secretary:smelting",
        branch_id=house.smelting,
        grants=frozenset({Grant(Role.MEMBER), Grant(Role.BRANCH_SECRETARY, branch_id=house.smelting)}),
        locale="zh_Hans",
        login="secretary",
    )
    assert actor.speaks_for(season=3) == {"smelting"}
    assert may(actor, Permission.DECLARE, season=3, branch=house.smelting)
    assert not may(actor, Permission.DECLARE, season=3, branch=house.refining)


def test_the_office_is_the_first_of_the_roles_in_a_fixed_order(house):
    person_id = house.person("many")
    offices = [house.ask(grants.load_actor, person_id, version(house, person_id)).office]
    for role in reversed(grants.OFFICES):
        house.grant(person_id, role, branch_id=house.refining if role is Role.BRANCH_SECRETARY else None)
        offices.append(house.ask(grants.load_actor, person_id, version(house, person_id)).office)
    assert offices == [
        "person",
        "member",
        "branch_secretary:refining",
        "teller",
        "sponsor",
        "committee_member",
        "organiser",
        "auditor",
        "administrator",
    ]


def test_an_actor_is_made_in_one_query(house):
    person_id = house.person("many", Role.MEMBER, Role.BRANCH_SECRETARY, Role.TELLER)
    at, statements = version(house, person_id), []
    event.listen(house.database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert house.ask(grants.load_actor, person_id, at)
    assert len([text for text in statements if text.startswith("SELECT")]) == 1


def test_a_role_is_not_given_twice_just_so(house):
    person_id = house.person("organiser", Role.ORGANISER)
    with pytest.raises(Conflict, match=r"role_already_granted\(role=organiser\)"):
        house.act(grants.grant, person_id, Role.ORGANISER, actor=house.administrator)
    house.act(grants.grant, person_id, Role.ORGANISER, season_id=1, actor=house.administrator)
    assert len(house.log("role.granted")) == 2


@pytest.mark.parametrize(
    ("role", "scope", "error", "code"),
    [
        (Role.VISITOR, {}, Invalid, "role_not_grantable"),
        (Role.BRANCH_SECRETARY, {}, Invalid, "branch_needed"),
        (Role.TELLER, {"branch_id": 99}, NotFound, "no_such_branch"),
        (Role.ADMINISTRATOR, {"season_id": 1}, Invalid, "role_without_season"),
        *((role, {"branch_id": 1}, Invalid, "role_without_branch") for role in WITHOUT_BRANCH),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(house, role, scope, error, code):
    person_id = house.person("person")
    with pytest.raises(error) as refusal:
        house.act(grants.grant, person_id, role, actor=house.administrator, **scope)
    assert refusal.value.code == code
    assert house.log("role.granted") == []


def test_only_an_administrator_gives_and_takes_roles(house):
    person_id = house.person("organiser", Role.ORGANISER)
    actor = house.ask(grants.load_actor, person_id, version(house, person_id))
    with pytest.raises(Forbidden):
        house.act(grants.grant, person_id, Role.ADMINISTRATOR, actor=actor)
    with pytest.raises(Forbidden):
        house.act(grants.withdraw_grant, 1, actor=actor)


def test_a_withdrawn_role_is_gone_at_once(house):
    person_id = house.person("teller", Role.TELLER)
    before = version(house, person_id)
    grant_id = house.ask(lambda session: session.query(RoleGrant.id).scalar())
    house.act(grants.withdraw_grant, grant_id, actor=house.administrator)
    assert house.ask(grants.load_actor, person_id, before) is None
    assert house.ask(grants.load_actor, person_id, before + 1).grants == frozenset()
    assert house.log("role.withdrawn") == [
        (
            "role.withdrawn",
            "administrator",
            {"role": "teller", "branch": "", "season_id": None},
            {"account": person_id, "login": "teller"},
        )
    ]
    with pytest.raises(NotFound, match=r"^no_such_grant$"):
        house.act(grants.withdraw_grant, grant_id, actor=house.administrator)


def test_the_last_administrator_keeps_the_role(house):
    house.person("organiser", Role.ORGANISER)
    house.person("first", Role.ADMINISTRATOR)
    (grant_id,) = house.ask(lambda session: session.query(RoleGrant.id).where(RoleGrant.role == "administrator").one())
    with pytest.raises(Conflict, match=r"^last_administrator$"):
        house.act(grants.withdraw_grant, grant_id, actor=house.administrator)
    house.person("second", Role.ADMINISTRATOR)
    house.act(grants.withdraw_grant, grant_id, actor=house.administrator)
