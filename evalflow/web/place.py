"""Where in a season a page is: read from the address once, loaded when first asked for."""

from dataclasses import dataclass
from datetime import datetime

from flask import g, request

from evalflow.errors import NotFound
from evalflow.seasons import queries
from evalflow.seasons.models import Season, StageRow
from evalflow.seasons.rules import definition_of
from evalflow.web.current import locale, now, reading
from evalflow.workflow.definition import Definition, StageRule


@dataclass(frozen=True)
class Place:
    """now: one moment for the whole page. The rows belong to the request's snapshot: read them, write elsewhere."""

    season: Season
    stage: StageRow
    definition: Definition
    stage_rule: StageRule
    now: datetime
    locale: str


@dataclass(frozen=True)
class Address:
    """What the path says; `kind` is that of the blueprint that answers."""

    season_key: str
    stage_key: str
    kind: str


def place() -> Place:
    """NotFound when there is no such season, no such stage, or the stage is of another kind."""
    if "place" not in g:
        g.place = _load(g.address)
    found: Place = g.place
    return found


def season_id_if_any() -> int | None:
    """Of the season that the address names; None where it names none."""
    if "address" in g:
        return place().season.id
    key = (request.view_args or {}).get("season_key")
    return queries.season_id(reading(), key) if key is not None else None


def _load(address: Address) -> Place:
    season = queries.season_by_key(reading(), address.season_key)
    stage = next((row for row in season.stages if row.key == address.stage_key), None)
    if stage is None or stage.kind != address.kind:
        raise NotFound("no_such_stage", stage=address.stage_key)
    definition = definition_of(season)
    return Place(season, stage, definition, definition.stage(stage.key).rule, now(), locale())
