"""What the log says of one vote: what it opened with, what was cast and replaced, what the count wrote down.

Read from the events' own texts, in the order of the tree. Whether these texts are the ones that were signed is asked
of the ledger; the count asks it in its own transaction.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.audit.event import EventType
from evalflow.audit.models import EventRow, Leaf, Pending, Personal
from evalflow.seasons.events import SEASON_CREATED, STAGE_OPENED, STAGE_REPEATED
from evalflow.seasons.models import StageRow
from evalflow.stages.ballot import events

RollLine = tuple[int, int | None, int]  # person, branch, weight
_PERSONAL = (events.ROLL_FIXED.name, events.DISPUTE_STATED.name, events.UNOPENABLE_STATED.name)
_TYPES = (
    SEASON_CREATED,
    STAGE_OPENED,
    STAGE_REPEATED,
    events.ROLL_FIXED,
    events.CAST,
    events.COUNTED,
    events.BOX_DISPUTED,
)


@dataclass
class Logged:
    """What there is of a vote since it opened last.

    rules: the digest of the season's rules. opening: the particulars, None where the log knows of no opening.
    roll: the lines as fixed at the opening; None where they were not kept (votes opened by older versions) or erased.
    cast: {receipt: the receipt whose place it took, or None}. counted, disputed: what these events said, None before.
    openings: how many there were since the vote was held again, or at all; more than one is none of the program's.
    """

    rules: str = ""
    opening: Mapping[str, Any] | None = None
    roll: tuple[RollLine, ...] | None = None
    cast: dict[str, str | None] = field(default_factory=dict)
    counted: Mapping[str, Any] | None = None
    disputed: Mapping[str, Any] | None = None
    openings: int = 0

    @cached_property
    def replaced(self) -> frozenset[str]:
        """Receipts of envelopes in whose place there is a later one."""
        return frozenset(before for before in self.cast.values() if before)

    @cached_property
    def standing(self) -> frozenset[str]:
        """Receipts of the envelopes that should be in the box."""
        return frozenset(self.cast.keys() - self.replaced)


def logged(session: Session, stage: StageRow) -> Logged:
    """All that the log says of this vote up to now."""
    found = Logged()
    for kind, public, personal in _events(session, stage):
        if kind == SEASON_CREATED.name:
            found.rules = str(public.get("digest"))
        elif kind == STAGE_OPENED.name:
            found = Logged(found.rules, public.get("particulars") or {}, found.roll, openings=found.openings + 1)
        elif kind == STAGE_REPEATED.name:
            found.openings = 0
        elif kind == events.ROLL_FIXED.name:
            found.roll = _roll(personal)
        elif kind == events.CAST.name:
            found.cast[str(public.get("envelope"))] = public.get("replaces")
        elif kind == events.BOX_DISPUTED.name:
            found.disputed = public
        else:
            found.counted = public
    return found


def decided(session: Session, stage: StageRow, differences_sha256: str) -> Mapping[str, Any] | None:
    """What the log says of two persons' decision to count this vote in view of exactly these differences, if they did.

    The statement's row is not asked: whoever may write to the database writes rows, too.
    """
    found = None
    for kind, public, _ in _events(session, stage, (STAGE_OPENED, events.BOX_DISPUTED)):
        if kind == STAGE_OPENED.name:
            found = None  # of the box of an opening before this one
        elif public["differences_sha256"] == differences_sha256:
            found = public
    return found


def stated(session: Session, stage: StageRow, kind: EventType) -> tuple[Mapping[str, Any], int | None]:
    """(what the log says of the last statement of this kind about the box, by whom); ({}, None) where there is none."""
    found: tuple[Mapping[str, Any], int | None] = {}, None
    for name, public, personal in _events(session, stage, (STAGE_OPENED, kind)):
        found = ({}, None) if name == STAGE_OPENED.name else (public, personal.get("person"))
    return found


def _roll(personal: Mapping[str, Any]) -> tuple[RollLine, ...] | None:
    lines = personal.get("roll")
    return None if lines is None else tuple((person, branch, weight) for person, branch, weight in lines)


def _events(
    session: Session, stage: StageRow, types: Sequence[EventType] = _TYPES
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(type, public part, personal part) of this vote's events and of its season's creation."""
    query = (
        select(EventRow.type, EventRow.leaf, Personal.payload)
        .outerjoin(Leaf, Leaf.event_id == EventRow.id)
        .outerjoin(Pending, Pending.event_id == EventRow.id)
        .outerjoin(Personal, (Personal.event_id == EventRow.id) & EventRow.type.in_(_PERSONAL))
        .where(EventRow.season == stage.season.key, EventRow.type.in_([one.name for one in types]))
        .order_by(Leaf.number.is_(None), Leaf.number, Pending.number)
        .execution_options(yield_per=5000)
    )
    for kind, leaf, payload in session.execute(query):
        event = json.loads(leaf)
        if event["stage"] in ("", stage.key):
            yield kind, event["public"], json.loads(payload or "{}")
