"""Awards are what was decided and left standing, final when the committee says so, and public from then on only."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from random import Random

import openpyxl
import pytest

from evalflow.access import VISITOR, Role
from evalflow.audit.signing import Signer
from evalflow.engine import jobs
from evalflow.errors import Conflict, Forbidden
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, Phase, StageRow
from evalflow.seasons.play import World
from evalflow.stages.award import commands, lifecycle, play, queries
from evalflow.stages.award.models import Award
from evalflow.stages.notice import commands as notice
from evalflow.stages.notice.models import ObjectionState
from tests.met import Met
from tests.visitors import Visitor

HOME = "/s/test-2026/ceremony/award/"
THREE = [("smelting", 1, "first"), ("refining", 2, "second"), ("rolling", 3, "second")]
DOWNLOADS = ("certificate/smelting.pdf", "certificates.pdf", "documents.zip", "results.pdf", "results.xlsx")


def stage_of(met: Met) -> StageRow:
    return met.house.stage(met.season, "ceremony")


def awarded(met: Met) -> list[tuple[str, int, str]]:
    return [(one.entry.key, one.place, one.tier) for one in met.house.ask(queries.awards, stage_of(met).id)]


def finalise(met: Met, signer: Signer) -> None:
    """The committee's word, and what time makes of it at once."""
    met.house.act(commands.finalise, stage_of(met).id, actor=met.members[0])
    jobs.tick(met.house.database, now=met.house.now, signer=signer)


def test_what_was_decided_is_awarded_in_its_tiers_and_final_at_once(ceremony: Met, signer: Signer) -> None:
    finalise(ceremony, signer)
    assert awarded(ceremony) == THREE
    stage = stage_of(ceremony)
    assert stage.phase == Phase.DONE
    outcome = seasons.outcome_of(stage)
    assert outcome is not None
    assert [(one["entry"], one["place"], one["tier"]) for one in outcome.facts["awards"]] == THREE
    assert [event[1:3] for event in ceremony.house.log("award.finalised")] == [
        ("committee_member", {"awards": [list(one) for one in THREE]})
    ]


def test_what_an_objection_struck_is_not_awarded(met: Met, signer: Signer) -> None:
    house = met.house
    stage = house.open(met.season, "notice")
    words = {"name": "王建国", "contact": "0798-1234567", "text": "节能数据与本车间台账不一致，请核实。"}
    house.act(notice.object_to, stage.id, entry_key="refining", code="0123456789abcdef" * 2, actor=VISITOR, **words)
    house.act(notice.answer, stage.id, 1, state=ObjectionState.UPHELD, text="经核对属实。", actor=met.organiser)
    for step in (house.close, house.settle):
        step(met.season, "notice")
    house.open(met.season, "ceremony")
    finalise(met, signer)
    assert awarded(met) == [("smelting", 1, "first"), ("rolling", 3, "second")]


def test_only_the_committee_makes_awards_final_and_only_once(ceremony: Met, signer: Signer) -> None:
    with pytest.raises(Forbidden):
        ceremony.house.act(commands.finalise, stage_of(ceremony).id, actor=ceremony.organiser)
    ceremony.house.act(commands.finalise, stage_of(ceremony).id, actor=ceremony.members[0])
    with pytest.raises(Conflict, match="already_final"):
        ceremony.house.act(commands.finalise, stage_of(ceremony).id, actor=ceremony.members[1])
    assert len(ceremony.house.log("award.finalised")) == 1


def test_nothing_is_made_final_before_the_ceremony_opens(met: Met) -> None:
    with pytest.raises(Conflict, match="stage_not_open"):
        met.house.act(commands.finalise, stage_of(met).id, actor=met.members[0])


def test_without_the_committees_word_the_organiser_can_not_end_it(ceremony: Met) -> None:
    with pytest.raises(Conflict, match="not_final"):
        ceremony.house.close(ceremony.season, "ceremony")


@pytest.mark.parametrize("days", [-1, 1])
def test_the_ceremonys_deadline_only_hurries_the_committee(ceremony: Met, signer: Signer, days: int) -> None:
    house = ceremony.house
    with house.database.writing() as session:
        stage = seasons.stage_by_id(session, stage_of(ceremony).id)
        stage.closes_at = house.now + timedelta(days=days)
        if days < 0:
            stage.phase, stage.closed_at = Phase.CLOSED, house.now
    finalise(ceremony, signer)
    assert stage_of(ceremony).phase == Phase.DONE
    assert len(awarded(ceremony)) == 3


@pytest.mark.breaks_the_database
def test_an_award_that_nobody_decided_is_a_fault(ceremony: Met, signer: Signer) -> None:
    finalise(ceremony, signer)
    assert ceremony.house.ask(lifecycle.faults, stage_of(ceremony)) == []
    with ceremony.house.database.writing() as session:
        drawing = session.query(Entry).filter_by(key="drawing").one()
        session.add(Award(stage_id=stage_of(ceremony).id, entry_id=drawing.id, place=4))
    assert ceremony.house.ask(lifecycle.faults, stage_of(ceremony)) == [
        "awards.csv:5: entry: expected smelting, refining or rolling, found 'drawing'"
    ]


def test_the_simulated_committee_makes_the_awards_final(ceremony: Met) -> None:
    world = World(
        database=ceremony.house.database,
        clock=ceremony.house.now,
        chance=Random("ceremony"),
        organiser=ceremony.organiser,
        secretaries={},
        members=(),
        committee=ceremony.members,
        tellers=(),
        passphrases={},
    )
    for _ in range(2):
        play.during(world, stage_of(ceremony))
    assert awarded(ceremony) == THREE


def test_before_it_is_final_nobody_outside_finds_a_name_or_a_file(ceremony: Met, visitor: Visitor) -> None:
    page = visitor.get(HOME).text
    assert "优秀党建品牌" not in page
    assert "smelting brand" not in page
    assert [visitor.get(HOME + path).status_code for path in DOWNLOADS] == [404] * len(DOWNLOADS)


def test_between_the_committees_word_and_its_taking_effect_nothing_is_public(ceremony: Met, visitor: Visitor) -> None:
    ceremony.house.act(commands.finalise, stage_of(ceremony).id, actor=ceremony.members[0])
    assert "smelting brand" not in visitor.get(HOME).text
    assert visitor.get(HOME + DOWNLOADS[0]).status_code == 404


def test_a_button_makes_them_final_and_public(
    ceremony: Met, visitor: Visitor, signed_in: Callable[[int], Visitor]
) -> None:
    committee = signed_in(ceremony.members[0].person_id or 0)
    assert re.findall(r"<li class=\"list-group-item\">(\w+) brand", committee.get(HOME).text) == [
        "smelting",
        "refining",
        "rolling",
    ]
    assert committee.post(HOME + "finalise").status_code == 302
    assert stage_of(ceremony).phase == Phase.DONE
    page = visitor.get(HOME).text
    assert re.findall(r"winner-title\">(\w+) brand", page) == ["smelting", "refining", "rolling"]
    assert re.findall(r"tone-warning\">(\S+?)<", page) == ["一等奖", "二等奖", "二等奖"]
    assert ceremony.season.digest in page


def test_the_organiser_sees_what_is_due_but_has_no_button(ceremony: Met, signed_in: Callable[[int], Visitor]) -> None:
    organiser = signed_in(ceremony.organiser.person_id or 0)
    page = organiser.get(HOME).text
    assert "smelting brand" in page
    assert "/finalise" not in page
    assert organiser.post(HOME + "finalise").status_code == 403


def test_a_plain_member_learns_nothing_early(ceremony: Met, signed_in: Callable[[int], Visitor]) -> None:
    member = ceremony.house.person("plain", Role.MEMBER)
    assert "smelting brand" not in signed_in(member).get(HOME).text


def test_the_results_show_every_part_the_tie_and_the_checkpoint_that_covers_them(
    ceremony: Met, signer: Signer, visitor: Visitor
) -> None:
    finalise(ceremony, signer)
    visitor.get("/sign-in")
    visitor.post("/language", locale="en", next="/")
    page = visitor.get(HOME).text
    rows = [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL)
    ]
    assert rows[:6] == [
        ["Awarded place", "Entry", "Branch", "Tier", "Composite", "Place in the ranking", "Vote 100%"],
        ["1", "smelting brand", "Smelting plant", "First class", "100.00", "1", "100.00"],
        ["2", "refining brand", "精炼分厂党支部", "Second class", "75.00", "2", "75.00"],
        ["3", "rolling brand", "rolling党支部", "Second class", "50.00", "3", "50.00"],
        ["–", "casting brand", "casting党支部", "–", "50.00", "4", "50.00"],
        ["–", "drawing brand", "drawing党支部", "–", "25.00", "5", "25.00"],
    ]
    assert "Tie broken by a motion: rolling brand &gt; casting brand" in page
    size = int(re.findall(r"test\.example/log<br>(\d+)<br>", page)[0])
    ceremony.house.person("somebody")
    jobs.tick(ceremony.house.database, now=ceremony.house.now, signer=signer)
    assert f"test.example/log<br>{size}<br>" in visitor.get(HOME).text


@pytest.mark.fonts
def test_the_files_of_the_ceremony(ceremony: Met, signer: Signer, visitor: Visitor) -> None:
    finalise(ceremony, signer)
    answers = {path: visitor.get(HOME + path) for path in DOWNLOADS}
    assert {path: (answer.status_code, answer.mimetype) for path, answer in answers.items()} == {
        "certificate/smelting.pdf": (200, "application/pdf"),
        "certificates.pdf": (200, "application/pdf"),
        "documents.zip": (200, "application/zip"),
        "results.pdf": (200, "application/pdf"),
        "results.xlsx": (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    }
    pages = [
        int(re.findall(rb"/Type\s*/Pages[^>]*?/Count (\d+)", answers[path].data)[0])
        for path in ("certificate/smelting.pdf", "certificates.pdf")
    ]
    assert pages == [1, 3]
    packed = zipfile.ZipFile(io.BytesIO(answers["documents.zip"].data))
    assert sorted(packed.namelist()) == [
        "certificate-refining.pdf",
        "certificate-rolling.pdf",
        "certificate-smelting.pdf",
        "certificates.pdf",
        "results.pdf",
    ]
    assert visitor.get(HOME + "certificate/casting.pdf").status_code == 404


def test_a_title_that_looks_like_a_formula_stays_text_in_the_workbook(
    ceremony: Met, signer: Signer, visitor: Visitor
) -> None:
    with ceremony.house.database.writing() as session:
        session.query(Entry).filter_by(key="smelting").one().title = '=HYPERLINK("http://x","y")'
    finalise(ceremony, signer)
    book = openpyxl.load_workbook(io.BytesIO(visitor.get(HOME + "results.xlsx").data))
    [sheet] = book.worksheets
    first = [(cell.value, cell.data_type) for cell in sheet[2]]
    assert first == [
        (1, "n"),
        ('=HYPERLINK("http://x","y")', "s"),
        ("熔炼分厂党支部", "s"),
        ("一等奖", "s"),
        (100, "n"),
        (1, "n"),
        (100, "n"),
    ]
