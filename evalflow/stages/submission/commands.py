"""What a branch may do with its declaration: begin it, save it, hand it in, withdraw it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import SYSTEM, Actor, Permission, require
from evalflow.audit.event import canonical
from evalflow.errors import Conflict, Invalid, NotFound
from evalflow.files import commands as files
from evalflow.files import queries as kept_files
from evalflow.files.content import Cleaned
from evalflow.files.models import Attachment
from evalflow.people.models import Branch
from evalflow.seasons import guards, moves, plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, Phase, StageRow, Withdrawal
from evalflow.stages.submission import acceptance, confirming, earlier, events, queries
from evalflow.stages.submission.acceptance import log
from evalflow.stages.submission.models import Draft, Revision, RevisionState
from evalflow.workflow import fields, rows
from evalflow.workflow.fields import Answer, Answers, Field
from evalflow.workflow.indicators import Fault, Row

LONGEST_KEY = 20  # of an entry, as the column holds it
LONGEST_DRAFT = 40_000  # characters of one answer that a draft keeps, however long it may be at last
LONGEST_CELL = 400  # the same of a table's cell
MOST_KEPT_ROWS = 40
LONGEST_REASON = 2000
Uploads = Mapping[str, Sequence[Cleaned]]


@dataclass(frozen=True)
class Saved:
    """version: of the draft now. faults: {field key: code} of what could not be kept; the rest was."""

    version: int
    faults: Mapping[str, str] = field(default_factory=dict)


def begin(session: Session, stage_id: int, branch_id: int, *, actor: Actor, now: datetime) -> Entry:
    """An empty entry of a branch. Conflict("no_more_entries") when the branch has as many as it may."""
    stage = guards.open_stage(session, stage_id, now=now)
    require(actor, Permission.DECLARE, season=stage.season_id, branch=branch_id)
    return _begun(session, stage, branch_id, actor=actor, now=now)


def prepare(session: Session, stage_id: int, branch_id: int, answers: Answers, *, actor: Actor, now: datetime) -> Entry:
    """A new entry of a branch with a first draft in it. From here on it is the branch's own: nobody else saves it."""
    stage = guards.open_stage(session, stage_id, now=now)
    require(actor, Permission.PREPARE, season=stage.season_id, branch=branch_id)
    entry = _begun(session, stage, branch_id, actor=actor, now=now)
    kept = {one.key: _kept(one, answers.get(one.key), {}) for one in queries.options_of(stage).field}
    told = {key: answer for key, answer in kept.items() if answer}
    session.add(Draft(entry_id=entry.id, answers=told, saved_at=now, page="", version=1))
    return entry


def _begun(session: Session, stage: StageRow, branch_id: int, *, actor: Actor, now: datetime) -> Entry:
    branch = session.get(Branch, branch_id)
    if branch is None:
        raise NotFound("no_such_branch")
    existing = seasons.entries(session, stage.season_id)
    if not queries.places_left(existing, branch_id, stage):
        raise Conflict("no_more_entries")
    key = _free_key(branch.key, {entry.key for entry in existing})
    entry = Entry(season_id=stage.season_id, season=stage.season, branch_id=branch_id, branch=branch, key=key)
    moves.begin(entry)
    session.add(entry)
    session.flush()
    public = {"entry": entry.key, "branch": branch.key}
    log(session, events.BEGUN, stage, public, actor=actor, now=now)
    return entry


def _free_key(branch: str, taken: set[str]) -> str:
    """The branch's own key, shortened, with a number from the second one on.

    >>> _free_key("smelting", set()), _free_key("smelting", {"smelting"})
    ('smelting', 'smelting-2')
    """
    base, number = branch[: LONGEST_KEY - 4].rstrip("-_"), 1
    key = base
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def save(
    session: Session,
    stage_id: int,
    entry_id: int,
    answers: Answers,
    *,
    version: int,
    page: str,
    actor: Actor,
    now: datetime,
    uploads: Uploads | None = None,
) -> Saved:
    """Keep a draft, right or wrong. A draft is the branch's own: nothing is logged.

    answers: of pictures and files those still wanted; `uploads` are put behind them. version: of the draft as the
    page showed it, 0 when there was none. Conflict("changed_meanwhile") when another page has saved since.
    """
    stage, entry = _own(session, stage_id, entry_id, actor=actor, now=now)
    draft = queries.draft_of(session, entry)
    if draft is not None and draft.version != version and (not page or draft.page != page):
        raise Conflict("changed_meanwhile", entry=entry.title or entry.branch.name_zh)
    draft = draft or Draft(entry_id=entry.id, answers=entry.answers, version=0)
    asked = queries.options_of(stage).field
    named = queries.attachment_ids(draft.answers, entry.answers)
    known = {number: row for number, row in kept_files.of_entry(session, entry.id).items() if number in named}
    wanted = {one.key: _kept(one, answers.get(one.key), known) for one in asked}
    faults: dict[str, str] = {}
    for one in asked:
        added, fault = _added(session, entry, one, wanted[one.key], uploads or {}, actor=actor, now=now)
        wanted[one.key] = added
        if fault:
            faults[one.key] = fault
    draft.answers = {key: answer for key, answer in wanted.items() if answer}
    draft.saved_at, draft.page, draft.version = now, page, draft.version + 1
    if entry.state == EntryState.DRAFT:
        entry.title = _title(asked, draft.answers)
    session.add(draft)
    files.remove_orphans(session, entry.id, kept=queries.attachment_ids(draft.answers))
    return Saved(draft.version, faults)


def _title(asked: Sequence[Field], answers: Answers) -> str:
    """What an entry is called; "" while a draft has no name yet."""
    return next((str(answers.get(one.key) or "").strip()[:200] for one in asked if one.role == "title"), "")


def _kept(asked: Field, answer: Answer | None, known: Mapping[int, Attachment]) -> Answer:
    """What a draft holds of an answer: text as typed; attachments of its own only, and pictures where they belong."""
    if asked.type in rows.COLUMNS:
        typed = [{name: text[:LONGEST_CELL] for name, text in row.items()} for row in fields.rows_in(answer)]
        return rows.kept(asked.type, typed)[:MOST_KEPT_ROWS]
    if asked.type not in ("image", "file"):
        return answer[:LONGEST_DRAFT] if isinstance(answer, str) else ""
    fitting = (number for number in fields.file_ids(answer) if number in known)
    return [number for number in dict.fromkeys(fitting) if asked.type == "file" or known[number].is_image]


def _added(
    session: Session, entry: Entry, asked: Field, answer: Answer, uploads: Uploads, *, actor: Actor, now: datetime
) -> tuple[Answer, str]:
    """The answer with its uploads behind it, and the code of what kept one of them out."""
    if asked.type not in ("image", "file"):
        return answer, ""
    ids, fault = list(fields.file_ids(answer)), ""
    for upload in uploads.get(asked.key, ()):
        if len(ids) >= asked.max_files:
            fault = "too_many_files"
        elif asked.type == "image" and not upload.is_image:
            fault = "image_unreadable"
        else:
            ids.append(files.keep(session, entry.id, upload, actor=actor, now=now).id)
    return ids, fault


def copy_from(
    session: Session, stage_id: int, entry_id: int, source_id: int, *, version: int, actor: Actor, now: datetime
) -> Draft:
    """Begin a blank draft with what the branch declared in an earlier season; as any draft, it is not logged.

    version: of the draft, 0 when there was none. Conflict("changed_meanwhile") when something is in it by now;
    NotFound when the source is none of `earlier.sources`.
    """
    stage, entry = _own(session, stage_id, entry_id, actor=actor, now=now)
    draft = queries.draft_of(session, entry)
    if version != (draft.version if draft else 0) or not earlier.is_blank(entry, draft):
        raise Conflict("changed_meanwhile", entry=entry.title or entry.branch.name_zh)
    source = next((one for one in earlier.sources(session, entry, actor) if one.id == source_id), None)
    if source is None:
        raise NotFound("no_such_entry", entry=source_id)
    draft = draft or Draft(entry_id=entry.id, version=0)
    draft.answers = earlier.answers(source, queries.options_of(stage).field, stage.season)
    draft.saved_at, draft.page, draft.version = now, "", draft.version + 1
    session.add(draft)
    return draft


def submit(session: Session, stage_id: int, entry_id: int, *, version: int, actor: Actor, now: datetime) -> Revision:
    """Hand the draft in as it is. Invalid names every field that has no answer or a wrong one.

    version: of the draft. Without review handing in is enough: the entry is accepted at once.
    """
    stage, entry = _own(session, stage_id, entry_id, actor=actor, now=now)
    draft = queries.draft_of(session, entry)
    if draft is None or draft.version != version:
        raise Conflict("changed_meanwhile", entry=entry.title or entry.branch.name_zh)
    options = queries.options_of(stage)
    answers: Answers = draft.answers
    _complete(options.field, answers)
    _check_named(session, entry, options.field, answers)
    last = queries.last_revision(session, entry.id)
    revision = Revision(
        entry_id=entry.id, number=(last.number if last else 0) + 1, answers=answers, submitted_at=now, remarks={}
    )
    revision.state = RevisionState.SUBMITTED
    session.add(revision)
    entry.answers, entry.state, entry.number = answers, EntryState.SUBMITTED, None
    entry.title = _title(options.field, answers)
    entry.version += 1
    session.delete(draft)
    _hand_in_files(session, entry)
    public = {
        "entry": entry.key,
        "revision": revision.number,
        "content_sha256": content_digest(session, answers),
    }
    log(session, events.SUBMITTED, stage, public, actor=actor, now=now)
    if options.review == "none":
        acceptance.accept(session, stage, entry, revision, actor=SYSTEM, now=now)
    else:
        confirming.ask(session, entry)
    session.flush()
    return revision


def _complete(asked: tuple[Field, ...], answers: Answers) -> None:
    wrong = dict.fromkeys(fields.missing(asked, answers), "answer_missing") | fields.faults(asked, answers)
    if wrong:
        raise Invalid("declaration_incomplete", fields=wrong, count=len(wrong))


def _check_named(session: Session, entry: Entry, asked: tuple[Field, ...], answers: Answers) -> None:
    """Whoever the answers name is there: branches other than the entry's own, and somebody who may take command.

    Days that they name lie in the season.
    """
    branches, leaders = queries.other_branches(session, entry, "zh"), queries.leaders(session, entry.season_id)
    wrong = {}
    for one in asked:
        answer = answers.get(one.key)
        named = [row["branch"] for row in fields.rows_in(answer) if row.get("branch")]
        if entry.branch.key in named:
            wrong[one.key] = "own_branch"
        elif fault := _table_fault(entry, one, fields.rows_in(answer)):
            wrong[one.key] = fault[0].code
        elif not set(named) <= branches.keys() or (one.type == "leader" and answer and answer not in leaders):
            wrong[one.key] = "no_such_choice"
    if wrong:
        raise Invalid("declaration_incomplete", fields=wrong, count=len(wrong))


def _table_fault(entry: Entry, asked: Field, table: tuple[Row, ...]) -> tuple[Fault, ...]:
    """What is wrong with a table beside branches that were merged into the entry, and in this season."""
    if asked.type == "partners":
        return rows.faults(asked.type, rows.with_joined(table, entry.joined))
    return rows.outside(asked.type, table, *plans.days(entry.season))


def _hand_in_files(session: Session, entry: Entry) -> None:
    wanted = queries.attachment_ids(entry.answers)
    files.hand_in(session, entry.id, wanted)
    files.remove_orphans(session, entry.id, kept=wanted)


def content_digest(session: Session, answers: Answers) -> str:
    """SHA-256, hex, of the canonical answers, in which every attachment is named by its own SHA-256."""
    found = kept_files.attachments(session, queries.attachment_ids(answers))
    named = {
        key: [found[number].sha256 for number in ids] if (ids := fields.file_ids(answer)) else answer
        for key, answer in answers.items()
    }
    return hashlib.sha256(canonical(named)).hexdigest()


def withdraw(
    session: Session, stage_id: int, entry_id: int, *, reason: str = "", version: int, actor: Actor, now: datetime
) -> Entry:
    """Take the entry out, for good; the branch may begin another one while the stage is open.

    version: of the entry. Conflict("too_late_to_withdraw") once the stage's outcome is fixed. What was accepted is not
    taken out without a reason, which the organiser and the committee read.
    """
    stage = seasons.locked_stage(session, stage_id)
    entry = queries.entry_of(session, entry_id)
    _of_season(entry, stage)
    require(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    if not queries.is_withdrawable(entry, stage):
        raise Conflict("too_late_to_withdraw", entry=entry.title)
    guards.unchanged(entry, version)
    was, said = entry.state, reason.strip()
    if was == EntryState.ACCEPTED and not said:
        raise Invalid("reason_needed", fields={"reason": "reason_needed"})
    if len(said) > LONGEST_REASON:
        raise Invalid("remark_too_long", fields={"reason": "remark_too_long"}, most=LONGEST_REASON)
    draft = queries.draft_of(session, entry)
    if draft is not None:
        session.delete(draft)
        files.remove_orphans(session, entry.id, kept=())
    last = queries.last_revision(session, entry.id)
    if last is not None and stage.phase != Phase.DONE:
        last.state = RevisionState.WITHDRAWN
    session.add(Withdrawal(entry_id=entry.id, reason=said, withdrawn_at=now))
    moves.drop(session, entry, "withdraw", actor=actor, now=now)
    entry.version += 1
    public = {"entry": entry.key, "was": was}
    log(session, events.WITHDRAWN, stage, public, actor=actor, now=now, personal={"reason": said})
    return entry


def _own(session: Session, stage_id: int, entry_id: int, *, actor: Actor, now: datetime) -> tuple[StageRow, Entry]:
    """The stage, locked, and an entry of the actor's branch that may be worked on now."""
    stage = seasons.locked_stage(session, stage_id)
    entry = queries.entry_of(session, entry_id)
    _of_season(entry, stage)
    require(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    if entry.state not in (EntryState.DRAFT, EntryState.RETURNED):
        raise Conflict("entry_not_editable", entry=entry.title)
    guards.here(entry, stage)
    if queries.moves_apart(stage) and not queries.is_admitting(stage):
        raise Conflict("admission_over", entry=entry.title)
    if not queries.is_editable(entry, stage, now):
        raise Conflict("stage_not_open", stage=stage.key, phase=stage.phase)
    return stage, entry


def _of_season(entry: Entry, stage: StageRow) -> None:
    if entry.season_id != stage.season_id:
        raise NotFound("no_such_entry", entry=entry.key)
