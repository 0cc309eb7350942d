"""Lists of branches and people, and the standing roll."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from evalflow.access import Role
from evalflow.errors import NotFound
from evalflow.i18n import Text
from evalflow.people import accounts, grants, queries, rolls
from evalflow.people.queries import BranchLine, GrantLine, PersonLine


def logins(lines) -> list[str]:
    return [line.login for line in lines]


def test_branches_stand_as_on_the_roster_with_their_active_people(house):
    house.person("one")
    gone = house.person("gone")
    house.act(accounts.deactivate, gone, actor=house.administrator)
    assert house.ask(queries.branches) == (
        BranchLine(house.smelting, "smelting", Text("熔炼分厂党支部", "Smelting plant"), None, 1),
        BranchLine(house.refining, "refining", Text("精炼分厂党支部"), None, 0),
    )


def test_a_person_is_shown_with_branch_roles_and_open_invitation(house):
    person_id = house.person("secretary", Role.MEMBER, Role.BRANCH_SECRETARY)
    house.act(accounts.invite, person_id, actor=house.administrator)
    line, name = house.ask(queries.person_line, person_id, now=house.now), Text("熔炼分厂党支部", "Smelting plant")
    assert line == PersonLine(
        id=person_id,
        login="secretary",
        name="Secretary",
        branch_key="smelting",
        branch_name=name,
        is_active=True,
        has_joined=False,
        invited_until=house.now + timedelta(days=7),
        weight=1,
        grants=(GrantLine(1, Role.MEMBER, None, None), GrantLine(2, Role.BRANCH_SECRETARY, name, None)),
    )
    later = house.ask(queries.person_line, person_id, now=house.now + timedelta(days=7))
    assert later.invited_until is None
    with pytest.raises(NotFound, match=r"^no_such_person$"):
        house.ask(queries.person_line, 99, now=house.now)


def test_people_are_found_by_part_of_login_or_name_by_role_and_by_branch(house):
    house.person("alpha", Role.MEMBER)
    house.person("beta_1", Role.TELLER)
    house.person("beta-2", Role.MEMBER, branch_id=house.refining)
    found = [
        logins(house.ask(queries.people, now=house.now, **wanted).lines)
        for wanted in (
            {},
            {"search": " BETA"},
            {"search": "beta_"},
            {"role": Role.MEMBER},
            {"branch_id": house.refining},
            {"role": Role.TELLER, "branch_id": house.refining},
        )
    ]
    everybody = ["alpha", "beta-2", "beta_1"]
    assert found == [everybody, ["beta-2", "beta_1"], ["beta_1"], ["alpha", "beta-2"], ["beta-2"], []]


def test_a_search_finds_whatever_the_width_and_case_it_is_typed_in(house):
    with house.database.writing() as session:
        for login, name in (("office", "ＦＰ 办公室 100%"), ("other", "fp_x")):
            accounts.add_person(
                session, login, name, branch_id=house.smelting, actor=house.administrator, now=house.now
            )
    for typed in ("FP 办", "ｆｐ　办", "Fp 办公室 １００％"):
        assert logins(house.ask(queries.people, now=house.now, search=typed).lines) == ["office"]
    assert logins(house.ask(queries.people, now=house.now, search="ＦＰ＿").lines) == ["other"]


def test_pages_are_counted_from_one_and_the_last_is_the_last(house):
    for number in range(5):
        house.person(f"p{number}")
    pages = [house.ask(queries.people, now=house.now, page=page, per_page=2) for page in (0, 1, 3, 9)]
    assert [(logins(page.lines), page.page, page.pages, page.total) for page in pages] == [
        (["p0", "p1"], 1, 3, 5),
        (["p0", "p1"], 1, 3, 5),
        (["p4"], 3, 3, 5),
        (["p4"], 3, 3, 5),
    ]


@pytest.mark.parametrize("number", [1, 30])
def test_a_list_of_people_takes_three_queries_however_long(house, number):
    for one in range(number):
        house.person(f"p{one}", Role.MEMBER)
    statements = []
    event.listen(house.database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    assert len(house.ask(queries.people, now=house.now).lines) == number
    assert len([text for text in statements if text.startswith("SELECT")]) == 3


def test_people_with_a_role_are_those_whose_role_reaches_the_branch_and_season(house):
    house.person("smelter", Role.BRANCH_SECRETARY)
    house.person("refiner", Role.BRANCH_SECRETARY, branch_id=house.refining)
    seasonal = house.person("seasonal")
    house.act(grants.grant, seasonal, Role.TELLER, season_id=7, actor=house.administrator)
    house.person("standing", Role.TELLER)
    gone = house.person("gone", Role.TELLER)
    house.act(accounts.deactivate, gone, actor=house.administrator)
    found = [
        logins(house.ask(queries.people_with_role, role, now=house.now, **reach))
        for role, reach in (
            (Role.BRANCH_SECRETARY, {}),
            (Role.BRANCH_SECRETARY, {"branch_id": house.smelting}),
            (Role.TELLER, {"season_id": 7}),
            (Role.TELLER, {"season_id": 8}),
        )
    ]
    assert found == [["refiner", "smelter"], ["smelter"], ["seasonal", "standing"], ["standing"]]


def test_the_roll_holds_every_active_member_once(house):
    one = house.person("one", Role.MEMBER, Role.BRANCH_SECRETARY)
    other = house.person("other", Role.MEMBER, branch_id=house.refining)
    house.person("organiser", Role.ORGANISER)
    gone = house.person("gone", Role.MEMBER)
    house.act(accounts.deactivate, gone, actor=house.administrator)
    guest = house.person("guest")
    for season_id in (7, 8):
        house.act(grants.grant, guest, Role.MEMBER, season_id=season_id, actor=house.administrator)
    standing = [(one, house.smelting, 1), (other, house.refining, 1)]
    assert house.ask(rolls.members) == standing
    assert house.ask(rolls.members, season_id=7) == [*standing, (guest, house.smelting, 1)]
    assert house.ask(rolls.members, season_id=9) == standing
