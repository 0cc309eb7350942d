"""Branches and people from a spreadsheet."""

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from evalflow.access import VISITOR, Role
from evalflow.bundle.cells import write as csv_of
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.importing import bounded, limits, reading
from evalflow.importing.blank import BlankSheet
from evalflow.importing.blank import workbook as workbook_of
from evalflow.importing.rows import BadRow, Preview
from evalflow.importing.sheets import Book
from evalflow.importing.text import clean
from evalflow.people import queries, rolls
from evalflow.people.importing import commands
from evalflow.people.importing.preview import (
    PERSON_COLUMNS,
    Existing,
    NewBranch,
    NewPerson,
    preview_branches,
    preview_people,
)
from evalflow.people.importing.template import template
from evalflow.people.models import Branch, Person, RoleGrant
from evalflow.people.names import login_flaw
from tests.published import published

KNOWN = Existing(branches={"smelting": "熔炼分厂党支部"}, logins=frozenset({"taken"}))
HEADINGS = "账号,姓名或岗位,支部代码,角色\n"
WEIGHED = "账号,姓名或岗位,支部代码,角色,计票权重\n"


def csv(*rows: str, headings: str = HEADINGS) -> bytes:
    return (headings + "\n".join(rows)).encode()


def workbook(*rows, title: str = "Sheet", before: tuple[str, ...] = ()) -> bytes:
    book = openpyxl.Workbook()
    for name in before:
        book.create_sheet(name, 0)
    sheet = book.worksheets[-1]
    sheet.title = title
    for row in rows:
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        preview_people(bounded.read(content), KNOWN)
    return str(refused.value)


def test_good_and_bad_rows_come_with_their_numbers_and_reasons():
    content = csv(
        "Sec.01,熔炼分厂党支部 书记,smelting,支部书记、党员",
        "member,党员,熔炼分厂党支部,",
        "",
        ",无账号,smelting,党员",
        "two words,空格,smelting,党员",
        "taken,已有,smelting,党员",
        "MEMBER,重复,smelting,党员",
        "x1,,smelting,党员",
        f"x2,{'长' * 121},smelting,党员",
        "x3,支部不明,mining,党员",
        "x4,没有支部,,党员",
        "x5,角色不明,smelting,厂长",
        f"{'a' * 81},账号太长,smelting,党员",
        "organiser,党建办,,organiser; Committee Member",
    )
    assert preview_people(bounded.read(content), KNOWN) == Preview(
        good=(
            NewPerson(2, "sec.01", "熔炼分厂党支部 书记", "smelting", (Role.BRANCH_SECRETARY, Role.MEMBER)),
            NewPerson(3, "member", "党员", "smelting", (Role.MEMBER,)),
            NewPerson(15, "organiser", "党建办", "", (Role.ORGANISER, Role.COMMITTEE_MEMBER)),
        ),
        bad=(
            BadRow(5, "login_missing", {"login": ""}),
            BadRow(6, "login_malformed", {"login": "two words"}),
            BadRow(7, "login_taken", {"login": "taken"}),
            BadRow(8, "login_twice", {"value": "member", "first": 3}),
            BadRow(9, "name_missing"),
            BadRow(10, "name_too_long"),
            BadRow(11, "branch_unknown", {"branch": "mining"}),
            BadRow(12, "branch_needed"),
            BadRow(13, "role_unknown", {"role": "厂长"}),
            BadRow(14, "login_too_long", {"login": "a" * 81}),
        ),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def test_a_vote_weighs_a_whole_number_from_1_to_1000_and_1_where_none_is_written():
    content = csv(
        "a,甲,smelting,,1",
        "b,乙,smelting,,",
        "c,丙,smelting,,３",
        "d,丁,smelting,,1000",
        "e,戊,smelting,,0",
        "f,己,smelting,,1.5",
        "g,庚,smelting,,三",
        "h,辛,smelting,,1001",
        "i,壬,smelting,,-2",
        headings=WEIGHED,
    )
    read = preview_people(bounded.read(content), KNOWN)
    assert [(row.login, row.weight) for row in read.good] == [("a", 1), ("b", 1), ("c", 3), ("d", 1000)]
    assert read.bad == tuple(BadRow(row, "vote_weight_malformed") for row in range(6, 11))


def test_a_weight_of_a_workbook_is_a_number_and_no_part_of_one():
    content = workbook(
        ("账号", "姓名", "支部代码", "计票权重"),
        ("a", "甲", "smelting", 3),
        ("b", "乙", "smelting", 3.0),
        ("c", "丙", "smelting", 1.5),
        ("d", "丁", "smelting", None),
    )
    read = preview_people(bounded.read(content), KNOWN)
    assert [(row.login, row.weight) for row in read.good] == [("a", 3), ("b", 3), ("d", 1)]
    assert read.bad == (BadRow(4, "vote_weight_malformed"),)


def test_branches_are_looked_at_the_same_way():
    content = csv(
        "Refining,精炼分厂党支部,Refining plant,2001-07-01",
        "smelting,另一个,,",
        "refining,又一个,,",
        "other,熔炼分厂党支部,,",
        "other,精炼分厂党支部,,",
        "-x,坏代码,,",
        ",没有代码,,",
        "nameless,,,",
        "dated,日期,,2026年2月30日",
        "dated,日期,,2026年7月1日",
        f"english,英文,{'e' * 121},",
        headings="支部代码,支部名称,英文名称,成立日期\n",
    )
    assert preview_branches(bounded.read(content), KNOWN) == Preview(
        good=(
            NewBranch(2, "refining", "精炼分厂党支部", "Refining plant", date(2001, 7, 1)),
            NewBranch(11, "dated", "日期", "", date(2026, 7, 1)),
        ),
        bad=(
            BadRow(3, "key_taken", {"key": "smelting"}),
            BadRow(4, "key_twice", {"value": "refining", "first": 2}),
            BadRow(5, "branch_name_taken", {"name": "熔炼分厂党支部"}),
            BadRow(6, "branch_name_twice", {"value": "精炼分厂党支部", "first": 2}),
            BadRow(7, "key_malformed", {"key": "-x"}),
            BadRow(8, "key_missing", {"key": ""}),
            BadRow(9, "branch_name_missing"),
            BadRow(10, "day_malformed", {"day": "2026年2月30日"}),
            BadRow(12, "name_too_long"),
        ),
        sha256=hashlib.sha256(content).hexdigest(),
    )


ONE = (NewPerson(2, "007", "=1+1", "smelting", (Role.MEMBER,)),)


@pytest.mark.parametrize(
    "content",
    [
        csv("007,=1+1,smelting,党员"),
        ("\ufeff" + HEADINGS + "007,=1+1,smelting,党员").encode(),
        (HEADINGS + "007,=1+1,smelting,党员").encode("gb18030"),
        (HEADINGS + "007,=1+1,smelting,党员").replace(",", "\t").encode(),
        b"Login;Name;BRANCH_KEY;Roles\r\n007;=1+1;smelting;member\r\n",
        b"login,name or post,branch\n007,=1+1,smelting\n",
        csv('007,"=1+1",smelting,"党员,职工"'),
    ],
)
def test_the_same_row_is_read_from_every_way_a_csv_is_written(content):
    read = preview_people(bounded.read(content), KNOWN)
    assert (read.good, read.bad) == (ONE, ())


def test_a_workbook_is_read_below_its_title_from_the_sheet_with_the_headings_and_numbers_are_text():
    content = workbook(
        ("2026 年人员名单",),
        (),
        ("账号*", "姓 名", "所属支部", "备注", "角色"),
        (20260001, "甲", "smelting", "x", "党员"),
        (20260002.0, "乙", "smelting", None, None),
        before=("说明",),
    )
    read = preview_people(bounded.read(content), KNOWN)
    assert [(row.row, row.login, row.roles) for row in read.good] == [
        (4, "20260001", (Role.MEMBER,)),
        (5, "20260002", (Role.MEMBER,)),
    ]


def test_a_day_of_a_workbook_is_a_day():
    content = workbook(("支部代码", "支部名称", "成立日期"), ("a", "甲", datetime(2001, 7, 1)), ("b", "乙", "2001.7.2"))  # noqa: DTZ001
    days = [row.founded_on for row in preview_branches(bounded.read(content), KNOWN).good]
    assert days == [date(2001, 7, 1), date(2001, 7, 2)]


def test_a_formula_is_never_computed_and_never_kept():
    content = workbook(("账号", "姓名", "支部代码"), ("x", '=HYPERLINK("http://example.org","甲")', "smelting"))
    told = {"cell": "B2", "value": "#CALC?"}
    assert preview_people(bounded.read(content), KNOWN).bad == (BadRow(2, "cell_not_calculated", told),)


def test_missing_headings_are_named_once_for_the_whole_file():
    expected = "columns_missing(columns=账号 / login, 姓名或岗位 / name or post, 支部代码 / branch key)"
    assert refusal(csv("x,甲", headings="账号,姓名\n")) == expected
    assert refusal(workbook(("账号", "姓名"))) == expected
    assert refusal(b"") == expected


def test_a_file_too_large_or_of_another_kind_is_refused():
    assert refusal(b"x" * (limits.MAX_BYTES + 1)) == "file_too_large(megabytes=5)"
    assert refusal(b"\xff\xfe\x00\x01") == "file_not_readable"
    assert refusal(b"PK\x03\x04 nothing") == "file_not_readable"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(stream.getvalue()) == "file_not_readable"
    whole = workbook(("账号", "姓名", "支部代码"), ("x", "甲", "smelting"))
    assert refusal(whole[: len(whole) // 2]) == "file_not_readable"


def test_twenty_thousand_rows_fit_and_one_more_does_not():
    rows = [f"p{number},甲,smelting,党员" for number in range(20_001)]
    assert len(preview_people(bounded.read(csv(*rows[:-1])), KNOWN).good) == 20_000
    assert refusal(csv(*rows)) == "too_many_rows(most=20000)"


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
def test_the_template_is_read_back_with_no_rows(locale):
    content = template(locale)
    digest = hashlib.sha256(content).hexdigest()
    assert preview_branches(bounded.read(content), KNOWN) == Preview((), (), digest)
    assert preview_people(bounded.read(content), KNOWN) == Preview((), (), digest)


def test_every_role_the_template_offers_is_understood_in_both_languages():
    for locale in ("zh_Hans", "en"):
        book = openpyxl.load_workbook(io.BytesIO(template(locale)))
        offered = [row[0][2:] for row in book.worksheets[2].iter_rows(values_only=True) if row[0].startswith("· ")]
        read = preview_people(bounded.read(csv(f"x,甲,smelting,{'；'.join(offered)}")), KNOWN)
        assert read.good[0].roles == tuple(role for role in Role if role is not Role.VISITOR)


def test_confirmed_branches_are_written_under_one_event(house):
    content = csv("electrolysis,电解分厂党支部", "smelting,重复", headings="支部代码,支部名称\n")
    preview = preview_branches(bounded.read(content), house.ask(commands.existing))
    assert house.act(commands.add_branches, preview, actor=house.administrator) == 1
    assert [line.key for line in house.ask(queries.branches)] == ["smelting", "refining", "electrolysis"]
    public = {"added": 1, "refused": 1, "file_sha256": hashlib.sha256(content).hexdigest()}
    assert house.log() == [("branch.imported", "administrator", public, None)]


def test_confirmed_people_are_written_with_their_roles_and_logins_stay_personal(house):
    content = csv(
        "secretary,熔炼分厂党支部 书记,smelting,支部书记、党员",
        "auditor,纪检监督,,纪检监督",
        "bad one,坏,smelting,党员",
    )
    preview = preview_people(bounded.read(content), house.ask(commands.existing))
    assert house.act(commands.add_people, preview, actor=house.administrator) == 2
    kept = house.ask(
        lambda session: session.execute(
            select(Person.login, Branch.key, RoleGrant.role, RoleGrant.branch_id)
            .join(RoleGrant, RoleGrant.person_id == Person.id)
            .outerjoin(Branch, Branch.id == Person.branch_id)
            .order_by(RoleGrant.id)
        ).all()
    )
    assert kept == [
        ("secretary", "smelting", "branch_secretary", house.smelting),
        ("secretary", "smelting", "member", None),
        ("auditor", None, "auditor", None),
    ]
    public = {
        "added": 2,
        "refused": 1,
        "roles": {"auditor": 1, "branch_secretary": 1, "member": 1},
        "weights": {"1": 2},
        "file_sha256": hashlib.sha256(content).hexdigest(),
    }
    assert house.log() == [("person.imported", "administrator", public, {"logins": ["secretary", "auditor"]})]


def test_weights_come_onto_the_roll_and_the_log_counts_them(house):
    content = csv("a,甲,smelting,,3", "b,乙,smelting,,", "c,丙,smelting,,3", headings=WEIGHED)
    house.act(
        commands.add_people,
        preview_people(bounded.read(content), house.ask(commands.existing)),
        actor=house.administrator,
    )
    assert [place.weight for place in house.ask(rolls.members)] == [3, 1, 3]
    [(_, _, public, _)] = house.log("person.imported")
    assert public["weights"] == {"1": 1, "3": 2}


def test_nothing_is_written_when_somebody_came_in_since_the_preview(house):
    preview = preview_people(bounded.read(csv("one,甲,smelting,", "two,乙,smelting,")), house.ask(commands.existing))
    house.person("two")
    with pytest.raises(Conflict, match=r"^import_outdated$"):
        house.act(commands.add_people, preview, actor=house.administrator)
    assert house.ask(lambda session: session.scalars(select(Person.login)).all()) == ["two"]
    assert house.log("person.imported") == []


def test_an_import_of_nothing_and_one_by_a_visitor_are_refused(house):
    nothing = preview_people(bounded.read(csv()), house.ask(commands.existing))
    with pytest.raises(Invalid, match=r"^nothing_to_import$"):
        house.act(commands.add_people, nothing, actor=house.administrator)
    with pytest.raises(Forbidden):
        house.act(commands.add_people, nothing, actor=VISITOR)
    with pytest.raises(Forbidden):
        house.act(
            commands.add_branches,
            preview_branches(bounded.read(csv(headings="支部代码,支部名称\n")), KNOWN),
            actor=VISITOR,
        )


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        (
            "error-cells.xlsx",
            [],
            [
                BadRow(2, "cell_error", {"cell": "B2", "value": "#N/A"}),
                BadRow(3, "cell_truth", {"cell": "B3", "value": "TRUE"}),
                BadRow(4, "cell_not_calculated", {"cell": "B4", "value": "#CALC?"}),
            ],
        ),
        (
            "sci.csv",
            [],
            [BadRow(row, "cell_cut", {"cell": f"A{row}", "value": "1.10101E+17"}) for row in (2, 3)],
        ),
        (
            "long-ids-as-numbers.xlsx",
            ["20260001", "00123", "123"],
            [BadRow(row, "cell_cut", {"cell": f"A{row}", "value": "1.1010119900307E+17"}) for row in (2, 3)],
        ),
        ("merged-branch.xlsx", ["mg0", "mg1", "mg2"], []),
    ],
)
def test_files_of_offices_bring_in_who_they_show_and_name_the_cells_that_cant_be_read(name, good, bad):
    found = preview_people(bounded.read(published("cases", name).read_bytes()), KNOWN)
    assert ([row.login for row in found.good], list(found.bad)) == (good, bad)
    assert {row.branch for row in found.good} <= {"smelting"}


people = st.builds(
    NewPerson,
    row=st.just(0),
    login=st.from_regex(r"[a-z0-9][a-z0-9._-]{0,20}", fullmatch=True).filter(lambda login: not login_flaw(login)),
    name=st.text("=+-@'\t \u3000甲乙1,;\"%。１", min_size=1, max_size=20).map(clean).filter(bool),
    branch=st.just("smelting"),
    roles=st.lists(st.sampled_from([Role.MEMBER, Role.ORGANISER, Role.AUDITOR]), min_size=1, unique=True).map(tuple),
    weight=st.integers(1, 1000),
)


@given(st.lists(people, min_size=1, max_size=5, unique_by=lambda one: one.login))
def test_what_the_program_writes_comes_back_unchanged(rows):
    """As a workbook and as a CSV, whatever the names begin with."""
    cells = [
        (one.login, one.name, one.branch, "、".join(role.value for role in one.roles), str(one.weight)) for one in rows
    ]
    sheet = BlankSheet("人员", PERSON_COLUMNS, cells)
    written = workbook_of([sheet], notes=[], notes_name="说明", locale="zh_Hans")
    headings = tuple(column.name for column in PERSON_COLUMNS)
    table = csv_of(headings, [dict(zip(headings, line, strict=True)) for line in cells])
    expected = [replace(one, row=number) for number, one in enumerate(rows, 2)]
    for content in (written, table.replace(",roles,", ",role,", 1).encode()):
        sheets = reading.sheets(content)
        found = preview_people(Book(sheets, ""), KNOWN)
        assert (list(found.good), found.bad) == (expected, ())
