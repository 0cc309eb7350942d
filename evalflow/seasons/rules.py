"""The rules of a season: its pinned definition as a typed value, parsed once per digest."""

import functools
import logging
from collections.abc import Iterable

from evalflow.errors import EvalflowError
from evalflow.kinds import KINDS
from evalflow.seasons.models import Season, StageRow
from evalflow.workflow import reader
from evalflow.workflow.definition import Definition, Stage

log = logging.getLogger("evalflow.seasons")


def definition_of(season: Season) -> Definition:
    return _parsed(season.definition, season.digest)


def stage_of(row: StageRow) -> Stage:
    """The rule and options of a stage row."""
    return definition_of(row.season).stage(row.key)


def legible(seasons: Iterable[Season]) -> list[Season]:
    """Those whose rules can be read; the others are logged and left out, so that one broken season breaks no page."""
    found = []
    for season in seasons:
        try:
            definition_of(season)
        except (EvalflowError, RuntimeError, ValueError):
            log.exception("the rules of season %s can't be read; it is left out", season.key)
        else:
            found.append(season)
    return found


@functools.lru_cache(maxsize=64)
def _parsed(text: str, digest: str) -> Definition:
    definition = reader.read_canonical(text, KINDS)
    if definition.digest != digest:
        raise RuntimeError(f"the pinned rules do not have the digest {digest}")
    return definition
