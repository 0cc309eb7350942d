"""One broken season, one slow or failing part: the rest of the house goes on."""

import threading
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from evalflow.access import Role
from evalflow.audit.signing import Signer
from evalflow.db import Database, Turns, connect, is_away
from evalflow.engine import doctor, jobs, reminders
from evalflow.errors import Busy
from evalflow.seasons.models import Season
from evalflow.web import current
from tests.builders import House
from tests.engine.test_steps import TWO_STAGES
from tests.visitors import Visitor

BREAKS = {
    "a stage of a kind that nothing knows": ("UPDATE stage SET kind = 'unknown' WHERE season_id = :id", "KeyError"),
    "rules that can't be read": ("UPDATE season SET definition = '{}' WHERE id = :id", "DefinitionError"),
}


@pytest.mark.breaks_the_database
@pytest.mark.parametrize("broken", BREAKS)
def test_a_broken_season_stops_no_other_and_the_doctor_names_it(house: House, signer: Signer, broken: str) -> None:
    statement, error = BREAKS[broken]
    lost = _break(house, statement)
    sound = house.season(TWO_STAGES, key="sound-2026")
    assert jobs.tick(house.database, now=house.now, signer=signer) == 1
    assert (house.stage(sound, "declare").phase, lost.key) == ("open", "broken-2026")
    with house.database.reading() as session:
        faults = doctor.faults(session, signer)
    assert f"season broken-2026: stage declare: time could not open it: step_failed(error={error})" in faults


@pytest.mark.breaks_the_database
def test_a_season_whose_rules_can_t_be_read_leaves_the_pages_of_the_others(house: House, visitor, signed_in) -> None:
    _break(house, BREAKS["rules that can't be read"][0])
    house.season(TWO_STAGES, key="sound-2026")
    jobs.tick(house.database, now=house.now)
    assert "/s/sound-2026" in visitor.get("/").text and "broken-2026" not in visitor.get("/").text
    desk = signed_in(house.person("organiser", Role.ORGANISER)).get("/steer/").text
    assert "broken-2026" in desk and "规则无法读取" in desk
    assert reminders.make(house.database, now=house.now.replace(hour=0)) == 0  # it is 8 o'clock; nobody has a task


@pytest.mark.breaks_the_database
def test_the_desk_s_list_says_where_a_step_has_failed(house: House, signed_in) -> None:
    season = house.season(TWO_STAGES)
    with house.database.engine.begin() as connection:
        connection.execute(text("UPDATE timer SET trigger = 'unknown'"))
    jobs.tick(house.database, now=house.now)
    desk = signed_in(house.person("organiser", Role.ORGANISER))
    assert "有一步执行失败" in desk.get("/steer/").text
    assert desk.get(f"/steer/{season.key}/").status_code == 200


def _break(house: House, statement: str) -> Season:
    season = house.season(TWO_STAGES, key="broken-2026")
    with house.database.engine.begin() as connection:
        connection.execute(text(statement), {"id": season.id})
    return season


def test_a_tick_behind_an_act_that_fails_leaves_the_act_s_answer_as_it_is(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_now: object) -> None:
        raise RuntimeError("a bug")

    shared = app.extensions[current.EXTENSION]
    app.extensions[current.EXTENSION] = type(shared)(**{**vars(shared), "tick": fails})
    with app.test_request_context("/"):
        current.tick()
    assert "the tick after an act failed" in caplog.text


def test_a_database_that_is_away_is_told_with_503_to_visitors_and_to_those_signed_in(
    app: Flask, house: House, visitor: Visitor, signed_in, tmp_path: Path
) -> None:
    member = signed_in(house.person("member"))
    assert (visitor.get("/").status_code, member.get("/").status_code) == (200, 200)
    away = Database(connect("postgresql://nobody@127.0.0.1:1/nothing"))
    shared = app.extensions[current.EXTENSION]
    app.extensions[current.EXTENSION] = type(shared)(**{**vars(shared), "database": away})
    for browser in (visitor, member):
        answer = browser.get("/")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert "数据库暂时无法连接" in answer.text and "site-header" in answer.text
    app.extensions[current.EXTENSION] = shared


def test_a_statement_that_the_database_refuses_is_a_bug_not_an_absence(house: House) -> None:
    with pytest.raises(DBAPIError) as refused, house.database.reading() as session:
        session.execute(text("SELECT * FROM no_such_table"))
    assert not is_away(refused.value)


def test_a_writer_waits_within_a_bound_and_is_then_told_to_come_again(tmp_path: Path) -> None:
    path = str(tmp_path / "some.sqlite3")
    one, other = Turns(path, most=0.2), Turns(path, most=0.2)  # as two processes have them
    with one.taken(), pytest.raises(Busy):
        other.taken().__enter__()
    with other.taken():
        pass


def test_while_the_queue_of_writers_is_stuck_only_so_many_threads_wait_in_it(tmp_path: Path) -> None:
    turns = Turns(str(tmp_path / "some.sqlite3"), most=30, stuck=0.05, places=2)
    holds, done = threading.Event(), threading.Event()

    def hold() -> None:
        with turns.taken():
            holds.set()
            done.wait(30)

    def write() -> None:
        with turns.taken():
            pass

    threads = [threading.Thread(target=hold)]
    threads[0].start()
    holds.wait(30)
    threads += [threading.Thread(target=write) for _ in range(2)]
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.2)  # the first two have waited longer than `stuck`
    with pytest.raises(Busy):
        turns.taken().__enter__()
    done.set()
    for thread in threads:
        thread.join(30)
    with turns.taken():
        pass
