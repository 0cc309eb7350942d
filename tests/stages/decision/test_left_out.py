"""Whom the rules keep out of the ranking: told on the page and in the minutes, and not to be awarded."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from evalflow.config import Config
from evalflow.errors import Invalid
from evalflow.i18n import Text
from evalflow.seasons import queries as seasons
from evalflow.stages.award import printing as award_printing
from evalflow.stages.award import queries as awards
from evalflow.stages.decision import dossier, printing
from evalflow.stages.decision.printing import KEEPER
from tests.builders import House
from tests.met import MEETING, Met, convened
from tests.stages.decision.test_pages import HOME, english, plain
from tests.visitors import Visitor

VETO = """
  [[stage.veto]]
  label = { zh = "得票过少", en = "Too few votes" }
  from = "vote"
  figure = "votes"
  below = "2"
"""
CONDITION = """
  [[stage.eligible]]
  label = { zh = "得票两张以上", en = "two votes or more" }
  from = "vote"
  figure = "votes"
  at_least = "2"
"""
CEREMONY = """
[[stage]]
key = "ceremony"
kind = "award"
title = { zh = "表彰", en = "Ceremony" }
honour = { zh = "优秀品牌", en = "Excellent brand" }
tier = [
  { key = "first", title = { zh = "一等奖" }, places = 1 },
  { key = "second", title = { zh = "二等奖" }, places = 2 },
]
"""


@pytest.fixture
def met(house: House) -> Met:
    """Four, three, two and two votes; drawing has one and is out."""
    return convened(house, CEREMONY, meeting_rules=MEETING + VETO)


def test_who_is_vetoed_has_points_but_no_place(met: Met) -> None:
    read = met.house.ask(dossier.dossier, met.stage, KEEPER)
    assert [(one.entry.key, one.place) for one in read.ranking][-1] == ("drawing", None)
    assert [(title, one.entry, one.line.label, one.value) for title, one in read.barred] == [
        ("drawing brand", "drawing", Text("得票过少", "Too few votes"), 1)
    ]


def test_the_page_says_who_is_not_ranked_and_why(met: Met, signed_in: Callable[[int], Visitor]) -> None:
    page = plain(english(signed_in(met.organiser.person_id or 0)).get(HOME).text)
    assert "Not ranked: drawing brand. Reason: Too few votes (1)" in page
    assert "Veto: Too few votes. Whoever has “Vote” (votes) below 2 is not ranked." in page


def test_the_minutes_say_who_is_not_ranked(met: Met, config: Config) -> None:
    told = met.house.ask(printing.written, met.stage, KEEPER, config=config, locale="en")
    assert told["ranking"]["note"] == "Not ranked: drawing brand. Reason: Too few votes (1)"


def test_a_vetoed_entry_can_not_be_awarded_whatever_the_reason(met: Met) -> None:
    met.attend()
    met.divide("tie:casting>rolling", ayes=4)
    met.award("smelting", "drawing")
    with pytest.raises(Invalid) as refused:
        met.decide("smelting,1,", "drawing,2,特别贡献", leaves_empty=True)
    assert (refused.value.code, refused.value.fields) == ("decision_not_possible", {"drawing": "entry_vetoed"})


def test_the_results_say_who_was_not_ranked(met: Met) -> None:
    met.attend()
    met.divide("tie:casting>rolling", ayes=4)
    met.award("smelting", "refining", "casting")
    met.decide("smelting,1,", "refining,2,", "casting,3,")
    season = met.end()
    stage_id = met.house.open(season, "ceremony").id

    def notes(session: Session) -> list[str]:
        stage = seasons.stage_by_id(session, stage_id)
        return award_printing.notes(awards.results(session, stage), stage, "en")

    assert met.house.ask(notes)[-1] == "Not ranked: drawing brand. Reason: Too few votes (1)"


def test_the_reason_of_who_misses_a_condition_is_that_it_is_not_met(house: House, config: Config) -> None:
    met = convened(house, CEREMONY, meeting_rules=MEETING + CONDITION)
    told = {locale: _note(met, config, locale) for locale in ("en", "zh_Hans")}
    assert told == {
        "en": "Not ranked: drawing brand. Reason: not met: two votes or more (1)",
        "zh_Hans": "不参加排名：drawing brand。理由：未达到“得票两张以上”（1）",
    }


def test_the_papers_show_as_many_decimals_as_the_rules_say(house: House, config: Config) -> None:
    met = convened(house, meeting_rules=MEETING + "round = { decimals = 0 }\n")
    told = met.house.ask(printing.written, met.stage, KEEPER, config=config, locale="en")
    assert [row["cells"][2:4] for row in told["ranking"]["rows"]][:2] == [["100.00", "100"], ["75.00", "75"]]


def _note(met: Met, config: Config, locale: str) -> str:
    told = met.house.ask(printing.written, met.stage, KEEPER, config=config, locale=locale)
    return str(told["ranking"]["note"])
