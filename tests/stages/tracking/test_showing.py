"""Who sees the wall, what is said to whom it is not for, and who comments and gives orders."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Role
from evalflow.errors import Forbidden
from evalflow.people import grants
from evalflow.people.models import Person
from evalflow.seasons.models import Season
from evalflow.stages.tracking import queries, supervising
from tests.builders import House
from tests.declared import secretaries
from tests.stages.tracking import test_wall_pages as walls
from tests.stages.tracking.test_wall_pages import ALL, PROJECTS, followed, titles
from tests.visitors import Visitor

HOME = ALL.replace("all/", "")
BOTH, OWN = ["smelting project", "refining project"], ["smelting project"]


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def season(house: House, by: dict[str, Actor]) -> Season:
    return followed(house, by, "smelting", "refining")


def lead(house: House) -> Actor:
    """The leader in command of the smelting project."""

    def found(session: Session) -> Actor:
        return grants.actor_of(session, session.scalars(select(Person).where(Person.login == "deputy")).one())

    actor: Actor = house.ask(found)
    return actor


@pytest.mark.parametrize(
    ("audience", "leader", "branch", "member", "public"),
    [
        ("committee", OWN, OWN, 403, 403),
        ("leaders", BOTH, OWN, 403, 403),
        ("branches", BOTH, BOTH, 403, 403),
        ("members", BOTH, BOTH, BOTH, 403),
        ("everybody", BOTH, BOTH, BOTH, BOTH),
    ],
)
def test_the_wall_is_for_the_rules_audience_and_leaders_and_branches_see_their_own_in_any_case(
    house: House,
    by: dict[str, Actor],
    visitor: Visitor,
    signed_in: Any,
    monkeypatch: pytest.MonkeyPatch,
    audience: str,
    leader: Any,
    branch: Any,
    member: Any,
    public: Any,
) -> None:
    monkeypatch.setattr(walls, "PROJECTS", f'{PROJECTS}audience = "{audience}"\n')
    followed(house, by, "smelting", "refining")
    for reader, expected in (
        (signed_in(lead(house).person_id), leader),
        (signed_in(by["smelting"].person_id), branch),
        (signed_in(house.person("member", Role.MEMBER)), member),
        (visitor, public),
    ):
        page = reader.get(f"{ALL}wall")
        found = [title for title in BOTH if title in page.text] if page.status_code == 200 else page.status_code
        assert found == expected
    assert titles(signed_in(by["smelting"].person_id).get(f"{ALL}wall").text) == OWN  # the others' reports stay closed


def test_visitors_and_members_read_that_it_is_not_public_and_not_that_there_is_nothing(
    house: House, season: Season, visitor: Visitor, signed_in: Any
) -> None:
    member = signed_in(house.person("member", Role.MEMBER))
    for reader in (visitor, member):
        page = reader.get(HOME).text
        assert "这里跟踪的内容不公开" in page and "尚无" not in page
        assert "全部工程进度墙不公开" in reader.get(f"{ALL}wall").text
    assert "督办事项不公开" in member.get(f"{ALL}orders").text


def test_a_leader_and_a_committee_member_comment_and_give_orders_and_a_leader_only_under_that_command(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    stage, committee = house.stage(season, "progress"), house.actor("member-1", Role.COMMITTEE_MEMBER)
    told = {"due": house.now.date(), "number": 1}
    house.act(supervising.give, stage.id, "smelting", "抓紧投料", actor=lead(house), **told)
    house.act(supervising.give, stage.id, "refining", "补报数据", actor=committee, **told)
    house.act(supervising.comment, stage.id, "smelting", "进度偏慢", actor=lead(house))
    house.act(supervising.comment, stage.id, "smelting", "已加派人手", actor=by["smelting"])
    for actor in (lead(house), by["smelting"]):
        with pytest.raises(Forbidden):
            house.act(supervising.comment, stage.id, "refining", "进度偏慢", actor=actor)
    with pytest.raises(Forbidden):
        house.act(supervising.give, stage.id, "refining", "抓紧", actor=lead(house), due=house.now.date(), number=2)
    assert [event[1:3] for event in house.log("report.commented")][0][1]["entry"] == "smelting"


def test_on_the_page_a_leader_orders_and_comments_and_everybody_reads_who_said_what(
    house: House, season: Season, signed_in: Any
) -> None:
    page = f"{HOME}smelting/supervision"
    leader = signed_in(lead(house).person_id)
    leader.get(page)
    due = house.now.date().isoformat()
    assert leader.post(f"{page}/orders", text="抓紧投料", due=due, number="1").status_code == 302
    leader.get(page)
    assert "进度偏慢" in leader.send(f"{page}/comments", text="进度偏慢").text
    reader = signed_in(house.person("reader", Role.AUDITOR)).get(page).text
    assert "抓紧投料" in reader and "进度偏慢" in reader and "由Deputy下达" in reader


def test_an_answered_order_is_the_task_of_whoever_gave_it(house: House, season: Season, by: dict[str, Actor]) -> None:
    stage, committee = house.stage(season, "progress"), house.actor("member-1", Role.COMMITTEE_MEMBER)
    house.act(supervising.give, stage.id, "smelting", "抓紧投料", actor=lead(house), due=house.now.date(), number=1)
    house.act(supervising.answer, stage.id, "smelting", 1, "已投料", actor=by["smelting"])
    titles = {
        actor.login: [one.title for one in house.ask(queries.tasks, stage, actor, house.now)]
        for actor in (lead(house), committee)
    }
    assert titles == {"deputy": ["Close a follow-up order that was answered"], "member-1": []}
