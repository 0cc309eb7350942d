"""The pages over all projects at once: the wall, the milestones, the sums.

For the rules' audience; others see there the projects that they may read, such as a leader those under that command.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask import render_template, request

from evalflow import zone
from evalflow.access import Permission
from evalflow.errors import Forbidden
from evalflow.stages.tracking import charts, progress, queries, showing, supervising, wall
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

    is_whole: whether all projects are here, not only those that the reader has to do with.
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
    is_whole: bool = True

    @property
    def is_filtered(self) -> bool:
        return self.choice != Choice()


@blueprint.get("/all/wall", endpoint="wall")
@guarded(Permission.SEE_PUBLIC)
def all_projects() -> str:
    name = "projector" if request.args.get("projector") else "wall"
    return _shown(f"stages/tracking/{name}.html")


@blueprint.get("/all/milestones")
@guarded(Permission.SEE_PUBLIC)
def gantt() -> str:
    return _shown("stages/tracking/gantt.html")


@blueprint.get("/all/sums")
@guarded(Permission.SEE_PUBLIC)
def rollups() -> str:
    return _shown("stages/tracking/rollups.html")


def _shown(template: str) -> str:
    here = place()
    return render_template(template, stage=here.stage, page=_page(here))


def _page(here: Place) -> WallPage:
    sees_all = showing.sees_all(actor(), here.stage)
    everything = progress.progress_of(reading(), here.stage, here.now)
    readable = {one.entry.key for one in everything if queries.may_read(actor(), one.entry)}
    found = [one for one in everything if sees_all or one.entry.key in readable]
    if not sees_all and not found:
        raise Forbidden("projects_not_public")
    left, late = supervising.counts(reading(), here.stage, here.now)
    tiers = showing.tiers(reading(), here.stage, actor())
    tiles = wall.ordered(
        wall.tile(
            one,
            locale=here.locale,
            orders=left.get(one.entry.id, 0),
            orders_late=late.get(one.entry.id, 0),
            tier=tiers.get(one.entry.key),
            is_readable=one.entry.key in readable,
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
        is_whole=sees_all,
    )
