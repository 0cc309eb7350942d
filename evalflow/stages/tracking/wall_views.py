"""The pages over all projects at once: the wall, the milestones, the sums. For whoever reads every dossier."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask import render_template, request

from evalflow import zone
from evalflow.access import Permission
from evalflow.stages.tracking import charts, progress, showing, supervising, wall
from evalflow.stages.tracking.charts import Month, Span
from evalflow.stages.tracking.milestones import Standing
from evalflow.stages.tracking.views import blueprint
from evalflow.stages.tracking.wall import Choice, Rollup, Tile
from evalflow.tally.trajectory import Light
from evalflow.web.current import actor, reading
from evalflow.web.guard import guarded
from evalflow.web.place import Place, place


@dataclass(frozen=True)
class WallPage:
    """tiles: those that the choice lets through. lights: their number of each, whatever light is chosen.

    branches, leaders: what can be chosen, {key: name}. today_x: None on a day outside the season's months.
    """

    now: datetime
    choice: Choice
    tiles: tuple[Tile, ...]
    lights: Mapping[Light, int]
    branches: Mapping[str, str]
    leaders: Mapping[str, str]
    months: tuple[Month, ...]
    today_x: Decimal | None
    by_branch: tuple[Rollup, ...]
    by_leader: tuple[Rollup, ...]
    standings: tuple[Standing, ...] = tuple(Standing)

    @property
    def is_filtered(self) -> bool:
        return self.choice != Choice()


@blueprint.get("/all/wall", endpoint="wall")
@guarded(Permission.READ_DOSSIER)
def all_projects() -> str:
    name = "projector" if request.args.get("projector") else "wall"
    return _shown(f"stages/tracking/{name}.html")


@blueprint.get("/all/milestones")
@guarded(Permission.READ_DOSSIER)
def gantt() -> str:
    return _shown("stages/tracking/gantt.html")


@blueprint.get("/all/sums")
@guarded(Permission.READ_DOSSIER)
def rollups() -> str:
    return _shown("stages/tracking/rollups.html")


def _shown(template: str) -> str:
    here = place()
    return render_template(template, stage=here.stage, page=_page(here))


def _page(here: Place) -> WallPage:
    found = progress.progress_of(reading(), here.stage, here.now)
    left, late = supervising.counts(reading(), here.stage, here.now)
    tiers = showing.tiers(reading(), here.stage, actor())
    tiles = wall.ordered(
        wall.tile(
            one,
            locale=here.locale,
            orders=left.get(one.entry.id, 0),
            orders_late=late.get(one.entry.id, 0),
            tier=tiers.get(one.entry.key),
        )
        for one in found
    )
    span, today = Span(*progress.span_of(here.stage)), zone.day_of(here.now)
    choice = Choice(*(request.args.get(name, "") for name in ("branch", "light", "leader")))
    unlit = Choice(choice.branch, "", choice.leader)
    return WallPage(
        now=here.now,
        choice=choice,
        tiles=wall.shown(tiles, choice),
        lights=wall.lights(wall.shown(tiles, unlit)),
        branches=wall.branches(tiles),
        leaders=wall.leaders(tiles),
        months=charts.months(span),
        today_x=span.across(today) if span.holds(today) else None,
        by_branch=wall.by_branch(tiles),
        by_leader=wall.by_leader(tiles),
    )
