"""A season as a bundle: everything an outsider needs to repeat its outcomes, and nothing that names a voter."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from evalflow.audit import note
from evalflow.audit.ledger import latest_checkpoint
from evalflow.audit.models import EventRow, Leaf
from evalflow.audit.signing import Signer
from evalflow.bundle import format as layout
from evalflow.bundle.format import BranchLine, Bundle, EntryLine
from evalflow.bundle.log import Log, hashed
from evalflow.kinds import lots
from evalflow.people.models import Branch
from evalflow.registry import LIFECYCLES
from evalflow.seasons import queries
from evalflow.seasons.events import STAGE_SETTLED
from evalflow.seasons.models import Entry, EntryState, Phase, Season, StageRow
from evalflow.seasons.rules import definition_of


def export(session: Session, season: Season, signer: Signer) -> Bundle:
    """Evidence and log: all that an outsider needs. A stage that was settled since the log was sealed waits for that:
    a recount would miss what the log says of it."""
    log = _log(session, season, signer)
    return replace(evidence(session, season, told=_settled(log) if log else None), log=log)


def _settled(log: Log) -> Collection[str]:
    """Keys of the stages that the leaves say were settled."""
    lines = (json.loads(leaf) for leaf in log.leaves)
    return {line["stage"] for line in lines if isinstance(line, dict) and line["type"] == STAGE_SETTLED.name}


def evidence(session: Session, season: Season, *, told: Collection[str] | None = None) -> Bundle:
    """A bundle without the log: every stage that is done; what still runs is left out, so that nothing leaks early.

    told: the keys of those alone that may be told of; None is all.
    """
    done = [row for row in season.stages if row.phase == Phase.DONE and (told is None or row.key in told)]
    over = _all_votes_over(season, done)
    outcomes = {row.key: one for row in done if (one := queries.outcome_of(row)) is not None}
    definition = definition_of(season)
    return Bundle(
        season=season.key,
        digest=definition.digest,
        draw_seed=season.draw_seed if over else "",
        definition=definition,
        branches=tuple(
            BranchLine(branch.key, branch.name_zh) for branch in session.scalars(select(Branch).order_by(Branch.id))
        ),
        entries=tuple(
            EntryLine(entry.key, entry.number, entry.branch.key, _public_title(entry), entry.state)
            for entry in queries.entries(session, season.id)
        ),
        tables={row.key: LIFECYCLES[row.kind].evidence(session, row) for row in done},
        outcomes=outcomes,
        lots={} if over else {key: one.facts[lots.FACT] for key, one in outcomes.items() if lots.FACT in one.facts},
    )


def _public_title(entry: Entry) -> str:
    """What was never handed in is its branch's own paper."""
    return "" if entry.state == EntryState.DRAFT else entry.title


def digest(bundle: Bundle) -> str:
    """SHA-256, hex, over the paths and texts of all files of a bundle."""
    whole = hashlib.sha256()
    for name, text in sorted(layout.texts(bundle).items()):
        whole.update(f"{name}\n{len(text.encode())}\n".encode() + text.encode())
    return whole.hexdigest()


def _all_votes_over(season: Season, done: Collection[StageRow]) -> bool:
    """The seed of all lots is told once nobody can choose anything any more in view of it."""
    return all(row in done for row in season.stages if row.kind in ("ballot", "scoring"))


def _log(session: Session, season: Season, signer: Signer) -> Log | None:
    """All leaves up to the latest checkpoint: the season's own events, and hashes of all that is not about it."""
    latest = latest_checkpoint(session)
    if latest is None:
        return None
    own = case((EventRow.season == season.key, EventRow.leaf))
    query = select(own, Leaf.leaf_hash).join(EventRow, EventRow.id == Leaf.event_id).where(Leaf.number < latest.size)
    leaves = (text or hashed(digest) for text, digest in session.execute(query.order_by(Leaf.number)))
    return Log(tuple(leaves), latest.note, note.format_verifier(signer.verifier))
