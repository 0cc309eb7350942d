"""The ballot paper of an open stage: read once per process, as nothing on it changes while the stage is open."""

from sqlalchemy.orm import Session

from evalflow.errors import Conflict
from evalflow.seasons import queries as seasons
from evalflow.stages.ballot import queries
from evalflow.stages.ballot.casting import Paper

_kept: dict[bytes, Paper] = {}  # by stage and public key, so that two databases in one process don't meet


def paper_of(session: Session, stage_id: int) -> Paper:
    """Conflict("stage_not_open") while there is no box yet."""
    box = queries.box_of(session, stage_id)
    if box is None:
        raise Conflict("stage_not_open", stage=str(stage_id), phase="waiting")
    if box.public_key not in _kept:
        _kept[box.public_key] = _read(session, stage_id)
    return _kept[box.public_key]


def _read(session: Session, stage_id: int) -> Paper:
    stage = seasons.stage_by_id(session, stage_id)
    box = queries.box_of(session, stage_id)
    assert box is not None
    options = queries.options_of(stage)
    return Paper(
        stage_id=stage_id,
        season_id=stage.season_id,
        season_key=stage.season.key,
        stage_key=stage.key,
        entries=tuple(box.paper),
        public_key=box.public_key,
        choose=options.choose,
        revote=options.revote,
    )
