"""Declarations in a workbook: a sheet of entries, and one for each table that the form asks for. Pure.

The sheets follow from the form, so that every workflow has a workbook of its own. Files can't be brought in this way.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from evalflow.i18n import Text
from evalflow.importing.blank import BlankSheet, workbook
from evalflow.importing.rows import BadRow, Flawed, Preview, day, once, sift
from evalflow.importing.sheets import Book
from evalflow.importing.table import Column, Table, read_all
from evalflow.workflow import fields, numbers, rows
from evalflow.workflow.fields import Answer, Field
from evalflow.workflow.indicators import Row

BRANCH = Column("branch", ("申报支部", "Applying branch"))
HEADINGS: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "indicators": {
            "name": Text("指标", "Indicator"),
            "unit": Text("计量单位", "Unit"),
            "better": Text("方向", "Direction"),
            "baseline": Text("基准值", "Baseline"),
            "work": Text("工作目标", "Work target"),
            "stretch": Text("奋斗目标", "Stretch target"),
            "weight": Text("权重", "Weight"),
            "source": Text("数据来源", "Source"),
            "every": Text("报送周期", "Reported every"),
            "way": Text("进度目标", "Interim targets"),
        },
        "milestones": {"name": Text("节点", "Milestone"), "due": Text("完成日期", "Due")},
        "partners": {
            "branch": Text("参与支部", "Participating branch"),
            "unit": Text("参与单位", "Participating unit"),
            "share": Text("分配比例", "Share"),
        },
    }
)
OPTIONAL = ("branch", "unit", "way")  # of a partner one of the two
WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "better": {"越高越好": "more", "越低越好": "less", "higher": "more", "lower": "less"},
        "every": {"每周": "week", "每月": "month", "每季": "quarter", "每季度": "quarter"},
    }
)
NOTES = (
    Text(
        "带*的列必填。标题行不要改动；每张表按标题行识别。",
        "Columns with * are needed. Sheets are known by their headings.",
    ),
    Text(
        "附表每行第一列填写申报表中的名称。", "On the other sheets the first column names the entry of the first sheet."
    ),
    Text("支部填写编号或名称；挂帅领导填写账号或姓名。", "Branches by key or name, leaders by account or name."),
    Text(
        "方向：越高越好、越低越好。报送周期：每周、每月、每季。",
        "Direction: more, less. Reported every: week, month, quarter.",
    ),
    Text("日期如2026-07-01或2026年7月1日。", "Days such as 2026-07-01."),
    Text(
        "进度目标可不填（按直线推进）；如2026年6月30日：95；2026年9月30日：97。",
        "Interim targets may be left blank (a straight way), or such as 2026-06-30: 95; 2026-09-30: 97.",
    ),
    Text(
        "导入后为草稿，由支部检查、上传附件后提交。",
        "What is imported is a draft: its branch adds files and hands it in.",
    ),
)


@dataclass(frozen=True)
class Names:
    """What a workbook may name. branches: {key or name: key}. leaders: {login or name: login}."""

    branches: Mapping[str, str]
    leaders: Mapping[str, str]


@dataclass(frozen=True)
class Filled:
    """row: of the sheet of entries. branch: its key."""

    row: int
    branch: str
    title: str
    answers: Mapping[str, Answer]


@dataclass(frozen=True)
class Lines:
    """The lines of one table by the entry's title. wrong: titles of entries with a line that can't be."""

    of: Mapping[str, Sequence[Row]]
    bad: tuple[BadRow, ...]
    wrong: frozenset[str]


def answerable(asked: Sequence[Field]) -> tuple[Field, ...]:
    """The questions that a workbook can answer."""
    return tuple(field for field in asked if field.type not in ("image", "file"))


def template(asked: Sequence[Field], *, first: str, locale: str) -> bytes:
    """An .xlsx to fill in. first: the name of the sheet of entries."""
    wanted = _columns(asked)
    names = {"": first} | {field.key: _sheet(field, locale) for field in asked}
    sheets = [BlankSheet(names[key], columns) for key, columns in wanted.items()]
    notes = [note.to(locale) for note in NOTES]
    return workbook(sheets, notes=notes, notes_name=Text("说明", "Notes").to(locale), locale=locale)


def preview(
    book: Book, asked: Sequence[Field], names: Names, accept: Callable[[Filled], None], *, locale: str
) -> Preview[Filled]:
    """Every row of every sheet. An entry with a wrong line on another sheet is left out, and both are told.

    accept: raises Flawed for what only the season knows. Invalid as `read_all` says.
    """
    tables = [field for field in asked if field.type in rows.COLUMNS]
    found = read_all(book, _columns(asked), optional=[field.key for field in tables if not field.required])
    titles = frozenset(row.get(_title(asked), "") for row in found[""].rows.values())
    lines = {field.key: _lines(field, found[field.key], _title(asked), titles, names, locale) for field in tables}
    seen: dict[str, int] = {}

    def entry(number: int, row: Mapping[str, str]) -> Filled:
        title = row[_title(asked)]
        once(seen, title, "title_twice")
        seen[title] = number
        filled = Filled(number, _branch(row["branch"], names, ""), title, _answers(asked, row, title, names, lines))
        if any(title in read.wrong for read in lines.values()):
            raise Flawed("lines_wrong")
        _check(tuple(asked), filled, names, locale)
        accept(filled)
        return filled

    good, bad = sift(found[""], entry)
    faulty = (*bad, *(one for read in lines.values() for one in read.bad))
    sheets = {_sheet(field, locale): found[field.key] for field in tables}
    left_out = {row[_title(asked)] for number, row in found[""].rows.items() if number in {one.row for one in bad}}
    along = {sheet: _of(table, _title(asked), left_out) for sheet, table in sheets.items()}
    return Preview(good, faulty, found[""].sha256, {"": found[""]} | sheets, along)


def _of(table: Table, title: str, entries: Collection[str]) -> list[int]:
    """The lines of some entries, by their titles."""
    return [number for number, row in table.rows.items() if row[title] in entries]


def _columns(asked: Sequence[Field]) -> dict[str, tuple[Column, ...]]:
    """{sheet: its columns}, "" for the entries; the others' first column is the title of an entry."""
    flat = [
        Column(field.key, (field.label.zh, field.label.to("en")), field.required, is_long=field.type == "long_text")
        for field in asked
    ]
    single = [column for column, field in zip(flat, asked, strict=True) if field.type not in rows.COLUMNS]
    title = next(column for column in flat if column.name == _title(asked))
    tables = {field.key: (title, *_cells(field.type)) for field in asked if field.type in rows.COLUMNS}
    return {"": (BRANCH, *single)} | tables


def _cells(field_type: str) -> list[Column]:
    named = HEADINGS[field_type].items()
    return [Column(f".{name}", (text.zh, text.en), name not in OPTIONAL) for name, text in named]


def _title(asked: Sequence[Field]) -> str:
    return next(field.key for field in asked if field.role == "title")


def _sheet(field: Field, locale: str) -> str:
    """A name that a sheet may have: at most 31 characters, none of a few."""
    return "".join(mark for mark in field.label.to(locale) if mark not in "[]:*?/\\'")[:31]


def _lines(field: Field, table: Table, title: str, titles: frozenset[str], names: Names, locale: str) -> Lines:
    headings = {name: text.to(locale) for name, text in HEADINGS[field.type].items()}

    def line(number: int, row: Mapping[str, str]) -> tuple[int, str, Row]:
        if row[title] not in titles:
            raise Flawed("entry_unknown", entry=row[title])
        cells = {name: _cell(name, row.get(f".{name}", ""), names, heading) for name, heading in headings.items()}
        cells |= {
            name: numbers.in_unit(cells[name], cells["unit"] if name in rows.TARGETS else "%")
            for name in (*rows.TARGETS, "weight", "share")
            if name in cells
        }
        return number, row[title], cells

    sheet = _sheet(field, locale)
    read, unread = sift(table, line, sheet=sheet)
    by_title = {one: [(number, row) for number, of, row in read if of == one] for _, one, _ in read}
    faulty = [
        (one, BadRow(numbered[max(fault.row - 1, 0)][0], fault.code, {}, sheet, headings.get(fault.column, "")))
        for one, numbered in by_title.items()
        for fault in rows.faults(field.type, [row for _, row in numbered])
    ]
    wrong = {table.rows[one.row][title] for one in unread} | {one for one, _ in faulty}
    of = {one: [row for _, row in numbered] for one, numbered in by_title.items()}
    return Lines(of, (*unread, *(bad for _, bad in faulty)), frozenset(wrong))


def _cell(name: str, cell: str, names: Names, heading: str) -> str:
    if name == "branch" and cell:
        return _branch(cell, names, heading)
    if name == "due":
        return _day(cell, heading)
    return WORDS.get(name, {}).get(cell.casefold(), cell)


def _branch(cell: str, names: Names, heading: str) -> str:
    if cell not in names.branches:
        raise Flawed("branch_unknown", column=heading, branch=cell)
    return names.branches[cell]


def _day(cell: str, heading: str) -> str:
    said = day(cell, column=heading)
    return said.isoformat() if said else ""


def _answers(
    asked: Sequence[Field], row: Mapping[str, str], title: str, names: Names, lines: Mapping[str, Lines]
) -> dict[str, Answer]:
    tables: dict[str, Answer] = {key: [dict(each) for each in read.of.get(title, ())] for key, read in lines.items()}
    given = {field.key: _answer(field, row.get(field.key, ""), names) for field in asked if field.key not in lines}
    return {key: answer for key, answer in (given | tables).items() if answer}


def _answer(field: Field, cell: str, names: Names) -> Answer:
    if field.type == "leader":
        return names.leaders.get(cell, cell)
    if field.type == "number":
        return numbers.plain(cell)
    if field.type == "choice":
        keys = {name: one.key for one in field.choice for name in (one.label.zh, one.label.en)}
        chosen: str = keys.get(cell, cell)
        return chosen
    return _day(cell, field.label.zh) if field.type == "date" else cell


def _check(asked: tuple[Field, ...], filled: Filled, names: Names, locale: str) -> None:
    """Flawed by the first answer that could not be handed in."""
    answers = filled.answers
    wrong = dict.fromkeys(fields.missing(asked, answers), "answer_missing") | fields.faults(asked, answers)
    for field in asked:
        answer = answers.get(field.key)
        if filled.branch in {row.get("branch") for row in fields.rows_in(answer)}:
            wrong[field.key] = "own_branch"
        if field.type == "leader" and answer and answer not in names.leaders.values():
            wrong[field.key] = "no_such_choice"
    for field in asked:
        if field.key in wrong:
            raise Flawed(wrong[field.key], column=field.label.to(locale))
