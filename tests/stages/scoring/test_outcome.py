"""What becomes of the sheets: who is missing, what counts, and what the engine is told."""

from datetime import timedelta
from fractions import Fraction
from random import Random

import pytest
from sqlalchemy import text

from evalflow.access import Actor, Role
from evalflow.errors import Conflict
from evalflow.i18n import Text
from evalflow.seasons import queries as seasons
from evalflow.seasons.play import World
from evalflow.stages.scoring import lifecycle, play, queries
from tests.builders import House
from tests.declared import declared
from tests.scored import GOOD, SCORING, Scoring


def close_and_settle(scoring: Scoring) -> dict[str, dict[str, Fraction]]:
    scoring.house.close(scoring.season, "score")
    outcome = seasons.outcome_of(scoring.house.settle(scoring.season, "score"))
    assert outcome is not None
    return {name: dict(figures) for name, figures in outcome.figures.items()}


def test_before_the_deadline_it_closes_only_when_every_sheet_is_in(scoring: Scoring) -> None:
    scoring.save("smelting", GOOD)
    scoring.hand_in("smelting")
    [missing] = scoring.house.ask(lambda session: lifecycle.missing(session, scoring.stage))
    assert (missing.code, missing.facts) == (
        "sheets_missing",
        {"count": 1, "who": Text("精炼分厂党支部", "精炼分厂党支部")},
    )
    scoring.save("refining", GOOD)
    scoring.hand_in("refining")
    assert scoring.house.ask(lambda session: lifecycle.missing(session, scoring.stage)) == ()


def test_scores_are_the_means_of_the_sheets_handed_in_and_drafts_do_not_count(scoring: Scoring) -> None:
    """GOOD gives smelting 40 · 0.95 + 60 · 0.9 = 92 and refining 40 · 0.7 + 60 · 0.6 = 64."""
    scoring.save("smelting", GOOD)
    scoring.hand_in("smelting")
    scoring.save("refining", {"smelting": {"known": "0", "works": "0"}, "refining": {"known": "10"}})
    assert close_and_settle(scoring) == {
        "score": {"smelting": Fraction(92), "refining": Fraction(64)},
        "raters": {"smelting": Fraction(1), "refining": Fraction(1)},
    }


def test_a_void_sheet_does_not_count_and_the_other_does(scoring: Scoring) -> None:
    scoring.save("smelting", {key: {"known": "5", "works": "50"} for key in GOOD})
    scoring.hand_in("smelting", although_void=True)
    scoring.save("refining", GOOD)
    scoring.hand_in("refining")
    assert close_and_settle(scoring)["score"] == {"smelting": Fraction(92), "refining": Fraction(64)}


def test_the_evidence_is_what_was_handed_in_and_appears_only_after_closing(scoring: Scoring) -> None:
    scoring.save("smelting", {"smelting": {"known": "9.50"}, "refining": {"works": "60"}})
    scoring.recuse("smelting", "refining")
    scoring.hand_in("smelting")
    scoring.save("refining", GOOD)
    assert scoring.house.ask(lambda session: lifecycle.evidence(session, scoring.stage)) == {}
    scoring.house.close(scoring.season, "score")
    assert scoring.house.ask(lambda session: lifecycle.evidence(session, scoring.stage)) == {
        "sheets": [{"rater": "smelting", "entry": "smelting", "criterion": "known", "points": "9.5"}],
        "raters": [{"rater": "smelting", "branch": "smelting"}, {"rater": "refining", "branch": "refining"}],
        "recusals": [{"rater": "smelting", "entry": "refining"}],
    }


def test_a_committee_without_members_can_not_score(house: House, by: dict[str, Actor]) -> None:
    season = declared(house, SCORING.replace('"each_branch"', '"each_committee_member"'), by=by)
    with pytest.raises(Conflict, match="no_raters"):
        house.open(season, "score")


@pytest.mark.breaks_the_database
def test_the_check_finds_points_for_the_own_entry_and_in_spite_of_stepping_back(
    house: House, by: dict[str, Actor]
) -> None:
    season = declared(house, SCORING.replace('own_entry = "allowed"', 'own_entry = "excluded"'), by=by)
    house.open(season, "score")
    scoring = Scoring(house, season, by)
    scoring.recuse("smelting", "refining")
    sheet = scoring.sheet("smelting")
    entries = house.ask(lambda session: seasons.entries(session, season.id))
    with house.database.writing() as session:
        for entry in entries:
            row = {"sheet": sheet.id, "entry": entry.id}
            session.execute(text("INSERT INTO score VALUES (:sheet, :entry, 'known', '10')"), row)
    assert sorted(house.ask(lambda session: lifecycle.faults(session, scoring.stage))) == [
        "smelting scored refining in spite of stepping back",
        "smelting scored the own entry smelting",
    ]


def test_simulated_raters_hand_in_sheets_that_count_and_lean_towards_good_work(scoring: Scoring) -> None:
    house = scoring.house
    organiser = house.actor("organiser", Role.ORGANISER)
    world = World(house.database, house.now, Random(3), organiser, scoring.by, (), (), (), {}, seed="brass")
    play.during(world, scoring.stage)
    assert [queries.is_in(one) for one in house.ask(queries.sheets, scoring.stage.id)] == [True, True]
    house.clock.moment = world.clock + timedelta(hours=1)
    score = close_and_settle(scoring)["score"]
    assert sorted(score, key=lambda key: score[key]) == sorted(GOOD, key=world.quality)
