"""What pages, the count and the checks ask of a vote. Nothing here tells what anybody chose."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import FromClause, func, select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, may
from evalflow.audit.models import EventRow
from evalflow.kinds.ballot_rules import BallotOptions
from evalflow.people.models import Branch, Person
from evalflow.seasons import guards
from evalflow.seasons.events import STAGE_OPENED
from evalflow.seasons.models import Phase, StageRow
from evalflow.seasons.rules import stage_of
from evalflow.seasons.tasks import Task
from evalflow.stages.ballot import envelopes, examining
from evalflow.stages.ballot.models import Ballot, BallotBox, Elector, Mark, Superseded, Teller, UnopenedBox

BEFOREHAND = timedelta(days=5)  # how long before the opening tellers are asked to try their passphrases


@dataclass(frozen=True)
class BranchTurnout:
    """branch None: the small branches together, so that nobody's voting can be told from it."""

    branch: Branch | None
    electors: int
    voted: int


def options_of(stage: StageRow) -> BallotOptions:
    options = stage_of(stage).options
    assert isinstance(options, BallotOptions)
    return options


def opening(session: Session, stage: StageRow) -> Mapping[str, Any]:
    """The particulars with which the log says that this vote opened."""
    query = select(EventRow.leaf).where(EventRow.season == stage.season.key, EventRow.type == STAGE_OPENED.name)
    found = [json.loads(leaf) for leaf in session.scalars(query.order_by(EventRow.at))]
    opened: list[Mapping[str, Any]] = [one["public"]["particulars"] for one in found if one["stage"] == stage.key]
    return opened[-1] if opened else {}


def box_of(session: Session, stage_id: int) -> BallotBox | None:
    return session.get(BallotBox, stage_id)


def weight_on_roll(session: Session, stage_id: int, person_id: int) -> int | None:
    """How many votes this person's counts as; None for whoever is not on the roll."""
    elector = session.get(Elector, (stage_id, person_id))
    return elector.weight if elector else None


def electors_by_weight(session: Session, stage_id: int) -> dict[int, int]:
    """{weight: electors}, the lightest first."""
    query = select(Elector.weight, func.count()).where(Elector.stage_id == stage_id)
    return dict(session.execute(query.group_by(Elector.weight).order_by(Elector.weight)).all())


def marks(session: Session, stage_id: int) -> FromClause:
    """Who has voted, with which receipt (person_id, receipt): the envelopes until the count, the marks from then on.

    The count takes the envelopes away, so it waits (on PostgreSQL, by the lock) for whoever was sent to them.
    """
    counted = select(BallotBox.is_counted).where(BallotBox.stage_id == stage_id)
    if session.scalar(counted) is False and session.scalar(counted.with_for_update(read=True)) is False:
        return envelopes.table_of(stage_id)
    return select(Mark.person_id, Mark.receipt).where(Mark.stage_id == stage_id).subquery()


def own_receipt(session: Session, stage_id: int, person_id: int) -> str | None:
    found = marks(session, stage_id)
    return session.scalars(select(found.c.receipt).where(found.c.person_id == person_id)).one_or_none()


def is_in_box(session: Session, stage_id: int, receipt: str) -> bool:
    found = marks(session, stage_id)
    return session.scalars(select(found.c.receipt).where(found.c.receipt == receipt)).first() is not None


def is_replaced(session: Session, stage_id: int, receipt: str, person_id: int | None) -> bool:
    """Whether a later vote took the place of the one with this receipt; while the vote runs asked of one's own only."""
    if session.get(Superseded, (stage_id, receipt)) is not None:
        return True
    found = marks(session, stage_id)
    if "superseded" not in found.c or person_id is None:
        return False
    kept = session.scalars(select(found.c.superseded).where(found.c.person_id == person_id)).one_or_none()
    return receipt in envelopes.superseded(kept)


def receipts(session: Session, stage_id: int) -> Sequence[str]:
    """All receipts, in the order of their text: an order that says nothing."""
    found = marks(session, stage_id)
    return session.scalars(select(found.c.receipt).order_by(found.c.receipt)).all()


def tellers(session: Session, stage_id: int) -> Sequence[Teller]:
    return session.scalars(select(Teller).where(Teller.stage_id == stage_id).order_by(Teller.person_id)).all()


def refused(session: Session, stage_id: int) -> Sequence[str]:
    """Names of the tellers whose shares are not those that the log committed to."""
    query = select(Person.name).join(Teller, Teller.person_id == Person.id)
    return session.scalars(query.where(Teller.stage_id == stage_id, Teller.is_refused).order_by(Person.id)).all()


def turnout(session: Session, stage_id: int) -> tuple[int, int]:
    """(electors, voted), in heads."""
    electors = session.scalars(select(func.count()).where(Elector.stage_id == stage_id)).one()
    return electors, session.scalars(select(func.count()).select_from(marks(session, stage_id))).one()


def turnout_by_branch(session: Session, stage_id: int, *, small: int) -> list[BranchTurnout]:
    """By branch, those with fewer than `small` electors in one line; none where the total would give that line away."""
    marked = marks(session, stage_id)
    query = (
        select(Branch, func.count(), func.count(marked.c.person_id))
        .select_from(Elector)
        .join(Branch, Branch.id == Elector.branch_id, isouter=True)
        .join(marked, marked.c.person_id == Elector.person_id, isouter=True)
        .where(Elector.stage_id == stage_id)
        .group_by(Branch.id)
        .order_by(Branch.id)
    )
    lines = [BranchTurnout(*row) for row in session.execute(query)]
    shown = [line for line in lines if line.branch is not None and line.electors >= small]
    rest = [line for line in lines if line not in shown]
    together = BranchTurnout(None, sum(line.electors for line in rest), sum(line.voted for line in rest))
    return [*shown, together] if together.electors >= small else [] if rest else shown


def ballots(session: Session, stage_id: int) -> Sequence[Ballot]:
    return session.scalars(select(Ballot).where(Ballot.stage_id == stage_id).order_by(Ballot.id)).all()


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """What this person has to do here."""
    found: list[Task] = []
    if actor.person_id is None:
        return found
    voting = guards.is_open(stage, now) and may(actor, Permission.VOTE, season=stage.season_id)
    if voting and weight_on_roll(session, stage.id, actor.person_id) is not None:
        found.append(_vote_task(session, stage, actor.person_id))
    if may(actor, Permission.HOLD_SHARE, season=stage.season_id):
        found += _teller_tasks(session, stage, actor.person_id, now)
    if stage.phase == Phase.CLOSED:
        found += _closed_tasks(session, stage, actor)
    return found


def is_near(stage: StageRow, now: datetime) -> bool:
    """Whether the vote opens so soon that tellers are asked to try their passphrases once more."""
    return stage.opens_at is not None and now >= stage.opens_at - BEFOREHAND


def is_checked(stage: StageRow, teller: Teller) -> bool:
    """Whether this teller has shown since then that they have their passphrase."""
    assert stage.opens_at is not None
    return teller.checked_at is not None and teller.checked_at >= stage.opens_at - BEFOREHAND


def _vote_task(session: Session, stage: StageRow, person_id: int) -> Task:
    voted, due = own_receipt(session, stage.id, person_id) is not None, stage.closes_at
    before = select(UnopenedBox.id).where(UnopenedBox.stage_id == stage.id, UnopenedBox.opened_at.is_not(None))
    task = Task("Vote", "ballot.home", stage, due=due, is_done=voted, is_secret=True)
    if session.scalars(before.limit(1)).first() is None:
        return task
    again = Task("Vote again: the earlier vote could not be opened", "ballot.home", stage)
    return replace(task, title=again.title)


def _closed_tasks(session: Session, stage: StageRow, actor: Actor) -> list[Task]:
    """What organiser and auditors have to decide about a box."""
    waiting = examining.pending(session, stage.id)
    is_auditor = may(actor, Permission.AUDIT, season=stage.season_id)
    if is_auditor and waiting is not None and waiting.kind == "unopenable" and not box_is_counted(session, stage.id):
        return [Task("Confirm or not: the box can't be opened, the vote is held again", "ballot.unopenable", stage)]
    if not examining.is_stopped(session, stage.id):
        return []
    if is_auditor and waiting is not None:
        return [Task("Confirm or not: count a box that differs from the log", "ballot.box", stage)]
    if may(actor, Permission.STEER, season=stage.season_id):
        return [Task("The box differs from the log: decide how to go on", "ballot.box", stage)]
    return []


def box_is_counted(session: Session, stage_id: int) -> bool:
    box = box_of(session, stage_id)
    return box is not None and box.is_counted


def _teller_tasks(session: Session, stage: StageRow, person_id: int, now: datetime) -> list[Task]:
    teller = session.get(Teller, (stage.id, person_id))
    if stage.phase == "waiting":
        page = ("ballot.teller", stage)
        found = [Task("Set your teller's passphrase", *page, due=stage.opens_at, is_done=bool(teller))]
        if teller is not None and is_near(stage, now):
            is_done = is_checked(stage, teller)
            found.append(Task("Check that you still have your passphrase", *page, due=stage.opens_at, is_done=is_done))
        return found
    if stage.phase == "closed" and teller is not None:
        if teller.has_lost:
            return [Task("Hand in your share of the key again: the server was restarted", "ballot.teller", stage)]
        is_done = teller.has_handed_in or teller.is_refused
        return [Task("Hand in your share of the key", "ballot.teller", stage, is_done=is_done)]
    return []
