"""Events that enter the tree together, once the stage they belong to is over: the casts of a vote.

Sealed one by one, they would tell the turnout of a running vote to everybody who reads the size of a checkpoint or the
hashes of a bundle, and their order who voted when. So they wait (`pending.held_by`) until the stage closes, and enter
in the order of their random ids. What waits is not unguarded: while a vote is open an event each hour commits to what
came since the last one, salted, whether anything came or not. `verify` looks whether all of it is still there.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from evalflow.access import SYSTEM
from evalflow.audit import ledger, tree
from evalflow.audit.events import HELD_NOTED
from evalflow.audit.models import EventRow, Pending, place

EVERY = timedelta(hours=1)
AT_ONCE = 5000  # numbers in a statement; databases take no more than some ten thousand
NOTING = 1  # the lock of whoever notes; locks with two numbers are never those of casts, which have one


def release(session: Session, *, season: str, stage: str) -> None:
    """Let what waits for the end of this stage be sealed next, mixed.

    One statement says what waits: a cast that is committed beside it is either among what was taken, or waits still.
    """
    taken = delete(Pending).where(Pending.held_by == place(season, stage)).returning(Pending.event_id)
    if found := sorted(session.scalars(taken)):
        session.execute(insert(Pending), [{"event_id": event_id} for event_id in found])


def note(session: Session, *, now: datetime) -> bool:
    """Commit to what waits and is not committed to yet, at most once an hour; whether that was done.

    One act at a time: of two that seal at the same moment the second finds what the first has written.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:kind, 0)"), {"kind": NOTING})
    recent = select(EventRow.id).where(EventRow.season == "", EventRow.type == HELD_NOTED.name)
    if session.scalars(recent.where(EventRow.at > now - EVERY).limit(1)).first():
        return False
    waiting = select(Pending.number, EventRow.leaf).join(EventRow, EventRow.id == Pending.event_id)
    found = session.execute(waiting.where(Pending.held_by.is_not(None), Pending.is_noted.is_(False))).all()
    leaves = sorted(tree.leaf_hash(leaf.encode()).hex() for _, leaf in found)
    numbers = [number for number, _ in found]
    for start in range(0, len(numbers), AT_ONCE):  # by number: a cast committed beside this is not among the leaves
        theirs = Pending.number.in_(numbers[start : start + AT_ONCE])  # what was released meanwhile does not need it
        session.execute(update(Pending).where(theirs).values(is_noted=True))
    ledger.append(session, HELD_NOTED, actor=SYSTEM, now=now, personal={"leaves": leaves})
    return True
