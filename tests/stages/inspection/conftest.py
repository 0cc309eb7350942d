"""A season whose two projects have been tracked and are now assessed; in smelting's case with a report before."""

import pytest

from evalflow.access import Actor, Role
from evalflow.seasons.models import Season, StageRow
from evalflow.stages.inspection import commands, inspecting
from evalflow.stages.inspection.commands import Stated
from evalflow.stages.inspection.inspecting import Finding
from evalflow.stages.inspection.models import Assessment
from evalflow.stages.tracking import commands as tracking
from evalflow.stages.tracking.commands import Said
from tests.builders import ORGANISER, House
from tests.declared import PLAN, PROJECT, declared, secretaries

STAGES = """
[[stage]]
key = "progress"
kind = "tracking"
title = { zh = "跟踪推进", en = "Tracking" }
closes = "opening + 30 days"

[[stage]]
key = "year_end"
kind = "inspection"
title = { zh = "年终考核", en = "Year-end assessment" }
closes = "opening + 10 days"
flag = [{ key = "accident", label = { zh = "安全事故", en = "Accident" } }]
"""
FORM = PROJECT.replace('  { key = "others", type = "partners", label = { zh = "参与", en = "Partners" } },', "")
HOME = "/s/test-2026/year_end/inspection/"
STATED = Stated({1: "96.5", 2: "8"}, "已完成", {"accident": "no"})


@pytest.fixture
def by(house: House) -> dict[str, Actor]:
    return secretaries(house)


@pytest.fixture
def inspector(house: House) -> Actor:
    return house.actor("organiser", Role.ORGANISER)


@pytest.fixture
def season(house: House, by: dict[str, Actor]) -> Season:
    season = declared(house, STAGES, by=by, answers={"plan": PLAN["plan"]}, form=FORM)
    tracked = house.open(season, "progress")
    said = Said("按计划推进", figures={1: "96.25"})
    house.act(tracking.report, tracked.id, "smelting", said, number=1, actor=by["smelting"])
    house.close(season, "progress")
    house.settle(season, "progress")
    house.open(season, "year_end")
    return season


class Desk:
    """The acts of an inspection, on smelting's project unless told otherwise."""

    def __init__(self, house: House, season: Season, by: dict[str, Actor], inspector: Actor) -> None:
        self.house, self.season, self.by, self.inspector = house, season, by, inspector

    @property
    def stage(self) -> StageRow:
        return self.house.stage(self.season, "year_end")

    def save(self, stated: Stated = STATED, *, entry: str = "smelting", version: int = 0) -> Assessment:
        return self._act(commands.save, entry, stated, version=version, actor=self.by[entry])

    def hand_in(self, stated: Stated = STATED, *, entry: str = "smelting") -> Assessment:
        saved = self.save(stated, entry=entry)
        return self._act(commands.hand_in, entry, version=saved.version, actor=self.by[entry])

    def take_back(self, version: int) -> Assessment:
        return self._act(commands.take_back, "smelting", version=version, actor=self.by["smelting"])

    def inspect(
        self, figures: dict[int, Finding], version: int, *, entry: str = "smelting", accident: Finding | None = None
    ) -> Assessment:
        flags = {"accident": accident} if accident else {}
        return self._act(inspecting.inspect, entry, figures, flags=flags, version=version, actor=self.inspector)

    def accept(self, entry: str = "smelting") -> Assessment:
        """Everything as stated, after it is handed in."""
        found = self.hand_in(entry=entry)
        figures = {1: Finding("96.5"), 2: Finding("8")}
        return self.inspect(figures, found.version, entry=entry, accident=Finding("no"))

    def close(self) -> StageRow:
        return self.house.close(self.season, "year_end")

    def settle(self) -> StageRow:
        return self.house.settle(self.season, "year_end")

    def _act(self, command: object, entry: str, *args: object, **named: object) -> Assessment:
        found: Assessment = self.house.act(command, self.stage.id, entry, *args, **named)  # type: ignore[arg-type]
        return found


@pytest.fixture
def desk(house: House, season: Season, by: dict[str, Actor], inspector: Actor) -> Desk:
    return Desk(house, season, by, inspector)


__all__ = ["HOME", "ORGANISER", "STATED"]
