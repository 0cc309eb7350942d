"""A scoring criterion by criterion as its dossier's readers see it: every panel, factor and part."""

import re
from collections.abc import Callable

from evalflow.access import Actor, Role
from evalflow.engine.explaining import explain_settled
from tests.builders import House
from tests.declared import declared
from tests.scored import SCORING, Points, Scoring
from tests.visitors import Visitor

RULES = (
    SCORING.replace('{ method = "mean" }', '{ by = "criterion", method = "mean", round_panel = 1, round_part = 0 }')
    .replace("weight = 40, max = 10", 'max = 10, factor = "1.6"')
    .replace("weight = 60 }", 'factor_from = "declare.tonnes", max = 10 }')
)
FIRST: Points = {"smelting": {"known": "7", "works": "6"}, "refining": {"known": "4"}}
SECOND: Points = {"smelting": {"known": "7.5", "works": "7"}, "refining": {"known": "5"}}
SignIn = Callable[[int | None], Visitor]


def test_the_way_to_a_score_can_be_followed_step_by_step(house: House, by: dict[str, Actor], signed_in: SignIn) -> None:
    season = declared(house, RULES, by=by, answers={"tonnes": "3.5"})
    house.open(season, "score")
    scoring = Scoring(house, season, by)
    for rater, points in (("smelting", FIRST), ("refining", SECOND)):
        scoring.save(rater, points)
        scoring.hand_in(rater)
    house.close(season, "score")
    house.settle(season, "score")
    explain_settled(house.database, now=house.now)
    auditor = signed_in(house.actor("auditor", Role.AUDITOR).person_id)
    auditor.send("/language", locale="en", next="/")
    page = auditor.get("/s/test-2026/result/smelting").text
    assert re.findall(r'<span class="working">([^<]*)</span>(?: → ([\d.]+))?', page) == [
        ("(7 + 7.5) ÷ 2 = 7.25", "7.3"),
        ("7.3 × 1.6 = 11.68", "12"),
        ("(6 + 7) ÷ 2 = 6.5", ""),
        ("6.5 × 3.5 = 22.75", "23"),
        ("12 + 23 = 35", ""),
    ]
    assert "no points" in auditor.get("/s/test-2026/result/refining").text
    told = "It is multiplied: Awareness × 1.6, Results × “Declaration · Tonnes”."
    assert told in auditor.get("/s/test-2026/score/scoring/").text
