"""Moving a season: by hand, by time, by two people at once."""

from datetime import timedelta

import pytest

from evalflow.access import Role
from evalflow.audit import ledger
from evalflow.audit.signing import Signer
from evalflow.engine import commands, jobs
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.seasons import timers
from evalflow.seasons.models import Phase, Season
from evalflow.seasons.rules import definition_of
from tests.builders import ORGANISER, House

TWO_STAGES = """
format = 1
key = "small"
title = { zh = "小小评选", en = "Small awards" }
moves = "together"
entry = { noun = { zh = "品牌", en = "brand" } }

[[stage]]
key = "declare"
kind = "submission"
title = { zh = "申报", en = "Declaration" }
opens = "start"
closes = "start + 7 days"
reopen = true
review = "none"
field = [{ key = "name", type = "text", label = { zh = "名称", en = "Name" }, required = true, role = "title" }]

[[stage]]
key = "gallery"
kind = "promotion"
title = { zh = "展示", en = "Gallery" }
closes = "opening + 5 days"
"""


@pytest.fixture
def season(house: House) -> Season:
    return house.season(TWO_STAGES)


def phases(house: House, season: Season) -> list[str]:
    return [house.stage(season, row.key).phase for row in season.stages]


def tick(house: House, signer: Signer | None = None) -> int:
    return jobs.tick(house.database, now=house.now, signer=signer)


def test_a_season_pins_its_rules_and_logs_their_digest(house: House, season: Season) -> None:
    ((_, office, public, personal),) = house.log("season.created")
    assert (office, public["digest"], personal) == ("organiser", definition_of(season).digest, None)
    assert len(public["draw_seed"]) == 64
    assert public["draw_seed"] != season.draw_seed  # only its hash, until nobody can choose in view of it


def test_a_season_s_name_can_be_taken_once(house: House, season: Season) -> None:
    with pytest.raises(Invalid, match="season_exists"):
        house.season(TWO_STAGES)


def test_only_an_organiser_moves_a_season(house: House, season: Season) -> None:
    secretary = house.actor("secretary", Role.BRANCH_SECRETARY)
    with pytest.raises(Forbidden, match="not_permitted"):
        house.act(commands.open_stage, season.stages[0].id, actor=secretary)
    assert phases(house, season) == ["waiting", "waiting"]


def test_time_opens_closes_and_settles_and_the_next_stage_follows(house: House, season: Season, signer: Signer) -> None:
    house.clock.moment = season.stages[0].opens_at - timedelta(seconds=1)
    assert (tick(house), phases(house, season)) == (0, ["waiting", "waiting"])
    house.clock.wait(seconds=1)
    assert (tick(house), phases(house, season)) == (1, ["open", "waiting"])
    house.clock.moment = house.stage(season, "declare").closes_at
    assert (tick(house, signer), phases(house, season)) == (3, ["done", "open"])
    assert (tick(house, signer), phases(house, season)) == (0, ["done", "open"])
    kinds = [event[0] for event in house.log() if event[0].startswith("stage.")]
    assert kinds == ["stage.opened", "stage.closed", "stage.settled", "stage.opened"]
    assert house.ask(ledger.verify, signer).size == 5


def test_a_timer_fires_once_however_often_the_clock_ticks(house: House, season: Season) -> None:
    house.clock.moment = season.stages[0].opens_at
    assert [tick(house) for _ in range(3)] == [1, 0, 0]


def test_two_people_press_the_same_button_and_one_is_told_that_somebody_was_faster(
    house: House, season: Season
) -> None:
    first = season.stages[0]
    house.act(commands.open_stage, first.id, actor=ORGANISER, version=season.version)
    with pytest.raises(Conflict, match="someone_was_faster"):
        house.act(commands.open_stage, first.id, actor=ORGANISER, version=season.version)
    assert [event[0] for event in house.log("stage.opened")] == ["stage.opened"]


def test_closing_before_the_deadline_needs_a_reason_and_writes_nothing_without_one(
    house: House, season: Season
) -> None:
    row = house.open(season, "declare")
    with pytest.raises(Invalid, match="reason_needed"):
        house.act(commands.close_stage, row.id, actor=ORGANISER, note="  ")
    assert phases(house, season) == ["open", "waiting"]
    house.act(commands.close_stage, row.id, actor=ORGANISER, note="全部支部已申报")
    assert house.log("stage.closed")[0][2] == {"by": "hand", "note": "全部支部已申报"}


def test_a_later_stage_waits_for_its_turn(house: House, season: Season) -> None:
    with pytest.raises(Conflict, match="not_this_stage"):
        house.act(commands.open_stage, season.stages[1].id, actor=ORGANISER)


def test_a_closed_stage_opens_again_where_the_rules_allow_it_with_a_reason_that_is_logged(
    house: House, season: Season
) -> None:
    house.open(season, "declare")
    row = house.close(season, "declare")
    later = house.now + timedelta(days=2)
    with pytest.raises(Invalid, match="reason_needed"):
        house.act(commands.reopen_stage, row.id, reason=" ", closes_at=later, actor=ORGANISER)
    with pytest.raises(Invalid, match="moment_passed"):
        house.act(commands.reopen_stage, row.id, reason="设备故障", closes_at=house.now, actor=ORGANISER)
    house.act(commands.reopen_stage, row.id, reason="设备故障", closes_at=later, actor=ORGANISER)
    assert phases(house, season) == ["open", "waiting"]
    assert house.log("stage.reopened")[0][2] == {"reason": "设备故障", "closes_at": later.isoformat()}


def test_a_stage_whose_rules_do_not_allow_it_never_opens_again(house: House, season: Season) -> None:
    for key in ("declare", "gallery"):
        house.open(season, key)
        row = house.close(season, key)
        if key == "declare":
            house.settle(season, key)
    with pytest.raises(Conflict, match="no_such_step"):
        house.act(commands.reopen_stage, row.id, reason="x", closes_at=house.now + timedelta(days=1), actor=ORGANISER)


def test_a_settled_stage_stays_settled(house: House, season: Season) -> None:
    house.open(season, "declare")
    row = house.close(season, "declare")
    house.settle(season, "declare")
    with pytest.raises(Conflict, match="not_this_stage"):
        house.act(commands.reopen_stage, row.id, reason="x", closes_at=house.now + timedelta(days=1), actor=ORGANISER)


def test_a_stage_does_not_open_with_too_few_entries_and_time_remembers_why(house: House) -> None:
    season = house.season(TWO_STAGES + "min_entries = 2\n")
    house.open(season, "declare")
    house.close(season, "declare")
    house.settle(season, "declare")
    tick(house)
    assert phases(house, season) == ["done", "waiting"]
    notes = [timer.note for timer in house.ask(timers.of_season, season) if timer.note]
    assert notes == ["too_few_entries(needed=2, found=0)"]


def test_moving_a_deadline_is_logged_and_moves_its_timer(house: House, season: Season) -> None:
    row = house.open(season, "declare")
    later = row.closes_at + timedelta(days=3)
    house.act(commands.reschedule_stage, row.id, closes_at=later, reason="节假日", actor=ORGANISER)
    house.clock.moment = row.closes_at
    assert (tick(house), phases(house, season)) == (0, ["open", "waiting"])
    house.clock.moment = later
    tick(house)
    assert house.stage(season, "declare").phase == Phase.DONE
    assert house.log("stage.rescheduled")[0][2]["reason"] == "节假日"


def test_a_cancelled_season_stands_still(house: House, season: Season) -> None:
    row = house.open(season, "declare")
    house.act(commands.cancel_season, row.id, reason="计划调整", actor=ORGANISER)
    house.clock.wait(days=400)
    assert (tick(house), phases(house, season)) == (0, ["open", "waiting"])
    with pytest.raises(Conflict, match="season_cancelled"):
        house.act(commands.close_stage, row.id, actor=ORGANISER)
    assert house.log("season.cancelled")[0][2] == {"reason": "计划调整"}
