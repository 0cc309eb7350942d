"""Places may stay empty to the last one: the committee can decide, with a quorum, that nobody is awarded."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from evalflow.audit.signing import Signer
from evalflow.bundle import recount
from evalflow.engine import bundles, jobs
from evalflow.errors import Conflict, Invalid
from evalflow.seasons.models import Season
from evalflow.stages.decision import queries
from tests.builders import ORGANISER, House
from tests.met import ENTRIES, MEETING, Met, convened
from tests.stages.award.conftest import AWARD, NOTICE
from tests.stages.decision.test_pages import HOME, english, plain
from tests.visitors import Visitor

VETO = """
  [[stage.veto]]
  label = { zh = "得票过少", en = "Too few votes" }
  from = "vote"
  figure = "votes"
  below = "100"
"""
REFUSED = 'deviation = "refused"\n'
PASSED_OVER = ("smelting,,业绩未达标", "refining,,业绩未达标")


def ended(met: Met, signer: Signer) -> tuple[list[str], tuple[str, ...]]:
    """Time passes through the notice to the ceremony, which the organiser ends; (phases, what a recount finds)."""
    for key in ("decide", "notice"):
        met.house.clock.moment = met.house.stage(met.season, key).closes_at or met.house.now
        jobs.tick(met.house.database, now=met.house.now, signer=signer)
    met.house.close(met.season, "ceremony")
    met.house.clock.moment += timedelta(minutes=1)
    jobs.tick(met.house.database, now=met.house.now, signer=signer)
    with met.house.database.reading() as session:
        again = recount.recount(bundles.export(session, session.get_one(Season, met.season.id), signer))
    phases = [met.house.stage(met.season, row.key).phase for row in met.season.stages]
    assert [again.outcomes[key].facts[fact] for key, fact in (("decide", "decided"), ("ceremony", "awards"))] == [
        [],
        [],
    ]
    return phases, again.differences


def test_a_season_of_which_nobody_is_awarded_comes_to_its_end(house: House, signer: Signer, visitor: Visitor) -> None:
    met = convened(house, NOTICE + AWARD, meeting_rules=MEETING)
    met.attend()
    with pytest.raises(Invalid, match="nothing_decided"):
        met.decide(*PASSED_OVER, leaves_empty=True)
    assert met.divide("nobody", 4) == "carried"
    with pytest.raises(Invalid, match="deviation_needs_reason"):
        met.decide(leaves_empty=True)
    with pytest.raises(Conflict, match="nothing_decided"):
        house.act(jobs.commands.close_stage, met.stage.id, note="提前结束", actor=ORGANISER)
    met.decide(*PASSED_OVER, leaves_empty=True)
    assert ended(met, signer) == (["done"] * 5, ())
    assert "本次评选不授奖，现予公示" in visitor.get("/s/test-2026/notice/notice/").text
    assert "本次评选不授奖。" in visitor.get("/s/test-2026/ceremony/award/").text


def test_where_a_veto_keeps_everybody_out_the_motion_is_the_decision(house: House, signer: Signer) -> None:
    met = convened(house, NOTICE + AWARD, meeting_rules=MEETING + VETO)
    met.attend()
    assert met.divide("nobody", 1, 3) == "rejected"
    with pytest.raises(Conflict, match="nothing_decided"):
        house.act(jobs.commands.close_stage, met.stage.id, note="提前结束", actor=ORGANISER)
    assert met.divide("nobody", 4) == "carried"
    assert ended(met, signer) == (["done"] * 5, ())


@pytest.mark.parametrize("order", [("award:smelting", "nobody"), ("nobody", "award:smelting")])
def test_somebody_and_nobody_can_not_both_be_carried(met: Met, order: tuple[str, str]) -> None:
    met.attend()
    assert met.divide(order[0], 4) == "carried"
    with pytest.raises(Invalid, match="somebody_and_nobody"):
        met.divide(order[1], 4)


def test_the_last_division_on_it_decides_so_a_season_is_not_lost_by_a_mistyped_count(
    house: House, signer: Signer
) -> None:
    met = convened(house, NOTICE + AWARD, meeting_rules=MEETING)
    met.attend()
    assert met.divide("nobody", 4) == "carried"
    with pytest.raises(Invalid, match="somebody_and_nobody"):
        met.divide("award:smelting", 4)
    met.sit_again()
    met.attend()
    assert met.divide("nobody", 0, 4) == "rejected"
    with pytest.raises(Invalid, match="nothing_decided"):
        met.decide(*PASSED_OVER, leaves_empty=True)
    met.award("smelting", "refining")
    with pytest.raises(Invalid, match="somebody_and_nobody"):
        met.divide("nobody", 4)
    met.decide("smelting,1,", "refining,2,", leaves_empty=True)
    met.end()
    jobs.seal(house.database, signer, now=house.now)
    with house.database.reading() as session:
        again = recount.recount(bundles.export(session, session.get_one(Season, met.season.id), signer))
    decided = [{"entry": "smelting", "place": 1}, {"entry": "refining", "place": 2}]
    assert (again.outcomes["decide"].facts["decided"], again.differences) == (decided, ())


def test_where_the_rules_refuse_deviations_a_motion_on_nobody_can_not_go_against_the_ranking(house: House) -> None:
    met = convened(house, meeting_rules=MEETING + REFUSED)
    met.attend()
    with pytest.raises(Invalid, match="nobody_refused"):
        met.divide("nobody", 4)
    met.award("smelting", "refining")
    met.decide("smelting,1,", "refining,2,", leaves_empty=True)
    assert met.decided() == [("smelting", 1, ""), ("refining", 2, "")]


def test_where_the_rules_refuse_deviations_nobody_is_awarded_where_the_ranking_proposes_nobody(house: House) -> None:
    met = convened(house, meeting_rules=MEETING + REFUSED + VETO)
    met.attend()
    assert met.divide("nobody", 4) == "carried"
    assert house.ask(queries.is_decided, met.stage) is True


def test_the_organiser_revokes_it_on_the_page(met: Met, signed_in: Callable[[int], Visitor]) -> None:
    met.attend()
    desk = english(signed_in(met.organiser.person_id or 0))
    assert "Put to the vote that nobody is awarded" in plain(desk.get(HOME).text)
    page = plain(desk.send(HOME + "nobody", **{"nobody.ayes": "4", "version": met.version}).text)
    assert "Put to the vote again that nobody is awarded The last division on it counts" in page
    page = plain(desk.send(HOME + "nobody", **{"nobody.noes": "4", "version": met.version}).text)
    assert "It was carried that nobody is awarded." not in page
    assert "Put to the vote that nobody is awarded" in page


def test_the_page_offers_no_division_that_the_rules_refuse(house: House, signed_in: Callable[[int], Visitor]) -> None:
    met = convened(house, meeting_rules=MEETING + REFUSED)
    met.attend()
    desk = english(signed_in(met.organiser.person_id or 0))
    assert "Put to the vote that nobody is awarded" not in plain(desk.get(HOME).text)
    refused = desk.post(HOME + "nobody", **{"nobody.ayes": "4", "version": met.version})
    told = "By these rules the committee can't deviate from the ranking, which proposes somebody."
    assert (refused.status_code, told in plain(refused.text)) == (422, True)


def test_the_organiser_keeps_it_on_the_page(met: Met, signed_in: Callable[[int], Visitor]) -> None:
    met.attend()
    desk = english(signed_in(met.organiser.person_id or 0))
    page = plain(desk.send(HOME + "nobody", **{"nobody.ayes": "4", "version": met.version}).text)
    assert "It was carried that nobody is awarded." in page
    lines = {f"{key}.reason": "业绩未达标" for key in ENTRIES[:2]} | {f"{key}.place": "" for key in ENTRIES[:2]}
    desk.send(HOME + "decide", version=met.version, leaves_empty="y", **lines)
    assert met.decided() == [("smelting", None, "业绩未达标"), ("refining", None, "业绩未达标")]
