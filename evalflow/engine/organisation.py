"""A simulated organisation: branches, offices, members. It comes in through the same import that a real one uses.

Four branches are those of the published case study; all others are invented and say so (示例). Accounts are offices,
never persons.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import SYSTEM, Actor, Grant, Role, holds_anywhere
from evalflow.access import Permission as P
from evalflow.db import Database
from evalflow.importing import delimited
from evalflow.importing.sheets import Book
from evalflow.people.grants import actor_of
from evalflow.people.importing.commands import add_branches, add_people, existing
from evalflow.people.importing.preview import preview_branches, preview_people
from evalflow.people.models import Person
from evalflow.seasons.play import World

INSTALLER = Actor(None, "", "system", grants=SYSTEM.grants | {Grant(Role.ADMINISTRATOR)})

KNOWN = (
    ("smelting", "熔炼分厂党支部", "Smelting Plant Branch"),
    ("refining", "精炼分厂党支部", "Refining Plant Branch"),
    ("electrolysis", "电解分厂党支部", "Electrolysis Plant Branch"),
    ("admin-1", "行政第一党支部", "Administration Branch No. 1"),
)
INVENTED = (
    ("sulphuric-acid", "硫酸分厂党支部（示例）", "Sulphuric Acid Plant Branch (example)"),
    ("concentrate", "备料分厂党支部（示例）", "Feed Preparation Branch (example)"),
    ("power", "动力分厂党支部（示例）", "Power Plant Branch (example)"),
    ("rare-metals", "稀贵分厂党支部（示例）", "Precious Metals Plant Branch (example)"),
    ("maintenance", "检修中心党支部（示例）", "Maintenance Centre Branch (example)"),
    ("laboratory", "检化验中心党支部（示例）", "Laboratory Branch (example)"),
    ("logistics", "物流中心党支部（示例）", "Logistics Branch (example)"),
    ("purchasing", "采购中心党支部（示例）", "Purchasing Branch (example)"),
    ("marketing", "营销中心党支部（示例）", "Marketing Branch (example)"),
    ("research", "技术中心党支部（示例）", "Technology Centre Branch (example)"),
    ("digital", "信息中心党支部（示例）", "Information Centre Branch (example)"),
    ("environment", "安全环保党支部（示例）", "Safety and Environment Branch (example)"),
    ("admin-2", "行政第二党支部（示例）", "Administration Branch No. 2 (example)"),
    ("retired", "离退休党支部（示例）", "Retired Members Branch (example)"),
    ("projects", "工程项目党支部（示例）", "Engineering Projects Branch (example)"),
)
OFFICES = (
    ("organiser", "党委党建办 组织者", "organiser"),
    ("auditor", "纪委办公室 监督岗", "auditor"),
    ("admin", "信息中心 系统管理员", "administrator"),
    ("teller1", "监票人一号岗", "teller"),
    ("teller2", "监票人二号岗", "teller"),
    ("teller3", "监票人三号岗", "teller"),
    ("leader1", "总经理岗", "sponsor"),
    ("leader2", "生产副总经理岗", "sponsor"),
    ("leader3", "总工程师岗", "sponsor"),
    ("leader4", "安全总监岗", "sponsor"),
)
COMMITTEE = (
    "党委书记",
    "党委副书记",
    "纪委书记",
    "组织委员",
    "宣传委员",
    "统战委员",
    "青年委员",
    "生产委员",
    "安全委员",
)


def branch_lines(count: int) -> list[tuple[str, str, str]]:
    """`count` branches: the known ones first, then the invented, then numbered ones."""
    named = [*KNOWN, *INVENTED]
    more = [(f"branch-{n:02d}", f"第{n}党支部（示例）", f"Branch No. {n} (example)") for n in range(20, count + 1)]
    return [*named, *more][:count]


def found(session: Session, *, branches: int, members: int, now: datetime) -> None:
    """Create the organisation: branches, a secretary each, `members` spread over them, a committee and the offices."""
    lines = branch_lines(branches)
    add_branches(
        session,
        preview_branches(_book(("支部代码", "支部名称", "英文名称"), lines), existing(session)),
        actor=INSTALLER,
        now=now,
    )
    people = preview_people(
        _book(("账号", "姓名或岗位", "支部代码", "角色"), _people(lines, members)), existing(session)
    )
    add_people(session, people, actor=INSTALLER, now=now)


def _people(branches: Sequence[tuple[str, str, str]], members: int) -> Iterable[tuple[str, str, str, str]]:
    for login, name, role in OFFICES:
        yield login, name, "", role
    for number, office in enumerate(COMMITTEE, 1):
        yield f"committee{number}", office, "", "committee_member"
    for key, name, _ in branches:
        yield f"{key}-secretary", f"{name} 书记", key, "branch_secretary、member"
    for number in range(members):
        key, name, _ = branches[number % len(branches)]
        count = number // len(branches) + 1
        yield f"{key}-member{count:03d}", f"{name} 党员{count}号", key, "member"


def _book(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Book:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows(rows)
    return delimited.book(text.getvalue().encode())


def world_of(database: Database, *, seed: str, now: datetime) -> World:
    """The people of a database as simulated users, in the order of their ids."""
    chance = Random(seed)
    with database.reading() as session:
        actors = [actor_of(session, person) for person in session.scalars(select(Person).order_by(Person.id))]
        secretaries = {actor.office.partition(":")[2]: actor for actor in actors if holds_anywhere(actor, P.DECLARE)}
    tellers = [actor for actor in actors if holds_anywhere(actor, P.HOLD_SHARE)]
    return World(
        database=database,
        clock=now,
        chance=chance,
        organiser=next(actor for actor in actors if holds_anywhere(actor, P.STEER)),
        secretaries=secretaries,
        members=[actor for actor in actors if holds_anywhere(actor, P.VOTE)],
        committee=[actor for actor in actors if holds_anywhere(actor, P.DECIDE)],
        tellers=tellers,
        leaders=[actor for actor in actors if holds_anywhere(actor, P.ACCEPT_COMMAND)],
        passphrases={actor.person_id or 0: passphrase_of(actor.person_id or 0) for actor in tellers},
        seed=seed,
    )


def passphrase_of(person_id: int) -> str:
    """The passphrase of a simulated teller."""
    return f"teller passphrase {person_id}"
