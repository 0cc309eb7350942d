"""An empty workbook to fill in: a sheet of branches, a sheet of people, a sheet that explains them. Pure."""

from evalflow.access import Role
from evalflow.importing.blank import BlankSheet, workbook
from evalflow.people.importing.preview import BRANCH_COLUMNS, PERSON_COLUMNS
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
        "计票权重：1至1000的整数，不填即为1；仅在规则写明按权重计票的投票中起作用。",
        "角色可填多个，用顿号或逗号分开；不填即为党员/职工。可填的角色：",
    ),
    "en": (
        "Columns with * are required; leave the headings as they are. Import branches first, then people.",
        "Branch key: small letters, digits, - and _, at most 40 characters, such as smelting.",
        "Login: what is typed to sign in; capitals do not matter; each only once. Name or post: what pages show.",
        "A person's branch may be its key or its Chinese name; members and branch secretaries need one.",
        "Vote weight: a whole number from 1 to 1000, none means 1; it counts only where a vote's rules go by weights.",
        "Several roles go between commas; no role means a member. The roles:",
    ),
}


def template(locale: str = "zh_Hans") -> bytes:
    """An .xlsx that `preview_branches` and `preview_people` both read, with no rows yet."""
    language = "en" if locale.startswith("en") else "zh_Hans"
    branches, people, notes = _SHEETS[language]
    sheets = (BlankSheet(branches, BRANCH_COLUMNS), BlankSheet(people, PERSON_COLUMNS))
    return workbook(sheets, notes=(*_NOTES[language], *_role_names(language)), notes_name=notes, locale=language)


def _role_names(language: str) -> list[str]:
    return [f"· {name.to(language)}" for role, name in ROLE_NAMES.items() if role is not Role.VISITOR]
