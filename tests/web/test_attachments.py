"""Who is shown the files of a project: whoever it names, beside those who own, review or read it."""

import pytest

from evalflow.access import Actor, Role
from evalflow.files import commands as files
from evalflow.files.content import cleaned_file
from evalflow.people.models import Branch
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, Season
from evalflow.stages.inspection import commands as inspection
from evalflow.stages.inspection.commands import Stated
from evalflow.stages.tracking import commands as tracking
from evalflow.stages.tracking.commands import Said
from tests.builders import House
from tests.declared import PLAN, PROJECT, declared, secretaries
from tests.visitors import Visitor

ASKED = """field = [
  { key = "boss", type = "leader", label = { zh = "挂帅领导", en = "Leader" } },
  { key = "papers", type = "file", label = { zh = "证明材料", en = "Papers" } },"""
STAGES = """
[[stage]]
key = "progress"
kind = "tracking"
title = { zh = "跟踪推进", en = "Tracking" }
closes = "opening + 200 days"

[[stage]]
key = "year_end"
kind = "inspection"
title = { zh = "年终考核", en = "Year-end assessment" }
closes = "opening + 10 days"
"""
PAPER = cleaned_file("台账.csv", "月份,完成".encode())
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
    by, uploads = {"smelting": people["smelting"]}, {"papers": [PAPER]}
    return declared(house, STAGES, by=by, answers=told, form=form, uploads=uploads)


def seen(
    house: House, season: Season, people: dict[str, Actor], number: int, signed_in, visitor: Visitor
) -> dict[str, int]:
    path = f"/files/{number}"
    found = {name: signed_in(actor.person_id or 0).client.get(path).status_code for name, actor in people.items()}
    return {**found, "visitor": visitor.client.get(path).status_code}


NOBODY = {"casting": 404, "other leader": 404, "member": 404, "visitor": 404}


NAMED = {"leader": 200, "smelting": 200, "refining": 200, **NOBODY}
OWN = {"leader": 404, "smelting": 200, "refining": 404, **NOBODY}


def test_the_files_of_a_declaration_are_shown_to_its_leader_and_to_whoever_takes_part(
    house: House, season: Season, people: dict[str, Actor], signed_in, visitor: Visitor
) -> None:
    entry: Entry = house.ask(seasons.entry_by_key, season.id, "smelting")
    [number] = entry.answers["papers"]
    assert seen(house, season, people, number, signed_in, visitor) == NAMED


def test_the_evidence_of_a_report_is_shown_to_its_leader_and_to_whoever_takes_part(
    house: House, season: Season, people: dict[str, Actor], signed_in, visitor: Visitor
) -> None:
    stage = house.open(season, "progress")
    said = Said("完成", None, {1: "91"}, uploads=(PAPER,))
    report = house.act(tracking.report, stage.id, "smelting", said, number=1, actor=people["smelting"])
    assert seen(house, season, people, report.files[0], signed_in, visitor) == NAMED


def test_the_evidence_of_an_assessment_is_shown_to_nobody_whom_the_project_names(
    house: House, season: Season, people: dict[str, Actor], signed_in, visitor: Visitor
) -> None:
    house.open(season, "progress")
    house.close(season, "progress")
    house.settle(season, "progress")
    stage = house.open(season, "year_end")
    stated = Stated({1: "96.5", 2: "8"}, "已完成", uploads=(PAPER,))
    own = {"actor": people["smelting"]}
    saved = house.act(inspection.save, stage.id, "smelting", stated, version=0, **own)
    number = saved.files[0]
    assert seen(house, season, people, number, signed_in, visitor) == OWN
    house.act(inspection.hand_in, stage.id, "smelting", version=saved.version, **own)
    assert seen(house, season, people, number, signed_in, visitor) == OWN
    auditor = signed_in(house.actor("auditor", Role.AUDITOR).person_id or 0)
    assert auditor.client.get(f"/files/{number}").status_code == 200


def test_what_was_not_handed_in_is_its_branch_s_own(
    house: House, season: Season, people: dict[str, Actor], signed_in, visitor: Visitor
) -> None:
    entry: Entry = house.ask(seasons.entry_by_key, season.id, "smelting")
    kept = house.act(files.keep, entry.id, PAPER, actor=people["smelting"])
    assert seen(house, season, people, kept.id, signed_in, visitor) == OWN
