"""What the engine asks of a declaration. At closing a draft stays a draft: what was not handed in is out.

An entry that is with its branch for amendment at closing is out too, unless the stage is reopened.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from evalflow.access import Actor
from evalflow.audit.models import EventRow
from evalflow.errors import Conflict, Refused
from evalflow.files import queries as kept_files
from evalflow.i18n import Text, listed
from evalflow.kinds.submission import SubmissionOptions
from evalflow.people.models import Branch
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.stages.submission import events, queries
from evalflow.stages.submission.models import Draft, Revision, RevisionState
from evalflow.workflow import fields, rows
from evalflow.workflow.fields import Answers
from evalflow.workflow.outcome import Tables

REVIEWED = (EntryState.SUBMITTED, EntryState.ACCEPTED, EntryState.REJECTED)  # never without a revision


def opened(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> dict[str, Any]:
    """How many branches are called upon."""
    return {"branches": session.scalars(select(func.count()).select_from(Branch)).one()}


def missing(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    """Whoever has handed in may expect to be told in time to amend."""
    return unsettled(session, stage)


def closed(session: Session, stage: StageRow, *, actor: Actor, now: datetime) -> None:
    """Nothing: drafts stay what they are, in case the stage is reopened."""


def unsettled(session: Session, stage: StageRow) -> tuple[Refused, ...]:
    waiting = seasons.entries(session, stage.season_id, EntryState.SUBMITTED)
    who = listed(Text(entry.title) for entry in waiting)
    return (Conflict("submissions_unreviewed", count=len(waiting), who=who),) if waiting else ()


def evidence(session: Session, stage: StageRow) -> Tables:
    """Every entry with its last revision, as the review left it, and the numbers and choices of those accepted.

    What befalls an entry later does not change this.
    """
    until = stage.settled_at
    before = [row for row in _revisions(session, stage) if until is None or row.submitted_at <= until]
    last = {row.entry_id: row for row in before}
    listed, answers = [], []
    tables: dict[str, list[dict[str, str]]] = {}
    options = queries.options_of(stage)
    for entry in sorted(seasons.entries(session, stage.season_id), key=lambda entry: entry.key):
        revision = last.get(entry.id)
        state = revision.state if revision else entry.state
        listed.append({"entry": entry.key, "revision": str(revision.number if revision else 0), "state": state})
        if revision is not None and revision.state == RevisionState.ACCEPTED:
            told = ((key, fields.written(field, revision.answers)) for key, field in options.counted.items())
            answers += [{"entry": entry.key, "field": key, "value": value} for key, value in told if value]
            for name, lines in _tables(options, revision.answers).items():
                tables.setdefault(name, []).extend({"entry": entry.key, **line} for line in lines)
    return {"submissions": listed, "fields": answers, **tables}


def _tables(options: SubmissionOptions, answers: Answers) -> dict[str, list[dict[str, str]]]:
    """The answers that are tables, and who takes command, by the names of their files."""
    found = {}
    for field in options.field:
        answer = answers.get(field.key)
        if field.type in rows.COLUMNS:
            found[field.type] = [dict(row) for row in fields.rows_in(answer)]
        elif field.type == "leader" and isinstance(answer, str) and answer:
            found["leaders"] = [{"leader": answer}]
    return found


def _revisions(session: Session, stage: StageRow) -> list[Revision]:
    """All of the season's, in the order of their numbers."""
    query = select(Revision).join(Entry, Entry.id == Revision.entry_id).where(Entry.season_id == stage.season_id)
    return list(session.scalars(query.order_by(Revision.entry_id, Revision.number)))


def faults(session: Session, stage: StageRow) -> list[str]:
    """Content = last revision, revisions without gap, drafts only of what may be worked on, files there, all logged."""
    entries = seasons.entries(session, stage.season_id)
    revisions = _revisions(session, stage)
    drafts = {row.entry_id for row in session.scalars(select(Draft))}
    found = []
    for entry in entries:
        own = [row for row in revisions if row.entry_id == entry.id]
        found += [f"entry {entry.key}: {fault}" for fault in _entry_faults(entry, own, entry.id in drafts)]
    found += _file_faults(session, entries)
    logged = session.scalars(
        select(func.count()).where(EventRow.type == events.SUBMITTED.name, EventRow.season == stage.season.key)
    ).one()
    if logged != len(revisions):
        found.append(f"{len(revisions)} revisions, but the log knows {logged}")
    numbers = [entry.number for entry in entries if entry.number is not None]
    if len(set(numbers)) < len(numbers):
        found.append("two entries have the same number")
    return found


def _entry_faults(entry: Entry, revisions: list[Revision], has_draft: bool) -> list[str]:
    found = []
    if [row.number for row in revisions] != list(range(1, len(revisions) + 1)):
        found.append("its revisions are not numbered one after the other")
    if entry.answers != (revisions[-1].answers if revisions else {}):
        found.append("its content is not what was handed in last")
    if entry.state in REVIEWED and not revisions:
        found.append(f"{entry.state} without having been handed in")
    if entry.state == EntryState.ACCEPTED and entry.number is None:
        found.append("accepted without a number")
    if has_draft and entry.state not in (EntryState.DRAFT, EntryState.RETURNED):
        found.append(f"{entry.state}, yet somebody works on a draft of it")
    return found


def _file_faults(session: Session, entries: Sequence[Entry]) -> list[str]:
    wanted = {entry.key: (entry.id, queries.attachment_ids(entry.answers)) for entry in entries}
    rows = kept_files.attachments(session, {number for _, ids in wanted.values() for number in ids})
    return [
        f"entry {key}: file {number} is missing or another entry's"
        for key, (entry_id, ids) in wanted.items()
        for number in sorted(ids)
        if number not in rows or rows[number].entry_id != entry_id or not rows[number].is_handed_in
    ]
