"""The cast: the one hot path. Three statements, hand-written, no unit of work, no row that others wait for.

1. look: the stage, the voter's line of the roll and their envelope so far (on PostgreSQL under a shared advisory lock,
   so that the box can't be closed between looking and putting);
2. put: one conditional upsert, in the place of the envelope that was seen and of no other: a race leaves one envelope
   and a log that says whose place each took; whoever lost it looks again;
3. log: the event, in the same transaction.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import LargeBinary, Row, bindparam, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import TextClause, TextualSelect

from evalflow.access import Actor, Permission, require
from evalflow.audit import ledger
from evalflow.db import UtcDateTime, kept_of
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.kinds import marking
from evalflow.seasons.models import Phase
from evalflow.stages.ballot import envelopes, sealing
from evalflow.stages.ballot.events import CAST

Choice = AbstractSet[str] | Mapping[str, int]  # names chosen, or the marks of entries
VOTER = Actor(None, "", "member")  # what the log says of whoever casts

_LOOK = """
SELECT s.phase, s.opened_at, s.closes_at, se.cancelled_at, e.weight, v.receipt, v.superseded{lock}
FROM stage s JOIN season se ON se.id = s.season_id
LEFT JOIN elector e ON e.stage_id = s.id AND e.person_id = :person
LEFT JOIN {box} v ON v.person_id = :person
WHERE s.id = :stage
"""
_LOCK = {"sqlite": "", "postgresql": ", pg_advisory_xact_lock_shared(:stage)"}
_PUT = """
INSERT INTO {box} AS v (person_id, receipt, sealed, superseded)
SELECT :person, :receipt, :sealed, '' FROM stage WHERE id = :stage AND phase = 'open'
ON CONFLICT (person_id) DO UPDATE
SET receipt = excluded.receipt, sealed = excluded.sealed, superseded = v.superseded || v.receipt
WHERE :revote AND v.receipt = CAST(:seen AS VARCHAR)
RETURNING receipt
"""


@cache
def _look(stage_id: int, dialect: str) -> TextualSelect:
    query = text(_LOOK.format(box=envelopes.table_of(stage_id).name, lock=_LOCK[dialect]))
    return query.columns(opened_at=UtcDateTime, closes_at=UtcDateTime, cancelled_at=UtcDateTime)


@cache
def _put(stage_id: int) -> TextClause:
    query = text(_PUT.format(box=envelopes.table_of(stage_id).name))
    return query.bindparams(bindparam("sealed", type_=LargeBinary))


@dataclass(frozen=True)
class Paper:
    """What a ballot is made of; fixed while the stage is open, so it may be kept between requests.

    form_key: of the box, see `sealing.seal`. opened_at: of the opening that this paper is of.
    """

    stage_id: int
    season_id: int
    season_key: str
    stage_key: str
    marking: marking.Paper
    public_key: bytes
    revote: bool
    form_key: bytes
    opened_at: datetime | None = None

    @property
    def entries(self) -> tuple[str, ...]:
        return self.marking.entries

    def number(self, choice: Choice) -> int:
        """The choice as the number that is sealed. Invalid, with what was expected, for one that would not count."""
        marks = choice if isinstance(choice, Mapping) else dict.fromkeys(choice, 1)
        strange = marks.keys() - set(self.entries)
        if strange:
            raise Invalid("not_on_the_paper", entry=min(strange))
        code = self.marking.code(marks)
        fault = self.marking.fault(code)
        if fault is not None:
            raise Invalid(fault.code, **fault.facts)
        if isinstance(code, bytes) and self.marking.is_blank(code):
            raise Invalid("nothing_marked")
        return self.marking.number(code)


def cast(
    session: Session, paper: Paper, choice: Choice, *, attempt: str, actor: Actor, clock: Callable[[], datetime]
) -> str:
    """Put the actor's sealed choice into the box; the receipt.

    attempt: the secret of the form. The same form with the same choice is the same envelope, and gets the same receipt;
    once a later vote has taken its place, Conflict("replaced_by_later_vote"), and the later one stays. The same form
    with another choice is another envelope: a vote like any other. The time is asked for after looking, so that an act
    which had to wait is not accepted after the deadline.
    """
    require(actor, Permission.VOTE, season=paper.season_id)
    if actor.person_id is None:
        raise Forbidden("not_on_the_roll")
    number = paper.number(choice)
    where = {"stage": paper.stage_id, "person": actor.person_id}
    seen = _seen(session, paper, where)
    now = clock()
    if seen.weight is None:
        raise Forbidden("not_on_the_roll")
    _check_paper(session, paper, seen)
    info = sealing.info_of(paper.stage_id, actor.person_id)
    sealed = sealing.seal(number, paper.public_key, info, form=attempt, form_key=paper.form_key)
    receipt = sealing.receipt(sealed, info)
    if seen.receipt == receipt:
        return receipt
    if receipt in envelopes.superseded(seen.superseded):
        raise Conflict("replaced_by_later_vote")
    if seen.phase != "open" or seen.cancelled_at or (seen.closes_at and now >= seen.closes_at):
        raise Conflict("stage_not_open", stage=paper.stage_key, phase=seen.phase)
    if seen.receipt and not paper.revote:
        raise Conflict("already_voted")
    envelope = {**where, "receipt": receipt, "sealed": sealed, "revote": paper.revote, "seen": seen.receipt}
    put = session.execute(_put(paper.stage_id), envelope).one_or_none()
    if put is None:  # another form of this voter was first: look again, so that the log says whose place this one takes
        return cast(session, paper, choice, attempt=attempt, actor=actor, clock=clock)
    public = {"envelope": receipt, "replaces": seen.receipt}
    ledger.append(session, CAST, actor=VOTER, now=now, season=paper.season_key, stage=paper.stage_key, public=public)
    return receipt


def wait_for_all(session: Session, stage_id: int) -> None:
    """Until the act ends no cast of this stage is under way. On SQLite there never is one beside another act."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:stage)"), {"stage": stage_id})


def _check_paper(session: Session, paper: Paper, seen: Row[Any]) -> None:
    """Nothing is sealed on a paper of an earlier opening: this process has kept it too long."""
    if seen.opened_at != paper.opened_at:
        kept_of(session).get("papers", {}).pop(paper.stage_id, None)
        raise Conflict("changed_meanwhile")


def _seen(session: Session, paper: Paper, where: Mapping[str, int | None]) -> Row[Any]:
    """The stage, the voter's line of the roll and their envelope. Conflict where the box is counted and gone."""
    try:
        return session.execute(_look(paper.stage_id, session.get_bind().dialect.name), where).one()
    except DBAPIError as error:
        if envelopes.are_gone(error, paper.stage_id):
            raise Conflict("stage_not_open", stage=paper.stage_key, phase=Phase.CLOSED) from None
        raise
