"""What the log says of one vote: what it opened with, what was cast and replaced, what the count wrote down.

Read from the events' own texts, in the order of the tree. Whether these texts are the ones that were signed is asked
of the ledger; the count asks it in its own transaction.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.audit.models import EventRow, Leaf, Pending, Personal
from evalflow.seasons.events import SEASON_CREATED, STAGE_OPENED
from evalflow.seasons.models import StageRow
from evalflow.stages.ballot import events

RollLine = tuple[int, int | None, int]  # person, branch, weight
_TYPES = (SEASON_CREATED, STAGE_OPENED, events.ROLL_FIXED, events.CAST, events.COUNTED, events.BOX_DISPUTED)


@dataclass
class Logged:
    """What there is of a vote since it opened last.

    rules: the digest of the season's rules. opening: the particulars, None where the log knows of no opening.
    roll: the lines as fixed at the opening; None where they were not kept (votes opened by older versions) or erased.
    cast: {receipt: the receipt whose place it took, or None}. counted, disputed: what these events said, None before.
    """

    rules: str = ""
    opening: Mapping[str, Any] | None = None
    roll: tuple[RollLine, ...] | None = None
    cast: dict[str, str | None] = field(default_factory=dict)
    counted: Mapping[str, Any] | None = None
    disputed: Mapping[str, Any] | None = None

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
            found = Logged(found.rules, public.get("particulars") or {}, found.roll)
        elif kind == events.ROLL_FIXED.name:
            found.roll = _roll(personal)
        elif kind == events.CAST.name:
            found.cast[str(public.get("envelope"))] = public.get("replaces")
        elif kind == events.BOX_DISPUTED.name:
            found.disputed = public
        else:
            found.counted = public
    return found


def _roll(personal: Mapping[str, Any]) -> tuple[RollLine, ...] | None:
    lines = personal.get("roll")
    return None if lines is None else tuple((person, branch, weight) for person, branch, weight in lines)


def _events(session: Session, stage: StageRow) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(type, public part, personal part) of this vote's events and of its season's creation."""
    query = (
        select(EventRow.type, EventRow.leaf, Personal.payload)
        .outerjoin(Leaf, Leaf.event_id == EventRow.id)
        .outerjoin(Pending, Pending.event_id == EventRow.id)
        .outerjoin(Personal, (Personal.event_id == EventRow.id) & (EventRow.type == events.ROLL_FIXED.name))
        .where(EventRow.season == stage.season.key, EventRow.type.in_([one.name for one in _TYPES]))
        .order_by(Leaf.number.is_(None), Leaf.number, Pending.number)
        .execution_options(yield_per=5000)
    )
    for kind, leaf, payload in session.execute(query):
        event = json.loads(leaf)
        if event["stage"] in ("", stage.key):
            yield kind, event["public"], json.loads(payload or "{}")
