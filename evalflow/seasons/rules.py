"""The rules of a season: its pinned definition as a typed value, parsed once per digest."""

import functools

from evalflow.kinds import KINDS
from evalflow.seasons.models import Season, StageRow
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition, Stage


def definition_of(season: Season) -> Definition:
    return _parsed(season.definition, season.digest)


def stage_of(row: StageRow) -> Stage:
    """The rule and options of a stage row."""
    return definition_of(row.season).stage(row.key)


@functools.lru_cache(maxsize=64)
def _parsed(text: str, digest: str) -> Definition:
    definition = reader.read_canonical(text, KINDS)
    if definition.digest != digest:
        raise RuntimeError(f"the pinned rules do not have the digest {digest}")
    return definition
