"""What a sitting does with an application: a motion is put to the vote and, if carried, takes effect at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.errors import Conflict, Invalid
from evalflow.kinds.approval import APPROVED, MERGED, REJECTED, SUBJECTS
from evalflow.kinds.meeting import Result, entries_of, fits, subject_of
from evalflow.meetings import commands as meetings
from evalflow.meetings.commands import Division
from evalflow.meetings.models import Motion
from evalflow.seasons import moves, plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow, TargetChange
from evalflow.stages.approval import commands, events, queries
from evalflow.stages.approval.commands import log
from evalflow.stages.approval.models import ProposalState, Ruling
from evalflow.workflow import numbers, rows
from evalflow.workflow.indicators import Row

NEEDS_REASON = ("reject", "merge", "targets")


@dataclass(frozen=True)
class Target:
    """What an approved indicator's targets are to become."""

    indicator: int
    work: str
    stretch: str


@dataclass(frozen=True)
class Act:
    """One motion on the table: checked, about to be voted on. entry: the one that it decides.

    into, joining: of a merger, and who goes along, each with what it is to have of the award fund there, in per cent.
    """

    subject: str
    entry: Entry
    into: Entry | None
    reason: str
    targets: Sequence[Target]
    joining: Sequence[Row] = ()

    @property
    def joined(self) -> list[Row]:
        """Who takes part in `into` then: all of them but the branch that leads it anyway."""
        return [row for row in self.joining if self.into and row["branch"] != self.into.branch.key]


def rule(
    session: Session,
    stage_id: int,
    division: Division,
    *,
    reason: str = "",
    targets: Sequence[Target] = (),
    shares: Sequence[str] = (),
    version: int,
    actor: Actor,
    now: datetime,
) -> Motion:
    """Put one motion to the vote; what is carried takes effect. version: of the meeting.

    shares: of a merger, in the order of `queries.joining`; none said, or blank, is none of the award fund.
    What could not take effect is refused before anything is kept: proposals the branch has not answered, nothing that
    says what to amend, targets against their direction.
    """
    stage, _ = meetings.held(session, stage_id, version=version, actor=actor, now=now)
    act = _act(session, stage, division.about, reason, targets, shares)
    _CHECKS[act.subject](session, stage, act)
    known = {act.entry.key} | ({act.into.key} if act.into else set())
    [motion] = meetings.divide(session, stage, [division], subjects=SUBJECTS, known=known, actor=actor, now=now)
    if motion.result == Result.CARRIED:
        _EFFECTS[act.subject](session, stage, act, motion, actor, now)
    session.flush()
    return motion


def _act(
    session: Session, stage: StageRow, about: str, reason: str, targets: Sequence[Target], shares: Sequence[str]
) -> Act:
    if not fits(about, SUBJECTS):
        raise Invalid("motion_not_understood")
    *before, last = (seasons.entry_by_key(session, stage.season_id, key) for key in entries_of(about))
    said = reason.strip()
    subject = subject_of(about)
    if subject in NEEDS_REASON and not said:
        raise Invalid("reason_needed", fields={"reason": "reason_needed"})
    if len(said) > commands.LONGEST:
        raise Invalid("remark_too_long", fields={"reason": "remark_too_long"}, most=commands.LONGEST)
    if not before:
        return Act(subject, last, None, said, targets)
    everybody = queries.joining(last)
    stated = [*(numbers.in_unit(share, "%") or "0" for share in shares), *("0" for _ in everybody)]
    joining = [{**row, "share": share} for row, share in zip(everybody, stated, strict=False)]
    return Act(subject, last, before[0], said, targets, joining)


def _here(_session: Session, stage: StageRow, act: Act) -> None:
    if not queries.is_here(act.entry, stage):
        raise Conflict("entry_not_here", entry=act.entry.title, stage=stage.key)


def _can_be_approved(session: Session, stage: StageRow, act: Act) -> None:
    _here(session, stage, act)
    if queries.proposals(session, stage.id, ProposalState.WAITING, entry_id=act.entry.id):
        raise Conflict("proposals_unanswered", entry=act.entry.title)


def _can_be_rejected(session: Session, stage: StageRow, act: Act) -> None:
    """What was returned and never came back can be rejected too."""
    if act.entry not in queries.amended(session, stage):
        _here(session, stage, act)


def _can_be_returned(session: Session, stage: StageRow, act: Act) -> None:
    _here(session, stage, act)
    if not act.reason and not queries.open_remarks(session, stage.id, act.entry.id):
        raise Invalid("remark_needed", fields={"reason": "remark_needed"})


def _can_be_merged(session: Session, stage: StageRow, act: Act) -> None:
    _here(session, stage, act)
    into = act.into
    assert into is not None
    ended = queries.fates(session, stage.id).get(into.id)
    is_approved = ended is not None and ended.state == APPROVED and into.state == EntryState.ACCEPTED
    if not queries.is_here(into, stage) and not is_approved:
        raise Conflict("entry_not_here", entry=into.title, stage=stage.key)
    _check_shares(into, act)


def _check_shares(into: Entry, act: Act) -> None:
    """Invalid names "share.1", "share.2" and so on; "share.1" too where all of them are too much."""
    partners, joining = plans.partners(into), act.joining
    there = {(into.branch.key, ""), *map(rows.who, partners)}
    again = [n for n, row in enumerate(joining, 1) if row["share"] != "0" and rows.who(row) in there]
    if again:
        raise Invalid("takes_part_already", fields={f"share.{n}": "takes_part_already" for n in again})
    alone = {f"share.{n}": rows.faults("partners", [row]) for n, row in enumerate(joining, 1)}
    wrong = {name: found[0].code for name, found in alone.items() if found}
    if not wrong and (whole := rows.faults("partners", rows.with_joined(partners, act.joined))):
        wrong = {"share.1": whole[0].code}
    if wrong:
        raise Invalid("share_not_possible", fields=wrong)


def _can_be_changed(session: Session, stage: StageRow, act: Act) -> None:
    ended = queries.fates(session, stage.id).get(act.entry.id)
    if ended is None or ended.state != APPROVED or act.entry.state != EntryState.ACCEPTED:
        raise Conflict("not_approved", entry=act.entry.title)
    if not act.targets:
        raise Invalid("targets_unchanged")
    held = commands.standing(session, act.entry)
    for one in act.targets:
        commands.checked(held, one.indicator, one.work, one.stretch)


def _approve(session: Session, stage: StageRow, act: Act, motion: Motion, actor: Actor, now: datetime) -> None:
    agreed = queries.proposals(session, stage.id, ProposalState.ACCEPTED, entry_id=act.entry.id)
    _ruled(session, stage, act, motion, APPROVED, now)
    public = {"entry": act.entry.key, "motion": motion.number}
    log(session, events.APPROVED, stage, public, actor=actor, now=now)
    for one in agreed:
        target = Target(one.indicator, one.work, one.stretch)
        _change(session, stage, act.entry, target, one.reason, motion, actor, now)
    moves.advance(session, act.entry, actor=actor, now=now)


def _reject(session: Session, stage: StageRow, act: Act, motion: Motion, actor: Actor, now: datetime) -> None:
    _ruled(session, stage, act, motion, REJECTED, now)
    public = {"entry": act.entry.key, "motion": motion.number}
    log(session, events.REJECTED, stage, public, actor=actor, now=now, personal={"reason": act.reason})
    _lapse(session, stage, act.entry, actor, now)
    moves.drop(session, act.entry, "reject", actor=actor, now=now)


def _return(session: Session, stage: StageRow, act: Act, motion: Motion, actor: Actor, now: datetime) -> None:
    remarks = queries.open_remarks(session, stage.id, act.entry.id)
    if act.reason:
        remarks[""] = "\n".join(text for text in (remarks.get("", ""), act.reason) if text)
    _ruled(session, stage, act, motion, queries.RETURNED, now)
    fields = sorted(field for field in remarks if field)
    public = {"entry": act.entry.key, "motion": motion.number, "fields": fields}
    log(session, events.RETURNED, stage, public, actor=actor, now=now, personal={"remarks": remarks})
    _lapse(session, stage, act.entry, actor, now)
    moves.send_back(session, act.entry, stage, remarks, actor=actor, now=now)


def _merge(session: Session, stage: StageRow, act: Act, motion: Motion, actor: Actor, now: datetime) -> None:
    """The second ends; its branch, and whoever took part in it, take part in the first."""
    into = act.into
    assert into is not None
    _ruled(session, stage, act, motion, MERGED, now)
    known = {rows.who(row) for row in into.joined}
    into.joined = [*into.joined, *(row for row in act.joined if rows.who(row) not in known)]
    into.version += 1
    act.entry.merged_into = into.key
    branches = [{"branch": row["branch"], "share": row["share"]} for row in act.joined if row["branch"]]
    units = [{"unit": row["unit"], "share": row["share"]} for row in act.joined if not row["branch"]]
    public = {"entry": act.entry.key, "motion": motion.number, "into": into.key, "joined": branches}
    personal = {"reason": act.reason, "units": units}
    log(session, events.MERGED, stage, public, actor=actor, now=now, personal=personal)
    _lapse(session, stage, act.entry, actor, now)
    moves.drop(session, act.entry, "reject", actor=actor, now=now)


def _change_targets(session: Session, stage: StageRow, act: Act, motion: Motion, actor: Actor, now: datetime) -> None:
    for one in act.targets:
        _change(session, stage, act.entry, one, act.reason, motion, actor, now)


def _change(
    session: Session,
    stage: StageRow,
    entry: Entry,
    target: Target,
    reason: str,
    motion: Motion,
    actor: Actor,
    now: datetime,
) -> None:
    """The only place where the targets of an approved indicator change; the old ones stay in the row for ever."""
    held = {one.number: one.to_json() for one in commands.standing(session, entry)}[target.indicator]
    change = TargetChange(
        entry_id=entry.id,
        stage_id=stage.id,
        indicator=target.indicator,
        old_work=held["work"],
        old_stretch=held["stretch"],
        work=target.work.strip(),
        stretch=target.stretch.strip(),
        reason=reason,
        motion=str(motion.number),
        changed_at=now,
    )
    session.add(change)
    session.flush()
    values = {name: getattr(change, name) for name in ("indicator", "old_work", "old_stretch", "work", "stretch")}
    public = {"entry": entry.key, "motion": motion.number, **values}
    log(session, events.TARGETS_CHANGED, stage, public, actor=actor, now=now, personal={"reason": reason})


def _ruled(session: Session, stage: StageRow, act: Act, motion: Motion, state: str, now: datetime) -> None:
    session.add(
        Ruling(
            stage_id=stage.id,
            motion=motion.number,
            entry_id=act.entry.id,
            state=state,
            into_id=act.into.id if act.into else None,
            joined=act.joined,
            reason=act.reason,
            ruled_at=now,
        )
    )


def _lapse(session: Session, stage: StageRow, entry: Entry, actor: Actor, now: datetime) -> None:
    """Proposals speak of the plan as it was."""
    for one in queries.proposals(session, stage.id, ProposalState.WAITING, ProposalState.ACCEPTED, entry_id=entry.id):
        one.state = ProposalState.LAPSED
        public = {"entry": entry.key, "indicator": one.indicator}
        log(session, events.LAPSED, stage, public, actor=actor, now=now)


_CHECKS = {
    "approve": _can_be_approved,
    "reject": _can_be_rejected,
    "return": _can_be_returned,
    "merge": _can_be_merged,
    "targets": _can_be_changed,
}
_EFFECTS = {
    "approve": _approve,
    "reject": _reject,
    "return": _return,
    "merge": _merge,
    "targets": _change_targets,
}
