"""What a spreadsheet of branches or people would bring in, row by row, before anything is written. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from evalflow.access import Role
from evalflow.importing.rows import Flawed, Preview, day, once, refuse, sift
from evalflow.importing.sheets import Book
from evalflow.importing.table import Column, Table, read
from evalflow.people.names import (
    BOUND_TO_BRANCH,
    ROLE_NAMES,
    key_flaw,
    login_flaw,
    name_flaw,
    normal_key,
    normal_login,
    normal_weight,
    weight_flaw,
)

BRANCH_COLUMNS = (
    Column("key", ("支部代码", "branch key", "代码", "key")),
    Column("name_zh", ("支部名称", "branch name")),
    Column("name_en", ("英文名称", "english name", "支部英文名称"), is_required=False),
    Column("founded_on", ("成立日期", "founded on", "成立时间", "founded"), is_required=False),
)
PERSON_COLUMNS = (
    Column("login", ("账号", "login", "登录名", "用户名", "帐号", "account")),
    Column("name", ("姓名或岗位", "name or post", "姓名", "岗位", "name")),
    Column("branch", ("支部代码", "branch key", "支部", "支部名称", "所属支部", "branch")),
    Column("roles", ("角色", "role", "roles"), is_required=False),
    Column("weight", ("计票权重", "vote weight", "权重", "weight"), is_required=False),
)
_ROLES: Mapping[str, Role] = {
    **{role.value: role for role in ROLE_NAMES if role is not Role.VISITOR},
    **{ROLE_NAMES[role].zh: role for role in ROLE_NAMES if role is not Role.VISITOR},
    **{ROLE_NAMES[role].en.replace(" ", "_"): role for role in ROLE_NAMES if role is not Role.VISITOR},
    **dict.fromkeys(("党员", "职工", "群众"), Role.MEMBER),
    **dict.fromkeys(("书记", "支部书记", "党支部书记"), Role.BRANCH_SECRETARY),
    **dict.fromkeys(("委员", "党委委员"), Role.COMMITTEE_MEMBER),
    **dict.fromkeys(("组织者", "党建办"), Role.ORGANISER),
    **dict.fromkeys(("审计", "纪检", "纪检监督"), Role.AUDITOR),
    **dict.fromkeys(("管理员", "系统管理员"), Role.ADMINISTRATOR),
}


@dataclass(frozen=True)
class Existing:
    """What the database holds already. branches: {key: Chinese name}."""

    branches: Mapping[str, str] = field(default_factory=dict)
    logins: frozenset[str] = frozenset()


@dataclass(frozen=True)
class NewBranch:
    row: int
    key: str
    name_zh: str
    name_en: str
    founded_on: date | None


@dataclass(frozen=True)
class NewPerson:
    """branch: a key, or "" for none. roles: in the order written, each once; a member when none is written.

    weight: how many votes theirs counts as; 1 when none is written.
    """

    row: int
    login: str
    name: str
    branch: str
    roles: tuple[Role, ...]
    weight: int = 1


Row = TypeVar("Row", NewBranch, NewPerson)


def preview_branches(book: Book, existing: Existing) -> Preview[NewBranch]:
    """Of two rows with one key or one name the first is good. Raises as `table.read` does."""
    keys: dict[str, int] = {}
    names: dict[str, int] = {}
    known_names = frozenset(existing.branches.values())

    def branch(number: int, row: Mapping[str, str]) -> NewBranch:
        key, name = normal_key(row["key"]), row["name_zh"]
        refuse(key_flaw(key), key=key)
        refuse(_branch_name_flaw(name))
        refuse("name_too_long" if len(row.get("name_en", "")) > 120 else "")
        founded_on = day(row.get("founded_on", ""))
        refuse("key_taken" if key in existing.branches else "", key=key)
        refuse("branch_name_taken" if name in known_names else "", name=name)
        once(keys, key, "key_twice")
        once(names, name, "branch_name_twice")
        keys[key] = names[name] = number
        return NewBranch(number, key, name, row.get("name_en", ""), founded_on)

    return _preview(read(book, BRANCH_COLUMNS), branch)


def preview_people(book: Book, existing: Existing) -> Preview[NewPerson]:
    """A branch may be given by key or by Chinese name. Of two rows with one login the first is good."""
    by_name = {name: key for key, name in existing.branches.items()}
    logins: dict[str, int] = {}

    def person(number: int, row: Mapping[str, str]) -> NewPerson:
        login = normal_login(row["login"])
        refuse(login_flaw(login), login=login)
        refuse(name_flaw(row["name"]))
        roles = _roles(row.get("roles", ""))
        branch = by_name.get(row["branch"], normal_key(row["branch"]))
        refuse("branch_unknown" if branch and branch not in existing.branches else "", branch=row["branch"])
        refuse("branch_needed" if not branch and BOUND_TO_BRANCH & set(roles) else "")
        weight = normal_weight(row.get("weight", ""))
        refuse(weight_flaw(weight))
        refuse("login_taken" if login in existing.logins else "", login=login)
        once(logins, login, "login_twice")
        logins[login] = number
        return NewPerson(number, login, row["name"], branch, roles, int(weight))

    return _preview(read(book, PERSON_COLUMNS), person)


def _preview(table: Table, accept: Callable[[int, Mapping[str, str]], Row]) -> Preview[Row]:
    good, bad = sift(table, accept)
    return Preview(good, bad, table.sha256, {"": table})


def _branch_name_flaw(name: str) -> str:
    flaw = name_flaw(name)
    return "branch_name_missing" if flaw == "name_missing" else flaw


def _roles(cell: str) -> tuple[Role, ...]:
    """Roles between commas, in either language; nothing at all means a member."""
    written = [word.strip() for word in re.split(r"[,，、;；\n]", cell) if word.strip()]
    roles = []
    for word in written:
        role = _ROLES.get(re.sub(r"[\s-]+", "_", word.casefold()))
        if role is None:
            raise Flawed("role_unknown", role=word)
        roles.append(role)
    return tuple(dict.fromkeys(roles)) or (Role.MEMBER,)
