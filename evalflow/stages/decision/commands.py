"""What a meeting that decides does: divisions on awards and ties, the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit import ledger
from evalflow.errors import Conflict, Invalid
from evalflow.kinds import decision
from evalflow.kinds.decision import MOST, NOBODY, Choice, Deviation
from evalflow.kinds.standing import Standing
from evalflow.meetings import commands as meetings
from evalflow.meetings import queries as meeting
from evalflow.meetings.commands import Division
from evalflow.meetings.models import Motion
from evalflow.seasons import queries as seasons
from evalflow.seasons import taking_back
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.stages.decision import events, queries
from evalflow.stages.decision.models import Decided

SUBJECTS = {"award": (1, 1), "tie": (2, MOST), NOBODY: (0, 0)}


@dataclass(frozen=True)
class Line:
    """What is decided of an entry; place None passes it over."""

    entry: str
    place: int | None
    reason: str = ""


def divide(
    session: Session, stage_id: int, divisions: Sequence[Division], *, version: int, actor: Actor, now: datetime
) -> list[Motion]:
    """Record divisions on awards, on the order of tied entries, and on awarding nobody.

    All of them or, at an impossible one, none. Invalid("somebody_and_nobody") where both would be carried, and
    Invalid("nobody_refused") where the rules refuse what the ranking does not say.
    """
    stage, _ = meetings.held(session, stage_id, version=version, actor=actor, now=now)
    if queries.decided(session, stage_id):
        raise Conflict("already_decided")
    if any(one.about == NOBODY for one in divisions) and not queries.may_be_nobody(session, stage):
        raise Invalid("nobody_refused")
    known = {entry.key for entry in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)}
    taken = meetings.divide(session, stage, divisions, subjects=SUBJECTS, known=known, actor=actor, now=now)
    if any(one.about.startswith("tie:") for one in divisions):
        _check_ties(session, stage)
    if queries.is_nobody(session, stage_id) and meeting.carried(session, stage_id, "award"):
        raise Invalid("somebody_and_nobody")
    return taken


def annul(
    session: Session, stage_id: int, number: int, *, reason: str, version: int, actor: Actor, now: datetime
) -> Motion:
    """Say that a division was recorded by mistake, before there is a decision that rests on it."""
    stage, _ = meetings.held(session, stage_id, version=version, actor=actor, now=now)
    if queries.decided(session, stage_id):
        raise Conflict("decision_rests_on_it")
    return meetings.annul(session, stage, number, reason, actor=actor, now=now)


def take_back(session: Session, stage_id: int, *, reason: str, version: int, actor: Actor, now: datetime) -> None:
    """Take the decision back as long as the stage is open; the divisions stand."""
    stage, _ = meetings.held(session, stage_id, version=version, actor=actor, now=now)
    if not queries.decided(session, stage_id):
        raise Conflict("nothing_to_take_back")
    session.execute(delete(Decided).where(Decided.stage_id == stage_id))
    taking_back.keep(session, stage, events.TAKEN_BACK, "decision:", reason, public={}, actor=actor, now=now)


def _check_ties(session: Session, stage: StageRow) -> None:
    """A motion about entries that do not tie would make the ranking unreadable: refused before it is kept."""
    try:
        queries.standing(session, stage)
    except Conflict as wrong:
        raise Invalid("motion_no_tie") from wrong


def decide(
    session: Session,
    stage_id: int,
    lines: Sequence[Line],
    *,
    leaves_empty: bool = False,
    version: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Say who is awarded which place. Each needs a carried motion; a deviation from the ranking a written reason.

    That nobody is awarded needs a motion of its own. leaves_empty: seats that are not given stay empty on purpose.
    Again replaces what was decided before.
    """
    stage, _ = meetings.held(session, stage_id, version=version, actor=actor, now=now)
    entries = {entry.key: entry for entry in seasons.entries(session, stage.season_id, EntryState.ACCEPTED)}
    stands = queries.standing(session, stage)
    _check_lines(session, stage, lines, entries, stands)
    _check_order(session, stage, lines, stands)
    found = _deviations(stage, lines, stands)
    empty = queries.options_of(stage).seats - sum(one.place is not None for one in lines)
    if empty and not leaves_empty:
        raise Invalid("seats_empty", fields={"leaves_empty": "seats_empty"}, empty=empty)
    session.execute(delete(Decided).where(Decided.stage_id == stage_id))
    session.add_all(
        Decided(stage_id=stage_id, entry_id=entries[one.entry].id, place=one.place, reason=one.reason.strip())
        for one in lines
    )
    session.flush()
    public = {
        "decided": [[one.entry, one.place] for one in lines if one.place is not None],
        "deviations": len(found),
        "left_empty": empty,
    }
    season, key = stage.season.key, stage.key
    ledger.append(session, events.DECIDED, actor=actor, now=now, season=season, stage=key, public=public)


def _check_order(session: Session, stage: StageRow, lines: Sequence[Line], stands: Standing) -> None:
    """Entries that share a place wait for the motion the chain asks for, unless all but one were voted down."""
    placed = {one.entry for one in lines if one.place is not None}
    voted_down = meeting.voted_on(session, stage.id, "award") - meeting.carried(session, stage.id, "award")
    asking = {*stands.cut.winners, *stands.cut.tied} - voted_down
    for group in decision.open_ties(stands, queries.options_of(stage)):
        if placed & set(group) and len(asking.intersection(group)) > 1:
            raise Conflict("ties_open")


def _deviations(stage: StageRow, lines: Sequence[Line], stands: Standing) -> tuple[Deviation, ...]:
    """Invalid, by entry, where one is kept out of the ranking, is refused by the rules or lacks its reason."""
    barred = {one.entry for one in stands.barred}
    vetoed = {one.entry: "entry_vetoed" for one in lines if one.place is not None and one.entry in barred}
    if vetoed:
        raise Invalid("decision_not_possible", fields=vetoed)
    choices = tuple(Choice(one.entry, one.place, one.reason.strip(), 0) for one in lines)
    found = decision.deviations(stands, choices)
    refused = queries.options_of(stage).deviation == "refused"
    faults = {
        one.entry: "deviation_refused" if refused else "reason_needed" for one in found if refused or not one.reason
    }
    if faults:
        raise Invalid("deviation_needs_reason", fields=faults)
    return found


def _check_lines(
    session: Session, stage: StageRow, lines: Sequence[Line], entries: Mapping[str, Entry], stands: Standing
) -> None:
    options = queries.options_of(stage)
    placed = [one for one in lines if one.place is not None]
    names = {one.entry for one in lines}
    if names - set(entries) or len(names) < len(lines):
        raise Invalid("motion_not_understood")
    if not placed and not queries.is_nobody(session, stage.id):
        raise Invalid("nothing_decided")
    wrong = {one.entry: "place_not_possible" for one in placed if not 1 <= (one.place or 0) <= options.seats}
    given = {one.entry: one.place or 0 for one in placed}
    twice = dict.fromkeys(decision.misplaced(stands, given, options), "place_twice")
    carried = meeting.carried(session, stage.id, "award")
    without = {one.entry: "motion_needed" for one in placed if one.entry not in carried}
    faults = {**wrong, **twice, **without}
    if faults:
        raise Invalid("decision_not_possible", fields=faults)
