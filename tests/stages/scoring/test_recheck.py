"""Marks far from the others: the organiser is told, nobody else, and the scores wait until somebody has looked."""

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest

from evalflow.access import Actor, Role
from evalflow.engine import commands as engine
from evalflow.errors import Conflict
from evalflow.seasons import queries as seasons
from evalflow.stages.scoring import commands, lifecycle, queries
from tests.builders import House
from tests.declared import declared
from tests.scored import GOOD, SCORING, Points, Scoring
from tests.visitors import Visitor

HOME = "/s/test-2026/score/scoring/"
SLIP: Points = {"smelting": {"known": "9.5", "works": "9"}, "refining": {"known": "7", "works": "60"}}
WITH_RECHECK = SCORING.replace('closes = "opening', 'reopen = true\nrecheck = { beyond = 15 }\ncloses = "opening')
TOLD = [
    {"rater": "refining", "entry": "smelting", "mark": "217/5", "centre": "677/10", "distance": "243/10"},
    {"rater": "smelting", "entry": "smelting", "mark": "92", "centre": "677/10", "distance": "243/10"},
]
SignIn = Callable[[int | None], Visitor]


def closed(house: House, by: dict[str, Actor], rules: str, *, second: Points) -> Scoring:
    """The first sheet gives the good work 92; the second one is given."""
    season = declared(house, rules, by=by)
    house.open(season, "score")
    scoring = Scoring(house, season, by)
    for rater, points in (("smelting", GOOD), ("refining", second)):
        scoring.save(rater, points)
        scoring.hand_in(rater)
    house.close(season, "score")
    return scoring


@pytest.fixture
def slip(house: House, by: dict[str, Actor]) -> Scoring:
    """The second sheet has 9 where 90 was meant."""
    return closed(house, by, WITH_RECHECK, second=SLIP)


@pytest.fixture
def organiser(house: House) -> Actor:
    return house.actor("organiser", Role.ORGANISER)


def test_the_scores_wait_until_the_organiser_has_confirmed_and_the_marks_count_as_they_are(
    slip: Scoring, organiser: Actor
) -> None:
    [waits] = slip.house.ask(lambda session: lifecycle.unsettled(session, slip.stage))
    assert (waits.code, waits.facts) == ("marks_to_confirm", {"count": 2})
    with pytest.raises(Conflict, match="marks_to_confirm"):
        slip.house.settle(slip.season, "score")
    slip.house.act(commands.confirm_marks, slip.stage.id, actor=organiser)
    outcome = seasons.outcome_of(slip.house.settle(slip.season, "score"))
    assert outcome is not None
    assert outcome.figures["score"] == {"smelting": Fraction("67.7"), "refining": Fraction(64)}
    assert outcome.facts["recheck"] == TOLD
    assert [public for _, _, public, _ in slip.house.log("marks.confirmed")] == [{"marks": 2}]


def test_there_is_nothing_to_confirm_twice(house: House, slip: Scoring, organiser: Actor) -> None:
    house.act(commands.confirm_marks, slip.stage.id, actor=organiser)
    with pytest.raises(Conflict, match="no_marks_to_confirm"):
        house.act(commands.confirm_marks, slip.stage.id, actor=organiser)


def test_marks_that_agree_wait_for_nobody(house: House, by: dict[str, Actor]) -> None:
    scoring = closed(house, by, WITH_RECHECK, second=GOOD)
    assert house.ask(lambda session: lifecycle.unsettled(session, scoring.stage)) == ()
    assert house.settle(scoring.season, "score").phase == "done"


def test_where_the_stage_can_not_be_reopened_the_marks_are_told_and_nothing_waits(
    house: House, by: dict[str, Actor]
) -> None:
    scoring = closed(house, by, WITH_RECHECK.replace("reopen = true", ""), second=SLIP)
    assert house.ask(lambda session: queries.far_off(session, scoring.stage)) == TOLD
    assert house.settle(scoring.season, "score").phase == "done"


def test_a_stage_reopened_and_closed_again_is_looked_at_again(slip: Scoring, organiser: Actor) -> None:
    house = slip.house
    house.act(commands.confirm_marks, slip.stage.id, actor=organiser)
    later = house.now + timedelta(days=1)
    house.act(engine.reopen_stage, slip.stage.id, reason="slip", closes_at=later, actor=organiser)
    assert house.ask(lambda session: queries.far_off(session, slip.stage)) == []
    house.close(slip.season, "score")
    [waits] = house.ask(lambda session: lifecycle.unsettled(session, slip.stage))
    assert waits.code == "marks_to_confirm"


def test_the_rater_mends_the_slip_once_the_stage_is_reopened(slip: Scoring, organiser: Actor) -> None:
    house = slip.house
    later = house.now + timedelta(days=1)
    house.act(engine.reopen_stage, slip.stage.id, reason="slip", closes_at=later, actor=organiser)
    slip.take_back("refining")
    slip.save("refining", GOOD)
    slip.hand_in("refining")
    house.close(slip.season, "score")
    assert house.settle(slip.season, "score").phase == "done"


def test_the_page_tells_the_organiser_what_to_do_and_confirms(
    slip: Scoring, organiser: Actor, signed_in: SignIn
) -> None:
    visitor = signed_in(organiser.person_id)
    page = visitor.get(HOME).text
    assert 'id="far-off"' in page and "43.4" in page and "24.3" in page and "/steer/test-2026/" in page
    assert 'id="far-off"' in visitor.send(HOME + "confirm-marks").text
    assert 'action="/s/test-2026/score/scoring/confirm-marks"' not in visitor.get(HOME).text
    assert slip.house.settle(slip.season, "score").phase == "done"


def test_nobody_but_the_organiser_is_shown_marks_far_off(slip: Scoring, visitor: Visitor, signed_in: SignIn) -> None:
    rater = signed_in(slip.by["refining"].person_id)
    auditor = signed_in(slip.house.actor("auditor", Role.AUDITOR).person_id)
    committee = signed_in(slip.house.actor("committee", Role.COMMITTEE_MEMBER).person_id)
    for one in (rater, auditor, committee, visitor):
        assert 'id="far-off"' not in one.get(HOME).text
    assert [one.post(HOME + "confirm-marks").status_code for one in (rater, auditor, committee)] == [403, 403, 403]


def test_the_organiser_has_it_to_do(slip: Scoring, organiser: Actor) -> None:
    def titles(actor: Actor) -> list[str]:
        found = slip.house.ask(lambda session: queries.tasks(session, slip.stage, actor, slip.house.now))
        return [task.title for task in found]

    assert (titles(organiser), titles(slip.by["smelting"])) == (["Look at marks far from the others"], [])
    slip.house.act(commands.confirm_marks, slip.stage.id, actor=organiser)
    assert titles(organiser) == []


DEDUCTIONS = (
    SCORING.replace('aggregate = { method = "mean" }', 'aggregate = { by = "criterion", method = "mean" }')
    .replace("weight = 60 }", "min = -5, max = 0 }")
    .replace("weight = 40, ", "")
)


def test_deductions_are_typed_with_their_sign(house: House, by: dict[str, Actor], signed_in: SignIn) -> None:
    season = declared(house, DEDUCTIONS, by=by)
    house.open(season, "score")
    scoring = Scoring(house, season, by)
    page = signed_in(by["smelting"].person_id).get(HOME).text
    assert 'min="-5" max="0"' in page and "−5–0" in page
    scoring.save("smelting", {"smelting": {"known": "8", "works": "-2.0"}, "refining": {"known": "7", "works": "-0"}})
    assert scoring.points("smelting") == {
        "refining": {"known": "7", "works": "0"},
        "smelting": {"known": "8", "works": "-2"},
    }
    scoring.hand_in("smelting")
    house.close(season, "score")
    outcome = seasons.outcome_of(house.settle(season, "score"))
    assert outcome is not None
    assert outcome.figures["score"] == {"smelting": Fraction(6), "refining": Fraction(7)}
