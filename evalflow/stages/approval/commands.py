"""What members and applicants do between the sittings: comments on answers, other targets, and the answers to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.audit import ledger
from evalflow.audit.event import EventType
from evalflow.errors import Conflict, Forbidden, Invalid, NotFound
from evalflow.meetings import queries as meetings
from evalflow.seasons import guards, plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, StageRow
from evalflow.stages.approval import events, queries
from evalflow.stages.approval.models import FieldComment, Proposal, ProposalState
from evalflow.workflow import indicators, numbers
from evalflow.workflow.indicators import Indicator

LONGEST = 2000


def comment(
    session: Session, stage_id: int, entry_key: str, field: str, text: str, *, actor: Actor, now: datetime
) -> FieldComment:
    """A member's word on one answer, or under "" on the whole; the branch reads it."""
    stage, entry = _under_discussion(session, stage_id, entry_key, now=now)
    require(actor, Permission.DECIDE, season=stage.season_id)
    if actor.person_id is None or entry.id in meetings.own_recusals(session, stage_id, actor):
        raise Forbidden("stepped_back")
    if field and field not in {one.key for one in queries.asked(stage)}:
        raise NotFound("no_such_field")
    said = _said(text, "comment", "remark_needed")
    written = FieldComment(
        stage_id=stage_id, entry_id=entry.id, field=field, person_id=actor.person_id, text=said, written_at=now
    )
    session.add(written)
    public = {"entry": entry.key, "field": field}
    log(session, events.COMMENTED, stage, public, actor=actor, now=now, personal={"text": said})
    return written


def propose(
    session: Session,
    stage_id: int,
    entry_key: str,
    *,
    indicator: int,
    work: str,
    stretch: str,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Proposal:
    """Other targets for an indicator, in the committee's name; the branch is asked. Its last answer is asked anew."""
    stage, entry = _under_discussion(session, stage_id, entry_key, now=now)
    require(actor, Permission.KEEP_MINUTES, season=stage.season_id)
    if not queries.options_of(stage).counter_targets:
        raise Conflict("no_counter_targets")
    said = _said(reason, "reason", "reason_needed")
    held = standing(session, entry)
    work, stretch = checked(held, indicator, work, stretch)
    for earlier in queries.proposals(session, stage_id, entry_id=entry.id):
        if earlier.indicator == indicator and earlier.state == ProposalState.WAITING:
            raise Conflict("proposal_waiting", entry=entry.title)
        if earlier.indicator == indicator and earlier.state == ProposalState.ACCEPTED:
            earlier.state = ProposalState.LAPSED
    proposal = Proposal(
        stage_id=stage_id,
        entry_id=entry.id,
        indicator=indicator,
        work=work,
        stretch=stretch,
        reason=said,
        state=ProposalState.WAITING,
        proposed_at=now,
    )
    session.add(proposal)
    public = {"entry": entry.key, "indicator": indicator, "work": work, "stretch": stretch}
    log(session, events.PROPOSED, stage, public, actor=actor, now=now, personal={"reason": said})
    return proposal


def answer(
    session: Session, stage_id: int, proposal_id: int, state: ProposalState, *, actor: Actor, now: datetime
) -> Proposal:
    """The branch says yes or no, once; lapsed: the committee takes the proposal back."""
    stage = guards.open_stage(session, stage_id, now=now)
    proposal = session.get(Proposal, proposal_id)
    if proposal is None or proposal.stage_id != stage_id:
        raise NotFound("no_such_proposal")
    entry = proposal.entry
    if state == ProposalState.LAPSED:
        require(actor, Permission.KEEP_MINUTES, season=stage.season_id)
    else:
        require(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    if proposal.state != ProposalState.WAITING or not queries.is_here(entry, stage):
        raise Conflict("proposal_answered", entry=entry.title)
    proposal.state, proposal.answered_at = state, now
    if state == ProposalState.LAPSED:
        lapsed = {"entry": entry.key, "indicator": proposal.indicator}
        log(session, events.LAPSED, stage, lapsed, actor=actor, now=now)
    else:
        answered = {"entry": entry.key, "indicator": proposal.indicator, "state": state.value}
        log(session, events.ANSWERED, stage, answered, actor=actor, now=now)
    return proposal


def standing(session: Session, entry: Entry) -> tuple[Indicator, ...]:
    """The indicators with the targets that hold now."""
    return plans.standing(entry, plans.changes(session, [entry]).get(entry.id, []))


def checked(held: Sequence[Indicator], number: int, work: str, stretch: str) -> tuple[str, str]:
    """New targets as they are kept. NotFound: the plan has no indicator with this number.

    Invalid by field where they contradict the indicator's direction, or change nothing.
    """
    known = {one.number: one for one in held}
    if number not in known:
        raise NotFound("no_such_indicator")
    unit = known[number].unit
    typed = {"work": numbers.in_unit(work, unit), "stretch": numbers.in_unit(stretch, unit)}
    rows = [one.to_json() | (typed if one.number == number else {}) for one in held]
    bends = "way"  # whatever the targets are
    faults = [fault for fault in indicators.faults(rows) if fault.row == number and fault.column != bends]
    wrong = {fault.column: fault.code for fault in faults}
    if wrong:
        raise Invalid("targets_not_possible", fields=wrong)
    if (Decimal(typed["work"]), Decimal(typed["stretch"])) == (known[number].work, known[number].stretch):
        raise Invalid("targets_unchanged", fields={"work": "targets_unchanged"})
    return typed["work"], typed["stretch"]


def _under_discussion(session: Session, stage_id: int, entry_key: str, *, now: datetime) -> tuple[StageRow, Entry]:
    stage = guards.open_stage(session, stage_id, now=now)
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    if not queries.is_here(entry, stage):
        raise Conflict("entry_not_here", entry=entry.title, stage=stage.key)
    return stage, entry


def _said(text: str, field: str, needed: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(needed, fields={field: needed})
    if len(said) > LONGEST:
        raise Invalid("remark_too_long", fields={field: "remark_too_long"}, most=LONGEST)
    return said


def log(
    session: Session,
    event_type: EventType,
    stage: StageRow,
    public: Mapping[str, Any],
    *,
    actor: Actor,
    now: datetime,
    personal: Mapping[str, Any] | None = None,
) -> None:
    """One event of this stage."""
    season, key = stage.season.key, stage.key
    ledger.append(session, event_type, actor=actor, now=now, season=season, stage=key, public=public, personal=personal)
