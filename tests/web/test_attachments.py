"""Who is shown the files of a project: whoever it names, beside those who own, review or read it."""

import pytest

from evalflow.access import Actor, Role
from evalflow.files import commands as files
from evalflow.files.content import cleaned_file
from evalflow.people.models import Branch
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, Season
from evalflow.stages.tracking import commands as tracking
from evalflow.stages.tracking.commands import Said
from tests.builders import House
from tests.declared import PLAN, PROJECT, declared, secretaries
from tests.visitors import Visitor

ASKED = """field = [
  { key = "boss", type = "leader", label = { zh = "挂帅领导", en = "Leader" } },"""
TRACKING = """
[[stage]]
key = "progress"
kind = "tracking"
title = { zh = "跟踪推进", en = "Tracking" }
closes = "opening + 200 days"
"""
PART = [{"branch": "refining", "unit": "", "share": "30"}]


@pytest.fixture
def people(house: House) -> dict[str, Actor]:
    """The leader in command, secretaries of the branch that owns the project, of one that takes part and of another."""
    with house.database.writing() as session:
        casting = Branch(key="casting", name_zh="铸造分厂党支部")
        session.add(casting)
        session.flush()
        casting_id = casting.id
    return {
        "leader": house.actor("director", Role.SPONSOR),
        **secretaries(house),
        "casting": house.actor("casting-secretary", Role.BRANCH_SECRETARY, branch_id=casting_id),
        "other leader": house.actor("deputy", Role.SPONSOR),
        "member": house.actor("member", Role.MEMBER),
    }


@pytest.fixture
def season(house: House, people: dict[str, Actor]) -> Season:
    told = {**PLAN, "others": PART, "boss": "director"}
    form = PROJECT.replace("field = [", ASKED)
    return declared(house, TRACKING, by={"smelting": people["smelting"]}, answers=told, form=form)


def seen(
    house: House, season: Season, people: dict[str, Actor], number: int, signed_in, visitor: Visitor
) -> dict[str, int]:
    path = f"/files/{number}"
    found = {name: signed_in(actor.person_id or 0).client.get(path).status_code for name, actor in people.items()}
    return {**found, "visitor": visitor.client.get(path).status_code}


NOBODY = {"casting": 404, "other leader": 404, "member": 404, "visitor": 404}


def test_the_evidence_of_a_report_is_shown_to_its_leader_and_to_whoever_takes_part(
    house: House, season: Season, people: dict[str, Actor], signed_in, visitor: Visitor
) -> None:
    stage = house.open(season, "progress")
    paper = cleaned_file("台账.csv", "月份,完成".encode())
    said = Said("完成", None, {1: "91"}, uploads=(paper,))
    report = house.act(tracking.report, stage.id, "smelting", said, number=1, actor=people["smelting"])
    assert seen(house, season, people, report.files[0], signed_in, visitor) == {
        "leader": 200,
        "smelting": 200,
        "refining": 200,
        **NOBODY,
    }


def test_what_was_not_handed_in_is_its_branch_s_own(
    house: House, season: Season, people: dict[str, Actor], signed_in, visitor: Visitor
) -> None:
    entry: Entry = house.ask(seasons.entry_by_key, season.id, "smelting")
    paper = cleaned_file("自评.csv", "指标,完成".encode())
    kept = house.act(files.keep, entry.id, paper, actor=people["smelting"])
    own = {"leader": 404, "smelting": 200, "refining": 404, **NOBODY}
    assert seen(house, season, people, kept.id, signed_in, visitor) == own
    with house.database.writing() as session:
        files.hand_in(session, entry.id, [kept.id])
    named = {"leader": 200, "smelting": 200, "refining": 200, **NOBODY}
    assert seen(house, season, people, kept.id, signed_in, visitor) == named
