"""The simulated world: how time passes in it."""

from datetime import UTC, datetime, timedelta

from tests.worlds import empty_world

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


def test_time_passes_week_by_week_and_does_its_work_before_anybody_acts(database):
    ticked = []
    world = empty_world(database, MONDAY)
    world.tick = ticked.append
    seen = [(moment, world.clock, len(ticked)) for moment in world.pass_time(MONDAY + timedelta(days=22))]
    weeks = [MONDAY + timedelta(days=days) for days in (7, 14, 21)]
    assert seen == [(week, week, number) for number, week in enumerate(weeks, 1)]
    assert ticked == weeks


def test_time_stops_before_the_moment_it_is_to_pass_until(database):
    world = empty_world(database, MONDAY)
    assert list(world.pass_time(MONDAY + timedelta(days=7))) == []
    assert world.clock == MONDAY
