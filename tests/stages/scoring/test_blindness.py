"""Nobody reads a rater's points, or a mean made of them, anywhere, before the scoring is settled."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from evalflow.access import Actor, Role
from evalflow.web.guard import OPEN_ENDPOINTS
from tests.builders import House
from tests.declared import declared
from tests.scored import SCORING, Points, Scoring
from tests.visitors import Visitor

HOME = "/s/test-2026/score/scoring/"
TOLD = re.compile(r"(?<![\w.])(3\.5|87|66\.2)(?![\w.])")  # 40 · 0.35 + 60 · 0.87 = 66.2
SECRET: Points = {"smelting": {"known": "3.5", "works": "87"}, "refining": {"known": "0", "works": "0"}}
ARGUMENTS = {
    "season_key": "test-2026",
    "stage_key": "score",
    "entry_key": "smelting",
    "other_key": "refining",
    "attachment_id": 1,
    "person_id": 1,
    "grant_id": 1,
    "number": 1,
    "year": 2026,
    "branch_key": "smelting",
    "code": "0" * 32,
    "form": "svg",
    "step": "close",
    "token": "unknown",
}
SignIn = Callable[[int | None], Visitor]


def pages(app: Flask) -> list[str]:
    """Every page there is, as far as it is about this season and its scoring."""
    adapter = app.url_map.bind("localhost")
    return sorted(
        {
            adapter.build(rule.endpoint, {name: ARGUMENTS[name] for name in rule.arguments}, method="GET")
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.endpoint not in OPEN_ENDPOINTS
        }
    )


def said(answer: TestResponse) -> str:
    """All the text of an answer; that of its files, where it is an archive."""
    if not zipfile.is_zipfile(io.BytesIO(answer.data)):
        return answer.data.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return "\n".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


@pytest.fixture
def others(scoring: Scoring, app: Flask, signed_in: SignIn) -> dict[str, Visitor]:
    """Everybody but the rater: each office, the other branch, whoever just passes by."""
    found = {"visitor": Visitor(app), "refining": signed_in(scoring.by["refining"].person_id)}
    for role in Role:
        if role not in (Role.VISITOR, Role.BRANCH_SECRETARY):
            found[role.value] = signed_in(scoring.house.actor(role.value, role).person_id)
    return found


def test_no_page_tells_a_score_to_anybody_but_its_rater(
    scoring: Scoring, app: Flask, others: dict[str, Visitor], signed_in: SignIn
) -> None:
    def seen_by_others() -> list[tuple[str, str]]:
        return [
            (name, path)
            for name, one in others.items()
            for path in pages(app)
            if TOLD.search(said(one.client.get(path)))
        ]

    before = seen_by_others()
    scoring.save("smelting", SECRET)
    own = signed_in(scoring.by["smelting"].person_id).get(HOME)
    assert sorted(set(TOLD.findall(own.text))) == ["3.5", "87"]
    assert seen_by_others() == before == []
    scoring.hand_in("smelting")
    assert seen_by_others() == []
    scoring.house.close(scoring.season, "score")
    assert seen_by_others() == []


def test_the_own_entry_is_not_on_the_sheet_and_not_taken_from_a_form(
    house: House, by: dict[str, Actor], signed_in: SignIn
) -> None:
    season = declared(house, SCORING.replace('own_entry = "allowed"', 'own_entry = "excluded"'), by=by)
    house.open(season, "score")
    scoring = Scoring(house, season, by)
    rater = signed_in(by["smelting"].person_id)
    shown = set(re.findall(r'name="points\.(\w+)\.', rater.get(HOME).text))
    version = str(scoring.sheet("smelting").version)
    for path in (HOME, HOME + "autosave"):
        answer = rater.post(path, **{"version": version, "page": "", "points.smelting.known": "10"})
        assert answer.status_code == 403
    assert (shown, scoring.points("smelting")) == ({"refining"}, {})
