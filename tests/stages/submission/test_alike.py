"""Declarations that resemble each other: which are told, what of them stands side by side, and who sees it."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from evalflow.access import Actor, Role
from evalflow.errors import NotFound
from evalflow.seasons.models import Entry, Season
from evalflow.stages.submission import alike, commands, queries, reviewing
from tests.builders import House
from tests.declared import PLAN, PROJECT, YEAR, secretaries
from tests.visitors import Visitor

FORM = PROJECT.replace('review = "none"\n', "") + YEAR
HOME = "/s/test-2026/declare/submission/"
SignedIn = Callable[[int], Visitor]
OTHER_PLAN = {"plan": [{**PLAN["plan"][0], "name": "满意度", "weight": "100"}]}


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def organiser(house: House) -> Actor:
    return house.actor("organiser", Role.ORGANISER)


@pytest.fixture
def season(house: House) -> Season:
    season = house.season(FORM, starts_on=house.now.date())
    house.open(season, "declare")
    return season


def applied(house: House, season: Season, actor: Actor, name: str, **answers: Any) -> Entry:
    stage = house.stage(season, "declare")
    entry: Entry = house.act(commands.begin, stage.id, actor.branch_id, actor=actor)
    told = {"name": name, **PLAN, **answers}
    saved = house.act(commands.save, stage.id, entry.id, told, version=0, page="test", actor=actor)
    house.act(commands.submit, stage.id, entry.id, version=saved.version, actor=actor)
    return now(house, entry)


def now(house: House, entry: Entry) -> Entry:
    found: Entry = house.ask(queries.entry_of, entry.id)
    return found


def told(house: House, season: Season) -> list[tuple[str, str, Fraction]]:
    pairs = house.ask(alike.pairs, season.id)
    return [(pair.one.key, pair.other.key, pair.likeness) for pair in pairs]


def test_two_projects_are_alike_by_their_titles_and_the_names_of_their_indicators(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    applied(house, season, by["smelting"], "回收率提升工程")
    applied(house, season, by["refining"], "回收率提高工程")
    assert told(house, season) == [("smelting", "refining", Fraction(5, 9))]


def test_a_remark_in_brackets_makes_nothing_alike(house: House, season: Season, by: dict[str, Actor]) -> None:
    applied(house, season, by["smelting"], "红帆筑基（示例）", plan=[])
    applied(house, season, by["refining"], "匠心筑基（示例）", plan=[])
    assert told(house, season) == []


def test_under_two_fifths_in_common_nothing_is_told(house: House, season: Season, by: dict[str, Actor]) -> None:
    applied(house, season, by["smelting"], "回收率提升")
    applied(house, season, by["refining"], "提升服务", **OTHER_PLAN)
    assert told(house, season) == []


def test_a_draft_and_what_is_out_stand_in_nobodys_way(
    house: House, season: Season, by: dict[str, Actor], organiser: Actor
) -> None:
    stage = house.stage(season, "declare")
    first = applied(house, season, by["smelting"], "回收率提升")
    draft = house.act(commands.begin, stage.id, house.refining, actor=by["refining"])
    words = {"name": "回收率提升", **PLAN}
    house.act(commands.save, stage.id, draft.id, words, version=0, page="", actor=by["refining"])
    assert told(house, season) == []
    with pytest.raises(NotFound):
        house.ask(alike.pair, season.id, first.key, draft.key)
    house.act(commands.submit, stage.id, draft.id, version=1, actor=by["refining"])
    assert told(house, season) == [("smelting", "refining", Fraction(1))]
    version = now(house, first).version
    house.act(reviewing.reject, stage.id, first.id, "重复", version=version, actor=organiser)
    assert told(house, season) == []


def test_what_was_returned_is_compared_as_it_was_handed_in(
    house: House, season: Season, by: dict[str, Actor], organiser: Actor
) -> None:
    stage = house.stage(season, "declare")
    first = applied(house, season, by["smelting"], "回收率提升")
    applied(house, season, by["refining"], "回收率提升")
    said = {"": "请修改"}
    house.act(reviewing.return_entry, stage.id, first.id, said, version=first.version, actor=organiser)
    words = {"name": "改了的标题"}
    house.act(commands.save, stage.id, first.id, words, version=0, page="", actor=by["smelting"])
    assert told(house, season) == [("smelting", "refining", Fraction(1))]


def test_the_desk_leads_to_the_pairs_and_on_to_both_side_by_side(
    house: House, season: Season, by: dict[str, Actor], organiser: Actor, signed_in: SignedIn
) -> None:
    applied(house, season, by["smelting"], "回收率提升", story="甲支部的做法", tonnes="12")
    own = signed_in(organiser.person_id or 0)
    assert "/alike" not in own.get(f"{HOME}desk").text
    applied(house, season, by["refining"], "回收率提升", story="乙支部的做法")
    assert f'href="{HOME}alike"' in own.get(f"{HOME}desk").text
    assert f'href="{HOME}alike/smelting/refining"' in own.get(f"{HOME}alike").text
    page = own.get(f"{HOME}alike/smelting/refining").text
    rows = page.split("<section")[1:]
    assert ["甲支部的做法" in row and "乙支部的做法" in row for row in rows if "事迹" in row] == [True]
    assert not any("联系电话" in row for row in rows)
    assert own.get(f"{HOME}alike/smelting/smelting").status_code == 404


def test_the_committee_comes_to_the_pairs_from_the_stage_and_a_branch_does_not(
    house: House, season: Season, by: dict[str, Actor], signed_in: SignedIn
) -> None:
    applied(house, season, by["smelting"], "回收率提升")
    applied(house, season, by["refining"], "回收率提升")
    member = signed_in(house.person("member-of-committee", Role.COMMITTEE_MEMBER))
    assert f'href="{HOME}alike"' in member.get(HOME).text
    assert member.get(f"{HOME}alike/refining/smelting").status_code == 200
    secretary = signed_in(by["smelting"].person_id or 0)
    assert f"{HOME}alike" not in secretary.get(HOME).text
    assert secretary.get(f"{HOME}alike/refining/smelting").status_code == 403
