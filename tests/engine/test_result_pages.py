"""The way to a result is open to whoever may know it: to the dossier's readers stage by stage, then to everybody."""

import io
import re

import openpyxl
import pytest
from flask import Flask

from evalflow.access import Role
from evalflow.audit.signing import Signer
from evalflow.db import Database
from evalflow.seasons.play import World
from tests.builders import Clock
from tests.house.test_permissions import SEASON, founded, turns, visitors
from tests.visitors import Visitor

RANKING, ENTRY, BOOK = (f"/s/{SEASON}/{page}" for page in ("results", "result/smelting", "results.xlsx"))
SENTENCE = re.compile(r"\d+\.\d\d = \d+ % × [\d.]+ \+ \d+ % × [\d.]+, place \d of 3")


@pytest.fixture
def world(database: Database, clock: Clock) -> World:
    return founded(database, clock)


def play_until(turn: str, world: World, clock: Clock, signer: Signer) -> None:
    next(one for one in turns(world, clock, signer) if one == turn)


def in_english(visitor: Visitor) -> Visitor:
    visitor.send("/language", locale="en", next="/")
    return visitor


def statuses(visitor: Visitor) -> list[int]:
    return [visitor.get(path).status_code for path in (RANKING, ENTRY, BOOK)]


def test_only_the_dossiers_readers_see_the_way_before_the_awards_are_final(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    play_until("committee_decision open", world, clock, signer)
    found = {role: statuses(visitor) for role, visitor in visitors(app, database).items()}
    readers = {Role.COMMITTEE_MEMBER, Role.ORGANISER, Role.AUDITOR}
    assert found == {role: [200] * 3 if role in readers else [404] * 3 for role in Role}


def test_nothing_of_a_stage_that_still_runs_is_told_to_anybody(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    play_until("peer_scoring open", world, clock, signer)
    page = visitors(app, database)[Role.AUDITOR].get(ENTRY).text
    assert "step-online_vote" in page
    assert "step-peer_scoring" not in page


def test_everybody_sees_every_step_once_the_awards_are_final(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    play_until("finished", world, clock, signer)
    visitor = in_english(Visitor(app))
    assert statuses(visitor) == [200] * 3
    page = visitor.get(ENTRY).text
    assert SENTENCE.search(page)
    assert re.findall(r'id="step-(\w+)"', page) == [
        "online_vote",
        "peer_scoring",
        "committee_decision",
        "public_notice",
        "ceremony",
    ]
    assert len(re.findall(r'href="/s/small-2026/result/\w', visitor.get(RANKING).text)) == 3
    assert RANKING in visitor.get(f"/s/{SEASON}").text


def test_the_workbook_comes_as_a_file_with_formulas(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    play_until("finished", world, clock, signer)
    answer = Visitor(app).get(BOOK)
    assert answer.headers["Content-Disposition"] == f"attachment; filename={SEASON}-formulas.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert len(book.worksheets) == 5
    assert str(book.worksheets[-1]["F3"].value).startswith("=")


def test_who_stepped_back_from_an_entry_sees_no_figure_of_it_before_everybody_does(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    play_until("committee_decision open", world, clock, signer)
    member = visitors(app, database)[Role.COMMITTEE_MEMBER]
    member.get(f"/s/{SEASON}/committee_decision/decision/")
    member.send(f"/s/{SEASON}/committee_decision/decision/recuse", entry="smelting")
    own, list_page = member.get(ENTRY).text, member.get(RANKING).text
    assert ('class="empty"' in own, "result-step" in own, "svg" in own.partition("<main")[2]) == (True, False, False)
    assert ENTRY not in list_page
    assert BOOK not in list_page
    assert member.get(BOOK).status_code == 404
    assert "result-step" in member.get(f"/s/{SEASON}/result/refining").text


def test_an_entry_there_is_not_has_no_page(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    play_until("finished", world, clock, signer)
    assert Visitor(app).get(f"/s/{SEASON}/result/nobody").status_code == 404
    assert Visitor(app).get("/s/no-such/results").status_code == 404
