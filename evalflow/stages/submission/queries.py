"""What pages, acts and checks ask of declarations. A draft is shown to its own branch only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from evalflow.access import Actor, Permission, Role, branches_of, holds_anywhere, may
from evalflow.errors import NotFound
from evalflow.i18n import N_
from evalflow.kinds.submission import SubmissionOptions
from evalflow.people import rolls
from evalflow.people.models import Branch
from evalflow.seasons import guards
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, Phase, Season, SentBack, StageRow
from evalflow.seasons.rules import definition_of, stage_of
from evalflow.seasons.tasks import Task
from evalflow.stages.submission.models import Asked, Confirmation, Draft, Revision, RevisionState
from evalflow.workflow import fields
from evalflow.workflow.fields import Answer, Answers, Field

OUT = (EntryState.WITHDRAWN, EntryState.REJECTED)


@dataclass(frozen=True)
class Change:
    """A field whose answer differs between two revisions; None where there was no answer."""

    field: Field
    old: Answer | None
    new: Answer | None


@dataclass(frozen=True)
class DeskLine:
    """A branch on the organiser's desk with one of its entries; entry None: the branch has none, it is late.

    submitted_at: of the last revision, revisions how often it was handed in. awaited: how many of those it names have
    not agreed.
    """

    branch: Branch
    entry: Entry | None
    revisions: int = 0
    submitted_at: datetime | None = None
    awaited: int = 0


def options_of(stage: StageRow) -> SubmissionOptions:
    options = stage_of(stage).options
    assert isinstance(options, SubmissionOptions)
    return options


def is_admitting(stage: StageRow) -> bool:
    """Whether entries may still come in: until the outcome stands.

    Where entries move apart, until those of the later stages that admit them stand too.
    """
    if stage.season.cancelled_at is not None or stage.phase == Phase.WAITING:
        return False
    return bool(guards.admissions(stage.season)) if moves_apart(stage) else stage.phase != Phase.DONE


def is_editable(entry: Entry, stage: StageRow, now: datetime) -> bool:
    """Whether its branch may work on it.

    Where entries move apart, one that was returned may be amended after the window too, as long as entries come in.
    """
    if entry.state not in (EntryState.DRAFT, EntryState.RETURNED):
        return False
    in_time = entry.state == EntryState.RETURNED and moves_apart(stage) and is_admitting(stage)
    return guards.is_open(stage, now) or in_time


def deadline(stage: StageRow, now: datetime) -> datetime | None:
    """Until when something can be handed in, as long as that is ahead."""
    return stage.closes_at if guards.is_open(stage, now) else None


def is_withdrawable(entry: Entry, stage: StageRow) -> bool:
    """Until the outcome stands: then the ballot paper does too.

    Entries that move apart may leave as long as nothing counts on them; those that do not take part, at any time.
    """
    if entry.state in OUT or stage.season.cancelled_at is not None or stage.phase == Phase.WAITING:
        return False
    if moves_apart(stage):
        is_free = entry.state != EntryState.ACCEPTED or not guards.is_counted_on(stage.season)
        return is_free and "." in entry.position
    return stage.phase != Phase.DONE


def moves_apart(stage: StageRow) -> bool:
    return definition_of(stage.season).heading.moves == "apart"


def entry_of(session: Session, entry_id: int) -> Entry:
    """With its branch and its season's stages."""
    query = select(Entry).where(Entry.id == entry_id)
    loaded = query.options(joinedload(Entry.branch), joinedload(Entry.season).selectinload(Season.stages))
    entry = session.scalars(loaded.execution_options(populate_existing=True)).one_or_none()
    if entry is None:
        raise NotFound("no_such_entry", entry=entry_id)
    return entry


def draft_of(session: Session, entry: Entry) -> Draft | None:
    return session.get(Draft, entry.id)


def revisions(session: Session, entry_id: int) -> Sequence[Revision]:
    """The first one first."""
    return session.scalars(select(Revision).where(Revision.entry_id == entry_id).order_by(Revision.number)).all()


def last_revision(session: Session, entry_id: int) -> Revision | None:
    query = select(Revision).where(Revision.entry_id == entry_id).order_by(Revision.number.desc())
    return session.scalars(query.limit(1)).first()


def sent_back(session: Session, entry: Entry) -> SentBack | None:
    """How a later stage gave back what had been accepted here; None where it was this stage that returned it."""
    last = last_revision(session, entry.id)
    given_back = entry.state == EntryState.RETURNED and last is not None and last.state == RevisionState.ACCEPTED
    return seasons.last_return(session, entry.id) if given_back else None


def remarks_on(session: Session, entry: Entry) -> Mapping[str, str]:
    """{field key: what to amend} while it is returned, whoever returned it; none else."""
    if entry.state != EntryState.RETURNED:
        return {}
    later, last = sent_back(session, entry), last_revision(session, entry.id)
    found: Mapping[str, str] = later.remarks if later else last.remarks if last else {}
    return found


def asked_for(session: Session, revisions: Sequence[Revision]) -> Mapping[str, str]:
    """{field key: what to amend} that the last revision answers, whoever returned the one before it."""
    if len(revisions) < 2:  # noqa: PLR2004
        return {}
    before, last = revisions[-2], revisions[-1]
    back = seasons.last_return(session, last.entry_id)
    is_later = back is not None and before.submitted_at <= back.sent_at <= last.submitted_at
    found: Mapping[str, str] = back.remarks if back and is_later and not before.remarks else before.remarks
    return found


def changes(asked: Sequence[Field], old: Answers, new: Answers) -> tuple[Change, ...]:
    """Field by field what differs, in the order of the form."""
    pairs = ((field, old.get(field.key) or None, new.get(field.key) or None) for field in asked)
    return tuple(Change(field, before, after) for field, before, after in pairs if before != after)


def attachment_ids(*versions: Answers) -> set[int]:
    """Every attachment that one of these answers names."""
    return {number for answers in versions for answer in answers.values() for number in fields.file_ids(answer)}


def own_branches(session: Session, actor: Actor, season_id: int) -> Sequence[Branch]:
    """The branches for which this person may declare in this season."""
    ids = branches_of(actor, Permission.DECLARE, season=season_id)
    return session.scalars(select(Branch).where(Branch.id.in_(ids)).order_by(Branch.id)).all()


def own_entries(session: Session, actor: Actor, season_id: int) -> Sequence[Entry]:
    """Every entry of the person's branches, those that are out included."""
    branches = [branch.id for branch in own_branches(session, actor, season_id)]
    query = select(Entry).where(Entry.season_id == season_id, Entry.branch_id.in_(branches))
    return session.scalars(query.options(joinedload(Entry.branch)).order_by(Entry.id)).all()


def asks(asked: Sequence[Field], field_type: str) -> bool:
    """Whether a form has a question of a type."""
    return any(field.type == field_type for field in asked)


def names(session: Session, asked: Sequence[Field], entry: Entry, locale: str) -> dict[str, str]:
    """{branch key or login: what it is called} of those that answers may name."""
    branches = other_branches(session, entry, locale) if asks(asked, "partners") else {}
    return branches | (leaders(session, entry.season_id) if asks(asked, "leader") else {})


def other_branches(session: Session, entry: Entry, locale: str) -> dict[str, str]:
    """{key: name} of the branches that could take part in another one's entry."""
    others = select(Branch).where(Branch.id != entry.branch_id).order_by(Branch.id)
    return {branch.key: branch.name(locale) for branch in session.scalars(others)}


def leaders(session: Session, season_id: int) -> dict[str, str]:
    """{login: name} of those who may take command of a project."""
    return {person.login: person.name for person in rolls.holders(session, Role.SPONSOR, season_id=season_id)}


def places_left(entries: Sequence[Entry], branch_id: int, stage: StageRow) -> int:
    """How many more entries this branch may begin; what is out takes no place."""
    taken = sum(entry.branch_id == branch_id and entry.state not in OUT for entry in entries)
    return max(0, definition_of(stage.season).heading.entry.per_owner - taken)


def desk(session: Session, stage: StageRow) -> list[DeskLine]:
    """Every branch with its entries, branches that have none included; by branch, in four queries."""
    entries: dict[int, list[Entry]] = {}
    for entry in seasons.entries(session, stage.season_id):
        entries.setdefault(entry.branch_id, []).append(entry)
    handed_in, awaited = _handed_in(session, stage.season_id), _awaited(session, stage.season_id)
    lines: list[DeskLine] = []
    for branch in session.scalars(select(Branch).order_by(Branch.id)):
        found = entries.get(branch.id, [])
        lines += [
            DeskLine(branch, entry, *handed_in.get(entry.id, (0, None)), awaited.get(entry.id, 0)) for entry in found
        ]
        if not found:
            lines.append(DeskLine(branch, None))
    return lines


def _handed_in(session: Session, season_id: int) -> Mapping[int, tuple[int, datetime | None]]:
    query = (
        select(Revision.entry_id, func.count(), func.max(Revision.submitted_at))
        .join(Entry, Entry.id == Revision.entry_id)
        .where(Entry.season_id == season_id)
        .group_by(Revision.entry_id)
    )
    return {entry_id: (number, moment) for entry_id, number, moment in session.execute(query)}


def _awaited(session: Session, season_id: int) -> Mapping[int, int]:
    query = (
        select(Confirmation.entry_id, func.count())
        .join(Entry, Entry.id == Confirmation.entry_id)
        .where(Entry.season_id == season_id, Confirmation.accepted.is_not(True))
        .group_by(Confirmation.entry_id)
    )
    return dict(session.execute(query).all())


def asked_of(session: Session, season_id: int, actor: Actor) -> list[Entry]:
    """Entries handed in that name this person or their branch, and wait for their word."""
    theirs = and_(Confirmation.what == Asked.PART, Confirmation.name.in_(actor.speaks_for(season_id)))
    if may(actor, Permission.ACCEPT_COMMAND, season=season_id):
        theirs = or_(theirs, and_(Confirmation.what == Asked.COMMAND, Confirmation.name == actor.login))
    return _waiting_for(session, season_id, theirs)


def waiting_for_units(session: Session, season_id: int) -> list[Entry]:
    """Entries handed in that name a unit whose letter has not been recorded."""
    return _waiting_for(session, season_id, Confirmation.what == Asked.UNIT)


def _waiting_for(session: Session, season_id: int, which: ColumnElement[bool]) -> list[Entry]:
    query = (
        select(Entry)
        .join(Confirmation, Confirmation.entry_id == Entry.id)
        .where(Entry.season_id == season_id, Entry.state == EntryState.SUBMITTED, which)
        .where(Confirmation.accepted.is_(None))
        .distinct()
    )
    return sorted(session.scalars(query), key=lambda entry: entry.key)


def count_unreviewed(session: Session, stage: StageRow) -> int:
    """Entries handed in and neither accepted, returned nor rejected yet."""
    return seasons.count_entries(session, stage.season_id, EntryState.SUBMITTED)


def tasks(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    """What this person has to do here: declare, amend, confirm, review; nothing once no entry can come in."""
    found: list[Task] = []
    if actor.person_id is None or not is_admitting(stage):
        return found
    if holds_anywhere(actor, Permission.DECLARE, season=stage.season_id):
        found += _declaring(session, stage, actor, now)
    season_id = stage.season_id
    if actor.speaks_for(season_id) or may(actor, Permission.ACCEPT_COMMAND, season=season_id):
        found += [
            Task("Confirm your part", "submission.confirm", stage, entry.title, args=(("entry_key", entry.key),))
            for entry in asked_of(session, stage.season_id, actor)
        ]
    if may(actor, Permission.REVIEW, season=stage.season_id):
        found += [
            Task("Record a unit's answer", "submission.review", stage, entry.title, args=(("entry_key", entry.key),))
            for entry in waiting_for_units(session, stage.season_id)
        ]
        waiting = count_unreviewed(session, stage)
        if waiting:
            found.append(Task("Review declarations", "submission.desk", stage, detail=str(waiting)))
    return found


def _declaring(session: Session, stage: StageRow, actor: Actor, now: datetime) -> list[Task]:
    entries = own_entries(session, actor, stage.season_id)
    found = []
    for branch in own_branches(session, actor, stage.season_id):
        own = [entry for entry in entries if entry.branch_id == branch.id and entry.state not in OUT]
        if not own and guards.is_open(stage, now):
            found.append(Task("Declare your entry", "submission.home", stage, due=stage.closes_at, key=branch.key))
        for entry in own:
            open_still = is_editable(entry, stage, now)
            handed_in = entry.state in (EntryState.SUBMITTED, EntryState.ACCEPTED) and stage.phase == Phase.OPEN
            if open_still or handed_in:
                found.append(_task(entry, stage, now))
    return found


def _task(entry: Entry, stage: StageRow, now: datetime) -> Task:
    """What came back after the window has no date: it is asked for every week until it is handed in again."""
    returned = entry.state == EntryState.RETURNED
    title = N_("Amend your declaration") if returned else N_("Declare your entry")
    done = entry.state in (EntryState.SUBMITTED, EntryState.ACCEPTED)
    args = (("entry_key", entry.key),)
    due = deadline(stage, now)
    return Task(title, "submission.entry", stage, entry.title, due, is_done=done, args=args)
