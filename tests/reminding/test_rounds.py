"""Who is reminded of what on which day, and that nobody is reminded of it twice."""

from datetime import date

import pytest

from evalflow.engine import reminders
from evalflow.people import accounts
from evalflow.reminding.models import Reminder
from evalflow.seasons import workdays
from evalflow.stages.submission import commands as declaring
from tests.builders import ORGANISER, House
from tests.reminding.conftest import Desk
from tests.sealed import vote_of

DECLARE = "Declare your entry"


def both(day: str, cause: str) -> list[tuple[str, str, str, list[str], str]]:
    return [(f"{branch}-secretary", cause, day, [DECLARE], "house") for branch in ("smelting", "refining")]


def test_the_first_working_day_of_a_week_tells_what_is_due_in_it(desk: Desk) -> None:
    assert (desk.on(3)[0], desk.on(6)[0]) == (0, 0)  # nothing is due in the first week; Monday is a holiday
    assert desk.on(7) == (2, 0)
    assert desk.told() == both("2026-04-07", "week")


def test_ticking_again_tells_nobody_twice(desk: Desk) -> None:
    assert [desk.on(7, minute=minute)[0] for minute in (0, 1, 2)] == [2, 0, 0]
    assert [row.occasion for row in desk.kept()] == ["2026-04-07"] * 2
    assert [public for kind, _, public, _ in desk.house.log("reminders.made")] == [{"day": "2026-04-07", "people": 2}]


def test_a_round_cut_short_is_finished_by_the_next_tick(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "AT_ONCE", 1)
    desk.at(7)
    before = reminders.commands.end_round
    monkeypatch.setattr(reminders.commands, "end_round", _dies)
    with pytest.raises(KeyboardInterrupt):
        desk.remind()
    monkeypatch.setattr(reminders.commands, "end_round", before)
    assert desk.remind() == (0, 0)
    assert desk.told() == both("2026-04-07", "week")


def _dies(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_nobody_is_told_at_night_or_on_a_day_off(desk: Desk) -> None:
    assert (desk.on(7, hour=7, minute=59), desk.on(4), desk.on(5)) == ((0, 0), (0, 0), (0, 0))


def test_a_week_whose_first_day_was_missed_is_opened_by_the_next_working_day(desk: Desk) -> None:
    assert desk.on(8, hour=20) == (2, 0)
    assert desk.told() == both("2026-04-08", "week")


def test_the_working_day_before_a_deadline_tells_of_it_over_a_holiday_too(desk: Desk) -> None:
    stage = desk.house.stage(desk.season, "declare")
    desk.on(1)  # this week was opened, nothing was due
    with desk.house.database.writing() as session:
        session.merge(stage).closes_at = desk.house.now.replace(day=6, hour=12)
    assert desk.on(2) == (0, 0)
    assert desk.on(3) == (2, 0)  # Friday; Monday is a holiday
    assert desk.told() == both("2026-04-03", "eve")


def test_a_stated_working_day_counts(desk: Desk) -> None:
    desk.house.act(workdays.state, date(2026, 4, 6), is_working=True, note="", actor=ORGANISER)
    assert desk.on(6) == (2, 0)


def test_what_is_done_is_not_told(desk: Desk) -> None:
    stage, own = desk.house.stage(desk.season, "declare"), desk.by["smelting"]
    entry = desk.house.act(declaring.begin, stage.id, desk.house.smelting, actor=own)
    saved = desk.house.act(declaring.save, stage.id, entry.id, {"name": "x"}, version=0, page="test", actor=own)
    desk.house.act(declaring.submit, stage.id, entry.id, version=saved.version, actor=own)
    desk.on(7)
    assert desk.told() == both("2026-04-07", "week")[1:]


def test_deactivated_people_and_cancelled_seasons_are_left_alone(desk: Desk) -> None:
    desk.house.act(accounts.deactivate, desk.by["smelting"].person_id, actor=desk.house.administrator)
    assert desk.on(7) == (1, 0)


def test_who_has_voted_can_t_be_seen_from_who_was_reminded(house: House) -> None:
    """All on the roll are told alike; the text says that whoever has voted has nothing to do."""
    vote = vote_of(house)
    vote.keep_keys()
    house.open(vote.season, "vote")
    vote.cast(vote.members[0], "smelting")
    reminders.make(house.database, now=house.clock.wait(hours=9))
    rows = house.ask(lambda session: session.query(Reminder).order_by(Reminder.person_id).all())
    told = [(member.person_id, rows[0].lines) for member in vote.members]
    assert [(row.person_id, row.lines) for row in rows] == told
    assert [(line["title"], line["secret"]) for line in rows[0].lines] == [("Vote", True)]
