"""What the committee, the applicants and the engine ask of an approval."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from evalflow.access import Actor, Permission, may
from evalflow.i18n import N_
from evalflow.kinds import award_fund, plans
from evalflow.kinds.approval import APPROVED, MERGED, OPEN, ApprovalOptions
from evalflow.kinds.meeting import entries_of
from evalflow.meetings import queries as meetings
from evalflow.seasons import cases
from evalflow.seasons import plans as standing
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, Phase, SentBack, StageRow, TargetChange
from evalflow.seasons.rules import definition_of, stage_of
from evalflow.seasons.tasks import Task
from evalflow.stages.approval.models import FieldComment, Proposal, ProposalState, Ruling
from evalflow.workflow import machine, rows
from evalflow.workflow.fields import Field
from evalflow.workflow.outcome import Case, Row, Tables

RETURNED = "returned"


def options_of(stage: StageRow) -> ApprovalOptions:
    options = stage_of(stage).options
    assert isinstance(options, ApprovalOptions)
    return options


def asked(stage: StageRow) -> tuple[Field, ...]:
    """The questions of the form that applicants filled in."""
    form = definition_of(stage.season).last("submission", before=stage.key)
    return tuple(getattr(form.options, "field", ())) if form else ()


def is_here(entry: Entry, stage: StageRow) -> bool:
    """Whether it waits for the committee's word."""
    return entry.state == EntryState.ACCEPTED and machine.split(entry.position)[0] == stage.key


def is_in(entry: Entry) -> bool:
    """Whether it still takes part."""
    return entry.state == EntryState.ACCEPTED


def waiting(session: Session, stage: StageRow) -> list[Entry]:
    """Applications that wait for the committee's word."""
    return [one for one in seasons.entries(session, stage.season_id, EntryState.ACCEPTED) if is_here(one, stage)]


def amended(session: Session, stage: StageRow) -> list[Entry]:
    """Applications that this stage returned and that have not come before it again."""
    query = select(SentBack.entry_id).where(SentBack.stage_id == stage.id)
    ids = set(session.scalars(query))
    away = seasons.entries(session, stage.season_id, EntryState.RETURNED, EntryState.SUBMITTED)
    return [entry for entry in away if entry.id in ids]


def coming(session: Session, stage: StageRow) -> list[Entry]:
    """Applications that can still come before the committee: handed in, or returned by this stage."""
    handed_in = seasons.entries(session, stage.season_id, EntryState.SUBMITTED)
    return [*handed_in, *(one for one in amended(session, stage) if one.state == EntryState.RETURNED)]


def rulings(session: Session, stage_id: int, entry_id: int | None = None) -> Sequence[Ruling]:
    """In the order of their motions."""
    query = select(Ruling).where(Ruling.stage_id == stage_id).options(joinedload(Ruling.entry), joinedload(Ruling.into))
    if entry_id is not None:
        query = query.where(Ruling.entry_id == entry_id)
    return session.scalars(query.order_by(Ruling.motion)).all()


def fates(session: Session, stage_id: int) -> dict[int, Ruling]:
    """{entry id: the ruling that ended it here}; those returned have none."""
    return {one.entry_id: one for one in rulings(session, stage_id) if one.state != RETURNED}


def joining(entry: Entry) -> tuple[Row, ...]:
    """Who would go along if an application were merged into another one, its own branch first."""
    return rows.joining(entry.branch.key, standing.partners(entry))


def comments(session: Session, stage_id: int, entry_id: int) -> Sequence[FieldComment]:
    """The oldest first."""
    query = select(FieldComment).where(FieldComment.stage_id == stage_id, FieldComment.entry_id == entry_id)
    return session.scalars(query.order_by(FieldComment.id)).all()


def open_remarks(session: Session, stage_id: int, entry_id: int) -> dict[str, str]:
    """{field: what members wrote of it} since the application last went back to its branch."""
    back = seasons.last_return(session, entry_id)
    found: dict[str, list[str]] = {}
    for one in comments(session, stage_id, entry_id):
        if back is None or one.written_at > back.sent_at:
            found.setdefault(one.field, []).append(one.text)
    return {field: "\n".join(texts) for field, texts in found.items()}


def proposals(session: Session, stage_id: int, *states: ProposalState, entry_id: int | None = None) -> list[Proposal]:
    """The oldest first; of the states given, else all."""
    query = select(Proposal).where(Proposal.stage_id == stage_id).options(joinedload(Proposal.entry))
    if states:
        query = query.where(Proposal.state.in_(states))
    if entry_id is not None:
        query = query.where(Proposal.entry_id == entry_id)
    return list(session.scalars(query.order_by(Proposal.id)))


def changes(session: Session, stage_id: int) -> Sequence[TargetChange]:
    """Every change of a target that this stage made, in the order of the motions."""
    query = select(TargetChange).where(TargetChange.stage_id == stage_id)
    return session.scalars(query.order_by(TargetChange.id)).all()


def evidence(session: Session, stage: StageRow) -> Tables:
    """The meeting, what became of whom, the plans of those approved as handed in, and what changed of them."""
    known = {entry.id: entry for entry in seasons.entries(session, stage.season_id)}
    ended = fates(session, stage.id)
    meeting = meetings.evidence(session, stage.id)
    listed = [entry for entry in known.values() if entry.id in _before_committee(session, stage, known, meeting)]
    listed.sort(key=lambda entry: entry.key)
    approved = [entry for entry in listed if entry.id in ended and ended[entry.id].state == APPROVED]
    merged = [entry for entry in listed if entry.id in ended and ended[entry.id].state == MERGED]
    return {
        **meeting,
        "approved": [_fate(entry, ended.get(entry.id)) for entry in listed],
        "joined": [{"entry": entry.key, **row} for entry in merged for row in ended[entry.id].joined],
        plans.FACT: _handed_in(approved, plans.FACT),
        award_fund.FACT: _handed_in([*approved, *merged], award_fund.FACT),
        "targets": [_change(one, known[one.entry_id]) for one in changes(session, stage.id)],
    }


def _before_committee(session: Session, stage: StageRow, known: Mapping[int, Entry], meeting: Tables) -> set[int]:
    """Ids of what came before the committee: here now, ruled on, moved on, or stepped back from."""
    named = {key for row in meeting["motions"] for key in entries_of(row["about"])}
    named |= {row["entry"] for row in meeting["recusals"]}
    ruled = {one.entry_id for one in rulings(session, stage.id)}
    here = {entry.id for entry in waiting(session, stage)}
    return here | ruled | {entry.id for entry in known.values() if entry.key in named}


def _handed_in(entries: Sequence[Entry], name: str) -> list[Row]:
    return [{"entry": entry.key, **row} for entry in entries for row in standing.rows_of(entry, name)]


def _fate(entry: Entry, ruling: Ruling | None) -> Row:
    told = {"entry": entry.key, "branch": entry.branch.key}
    if ruling is None:
        return {**told, "state": OPEN, "into": ""}
    return {**told, "state": ruling.state, "into": ruling.into.key if ruling.into else ""}


def _change(one: TargetChange, entry: Entry) -> Row:
    targets = {name: getattr(one, name) for name in ("old_work", "old_stretch", "work", "stretch")}
    return {"entry": entry.key, "indicator": str(one.indicator), **targets, "motion": one.motion}


def case(session: Session, stage: StageRow) -> Case:
    return cases.case_of(session, stage, evidence(session, stage))


def may_read(actor: Actor, entry: Entry) -> bool:
    """Whoever reads dossiers, and the branch that applied."""
    season = entry.season_id
    return may(actor, Permission.READ_DOSSIER, season=season) or is_own(actor, entry)


def is_own(actor: Actor, entry: Entry) -> bool:
    return may(actor, Permission.DECLARE, season=entry.season_id, branch=entry.branch_id)


def tasks(session: Session, stage: StageRow, actor: Actor, now: object) -> list[Task]:
    """The organiser keeps the minutes, the committee reads; a branch answers proposals."""
    if not meetings.is_in_session(stage) or stage.phase != Phase.OPEN:
        return []
    found = [
        Task(
            N_("Answer the committee's proposal"),
            "approval.entry",
            stage,
            one.entry.title,
            args=(("entry_key", one.entry.key),),
        )
        for one in _unanswered(session, stage)
        if is_own(actor, one.entry)
    ]
    count = len(waiting(session, stage))
    if count and may(actor, Permission.KEEP_MINUTES, season=stage.season_id):
        title = N_("Keep the minutes on applications")
        found.append(Task(title, "approval.home", stage, detail=str(count), due=stage.closes_at))
    elif count and may(actor, Permission.DECIDE, season=stage.season_id):
        title = N_("Read applications and declare conflicts")
        found.append(Task(title, "approval.home", stage, detail=str(count), due=stage.closes_at))
    return found


def _unanswered(session: Session, stage: StageRow) -> list[Proposal]:
    """One for each application that has any."""
    found = proposals(session, stage.id, ProposalState.WAITING)
    return list({one.entry_id: one for one in found if is_here(one.entry, stage)}.values())
