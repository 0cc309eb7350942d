"""The ballot paper of an open stage: read once per process, as nothing on it changes while the stage is open."""

from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.db import kept_of
from evalflow.errors import Conflict
from evalflow.kinds import marking
from evalflow.seasons import queries as seasons
from evalflow.stages.ballot import binding, queries
from evalflow.stages.ballot.casting import Paper


def paper_of(session: Session, stage_id: int, opened_at: datetime | None = None) -> Paper:
    """Conflict: "stage_not_open" while there is no box yet, "box_differs" for one that the vote did not open with.

    opened_at: when the vote opened, where that is known: a paper of an opening before that one is read anew.
    """
    papers = kept_of(session).setdefault("papers", {})
    if stage_id not in papers or opened_at not in (None, papers[stage_id].opened_at):
        papers[stage_id] = _read(session, stage_id)
    paper: Paper = papers[stage_id]
    return paper


def _read(session: Session, stage_id: int) -> Paper:
    box = queries.box_of(session, stage_id)  # first: where there is one, the stage is read as it opened
    stage = seasons.stage_by_id(session, stage_id)
    if box is None:
        raise Conflict("stage_not_open", stage=stage.key, phase=stage.phase)
    opened = queries.opening(session, stage)
    if (opened.get("public_key"), opened.get("paper")) != (box.public_key.hex(), list(box.paper)):
        raise Conflict("box_differs")
    if binding.is_bound(session, box) is False:
        raise Conflict("box_differs")  # nothing must be sealed to a key, or on a paper, that somebody put there
    options = queries.options_of(stage)
    return Paper(
        stage_id=stage_id,
        season_id=stage.season_id,
        season_key=stage.season.key,
        stage_key=stage.key,
        marking=marking.Paper(tuple(box.paper), options),
        public_key=box.public_key,
        revote=options.revote,
        form_key=box.form_key or b"",
        opened_at=stage.opened_at,
    )
