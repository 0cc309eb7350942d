"""Boxes that are done away with unopened: the same for a vote that can't be opened and for a cancelled season.

What is left of such a vote are its receipts, so that whoever looks theirs up is told what became of it. Who had voted
is forgotten.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from evalflow.audit import holding
from evalflow.audit.models import EventRow
from evalflow.seasons.models import StageRow
from evalflow.stages.ballot import agreement, casting, counting, envelopes, events, queries
from evalflow.stages.ballot.models import (
    BallotBox,
    BoxExamination,
    BoxStatement,
    Elector,
    Teller,
    UnopenedBox,
    UnopenedReceipt,
)

FORGOTTEN = (Teller, BoxExamination, BoxStatement, Elector, BallotBox)  # rows that only this opening needed


def put_away(session: Session, stage: StageRow, *, reason: str, now: datetime, is_repeated: bool) -> UnopenedBox:
    """Take the box out with everything that could open it. What is left of that in files is wiped by `upkeep`."""
    casting.wait_for_all(session, stage.id)
    holding.release(session, season=stage.season.key, stage=stage.key)
    box = queries.box_of(session, stage.id)
    standing, replaced = _receipts(session, stage.id) if box is not None else ([], [])
    kept = UnopenedBox(
        stage_id=stage.id,
        opened_at=stage.opened_at,
        ended_at=now,
        reason=reason,
        envelopes=len(standing),
        receipts_sha256=agreement.box_digest([*standing, *replaced]),
        is_repeated=is_repeated,
    )
    session.add(kept)
    counting.end(session, stage)
    session.flush()
    rows = [{"stage_id": stage.id, "receipt": one, "box_id": kept.id} for one in {*standing, *replaced}]
    if rows:
        session.execute(insert(UnopenedReceipt), sorted(rows, key=lambda row: str(row["receipt"])))
    for table in FORGOTTEN:
        session.execute(delete(table).where(table.stage_id == stage.id))
    if box is not None:
        session.expunge(box)
        envelopes.drop(session, stage.id)
    return kept


def _receipts(session: Session, stage_id: int) -> tuple[list[str], list[str]]:
    """(of the envelopes in the box, of those whose place they took)."""
    box = envelopes.table_of(stage_id)
    rows = session.execute(select(box.c.receipt, box.c.superseded)).all()
    return [one.receipt for one in rows], [before for one in rows for before in envelopes.superseded(one.superseded)]


def of_stage(session: Session, stage_id: int) -> Sequence[UnopenedBox]:
    """The votes of this stage that were never opened, the earliest first; none of which nothing had been opened."""
    query = select(UnopenedBox).where(UnopenedBox.stage_id == stage_id, UnopenedBox.opened_at.is_not(None))
    return session.scalars(query.order_by(UnopenedBox.id)).all()


def of_receipt(session: Session, stage_id: int, receipt: str) -> UnopenedBox | None:
    """The unopened vote that an envelope belonged to."""
    found = session.get(UnopenedReceipt, (stage_id, receipt))
    return session.get(UnopenedBox, found.box_id) if found is not None else None


def is_wiped(session: Session, stage_id: int) -> bool:
    """Whether nothing is left that opens an earlier box of this stage."""
    left = select(UnopenedBox.id).where(UnopenedBox.stage_id == stage_id, UnopenedBox.destroyed_at.is_(None))
    return session.scalars(left.limit(1)).first() is None


def faults(session: Session, stage: StageRow) -> list[str]:
    """Where what is kept of unopened votes is not what the log says of them."""
    found = []
    query = select(EventRow.leaf).where(EventRow.season == stage.season.key, EventRow.type == events.UNOPENABLE.name)
    told = [json.loads(leaf) for leaf in session.scalars(query.order_by(EventRow.at))]
    logged = [event["public"]["receipts_sha256"] for event in told if event["stage"] == stage.key]
    boxes = session.scalars(select(UnopenedBox).where(UnopenedBox.stage_id == stage.id).order_by(UnopenedBox.id)).all()
    if logged != [box.receipts_sha256 for box in boxes if box.is_repeated]:
        found.append("the votes that could not be opened are not those of the log")
    for box in boxes:
        receipts = session.scalars(select(UnopenedReceipt.receipt).where(UnopenedReceipt.box_id == box.id))
        if agreement.box_digest(receipts) != box.receipts_sha256:
            found.append(f"the receipts of unopened vote {box.id} are not those that were kept when it ended")
    return found
