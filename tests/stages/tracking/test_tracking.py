"""Reports on the progress of entries."""

import hashlib

import pytest

from evalflow.access import Actor
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Season
from evalflow.stages.tracking import commands, queries
from evalflow.stages.tracking.commands import Said
from evalflow.stages.tracking.models import ProgressReport
from tests.builders import House
from tests.declared import declared, secretaries
from tests.visitors import Visitor

TRACKING = """
[[stage]]
key = "progress"
kind = "tracking"
title = { zh = "跟踪推进", en = "Tracking" }
closes = "opening + 30 days"
"""
HOME = "/s/test-2026/progress/tracking/"


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def season(house: House, by: dict[str, Actor]) -> Season:
    season = declared(house, TRACKING, by=by)
    house.open(season, "progress")
    return season


def report(house: House, season: Season, actor: Actor, *, number: int = 1, text: str = "按计划推进") -> ProgressReport:
    stage_id = house.stage(season, "progress").id
    return house.act(commands.report, stage_id, "smelting", Said(text), number=number, actor=actor)


def test_a_branch_reports_on_its_entry_and_the_outcome_counts_the_reports(
    house: House, season: Season, by: dict[str, Actor]
) -> None:
    for number in (1, 2):
        report(house, season, by["smelting"], number=number)
    house.close(season, "progress")
    outcome = seasons.outcome_of(house.settle(season, "progress"))
    assert outcome is not None
    assert {key: int(count) for key, count in outcome.figures["reports"].items()} == {"smelting": 2, "refining": 0}


def test_the_log_records_a_report_by_the_digest_of_its_text(house: House, season: Season, by: dict[str, Actor]) -> None:
    report(house, season, by["smelting"], text="进展")
    (public,) = [public for _, _, public, _ in house.log("report.filed")]
    assert public == {
        "entry": "smelting",
        "number": 1,
        "day": "2026-04-09",
        "corrects": 0,
        "figures": {},
        "text_sha256": "92d5adc36c2de7223966f358dd8d07c8273d9d8b6280bc1af40fccc2677321a0",
        "particulars_sha256": hashlib.sha256(b"[[],[]]").hexdigest(),
    }


def test_nobody_reports_on_another_branchs_entry(house: House, season: Season, by: dict[str, Actor]) -> None:
    with pytest.raises(Forbidden):
        report(house, season, by["refining"])


def test_the_same_form_sent_twice_is_one_report(house: House, season: Season, by: dict[str, Actor]) -> None:
    report(house, season, by["smelting"])
    with pytest.raises(Conflict, match="changed_meanwhile"):
        report(house, season, by["smelting"])


@pytest.mark.parametrize(("text", "code"), [("  ", "report_empty"), ("x" * 5001, "too_long")])
def test_a_report_has_words_and_not_too_many(
    house: House, season: Season, by: dict[str, Actor], text: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        report(house, season, by["smelting"], text=text)
    assert refused.value.fields == {"text": code}


def test_no_report_is_taken_after_the_deadline(house: House, season: Season, by: dict[str, Actor]) -> None:
    house.close(season, "progress")
    with pytest.raises(Conflict, match="stage_not_open"):
        report(house, season, by["smelting"])


def test_a_branch_is_told_to_report_until_it_has(house: House, season: Season, by: dict[str, Actor]) -> None:
    stage = house.stage(season, "progress")
    before = house.ask(queries.tasks, stage, by["smelting"], house.now)
    report(house, season, by["smelting"])
    after = house.ask(queries.tasks, stage, by["smelting"], house.now)
    assert [(task.detail, task.is_done) for task in (*before, *after)] == [
        ("smelting brand", False),
        ("smelting brand · 2026-04", False),
        ("smelting brand · 2026-05", False),
        ("smelting brand", True),
        ("smelting brand · 2026-04", False),
        ("smelting brand · 2026-05", False),
    ]


def test_a_branch_files_its_report_on_a_page_that_no_other_branch_reads(
    visitor: Visitor, signed_in, house: House, season: Season, by: dict[str, Actor]
) -> None:
    own, other = signed_in(by["smelting"].person_id), signed_in(by["refining"].person_id)
    own.get(HOME + "smelting")
    page = own.send(HOME + "smelting", number="1", text="第一行\n第二行")
    assert (page.status_code, "第一行<br>第二行" in page.text) == (200, True)
    assert own.post(HOME + "smelting", number="2", text="").status_code == 422
    assert other.get(HOME + "smelting").status_code == 403
    assert visitor.get(HOME + "smelting").status_code == 302
    assert "smelting brand" not in visitor.get(HOME).text
