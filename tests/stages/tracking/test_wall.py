"""What stands on the supervisor's wall, in which order, and how it is summed up."""

from fractions import Fraction
from typing import Any

from evalflow.stages.tracking import wall
from evalflow.stages.tracking.wall import Choice, Rollup, Tile
from evalflow.tally.trajectory import Light

F = Fraction


def tile(key: str, light: Light, attainment: int | None = None, **more: Any) -> Tile:
    facts = {
        "title": key,
        "branch": "smelting",
        "branch_name": "熔炼",
        "leader": "",
        "leader_name": "",
        "days_left": 9,
        "trends": (),
        "others": 0,
        "overdue": 0,
        "orders": 0,
        "orders_late": 0,
        "marks": (),
    }
    attained = None if attainment is None else F(attainment)
    return Tile(key=key, light=light, attainment=attained, **(facts | more))


RED = tile("red", Light.RED, 40)
LATE = tile("late", Light.RED, 60, overdue=1, branch="refining", branch_name="精炼", leader="wang", leader_name="书记")
ORDERED = tile("ordered", Light.RED, 70, orders=2, leader="wang", leader_name="书记")
AMBER = tile("amber", Light.AMBER, 90, branch="refining", branch_name="精炼")
GREY = tile("grey", Light.GREY)
GREEN = tile("green", Light.GREEN, 105, leader="li", leader_name="总工程师")
ALL = (GREEN, AMBER, GREY, ORDERED, RED, LATE)


def test_the_worst_project_stands_first() -> None:
    assert wall.ordered(ALL) == (LATE, ORDERED, RED, AMBER, GREY, GREEN)


def test_of_equal_lights_the_one_without_a_figure_and_then_the_one_that_attained_least_stands_first() -> None:
    some = [tile("c", Light.GREY, 3), tile("b", Light.GREY, 1), tile("d", Light.GREY), tile("a", Light.GREY, 1)]
    assert [one.key for one in wall.ordered(some)] == ["d", "a", "b", "c"]


def test_a_choice_lets_through_what_fits_all_of_it() -> None:
    assert wall.shown(ALL, Choice()) == ALL
    assert wall.shown(ALL, Choice(light="red")) == (ORDERED, RED, LATE)
    assert wall.shown(ALL, Choice(branch="refining", light="red")) == (LATE,)
    assert wall.shown(ALL, Choice(leader="wang")) == (ORDERED, LATE)
    assert wall.shown(ALL, Choice(branch="nowhere")) == ()


def test_lights_are_counted_the_worst_first_and_those_that_are_none_too() -> None:
    assert list(wall.lights([RED, GREEN, LATE]).items()) == [
        (Light.RED, 2),
        (Light.AMBER, 0),
        (Light.GREY, 0),
        (Light.GREEN, 1),
    ]


def test_branches_are_summed_up_with_the_exact_mean_of_what_was_attained() -> None:
    """Of the smelting branch 70, 40 and 105; the project without a figure does not count as nothing attained."""
    smelting = {Light.RED: 2, Light.AMBER: 0, Light.GREY: 1, Light.GREEN: 1}
    refining = {Light.RED: 1, Light.AMBER: 1, Light.GREY: 0, Light.GREEN: 0}
    assert wall.by_branch(ALL) == (
        Rollup("smelting", "熔炼", 4, smelting, F(215, 3), overdue=0, orders=2),
        Rollup("refining", "精炼", 2, refining, F(75), overdue=1, orders=0),
    )


def test_leaders_are_summed_up_and_projects_without_one_are_nobodys() -> None:
    assert [(one.key, one.projects, one.attainment) for one in wall.by_leader(ALL)] == [
        ("wang", 2, F(65)),
        ("li", 1, F(105)),
    ]
    assert wall.by_leader([GREY]) == ()
    assert wall.by_branch([GREY])[0].attainment is None


def test_the_wall_is_filtered_by_branches_as_on_the_roster_and_by_leaders_in_the_order_of_their_sounds() -> None:
    tiles = [
        tile("a", Light.GREEN, branch="refining", branch_name="精炼", branch_place=7, leader="x", leader_name="张书记"),
        tile("b", Light.GREEN, branch="smelting", branch_name="熔炼", branch_place=3, leader="y", leader_name="安书记"),
        tile("c", Light.GREEN, branch="power", branch_name="动力", branch_place=9, leader="z", leader_name="王书记"),
    ]
    assert list(wall.branches(tiles)) == ["smelting", "refining", "power"]
    assert list(wall.leaders(tiles)) == ["y", "z", "x"]
