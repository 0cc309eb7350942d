"""What the committee and an applicant see: the list of applications, and one of them with all that was said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, Role, may
from evalflow.errors import NotFound
from evalflow.files import queries as kept_files
from evalflow.kinds.approval import APPROVED, OPEN
from evalflow.kinds.meeting import Base, Result, entries_of
from evalflow.meetings import queries as meetings
from evalflow.meetings.models import Motion
from evalflow.meetings.queries import Assembly
from evalflow.people import rolls
from evalflow.people.models import Branch
from evalflow.seasons import guards, plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow, TakenBack, TargetChange, Withdrawal
from evalflow.stages.approval import commands, queries
from evalflow.stages.approval.models import FieldComment, Proposal, ProposalState, Ruling
from evalflow.web import answers
from evalflow.web.answers import Shown
from evalflow.web.current import locale, now
from evalflow.workflow import fields
from evalflow.workflow.indicators import Indicator, Row


@dataclass(frozen=True)
class Line:
    """An application in the list. state: open, returned, withdrawn, or what became of it. leader: a name.

    unanswered: proposals that wait for the branch. is_hidden: the reader stepped back from it.
    """

    entry: Entry
    state: str
    ruling: Ruling | None
    leader: str
    indicators: Sequence[Indicator]
    unanswered: int
    is_hidden: bool


@dataclass(frozen=True)
class Answered:
    """An answer and what members said of it."""

    shown: Shown
    comments: Sequence[FieldComment]


@dataclass(frozen=True)
class Proposed:
    proposal: Proposal
    indicator: Indicator


@dataclass(frozen=True)
class Changed:
    """A target that a motion changed; what it was stays for ever."""

    change: TargetChange
    indicator: Indicator


@dataclass(frozen=True)
class Application:
    """One application. comments: on the whole. plan: the indicators as they stand. others: it could be merged into.

    joining: who would go along then. names: {branch key or login: what it is called}.
    base: who may vote on it now. gone: how its branch took it out, if it did. is_hidden: the reader stepped back and
    sees neither words nor votes.
    typed, faults: of a form that is shown again, by field name.
    """

    stage: StageRow
    line: Line
    answers: Sequence[Answered]
    comments: Sequence[FieldComment]
    rulings: Sequence[Ruling]
    plan: Sequence[Indicator]
    proposals: Sequence[Proposed]
    changes: Sequence[Changed]
    motions: Sequence[Motion]
    annulments: Mapping[int, Sequence[TakenBack]]
    others: Sequence[Entry]
    joining: Sequence[Row]
    names: Mapping[str, str]
    room: Assembly | None
    base: Base | None
    gone: Withdrawal | None
    is_own: bool
    is_here: bool
    is_open: bool
    keeps_minutes: bool
    may_comment: bool
    may_recuse: bool
    may_rejoin: bool
    may_propose: bool
    typed: Mapping[str, str]
    faults: Mapping[str, str]

    @property
    def entry(self) -> Entry:
        return self.line.entry

    @property
    def may_rule(self) -> bool:
        """Whether a motion on it can be put now."""
        return self.keeps_minutes and (self.is_here or self.line.state in (queries.RETURNED, APPROVED))


def lines(session: Session, stage: StageRow, reader: Actor) -> list[Line]:
    """Every application that came before the committee, those that wait first; of a branch, its own."""
    ended = queries.fates(session, stage.id)
    away = {entry.id for entry in queries.amended(session, stage)}
    own = meetings.own_recusals(session, stage.id, reader)
    waiting = queries.proposals(session, stage.id, ProposalState.WAITING)
    entries = [
        entry
        for entry in seasons.entries(session, stage.season_id)
        if (queries.is_here(entry, stage) or entry.id in ended or entry.id in away) and queries.may_read(reader, entry)
    ]
    changed = plans.changes(session, entries)
    leaders = _leaders(session, stage)
    found = []
    for entry in entries:
        leader = plans.answer_of(entry, "leader")
        found.append(
            Line(
                entry=entry,
                state=_state(entry, ended.get(entry.id), entry.id in away),
                ruling=ended.get(entry.id),
                leader=leaders.get(leader, leader),
                indicators=plans.standing(entry, changed.get(entry.id, [])),
                unanswered=sum(one.entry_id == entry.id for one in waiting),
                is_hidden=entry.id in own,
            )
        )
    return sorted(found, key=lambda line: line.state != OPEN)


def application(
    session: Session,
    stage: StageRow,
    entry: Entry,
    reader: Actor,
    *,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
) -> Application:
    """One application, in the reader's copy. NotFound where it has not come before the committee."""
    line = _line(session, stage, entry, reader)
    said = [] if line.is_hidden else queries.comments(session, stage.id, entry.id)
    is_open = guards.is_open(stage, now())
    keeps = is_open and may(reader, Permission.KEEP_MINUTES, season=stage.season_id)
    decides = is_open and may(reader, Permission.DECIDE, season=stage.season_id)
    is_here = queries.is_here(entry, stage)
    declared = {one.number: one for one in plans.declared(entry)}
    motions = [] if line.is_hidden else _motions(session, stage, entry)
    room = meetings.assembly(session, stage)
    names = _names(session, stage)
    reads = may(reader, Permission.READ_DOSSIER, season=stage.season_id)
    return Application(
        stage=stage,
        line=line,
        answers=_answers(session, stage, entry, said, names),
        comments=[one for one in said if not one.field],
        rulings=queries.rulings(session, stage.id, entry.id),
        plan=commands.standing(session, entry),
        proposals=[] if line.is_hidden else _proposals(session, stage, entry, declared),
        changes=[Changed(one, declared[one.indicator]) for one in plans.changes(session, [entry]).get(entry.id, [])],
        motions=motions if reads else [],
        annulments=meetings.annulments(session, stage.id) if reads else {},
        others=_others(session, stage, entry) if keeps else [],
        joining=queries.joining(entry) if keeps else (),
        names=names,
        room=room if reads else None,
        base=meetings.base_of(session, stage, f"approve:{entry.key}") if room and reads else None,
        gone=None if line.is_hidden else seasons.withdrawal(session, entry.id),
        is_own=queries.is_own(reader, entry),
        is_here=is_here,
        is_open=is_open,
        keeps_minutes=keeps,
        may_comment=decides and is_here and not line.is_hidden,
        may_recuse=decides and not line.is_hidden and not _has_voted(room, motions),
        may_rejoin=decides and line.is_hidden and not _has_voted(room, _motions(session, stage, entry)),
        may_propose=keeps and is_here and queries.options_of(stage).counter_targets and bool(declared),
        typed=typed,
        faults=faults,
    )


def _line(session: Session, stage: StageRow, entry: Entry, reader: Actor) -> Line:
    line = next((one for one in lines(session, stage, reader) if one.entry.id == entry.id), None)
    if line is None:
        raise NotFound("no_such_entry", entry=entry.key)
    return line


def _state(entry: Entry, ruling: Ruling | None, is_away: bool) -> str:
    if entry.state == EntryState.WITHDRAWN:
        return EntryState.WITHDRAWN
    if ruling is not None:
        return ruling.state
    return queries.RETURNED if is_away else OPEN


def _has_voted(room: Assembly | None, motions: Sequence[Motion]) -> bool:
    valid = [one for one in motions if one.result != Result.ANNULLED]
    return room is not None and any(one.sitting == room.sitting.number for one in valid)


def _motions(session: Session, stage: StageRow, entry: Entry) -> list[Motion]:
    return [one for one in meetings.motions(session, stage.id) if entry.key in entries_of(one.about)]


def _names(session: Session, stage: StageRow) -> dict[str, str]:
    branches = session.scalars(select(Branch).order_by(Branch.id))
    return _leaders(session, stage) | {branch.key: branch.name(locale()) for branch in branches}


def _answers(
    session: Session, stage: StageRow, entry: Entry, said: Sequence[FieldComment], names: Mapping[str, str]
) -> list[Answered]:
    asked = queries.asked(stage)
    ids = {number for answer in entry.answers.values() for number in fields.file_ids(answer)}
    files = kept_files.attachments(session, ids)
    found = []
    for field in asked:
        joined = [dict(row) for row in plans.partners(entry)]
        answer = joined if field.type == "partners" else entry.answers.get(field.key)
        shown = answers.shown(field, answer, files, names)
        found.append(Answered(shown, [one for one in said if one.field == field.key]))
    return found


def _proposals(session: Session, stage: StageRow, entry: Entry, declared: Mapping[int, Indicator]) -> list[Proposed]:
    """The latest first; those on indicators that an amended plan no longer has are left out."""
    found = queries.proposals(session, stage.id, entry_id=entry.id)
    return [Proposed(one, declared[one.indicator]) for one in reversed(found) if one.indicator in declared]


def _others(session: Session, stage: StageRow, entry: Entry) -> list[Entry]:
    """Applications that this one could be merged into."""
    ended = queries.fates(session, stage.id)
    accepted = seasons.entries(session, stage.season_id, EntryState.ACCEPTED)
    known = [one for one in accepted if queries.is_here(one, stage) or one.id in ended]
    return [one for one in known if one.id != entry.id]


def _leaders(session: Session, stage: StageRow) -> dict[str, str]:
    """{login: name} of those who can be in command."""
    return {one.login: one.name for one in rolls.holders(session, Role.SPONSOR, season_id=stage.season_id)}
