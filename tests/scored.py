"""A season in its scoring, and short ways to fill in a sheet."""

from dataclasses import dataclass

from evalflow.access import Actor
from evalflow.seasons.models import Season, StageRow
from evalflow.stages.scoring import commands, queries
from evalflow.stages.scoring.models import ScoreSheet
from tests.builders import House

SCORING = """
[[stage]]
key = "score"
kind = "scoring"
title = { zh = "互评", en = "Peer scoring" }
closes = "opening + 5 days"
raters = "each_branch"
own_entry = "allowed"
aggregate = { method = "mean" }
void = [{ rule = "same_score_for_all" }]
criterion = [
  { key = "known", label = { zh = "知名度", en = "Awareness" }, weight = 40, max = 10, step = "0.5" },
  { key = "works", label = { zh = "成效", en = "Results" }, weight = 60 },
]
"""
Points = dict[str, dict[str, str]]
GOOD: Points = {"refining": {"known": "7", "works": "60"}, "smelting": {"known": "9.5", "works": "90"}}


@dataclass(frozen=True)
class Scoring:
    """by: the secretary of each branch, or whoever else scores, by any name."""

    house: House
    season: Season
    by: dict[str, Actor]

    @property
    def stage(self) -> StageRow:
        return self.house.stage(self.season, "score")

    def sheet(self, rater: str) -> ScoreSheet:
        """The rater's sheet as it is now."""
        found: ScoreSheet = self.house.ask(queries.own_sheet, self.stage, self.by[rater])
        return found

    def save(self, rater: str, typed: Points, *, version: int | None = None, page: str = "") -> ScoreSheet:
        seen = self.sheet(rater).version if version is None else version
        actor, stage_id = self.by[rater], self.stage.id
        return self.house.act(commands.save, stage_id, typed, version=seen, page=page, actor=actor)

    def hand_in(self, rater: str, *, although_void: bool = False) -> ScoreSheet:
        version, stage_id = self.sheet(rater).version, self.stage.id
        actor = self.by[rater]
        return self.house.act(commands.hand_in, stage_id, version=version, although_void=although_void, actor=actor)

    def take_back(self, rater: str) -> ScoreSheet:
        version = self.sheet(rater).version
        return self.house.act(commands.take_back, self.stage.id, version=version, actor=self.by[rater])

    def recuse(self, rater: str, entry: str) -> ScoreSheet:
        version = self.sheet(rater).version
        return self.house.act(commands.recuse, self.stage.id, entry, version=version, actor=self.by[rater])

    def points(self, rater: str) -> Points:
        """What stands on the sheet."""
        found: Points = {}
        for score in sorted(self.sheet(rater).scores, key=lambda one: (one.entry.key, one.criterion)):
            found.setdefault(score.entry.key, {})[score.criterion] = score.points
        return found
