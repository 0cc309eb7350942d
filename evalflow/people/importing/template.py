"""An empty workbook to fill in: a sheet of branches, a sheet of people, a sheet that explains them. Pure.

Every cell is written as text and the columns are formatted as text, so that a login keeps its leading zeros and
nothing is ever taken for a formula.
"""

import io
from collections.abc import Sequence

import xlsxwriter

from evalflow.access import Role
from evalflow.people.importing.preview import BRANCH_COLUMNS, PERSON_COLUMNS
from evalflow.people.importing.table import Column
from evalflow.people.names import ROLE_NAMES

_SHEETS = {
    "zh_Hans": ("支部", "人员", "说明"),
    "en": ("Branches", "People", "Notes"),
}
_NOTES = {
    "zh_Hans": (
        "带 * 的列必填；请勿改动表头。先导入支部，再导入人员。",
        "支部代码：小写字母、数字、- 和 _，最长40个字符，例如 ronglian。",
        "账号：登录用，不区分大小写，不得重复。姓名或岗位：页面上显示的名称。",
        "人员的支部可填支部代码或支部名称；党员/职工和支部书记必须填写支部。",
        "角色可填多个，用顿号或逗号分开；不填即为党员/职工。可填的角色：",
    ),
    "en": (
        "Columns with * are required; leave the headings as they are. Import branches first, then people.",
        "Branch key: small letters, digits, - and _, at most 40 characters, such as smelting.",
        "Login: what is typed to sign in; capitals do not matter; each only once. Name or post: what pages show.",
        "A person's branch may be its key or its Chinese name; members and branch secretaries need one.",
        "Several roles go between commas; no role means a member. The roles:",
    ),
}


def template(locale: str = "zh_Hans") -> bytes:
    """An .xlsx that `preview_branches` and `preview_people` both read, with no rows yet."""
    language = "en" if locale.startswith("en") else "zh_Hans"
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold, text = book.add_format({"bold": True, "num_format": "@"}), book.add_format({"num_format": "@"})
        sheets = [book.add_worksheet(name) for name in _SHEETS[language]]
        for sheet, columns in zip(sheets, (BRANCH_COLUMNS, PERSON_COLUMNS), strict=False):
            sheet.set_column(0, len(columns) - 1, 24, text)
            sheet.freeze_panes(1, 0)
            for index, heading in enumerate(_headings(columns, language)):
                sheet.write_string(0, index, heading, bold)
        sheets[-1].set_column(0, 0, 90, text)
        for index, note in enumerate((*_NOTES[language], *_role_names(language))):
            sheets[-1].write_string(index, 0, note, text)
    return stream.getvalue()


def _headings(columns: Sequence[Column], language: str) -> list[str]:
    """The first heading of a column is Chinese, the second English."""
    return [column.headings[language == "en"] + ("*" if column.is_required else "") for column in columns]


def _role_names(language: str) -> list[str]:
    return [f"· {name.to(language)}" for role, name in ROLE_NAMES.items() if role is not Role.VISITOR]
