"""The blueprint of a stage kind: views take neither season nor stage, and links inside a stage need name neither."""

from typing import Any

from flask import Blueprint, g

from evalflow.seasons.queries import stage_of_kind
from evalflow.web.place import Address, Place


def kind_blueprint(name: str) -> Blueprint:
    """Pages of one kind of stage, under /s/<season>/<stage>/<kind>."""
    blueprint = Blueprint(name, f"evalflow.stages.{name}", url_prefix=f"/s/<season_key>/<stage_key>/{name}")

    def pull(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        if values is not None:
            g.address = Address(values.pop("season_key"), values.pop("stage_key"), name)

    def fill(_endpoint: str, values: dict[str, Any]) -> None:
        _fill(name, values)

    blueprint.url_value_preprocessor(pull)
    blueprint.url_defaults(fill)
    return blueprint


def _fill(kind: str, values: dict[str, Any]) -> None:
    """From a stage of another kind, a link leads to the season's last stage of the kind linked to."""
    if "stage_key" in values:
        if "season_key" not in values and "address" in g:
            values["season_key"] = g.address.season_key
        return
    here: Place | None = g.get("place")  # the guard has loaded it
    if here is None or values.get("season_key", here.season.key) != here.season.key:
        return
    stage = here.stage if here.stage.kind == kind else stage_of_kind(here.season, kind)
    if stage is not None:
        values["season_key"], values["stage_key"] = here.season.key, stage.key
