"""The desk: what follows is shown before it is done, and a refusal comes back on the page it was sent from."""

import html
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from evalflow.access import Role
from evalflow.engine import commands, jobs, starting
from evalflow.errors import Conflict, Invalid
from evalflow.people import accounts, grants
from evalflow.people.models import RoleGrant
from evalflow.seasons.models import Season
from evalflow.seasons.rules import definition_of
from evalflow.stages.scoring import lifecycle, queries
from tests.builders import ORGANISER, ZONE, House
from tests.declared import declared
from tests.engine.test_replanning import CHAIN, at, windows
from tests.scored import GOOD, SCORING, Scoring
from tests.visitors import Visitor


@pytest.fixture
def organiser(house: House, signed_in: Callable[[int], Visitor]) -> Visitor:
    return signed_in(house.person("office", Role.ORGANISER))


@pytest.fixture
def season(house: House) -> Season:
    house.clock.moment = at("06-01 08:00")
    season = house.season(CHAIN, starts_on=date(2026, 6, 1))
    house.open(season, "declare")
    return season


@pytest.fixture
def scoring(house: House) -> Scoring:
    by = {
        key: house.actor(f"{key}-secretary", Role.BRANCH_SECRETARY, branch_id=branch)
        for key, branch in (("smelting", house.smelting), ("refining", house.refining))
    }
    season = declared(house, SCORING, by=by)
    house.open(season, "score")
    return Scoring(house, season, by)


def version(house: House, season: Season) -> str:
    return str(house.stage(season, "declare").season.version)


def words(page: str) -> str:
    """What stands on a page, without its markup."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def send(organiser: Visitor, season: Season, step: str, key: str = "declare", **fields: str) -> tuple[int, str]:
    organiser.get(f"/steer/{season.key}/")
    answer = organiser.post(f"/steer/{season.key}/{key}/{step}", **fields)
    return answer.status_code, words(answer.text)


def test_before_an_act_the_whole_chain_is_shown_old_beside_new_and_nothing_is_done(
    house: House, season: Season, organiser: Visitor
) -> None:
    before = windows(house, season)
    asked = {"version": version(house, season), "closes_at": "2026-06-09T18:00", "reason": "延期"}
    status, page = send(organiser, season, "reschedule", **asked)
    assert (status, windows(house, season)) == (200, before)
    assert "约2026年6月13日 00:00 – 约2026年6月22日 18:00" in page
    assert "约2026年6月16日 00:00 – 约2026年6月24日 18:00" in page
    assert "表彰会 固定日期开始" in page
    assert 'value="2026-06-09T18:00"' in organiser.page.text and "延期</textarea>" in organiser.page.text
    answer = organiser.send(f"/steer/{season.key}/declare/reschedule", **asked, confirmed="1")
    assert (answer.status_code, windows(house, season)["second"]) == (200, ("06-16 00:00", "06-24 18:00"))


def test_a_chain_that_can_not_be_is_shown_with_what_to_do_and_can_not_be_confirmed(
    house: House, season: Season, organiser: Visitor
) -> None:
    asked = {"version": version(house, season), "closes_at": "2026-06-18T18:00", "reason": "延期"}
    status, page = send(organiser, season, "reschedule", **asked)
    assert status == 409
    assert "“表彰会”定于2026年7月1日 09:00开始，而“再展示”将到2026年7月2日 18:00才结束。" in page
    assert 'name="confirmed"' not in organiser.page.text and "延期</textarea>" in organiser.page.text


def test_later_stages_are_told_as_about_on_the_season_s_page_and_on_the_first(
    house: House, season: Season, visitor: Visitor
) -> None:
    for path in (f"/s/{season.key}", "/"):
        page = words(visitor.get(path).text)
        assert "展示 未开始 约2026年6月6日 18:00 – 约2026年6月11日 18:00" in page, path
        assert "表彰会 未开始 2026年7月1日 09:00 – 2026年7月2日 18:00" in page, path


def test_a_stale_tab_undoes_nothing_and_keeps_what_was_typed(house: House, season: Season, organiser: Visitor) -> None:
    stale = version(house, season)
    house.act(
        commands.reschedule_stage,
        house.stage(season, "declare").id,
        closes_at=at("06-09 18:00"),
        reason="先",
        actor=ORGANISER,
    )
    for step, named in (
        ("reschedule", {"closes_at": "2026-06-06T18:00"}),
        ("close", {}),
        ("cancel", {}),
    ):
        status, page = send(organiser, season, step, version=stale, reason="我写了很久的原因", confirmed="1", **named)
        assert (status, "我写了很久的原因" in page) == (409, True), step
        assert "他人已先行操作" in page
    house.act(commands.close_stage, house.stage(season, "declare").id, note="x", actor=ORGANISER)
    status, page = send(
        organiser, season, "reopen", version=stale, reason="重开", confirmed="1", closes_at="2026-06-20T18:00"
    )
    assert (status, "重开" in page, house.stage(season, "declare").phase) == (409, True, "closed")


def test_an_act_without_the_version_of_its_page_is_refused(house: House, season: Season, organiser: Visitor) -> None:
    assert send(organiser, season, "cancel", reason="x")[0] == 409
    assert house.stage(season, "declare").season.cancelled_at is None


def test_a_missing_reason_comes_back_beside_its_field_on_the_desk(
    house: House, season: Season, organiser: Visitor
) -> None:
    asked = {"version": version(house, season), "closes_at": "2026-06-09T18:00"}
    status, page = send(organiser, season, "reschedule", **asked)
    assert (status, 'id="reschedule-declare-reason-error"' in organiser.page.text) == (422, True)
    assert 'value="2026-06-09T18:00"' in organiser.page.text and "请填写理由" in page


def test_closing_early_lists_who_is_missing_and_asks_for_a_reason_and_so_does_moving_the_closing(
    scoring: Scoring, organiser: Visitor
) -> None:
    house, season = scoring.house, scoring.season
    scoring.save("smelting", GOOD)
    scoring.hand_in("smelting")
    moved = (house.now + timedelta(minutes=1)).astimezone(ZONE)
    for step, named in (("close", {}), ("reschedule", {"closes_at": f"{moved:%Y-%m-%dT%H:%M}"})):
        asked = {"version": version(house, season), **named}
        assert send(organiser, season, step, "score", **asked)[0] == 422
        status, page = send(organiser, season, step, "score", **asked, reason="年底了")
        assert (status, "评分表（1）：精炼分厂党支部" in page.replace("（1份）", "（1）")) == (200, True), page
        with pytest.raises(Conflict, match="sheets_missing"):
            command = commands.close_stage if step == "close" else commands.reschedule_stage
            words_of = {"note": "x"} if step == "close" else {"reason": "x", "closes_at": moved}
            house.act(command, scoring.stage.id, actor=ORGANISER, **words_of)
    asked = {"version": version(house, season), "reason": "年底了", "confirmed": "1"}
    assert send(organiser, season, "close", "score", **asked)[0] == 302
    assert scoring.stage.phase in ("closed", "done")
    assert house.log("stage.closed")[-1][2] == {"by": "hand", "note": "年底了"}


def test_raters_who_have_left_or_can_not_act_do_not_hold_a_stage_up(scoring: Scoring) -> None:
    def missing() -> list[str]:
        found = scoring.house.ask(lambda session: lifecycle.missing(session, scoring.stage))
        return [str(one.facts["who"]) for one in found]

    assert missing() == ["熔炼分厂党支部、精炼分厂党支部"]
    house, gone, stripped = scoring.house, scoring.by["smelting"], scoring.by["refining"]
    house.act(accounts.deactivate, gone.person_id, actor=house.administrator)
    assert missing() == ["精炼分厂党支部"]
    with house.database.reading() as session:
        held = select(RoleGrant.id).where(RoleGrant.person_id == stripped.person_id)
        grant_id = session.scalars(held).one()
    house.act(grants.withdraw_grant, grant_id, actor=house.administrator)
    assert missing() == []


def test_an_empty_sheet_is_asked_of_nobody(scoring: Scoring) -> None:
    """Who has stepped back from every entry has nothing to score."""
    house = scoring.house
    for entry in ("smelting", "refining"):
        scoring.recuse("refining", entry)
    tasks = house.ask(queries.tasks, scoring.stage, scoring.by["refining"], house.now)
    found = house.ask(lambda session: lifecycle.missing(session, scoring.stage))
    assert (tasks, [str(one.facts["who"]) for one in found]) == ([], ["熔炼分厂党支部"])


def test_notes_of_timers_are_sentences(house: House, organiser: Visitor) -> None:
    named = {"key": "old", "starts_on": date(1999, 6, 1), "actor": ORGANISER, "confirmed": True}
    definition = definition_of(house.season(CHAIN, key="other", starts_on=date(2026, 6, 1)))
    house.act(commands.create_season, definition, **named)
    jobs.tick(house.database, now=house.now)
    page = words(organiser.get("/steer/old/").text)
    assert "“申报”的时间已过（应于1999年6月6日 18:00截止），请先调整其截止时间。" in page
    assert "window_over" not in page


def test_a_season_nobody_has_acted_in_can_be_dated_anew(house: House, organiser: Visitor) -> None:
    season = house.season(CHAIN, starts_on=date(2027, 6, 1))
    path = f"/steer/{season.key}/"
    organiser.get(path)
    fields = {"version": "1", "starts_on": "2026-06-01"}
    answer = organiser.send(f"{path}redate", **fields)
    assert answer.status_code == 200
    assert windows(house, season)["declare"] == ("06-01 00:00", "06-06 18:00")
    assert "2026年评选" in answer.text
    assert house.log("season.redated")[0][2] == {"starts_on": "2026-06-01", "before": "2027-06-01"}


def test_a_season_nobody_has_acted_in_can_be_deleted_and_only_the_log_still_knows_its_name(
    house: House, organiser: Visitor
) -> None:
    season = house.season(CHAIN, starts_on=date(2026, 6, 1))
    path = f"/steer/{season.key}/"
    organiser.get(path)
    assert organiser.post(f"{path}delete", version="1").status_code == 422
    assert organiser.send(f"{path}delete", version="1", confirmed="y").status_code == 200
    assert organiser.get(path).status_code == 404
    assert [kind for kind, *_ in house.log()][-2:] == ["season.created", "season.deleted"]
    with pytest.raises(Invalid, match="season_exists"):
        house.season(CHAIN, starts_on=date(2026, 6, 1))


def test_a_season_somebody_has_acted_in_can_be_neither(house: House, season: Season, organiser: Visitor) -> None:
    page = organiser.get(f"/steer/{season.key}/").text
    assert "redate" not in page
    stage = house.stage(season, "declare")
    asked = {"actor": ORGANISER, "version": stage.season.version}
    with pytest.raises(Conflict, match="season_begun"):
        house.act(starting.delete, stage.season_id, **asked)
    with pytest.raises(Conflict, match="season_begun"):
        house.act(starting.redate, stage.season_id, date(2026, 7, 1), **asked)


def test_a_moment_typed_is_a_moment_of_the_house_s_zone(house: House, season: Season, organiser: Visitor) -> None:
    asked = {"version": version(house, season), "closes_at": "2026-06-09T18:00", "reason": "延期", "confirmed": "1"}
    send(organiser, season, "reschedule", **asked)
    assert house.stage(season, "declare").closes_at == datetime(2026, 6, 9, 18, tzinfo=ZONE)
