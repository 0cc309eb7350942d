"""How firm a ranking is, for the dossier's readers; hints from the sheets, for auditors: when, and for nobody else."""

import re
from fractions import Fraction

import pytest
from flask import Flask, render_template

from evalflow.access import Role
from evalflow.analysis.integrity import Hint, Integrity, Look
from evalflow.audit.signing import Signer
from evalflow.db import Database
from evalflow.engine.hint_pages import HintsPage, Part
from evalflow.seasons import queries
from evalflow.seasons.play import World
from evalflow.seasons.rules import definition_of
from tests.builders import Clock
from tests.engine.test_result_pages import in_english, play_until, turns
from tests.house.test_permissions import SEASON, founded, visitors

FIRM, HINTS = f"/s/{SEASON}/firmness", f"/s/{SEASON}/hints"


@pytest.fixture
def world(database: Database, clock: Clock) -> World:
    return founded(database, clock)


def test_only_the_dossiers_readers_see_how_firm_it_is_and_only_auditors_the_hints(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    play_until("committee_decision open", world, clock, signer)
    found = {
        role: (one.get(FIRM).status_code, one.get(HINTS).status_code) for role, one in visitors(app, database).items()
    }
    firm = {role for role, (status, _) in found.items() if status == 200}
    hints = {role for role, (_, status) in found.items() if status == 200}
    assert firm == {Role.COMMITTEE_MEMBER, Role.ORGANISER, Role.AUDITOR}
    assert hints == {Role.AUDITOR}
    assert {status for both in found.values() for status in both} <= {200, 302, 403, 404}


def test_nothing_is_computed_from_sheets_that_are_still_being_filled_in(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    play_until("peer_scoring open", world, clock, signer)
    auditor = in_english(visitors(app, database)[Role.AUDITOR])
    assert "This page begins when the stages before the decision are done." in auditor.get(FIRM).text
    hints = auditor.get(HINTS).text
    assert "is not over: nothing is computed before." in hints
    assert "Krippendorff" not in hints


def test_before_the_decision_every_place_is_certain_marginal_or_out(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    play_until("committee_decision open", world, clock, signer)
    auditor = in_english(visitors(app, database)[Role.AUDITOR])
    page = auditor.get(FIRM).text
    assert len(re.findall(r">(certain|marginal|out)</span>", page)) == 3
    assert re.search(r"now \d+ %, the same winners from [\d.]+ % to [\d.]+ %", page)
    assert re.search(r"Kendall(?:'|&#39;)s W</dt>\s*<dd>(0|1|0\.\d+|–)</dd>", auditor.get(HINTS).text)


def test_hints_are_told_to_nobody_at_any_turn_before_scoring_closed_and_to_auditors_alone_after(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    """Both measures of agreement stand on the page as soon as there is a page, and not a turn earlier."""
    told: dict[str, tuple[set[Role], bool, bool]] = {}
    for turn in turns(world, clock, signer):
        people = visitors(app, database)
        open_to = {role for role, one in people.items() if one.get(HINTS).status_code == 200}
        page = in_english(people[Role.AUDITOR]).get(HINTS).text
        told[turn] = open_to, bool(re.search(r"Kendall(?:'|&#39;)s W", page)), "Krippendorff" in page
    closed = list(told).index("peer_scoring open") + 1
    assert list(told.values()) == [({Role.AUDITOR}, number >= closed, number >= closed) for number in range(len(told))]


def test_every_hint_has_its_heading_and_its_sentence(
    app: Flask, database: Database, world: World, clock: Clock, signer: Signer
) -> None:
    """Much for each other, little for rivals, one mark all down the sheet, far from the others; W and alpha above."""
    looks = tuple(Look(hint, ("x",), ("e", "f"), Fraction(7)) for hint in Hint)
    found = Integrity(raters=5, far=Fraction(6), w=Fraction(1, 2), alpha=Fraction(1, 4), looks=looks)
    with database.reading() as session:
        season = queries.season_by_key(session, SEASON)
        stage = next(one for one in definition_of(season).stages if one.kind == "scoring")
        page = HintsPage(season, [Part(stage, found)], [], {"e": "Light", "f": "Lamp"}, {"x": "Mill"})
        with app.test_request_context("/", headers={"Cookie": "locale=en"}):
            text = " ".join(render_template("results/hints.html", page=page, Hint=Hint).split())
    assert re.findall(r"<h3>(.+?)</h3> <ul> <li>(.+?)</li>", text) == [
        (
            "High marks given to each other",
            "Please look: Mill gave each other's entries (Light, Lamp) more than the others did, by at least 7.",
        ),
        (
            "Low marks for those beside the line",
            "Please look: Mill, whose own entry stands near the line, marked those beside it (Light, Lamp) harder "
            "than the rest by 7.",
        ),
        ("One mark all down the sheet", "Please look: Mill gave the same points throughout (entries: 2)."),
        ("Far from the others", "Please look: the marks of Mill usually differ from those of the others by 7."),
    ]
    assert re.findall(r"<dd[^>]*>(0\.[0-9]+)</dd>", text) == ["0.5", "0.25"]
