"""Events that enter the tree together, once the stage they belong to is over: the casts of a vote.

Sealed one by one, they would tell the turnout of a running vote to everybody who reads the size of a checkpoint or the
hashes of a bundle, and their order who voted when. So they wait (`pending.held_by`) until the stage closes, and enter
in the order of their random ids. What waits is not unguarded: while a vote is open an event each hour commits to what
came since the last one, salted, whether anything came or not. `verify` looks whether all of it is still there.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from evalflow.access import SYSTEM
from evalflow.audit import ledger, tree
from evalflow.audit.events import HELD_NOTED
from evalflow.audit.models import EventRow, Pending, place

EVERY = timedelta(hours=1)


def release(session: Session, *, season: str, stage: str) -> None:
    """Let what waits for the end of this stage be sealed next, mixed."""
    waiting = select(Pending.event_id).where(Pending.held_by == place(season, stage)).order_by(Pending.event_id)
    session.execute(insert(Pending).from_select(["event_id"], waiting))
    session.execute(delete(Pending).where(Pending.held_by == place(season, stage)))


def note(session: Session, *, now: datetime) -> bool:
    """Commit to what waits and is not committed to yet, at most once an hour; whether that was done."""
    recent = select(EventRow.id).where(EventRow.season == "", EventRow.type == HELD_NOTED.name)
    if session.scalars(recent.where(EventRow.at > now - EVERY).limit(1)).first():
        return False
    waiting = select(EventRow.leaf).join(Pending, Pending.event_id == EventRow.id)
    found = session.scalars(waiting.where(Pending.held_by.is_not(None), Pending.is_noted.is_(False)))
    leaves = sorted(tree.leaf_hash(leaf.encode()).hex() for leaf in found)
    session.execute(update(Pending).where(Pending.held_by.is_not(None)).values(is_noted=True))
    ledger.append(session, HELD_NOTED, actor=SYSTEM, now=now, personal={"leaves": leaves})
    return True
