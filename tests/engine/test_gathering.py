"""Where entries move apart, windows overlap; but what looks at all entries at once waits for the stages before it."""

import pytest

from evalflow.access import Actor
from evalflow.engine import commands, jobs
from evalflow.errors import Conflict
from evalflow.i18n import Text
from evalflow.kinds import KINDS
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, Season
from evalflow.stages.submission import commands as submission
from tests.builders import ORGANISER, House
from tests.declared import PLAN, PROJECT, declared, secretaries

TRACKING = """
[[stage]]
key = "progress"
kind = "tracking"
title = { zh = "跟踪推进", en = "Tracking" }
closes = "opening + 30 days"
"""
YEAR_END = """
[[stage]]
key = "year_end"
kind = "inspection"
title = { zh = "年终考核", en = "Year-end assessment" }
closes = "opening + 10 days"
"""
FORM = PROJECT.replace('  { key = "others", type = "partners", label = { zh = "参与", en = "Partners" } },', "")
PLANNED = {"plan": PLAN["plan"]}
APART = FORM.replace('moves = "together"', 'moves = "apart"')


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def apart(house: House, by: dict[str, Actor]) -> Season:
    """The projects are tracked."""
    season = declared(house, TRACKING + YEAR_END, by=by, answers=PLANNED, form=APART)
    house.open(season, "progress")
    return season


def leave(house: House, season: Season, entry: Entry, actor: Actor) -> None:
    stage = house.stage(season, "declare")
    house.act(submission.withdraw, stage.id, entry.id, reason="骨干调离", version=entry.version, actor=actor)


def test_it_does_not_open_before_they_are_settled(house: House, apart: Season) -> None:
    with pytest.raises(Conflict, match="earlier_not_settled") as caught:
        house.act(commands.open_stage, house.stage(apart, "year_end").id, actor=ORGANISER)
    assert caught.value.facts["stage"] == Text("跟踪推进", "Tracking")


def test_time_opens_it_when_they_are(house: House, apart: Season) -> None:
    house.clock.moment = house.stage(apart, "progress").closes_at or house.now
    jobs.tick(house.database, now=house.now)
    assert [house.stage(apart, key).phase for key in ("progress", "year_end")] == ["done", "open"]


def test_an_entry_may_leave_until_an_outcome_counts_it(house: House, apart: Season, by: dict[str, Actor]) -> None:
    one, other = house.ask(seasons.entries, apart.id)
    leave(house, apart, one, by[one.branch.key])
    house.close(apart, "progress")
    house.settle(apart, "progress")
    [other] = house.ask(seasons.entries, apart.id, EntryState.ACCEPTED)
    with pytest.raises(Conflict, match="too_late_to_withdraw"):
        leave(house, apart, other, by[other.branch.key])


def test_an_entry_may_leave_until_all_are_looked_at_together(house: House, by: dict[str, Actor]) -> None:
    """Nothing is done but the declaration when the year-end assessment opens."""
    season = declared(house, YEAR_END, by=by, answers=PLANNED, form=APART)
    one, other = house.ask(seasons.entries, season.id)
    leave(house, season, one, by[one.branch.key])
    house.open(season, "year_end")
    with pytest.raises(Conflict, match="too_late_to_withdraw"):
        leave(house, season, other, by[other.branch.key])


def test_stages_that_take_entries_one_by_one_wait_for_nobody() -> None:
    assert sorted(name for name, kind in KINDS.items() if not kind.gathers) == [
        "approval",
        "promotion",
        "submission",
        "tracking",
    ]
