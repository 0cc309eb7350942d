"""Dates of later stages follow from what happened: planned anew at once, told everywhere alike, refused where they
can't be."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from evalflow.access import SYSTEM, Role
from evalflow.engine import commands, jobs
from evalflow.errors import Conflict, Invalid
from evalflow.seasons import queries, schedule, timers
from evalflow.seasons.models import Season
from evalflow.seasons.rules import definition_of
from evalflow.stages.submission import commands as declaring
from tests.builders import ORGANISER, ZONE, House
from tests.declared import secretaries

CASE = Path(__file__).parents[3] / "shared" / "cases" / "reschedule-waiting.toml"
CHAIN = """
format = 1
key = "chain"
title = { zh = "评选", en = "Awards" }
moves = "together"
starts = "06-01"
entry = { noun = { zh = "品牌", en = "brand" } }

[[stage]]
key = "declare"
kind = "submission"
title = { zh = "申报", en = "Declaration" }
opens = "start"
closes = "start + 5 days 18:00"
reopen = true
review = "none"
field = [{ key = "name", type = "text", label = { zh = "名称", en = "Name" }, required = true, role = "title" }]

[[stage]]
key = "gallery"
kind = "promotion"
title = { zh = "展示", en = "Gallery" }
closes = "opening + 5 days 18:00"

[[stage]]
key = "second"
kind = "promotion"
title = { zh = "再展示", en = "Second gallery" }
opens = "previous + 2 days"
closes = "opening + 5 working days 18:00"

[[stage]]
key = "feast"
kind = "promotion"
title = { zh = "表彰会", en = "Feast" }
opens = "07-01 09:00"
closes = "opening + 1 days 18:00"
"""


def at(text: str) -> datetime:
    """A moment of 2026 in China, from "06-06 18:00"."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


def windows(house: House, season: Season) -> dict[str, tuple[str, str]]:
    """{stage: (opens, closes)} as every page reads them."""
    rows = house.ask(queries.season_by_key, season.key).stages
    return {row.key: (_told(row.opened_at or row.opens_at), _told(row.closed_at or row.closes_at)) for row in rows}


def _told(moment: datetime | None) -> str:
    return f"{moment.astimezone(ZONE):%m-%d %H:%M}" if moment else ""


@pytest.fixture
def season(house: House) -> Season:
    house.clock.moment = at("06-01 08:00")
    season = house.season(CHAIN, starts_on=date(2026, 6, 1))
    house.open(season, "declare")
    return season


def let_pass(house: House, *, until: datetime) -> None:
    """Time passes and does its work whenever there is some."""
    while (due := house.ask(timers.next_due)) is not None and due <= until:
        house.clock.moment = max(house.now, due)
        jobs.tick(house.database, now=house.now)
    house.clock.moment = until


def act(house: House, command: Callable[..., object], season: Season, key: str, **named: object) -> None:
    house.act(command, house.stage(season, key).id, **{"actor": ORGANISER, **named})


FIRST = {
    "declare": ("06-01 08:00", "06-06 18:00"),
    "gallery": ("06-06 18:00", "06-11 18:00"),
    "second": ("06-13 00:00", "06-22 18:00"),  # the Dragon Boat Festival is on 19 June
    "feast": ("07-01 09:00", "07-02 18:00"),
}


def test_after_an_early_close_every_later_stage_is_planned_anew_at_once(house: House, season: Season) -> None:
    assert windows(house, season) == FIRST
    house.clock.moment = at("06-03 10:00")
    act(house, commands.close_stage, season, "declare", note="均已申报")
    assert windows(house, season) == FIRST | {
        "declare": ("06-01 08:00", "06-03 10:00"),
        "gallery": ("06-03 10:00", "06-08 18:00"),
        "second": ("06-10 00:00", "06-17 18:00"),
    }


def test_after_a_moved_closing_every_later_stage_is_planned_anew_at_once(house: House, season: Season) -> None:
    act(house, commands.reschedule_stage, season, "declare", closes_at=at("06-09 18:00"), reason="延期")
    assert windows(house, season) == FIRST | {
        "declare": ("06-01 08:00", "06-09 18:00"),
        "gallery": ("06-09 18:00", "06-14 18:00"),
        "second": ("06-16 00:00", "06-24 18:00"),
    }


def test_after_a_reopening_every_later_stage_is_planned_anew_at_once(house: House, season: Season) -> None:
    house.clock.moment = at("06-03 10:00")
    act(house, commands.close_stage, season, "declare", note="均已申报")
    act(house, commands.reopen_stage, season, "declare", closes_at=at("06-06 18:00"), reason="设备故障")
    assert windows(house, season) == FIRST


def test_after_a_late_start_every_later_stage_is_planned_anew_at_once(house: House, season: Season) -> None:
    """The outcome was fixed three days late, so the next stage opens late."""
    house.close(season, "declare")
    house.clock.wait(days=3)
    house.settle(season, "declare")
    house.open(season, "gallery")
    assert windows(house, season) == FIRST | {
        "gallery": ("06-09 18:00", "06-14 18:00"),
        "second": ("06-16 00:00", "06-24 18:00"),
    }


def test_moments_that_depend_on_an_unfinished_stage_are_about_until_it_is_over(house: House, season: Season) -> None:
    def about() -> dict[str, tuple[bool, bool]]:
        return house.ask(lambda session: schedule.about(queries.season_by_key(session, season.key)))

    certain = (False, False)
    assert about() == {"declare": certain, "gallery": (True, True), "second": (True, True), "feast": certain}
    house.close(season, "declare")
    house.settle(season, "declare")
    assert about() == {"declare": certain, "gallery": certain, "second": (True, True), "feast": certain}


def test_a_moment_stated_by_hand_stands_until_it_is_changed_by_hand(house: House, season: Season) -> None:
    act(house, commands.reschedule_stage, season, "second", closes_at=at("06-29 12:00"), reason="场地")
    act(house, commands.reschedule_stage, season, "second", opens_at=at("06-20 09:00"), reason="场地")
    act(house, commands.reschedule_stage, season, "declare", closes_at=at("06-09 18:00"), reason="延期")
    stated = ("06-20 09:00", "06-29 12:00")
    assert windows(house, season)["second"] == stated
    let_pass(house, until=at("06-20 09:00"))
    assert (windows(house, season)["second"], house.stage(season, "second").phase) == (stated, "open")
    act(house, commands.reschedule_stage, season, "second", closes_at=at("06-28 12:00"), reason="场地")
    assert windows(house, season)["second"] == ("06-20 09:00", "06-28 12:00")


def test_opening_a_stage_does_not_undo_a_closing_that_was_moved_while_it_waited(house: House) -> None:
    if not CASE.is_file():
        pytest.skip("the shared cases are not here")
    house.clock.moment = at("01-01 08:00")
    season = house.season(CASE.read_text(encoding="utf-8"), starts_on=date(2026, 1, 1))
    moved = at("12-31 18:00")
    act(house, commands.reschedule_stage, season, "vote", closes_at=moved, reason="年底再定")
    stage, secretary = house.open(season, "declaration"), secretaries(house)["smelting"]
    entry = house.act(declaring.begin, stage.id, house.smelting, actor=secretary)
    named = {"page": "test", "actor": secretary}
    saved = house.act(declaring.save, stage.id, entry.id, {"title": "brand"}, version=0, **named)
    house.act(declaring.submit, stage.id, entry.id, version=saved.version, actor=secretary)
    house.close(season, "declaration")
    house.settle(season, "declaration")
    house.person("member", Role.MEMBER)
    assert house.open(season, "vote").closes_at == moved


def test_a_chain_that_can_not_be_is_refused_with_what_to_do_and_then_can(house: House, season: Season) -> None:
    before = windows(house, season)
    with pytest.raises(Conflict, match="stages_collide") as caught:
        act(house, commands.reschedule_stage, season, "declare", closes_at=at("06-18 18:00"), reason="延期")
    assert {name: str(fact) for name, fact in caught.value.facts.items()} == {
        "stage": str(definition_of(season).stage("feast").rule.title),
        "other": str(definition_of(season).stage("second").rule.title),
        "opens_at": str(at("07-01 09:00")),
        "closes_at": str(at("07-02 18:00")),
    }
    assert windows(house, season) == before
    act(house, commands.reschedule_stage, season, "feast", opens_at=at("07-03 09:00"), reason="改期")
    act(house, commands.reschedule_stage, season, "declare", closes_at=at("06-18 18:00"), reason="延期")
    assert windows(house, season)["feast"] == ("07-03 09:00", "07-04 18:00")


def test_time_is_not_stopped_by_a_chain_that_can_not_be(house: House, season: Season) -> None:
    """What is late is late: the stage opens, and the desk shows what collides."""
    house.close(season, "declare")
    house.clock.moment = at("06-20 10:00")
    house.settle(season, "declare")
    jobs.tick(house.database, now=house.now)

    def collided(session: Session) -> list[tuple[str, str]]:
        found = queries.season_by_key(session, season.key)
        told = schedule.collisions_of(found, schedule.told(found), house.now)
        return [(one.stage, one.other) for one in told]

    assert (house.stage(season, "gallery").phase, house.ask(collided)) == ("open", [("feast", "second")])


@pytest.mark.parametrize("moves", ["together", "apart"])
def test_what_is_planned_beforehand_is_what_the_act_then_does(house: House, moves: str) -> None:
    house.clock.moment = at("06-01 08:00")
    season = house.season(CHAIN.replace('"together"', f'"{moves}"'), starts_on=date(2026, 6, 1))
    house.open(season, "declare")
    closes = at("06-09 18:00")
    stage = house.stage(season, "declare")
    foreseen = house.ask(lambda session: schedule.preview(session, stage.season, stage, closes=closes))
    act(house, commands.reschedule_stage, season, "declare", closes_at=closes, reason="延期")
    done = house.ask(lambda session: schedule.told(queries.season_by_key(session, season.key)))
    assert foreseen == done
    assert [window.opens for window in done][1:3] == [at("06-09 18:00"), at("06-16 00:00")]


def test_where_entries_move_apart_the_timers_of_later_stages_move_too(house: House) -> None:
    house.clock.moment = at("06-01 08:00")
    season = house.season(CHAIN.replace('"together"', '"apart"'), starts_on=date(2026, 6, 1))
    house.open(season, "declare")
    act(house, commands.reschedule_stage, season, "declare", closes_at=at("06-09 18:00"), reason="延期")
    house.clock.moment = at("06-09 17:00")
    jobs.tick(house.database, now=house.now)
    assert house.stage(season, "gallery").phase == "waiting"
    house.clock.moment = at("06-09 18:00")
    jobs.tick(house.database, now=house.now)
    assert house.stage(season, "gallery").phase == "open"


def test_every_act_compares_the_version_of_the_page_it_was_sent_from(house: House, season: Season) -> None:
    later = at("06-09 18:00")
    stale = house.stage(season, "declare").season.version - 1
    for command, named in (
        (commands.reschedule_stage, {"closes_at": later, "reason": "x"}),
        (commands.close_stage, {"note": "x"}),
        (commands.cancel_season, {"reason": "x"}),
    ):
        with pytest.raises(Conflict, match="someone_was_faster"):
            act(house, command, season, "declare", version=stale, **named)
    house.close(season, "declare")
    with pytest.raises(Conflict, match="someone_was_faster"):
        act(house, commands.reopen_stage, season, "declare", closes_at=later, reason="x", version=stale)


NOTICE = """
format = 1
key = "posted"
title = { zh = "评选", en = "Awards" }
moves = "together"
entry = { noun = { zh = "品牌", en = "brand" } }

[[stage]]
key = "declare"
kind = "submission"
title = { zh = "申报", en = "Declaration" }
opens = "start"
closes = "start + 1 days 18:00"
review = "none"
field = [{ key = "name", type = "text", label = { zh = "名称", en = "Name" }, required = true, role = "title" }]

[[stage]]
key = "vote"
kind = "ballot"
title = { zh = "投票", en = "Vote" }
closes = "opening + 1 days 18:00"
method = "approval"
choose = { min = 1, max = 1 }
secrecy = "named"

[[stage]]
key = "decision"
kind = "decision"
title = { zh = "研究", en = "Decision" }
closes = "opening + 1 days 18:00"
seats = 1
component = [{ from = "vote", as = "share_of_votes", weight = 100 }]

[[stage]]
key = "notice"
kind = "notice"
title = { zh = "公示", en = "Notice" }
closes = "opening + 5 working days 18:00"
working_days = 5
"""


@pytest.fixture
def posted(house: House) -> Season:
    """A notice that is up since Monday 8 June, 18:00: it is owed until Monday 15 June, 18:00."""
    house.clock.moment = at("06-08 18:00")
    season = house.season(NOTICE, starts_on=date(2026, 6, 8))
    with house.database.writing() as session:
        found = queries.season_by_key(session, season.key)
        for row in found.stages[:3]:
            row.phase, row.opened_at, row.closed_at, row.settled_at = "done", house.now, house.now, house.now
            row.outcome = {"figures": {}, "facts": {"decided": []}, "ranking": None}
        schedule.replan(session, found)
    return season


@pytest.mark.breaks_the_database
def test_no_way_leads_below_the_working_days_of_a_notice(house: House, posted: Season) -> None:
    row = house.open(posted, "notice")
    owed = at("06-15 18:00")
    assert row.closes_at == owed
    house.clock.wait(hours=1)
    with pytest.raises(Conflict, match="notice_runs"):
        act(house, commands.close_stage, posted, "notice", note="x", despite=True)
    with pytest.raises(Conflict, match="notice_runs") as caught:
        act(
            house,
            commands.reschedule_stage,
            posted,
            "notice",
            closes_at=house.now + timedelta(minutes=1),
            reason="x",
            despite=True,
        )
    assert caught.value.facts == {"closes_at": owed}
    act(house, commands.reschedule_stage, posted, "notice", closes_at=at("06-20 18:00"), reason="x")
    act(house, commands.reschedule_stage, posted, "notice", closes_at=owed, reason="x")
    assert house.stage(posted, "notice").closes_at == owed


@pytest.mark.breaks_the_database
def test_a_notice_that_still_waits_can_not_be_planned_too_short_either(house: House, posted: Season) -> None:
    with pytest.raises(Conflict, match="notice_runs"):
        act(house, commands.reschedule_stage, posted, "notice", closes_at=at("06-09 18:00"), reason="x")
    act(house, commands.reschedule_stage, posted, "notice", closes_at=at("06-16 18:00"), reason="x")
    with pytest.raises(Conflict, match="notice_runs"):
        act(house, commands.reschedule_stage, posted, "notice", opens_at=at("06-12 18:00"), reason="x")
    house.clock.moment = at("06-12 18:00")
    with pytest.raises(Conflict, match="notice_runs"):
        act(house, commands.open_stage, posted, "notice", actor=SYSTEM)


def test_a_season_whose_first_window_is_over_is_created_only_when_that_is_confirmed(house: House) -> None:
    named = {"key": "old", "starts_on": date(1999, 1, 1), "actor": ORGANISER}
    definition = definition_of(house.season(CHAIN, starts_on=date(2026, 6, 1)))
    with pytest.raises(Invalid, match="first_window_over"):
        house.act(commands.create_season, definition, **named)
    assert house.act(commands.create_season, definition, **named, confirmed=True).starts_on == date(1999, 1, 1)
