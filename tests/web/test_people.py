"""The administrator's pages: people, roles, invitations, spreadsheets."""

import base64
import io
import re

import pytest
from sqlalchemy import event

from evalflow.access import Role
from evalflow.people import queries

CSV = "账号,姓名,支部,角色\nli.ming,李明,smelting,党员\nwang.fang,王芳,nowhere,党员\n,无名,smelting,\n"


@pytest.fixture
def admin(house, signed_in):
    return signed_in(house.person("admin", Role.ADMINISTRATOR))


def logins(house) -> list[str]:
    return [line.login for line in house.ask(queries.people, now=house.now).lines]


def upload(text: str):
    return (io.BytesIO(text.encode()), "people.csv")


def test_only_an_administrator_sees_people(house, signed_in, visitor):
    assert signed_in(house.person("organiser", Role.ORGANISER)).get("/people").status_code == 403
    assert visitor.get("/people").status_code == 302


def test_the_list_finds_people_by_part_of_a_name(house, admin):
    house.person("li.ming")
    house.person("wang.fang")
    page = admin.get("/people?search=ming").text
    assert ("li.ming" in page, "wang.fang" in page) == (True, False)


def test_a_person_is_added_and_their_page_shown(house, admin):
    admin.get("/people/new")
    answer = admin.send("/people/new", login=" Li.Ming ", name="李明", branch=str(house.smelting))
    assert answer.status_code == 200
    assert logins(house) == ["admin", "li.ming"]


@pytest.mark.parametrize(
    ("login", "status"), [("admin", 409), ("no spaces please", 422), ("", 422)], ids=["taken", "malformed", "missing"]
)
def test_a_refused_person_is_shown_again_with_what_was_typed(house, admin, login, status):
    admin.get("/people/new")
    answer = admin.post("/people/new", login=login, name="李明", branch="")
    assert answer.status_code == status
    assert "李明" in answer.text
    assert logins(house) == ["admin"]


def test_the_one_time_link_is_shown_once_and_works(house, admin, visitor):
    person = house.person("li.ming", Role.MEMBER)
    admin.get(f"/people/{person}")
    answer = admin.post(f"/people/{person}/invitation")
    link = re.search(r'http://localhost(/invitation/[\w-]{43})"', answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert visitor.get(link.group(1)).status_code == 200
    assert "/invitation/" not in admin.get(f"/people/{person}").text.replace(f"/people/{person}/invitation", "")


def test_everybody_found_who_is_still_to_be_invited_is_invited_at_once(house, admin):
    house.joined("li.ming", "correct horse battery")
    for login in ("wang.fang", "wang.wei", "zhao.lei"):
        house.person(login)
    admin.get("/people?search=wang")
    answer = admin.post("/people/invitations", search="wang", role="", branch="")
    assert re.findall(r"wang\.\w+|zhao\.\w+|li\.ming", answer.text) == ["wang.fang", "wang.wei"]
    assert len(re.findall(r"/invitation/[\w-]{43}", answer.text)) == 2
    admin.get("/people?search=wang")
    assert admin.post("/people/invitations", search="wang", role="", branch="").status_code == 422


def test_a_list_takes_the_same_number_of_queries_however_long_it_is(house, admin):
    statements = []
    event.listen(house.database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    def queries_of_a_page() -> int:
        statements.clear()
        assert admin.get("/people").status_code == 200
        return len(statements)

    few = queries_of_a_page()
    for number in range(30):
        house.person(f"person{number}", Role.MEMBER)
    assert queries_of_a_page() == few


def test_a_role_is_granted_and_withdrawn(house, admin):
    person = house.person("li.ming")
    admin.get(f"/people/{person}")
    admin.post(f"/people/{person}/roles", role="teller", branch="", season="")
    line = house.ask(queries.person_line, person, now=house.now)
    assert [grant.role for grant in line.grants] == [Role.TELLER]
    admin.post(f"/people/{person}/roles/{line.grants[0].id}/withdraw")
    assert house.ask(queries.person_line, person, now=house.now).grants == ()


def test_a_branch_secretary_needs_a_branch_and_the_form_says_so(house, admin):
    person = house.person("li.ming")
    admin.get(f"/people/{person}")
    answer = admin.post(f"/people/{person}/roles", role="branch_secretary", branch="", season="")
    assert answer.status_code == 422
    assert house.ask(queries.person_line, person, now=house.now).grants == ()


def test_the_weight_of_a_vote_is_kept_and_shown_and_a_wrong_one_shown_again(house, admin):
    person = house.person("li.ming", Role.MEMBER)
    assert re.search(r'name="weight"[^>]* value="1"', admin.get(f"/people/{person}").text)
    answer = admin.post(f"/people/{person}/weight", weight="1.5")
    assert (answer.status_code, 'value="1.5"' in answer.text) == (422, True)
    assert admin.post(f"/people/{person}/weight", weight="3").headers["Location"] == f"/people/{person}"
    assert house.ask(queries.person_line, person, now=house.now).weight == 3
    assert "权重3" in admin.get("/people").text


def test_the_last_administrator_can_not_be_deactivated(house, admin):
    own = house.ask(queries.people, now=house.now).lines[0].id
    admin.get(f"/people/{own}")
    assert admin.post(f"/people/{own}/deactivate").status_code == 409


def test_a_preview_tells_good_rows_from_bad_ones_and_writes_nothing(house, admin):
    admin.get("/people/import")
    answer = admin.post("/people/import", file=upload(CSV))
    rows = re.findall(r"<tr><td>(\d)</td>", answer.text)
    assert (answer.status_code, rows) == (200, ["3", "4", "2"])
    assert logins(house) == ["admin"]
    assert house.log("person.imported") == []


def test_confirming_writes_the_good_rows_and_one_event(house, admin):
    admin.get("/people/import")
    admin.post("/people/import", file=upload(CSV))
    content = re.search(r'name="content"[^>]*value="([^"]*)"', admin.page.text).group(1)
    assert admin.post("/people/import/confirm", content=content, good="1").headers["Location"] == "/people"
    assert logins(house) == ["admin", "li.ming"]
    assert [public["added"] for _, _, public, _ in house.log("person.imported")] == [1]


def test_what_has_changed_since_the_preview_is_not_written(house, admin):
    admin.get("/people/import")
    admin.post("/people/import", file=upload(CSV))
    house.person("li.ming")
    content = base64.b64encode(CSV.encode()).decode()
    assert admin.post("/people/import/confirm", content=content, good="1").status_code == 409
    assert house.log("person.imported") == []


@pytest.mark.parametrize("content", ["not base64!", ""])
def test_a_confirmation_without_its_file_is_refused(house, admin, content):
    admin.get("/people/import")
    assert admin.post("/people/import/confirm", content=content, good="0").status_code == 422


@pytest.mark.parametrize("file", [(io.BytesIO(b""), ""), upload("a,b\n1,2\n")], ids=["none", "other headings"])
def test_a_file_that_is_missing_or_has_other_headings_is_refused(house, admin, file):
    admin.get("/people/import")
    assert admin.post("/people/import", file=file).status_code == 422


def test_branches_come_in_alike(house, admin):
    admin.get("/branches/import")
    admin.post("/branches/import", file=upload("支部代码,支部名称\npower,动力分厂党支部\nsmelting,熔炼\n"))
    content = re.search(r'name="content"[^>]*value="([^"]*)"', admin.page.text).group(1)
    assert admin.post("/branches/import/confirm", content=content, good="1").headers["Location"] == "/branches"
    assert [line.key for line in house.ask(queries.branches)] == ["smelting", "refining", "power"]


def test_the_empty_workbook_is_one_that_can_be_uploaded(admin):
    answer = admin.get("/people/import/template.xlsx")
    assert answer.data.startswith(b"PK")
    admin.get("/people/import")
    assert admin.post("/people/import", file=(io.BytesIO(answer.data), "people.xlsx")).status_code == 200
