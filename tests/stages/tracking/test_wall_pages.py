"""The pages over all projects: who sees them, and what stands there."""

import re
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from sqlalchemy import event

from evalflow.access import Actor, Role
from evalflow.seasons.models import Season
from evalflow.stages.submission import commands as submission
from evalflow.stages.tracking import commands, progress, supervising, wall
from evalflow.stages.tracking.commands import Said
from evalflow.stages.tracking.milestones import Standing
from evalflow.tally.trajectory import Light
from tests.builders import House
from tests.declared import secretaries
from tests.visitors import Visitor

PROJECTS = """
format = 1
key = "small-projects"
title = { zh = "小小工程", en = "Small projects" }
moves = "together"
entry = { noun = { zh = "工程", en = "project" }, per_owner = 9 }

[[stage]]
key = "apply"
kind = "submission"
title = { zh = "申报", en = "Application" }
opens = "start"
closes = "start + 7 days"
review = "none"
field = [
  { key = "name", type = "text", label = { zh = "名称", en = "Name" }, required = true, role = "title" },
  { key = "leader", type = "leader", label = { zh = "挂帅领导", en = "Leader" } },
  { key = "plan", type = "indicators", label = { zh = "指标", en = "Indicators" }, required = true },
  { key = "steps", type = "milestones", label = { zh = "里程碑", en = "Milestones" } },
]

[[stage]]
key = "progress"
kind = "tracking"
title = { zh = "跟踪推进", en = "Tracking" }
closes = "opening + 100 days"
"""
MOST_STATEMENTS = 12  # of the wall, however many projects there are
ALL = "/s/test-2026/progress/tracking/all/"
STEPS = [{"name": "试运行", "due": "2026-04-20"}, {"name": "验收", "due": "2026-06-30"}]


def indicator(name: str, weight: int, **more: str) -> dict[str, str]:
    row = {"name": name, "unit": "%", "better": "more", "baseline": "90", "work": "95", "stretch": "98"}
    return row | {"weight": str(weight), "source": "化验室", "every": "month"} | more


PLANS = {
    "smelting": [
        indicator("能耗", 30, better="less", baseline="10", work="8", stretch="7", unit="kgce/t"),
        indicator("合格率", 20),
        indicator("回收率", 50),
    ],
    "refining": [indicator("直收率", 100)],
}


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


def apply(house: House, season: Season, key: str, by: dict[str, Actor]) -> None:
    """A project of a branch, handed in and so accepted."""
    stage_id, branch = house.stage(season, "apply").id, {"smelting": house.smelting, "refining": house.refining}[key]
    entry = house.act(submission.begin, stage_id, branch, actor=by[key])
    leader = "deputy" if key == "smelting" else ""
    told = {"name": f"{key} project", "plan": PLANS[key], "leader": leader, "steps": STEPS}
    saved = house.act(submission.save, stage_id, entry.id, told, version=0, page="test", actor=by[key])
    house.act(submission.submit, stage_id, entry.id, version=saved.version, actor=by[key])


def followed(house: House, by: dict[str, Actor], *keys: str) -> Season:
    """A season 17 days after its start, with a project for each key and one report, of the smelting branch."""
    house.person("deputy", Role.SPONSOR)
    season = house.season(PROJECTS, starts_on=house.now.date())
    house.open(season, "apply")
    for key in keys:
        apply(house, season, key, by)
    house.close(season, "apply")
    house.settle(season, "apply")
    house.open(season, "progress")
    house.clock.moment = datetime(2026, 4, 18, 8, tzinfo=UTC)
    said = Said("按计划推进", date(2026, 4, 15), {1: "10", 3: "90"}, reached=[1])
    house.act(commands.report, house.stage(season, "progress").id, "smelting", said, number=1, actor=by["smelting"])
    return season


@pytest.fixture
def season(house: House, by: dict[str, Actor]) -> Season:
    """Two projects: smelting led by an office and far behind, refining without a figure."""
    return followed(house, by, "smelting", "refining")


def tiles(house: House, season: Season) -> tuple[wall.Tile, ...]:
    stage = house.stage(season, "progress")
    found = house.ask(progress.progress_of, stage, house.now)
    return wall.ordered(wall.tile(one, locale="zh_Hans") for one in found)


def test_a_tile_tells_the_light_the_heaviest_indicators_and_what_is_open(house: House, season: Season) -> None:
    first, second = tiles(house, season)
    assert (first.key, first.light, first.attainment, first.leader, first.leader_name, first.others) == (
        "smelting",
        Light.RED,
        Fraction(0),
        "deputy",
        "Deputy",
        1,
    )
    assert [(one.name, one.unit, one.light, one.last, one.work) for one in first.trends] == [
        ("能耗", "kgce/t", Light.RED, 10, 8),
        ("回收率", "%", Light.RED, 90, 95),
    ]
    assert [(mark.milestone.name, mark.standing) for mark in first.marks] == [
        ("试运行", Standing.AHEAD),
        ("验收", Standing.COMING),
    ]
    assert (second.key, second.light, second.attainment, second.leader) == ("refining", Light.GREY, None, "")


def test_committee_organiser_and_auditor_see_all_projects_and_a_branch_its_own(
    visitor: Visitor, signed_in, house: House, season: Season, by: dict[str, Actor]
) -> None:
    roles = (Role.COMMITTEE_MEMBER, Role.ORGANISER, Role.AUDITOR, Role.MEMBER, Role.ADMINISTRATOR)
    people = {role.value: house.person(f"a-{role.value}", role) for role in roles}
    people["branch_secretary"] = by["smelting"].person_id
    for page in ("wall", "milestones", "sums"):
        seen = {role: signed_in(person).get(ALL + page).status_code for role, person in people.items()}
        assert seen == {
            "committee_member": 200,
            "organiser": 200,
            "auditor": 200,
            "member": 403,
            "administrator": 403,
            "branch_secretary": 200,
        }
        assert "refining project" not in signed_in(people["branch_secretary"]).get(ALL + page).text
        assert visitor.get(ALL + page).status_code == 403


@pytest.fixture
def organiser(house: House, season: Season, signed_in) -> Visitor:
    return signed_in(house.person("organiser", Role.ORGANISER))


def titles(page: str) -> list[str]:
    return re.findall(r">(\w+ project)</a>", page)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["smelting project", "refining project"]),
        ("?light=grey", ["refining project"]),
        ("?branch=smelting", ["smelting project"]),
        ("?leader=deputy&light=red", ["smelting project"]),
        ("?leader=deputy&light=grey", []),
        ("?light=purple", []),
    ],
)
def test_the_wall_and_the_milestones_are_filtered_by_their_address(
    organiser: Visitor, query: str, expected: list[str]
) -> None:
    assert titles(organiser.get(f"{ALL}wall{query}").text) == expected
    assert titles(organiser.get(f"{ALL}milestones{query}").text) == expected


def test_the_projector_shows_the_same_without_navigation_and_comes_again_by_itself(organiser: Visitor) -> None:
    page = organiser.get(f"{ALL}wall?projector=1&light=red").text
    assert ("smelting project" in page, "refining project" in page) == (True, False)
    assert ('http-equiv="refresh" content="60"' in page, "site-header" in page) == (True, False)


def test_the_sums_lead_to_the_filtered_wall(organiser: Visitor) -> None:
    page = organiser.get(f"{ALL}sums").text
    links = re.findall(r'href="([^"]*/all/wall\?[^"]+)"', page)
    assert [link.replace("&amp;", "&").partition("?")[2] for link in links] == [
        "branch=smelting",
        "light=red&branch=smelting",
        "branch=refining",
        "light=grey&branch=refining",
        "leader=deputy",
        "light=red&leader=deputy",
    ]


def test_every_drawing_has_words_and_every_milestone_stands_in_the_table(organiser: Visitor) -> None:
    assert "回收率" in organiser.get(f"{ALL}wall").text
    page = organiser.get(f"{ALL}milestones").text
    outer = [found for found in re.findall("<svg[^>]*>", page) if "gantt-mark" not in found]
    assert [found for found in outer if "aria-hidden" not in found and "aria-label" not in found] == []
    assert page.count("<td>试运行</td>") == 2


def test_names_stay_names_in_every_drawing(
    house: House, by: dict[str, Actor], signed_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = '"><b>x'
    monkeypatch.setitem(PLANS, "refining", [indicator(name, 100)])
    monkeypatch.setitem(STEPS[0], "name", name)
    followed(house, by, "smelting", "refining")
    organiser = signed_in(house.person("organiser", Role.ORGANISER))
    for page in ("all/wall", "all/wall?projector=1", "all/milestones", "refining"):
        text = organiser.get(ALL.removesuffix("all/") + page).text
        written = re.findall('(?:"|&#34;|&amp;#34;)(?:>|&gt;|&amp;gt;)<?[^ ]{0,8}b(?:>|&gt;|&amp;gt;)x', text)
        assert (page, set(written)) == (page, {"&#34;&gt;&lt;b&gt;x"})


def test_the_wall_asks_no_question_for_each_project(house: House, by: dict[str, Actor], signed_in) -> None:
    keys = ("smelting", "refining") * 5
    followed(house, by, *keys)
    organiser = signed_in(house.person("organiser", Role.ORGANISER))
    organiser.get(f"{ALL}wall")  # what is kept between requests is read now
    seen: list[object] = []
    event.listen(house.database.engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
    page = organiser.get(f"{ALL}wall").text
    assert (len(titles(page)), len(seen) <= MOST_STATEMENTS) == (len(keys), True)


@pytest.fixture
def ordered(house: House, season: Season, by: dict[str, Actor]) -> None:
    """On smelting three orders: overdue, answered, closed; on refining one that still has time."""
    stage, organiser = house.stage(season, "progress"), house.actor("supervisor", Role.ORGANISER)
    for number, (key, text) in enumerate(
        [("smelting", "迟"), ("smelting", "答"), ("smelting", "结"), ("refining", "等")], 1
    ):
        due, place = date(2026, 4, 23 - number), number if key == "smelting" else 1
        house.act(supervising.give, stage.id, key, text, due=due, number=place, actor=organiser)
    house.act(supervising.answer, stage.id, "smelting", 2, "已办", actor=by["smelting"])
    house.act(supervising.close, stage.id, "smelting", 3, "不再需要", actor=organiser)
    house.act(supervising.give, stage.id, "refining", "还", due=date(2026, 5, 1), number=2, actor=organiser)
    house.clock.moment = datetime(2026, 4, 23, 8, tzinfo=UTC)


def listed(page: str) -> list[str]:
    """The texts of the orders in a list, in its order."""
    return re.findall(r'data-label="(?:督办事项|Order)">\S+ (\S+)</td>', page)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["等", "迟", "还", "答", "结"]),
        ("?state=overdue", ["等", "迟"]),
        ("?state=open", ["还"]),
        ("?state=answered", ["答"]),
        ("?state=closed", ["结"]),
        ("?state=lost", []),
    ],
)
def test_follow_up_orders_are_listed_with_the_overdue_first_and_filtered_by_their_address(
    organiser: Visitor, ordered: None, query: str, expected: list[str]
) -> None:
    assert listed(organiser.get(f"{ALL}orders{query}").text) == expected


def test_a_branch_sees_the_orders_on_its_own_projects_and_no_wall(
    visitor: Visitor, signed_in, house: House, by: dict[str, Actor], ordered: None
) -> None:
    page = signed_in(by["refining"].person_id).get(f"{ALL}orders").text
    assert (listed(page), "/all/wall" in page) == (["等", "还"], False)
    page = signed_in(house.person("a-committee-member", Role.COMMITTEE_MEMBER)).get(f"{ALL}orders").text
    assert (len(listed(page)), "/all/wall" in page) == (5, True)
    assert listed(signed_in(house.person("stranger")).get(f"{ALL}orders").text) == []
    assert visitor.get(f"{ALL}orders").status_code == 302
