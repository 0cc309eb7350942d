"""What the pages of a declaration show: small values, made from rows in a fixed number of queries."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import Field as Bound

from evalflow.access import Actor
from evalflow.files import queries as kept_files
from evalflow.files.models import Attachment
from evalflow.seasons import mergers, plans, taking_back
from evalflow.seasons import queries as seasons
from evalflow.seasons.mergers import Merger
from evalflow.seasons.models import Entry, EntryState, StageRow, TakenBack, Withdrawal
from evalflow.stages.submission import confirming, earlier, queries, undoing
from evalflow.stages.submission.forms import DeclarationForm
from evalflow.stages.submission.models import Asked, Confirmation, Draft, Revision
from evalflow.stages.submission.queries import Change
from evalflow.web import current
from evalflow.web.answers import Shown, named, shown
from evalflow.web.current import locale, now
from evalflow.web.refusals import sentence_of
from evalflow.workflow import fields, rows
from evalflow.workflow.fields import Answer, Answers, Field
from evalflow.workflow.indicators import Row

_SENTENCE = re.compile(r"\n+|[^。！？；\n]+[。！？；]*|[。！？；]+")
STATES: Mapping[str, Any] = {
    EntryState.DRAFT: _l("being filled in"),
    EntryState.SUBMITTED: _l("handed in, under review"),
    EntryState.RETURNED: _l("returned for amendment"),
    EntryState.ACCEPTED: _l("accepted"),
    EntryState.WITHDRAWN: _l("withdrawn"),
    EntryState.REJECTED: _l("not accepted"),
}
TONES = {
    EntryState.DRAFT: "secondary",
    EntryState.SUBMITTED: "primary",
    EntryState.RETURNED: "warning",
    EntryState.ACCEPTED: "success",
    EntryState.WITHDRAWN: "secondary",
    EntryState.REJECTED: "danger",
}


@dataclass(frozen=True)
class Question:
    """A field of the form as it is filled in. remark: what the organiser said of it. stored: the text that the draft
    has there, where it is not what the form holds.

    cells: {(row, column): what is wrong there} of a table; row 0 is the table as a whole.
    """

    field: Field
    bound: Bound
    files: tuple[Attachment, ...]
    remark: str = ""
    cells: Mapping[tuple[int, str], str] = dataclasses.field(default_factory=dict)
    stored: str = ""


@dataclass(frozen=True)
class Difference:
    """An answer before and after an amendment.

    old_parts, new_parts: of a long text its sentences as (text, whether the other version has it not).
    """

    field: Field
    old: Shown
    new: Shown
    old_parts: tuple[tuple[str, bool], ...] = ()
    new_parts: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class Leaving:
    """Whether the branch may take its entry out, and whether it has to say why.

    joined: names of who came with the entries that were merged into it, and would go with it. gone: once it is out.
    """

    is_possible: bool
    needs_reason: bool
    joined: Sequence[str]
    gone: Withdrawal | None


@dataclass(frozen=True)
class FormPage:
    """The form. due: its deadline, None once that has passed. saved_at: of the draft.

    lacking: [(field, what is wrong)] that still stands in the way of handing in.

    branches: {key: name} of those that could take part. sent_back: a later stage asks for an amendment.
    sources: entries of earlier seasons that a blank form can begin with.
    """

    entry: Entry
    due: datetime | None
    is_editable: bool
    leaving: Leaving
    questions: tuple[Question, ...]
    lacking: tuple[tuple[Field, str], ...]
    remark: str
    sent_back: bool
    saved_at: datetime | None
    branches: Mapping[str, str]
    sources: Sequence[Entry] = ()


@dataclass(frozen=True)
class Agreement:
    """What somebody whom a declaration names is asked to agree to: rows of a table of this type.

    before: what they agreed to last, where some of it is no longer in it.
    """

    confirmation: Confirmation
    type: str
    rows: Sequence[Row]
    before: Sequence[Row]


@dataclass(frozen=True)
class ReadPage:
    """What was handed in. differences: of the last revision from the one before it; none where it is the first.

    asked_for: {field key: what to amend} that led to it. confirmations: of whoever it names, whose names are in
    `names`. merger: where it went, if it was merged into another one.
    taken_back: reviews and withdrawals that were. has_way_back: whether the review, or the withdrawal, can be.
    """

    entry: Entry
    stage: StageRow
    taken_back: Sequence[TakenBack]
    has_way_back: bool
    leaving: Leaving
    answers: tuple[Shown, ...]
    revisions: Sequence[Revision]
    differences: tuple[Difference, ...] = ()
    asked_for: Mapping[str, str] = dataclasses.field(default_factory=dict)
    confirmations: Sequence[Confirmation] = ()
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    merger: Merger | None = None

    @property
    def units(self) -> Sequence[Row]:
        """What those agree to whose letter is awaited: their rows among the partners."""
        if self.entry.state != EntryState.SUBMITTED:
            return ()
        asked = [one.name for one in self.confirmations if one.what == Asked.UNIT and one.accepted is None]
        wanted = confirming.terms(self.entry)
        return [row for name in asked for row in wanted.get((Asked.UNIT, name), ())]


def form_page(session: Session, stage: StageRow, entry: Entry, form: DeclarationForm, *, now: datetime) -> FormPage:
    draft = queries.draft_of(session, entry)
    answers: Answers = draft.answers if draft else entry.answers
    asked = queries.options_of(stage).field
    remarks = queries.remarks_on(session, entry)
    files = kept_files.attachments(session, queries.attachment_ids(answers))
    days = plans.days(entry.season)
    return FormPage(
        entry=entry,
        due=queries.deadline(stage, now),
        is_editable=queries.is_editable(entry, stage, now),
        leaving=_leaving(session, stage, entry),
        questions=tuple(
            _question(one, form, answers.get(one.key), files, remarks.get(one.key, ""), days) for one in asked
        ),
        lacking=lacking(asked, answers, days),
        remark=remarks.get("", ""),
        sent_back=queries.sent_back(session, entry) is not None,
        saved_at=_saved_at(draft),
        branches=queries.other_branches(session, entry, locale()) if queries.asks(asked, "partners") else {},
        sources=earlier.sources(session, entry, current.actor()) if earlier.is_blank(entry, draft) else (),
    )


def _question(
    field: Field,
    form: DeclarationForm,
    answer: Answer | None,
    files: Mapping[int, Attachment],
    remark: str,
    days: tuple[date, date],
) -> Question:
    bound = form.answer(field.key)
    if field.type not in rows.COLUMNS:
        text = answer if isinstance(answer, str) and answer != _plain(bound.data) else ""
        return Question(field, bound, named(answer, files), remark, stored=text)
    table = bound.data or []
    wrong = rows.faults(field.type, table) + rows.outside(field.type, table, *days)
    cells = {(fault.row, fault.column): sentence_of(fault.code, {}) for fault in reversed(wrong)}
    return Question(field, bound, (), remark, cells)


def still_lacking(session: Session, stage: StageRow, entry: Entry) -> tuple[tuple[Field, str], ...]:
    """What stands in the way of handing in an entry as it is kept now; see `lacking`."""
    draft = queries.draft_of(session, entry)
    return lacking(queries.options_of(stage).field, draft.answers if draft else entry.answers, plans.days(entry.season))


def _plain(typed: object) -> str:
    """A text as a draft keeps it."""
    return typed.replace("\r\n", "\n").strip() if isinstance(typed, str) else ""


def lacking(asked: tuple[Field, ...], answers: Answers, days: tuple[date, date]) -> tuple[tuple[Field, str], ...]:
    """Every field that has no answer though it must, or one that can't stay, with the sentence that says so."""
    tables = {one.key: rows.outside(one.type, fields.rows_in(answers.get(one.key)), *days) for one in asked}
    wrong = {key: found[0].code for key, found in tables.items() if found} | fields.faults(asked, answers)
    wrong |= dict.fromkeys(fields.missing(asked, answers), "answer_missing")
    return tuple((field, sentence_of(wrong[field.key], {})) for field in asked if field.key in wrong)


def read_page(session: Session, stage: StageRow, entry: Entry) -> ReadPage:
    asked = queries.options_of(stage).field
    revisions = queries.revisions(session, entry.id)
    before: Answers = revisions[-2].answers if len(revisions) > 1 else {}
    changed = queries.changes(asked, before, entry.answers) if before else ()
    files = kept_files.attachments(session, queries.attachment_ids(entry.answers, before))
    names = queries.names(session, asked, entry, locale())
    return ReadPage(
        entry=entry,
        stage=stage,
        taken_back=[
            *taking_back.of(session, stage.id, f"review:{entry.key}"),
            *taking_back.of(session, stage.id, f"withdrawal:{entry.key}"),
        ],
        has_way_back=undoing.can_be_reviewed_anew(entry, stage) or undoing.can_be_restored(entry, stage, now()),
        leaving=_leaving(session, stage, entry),
        answers=tuple(shown(field, entry.answers.get(field.key), files, names) for field in asked),
        revisions=revisions,
        differences=tuple(_difference(change, files, names) for change in changed),
        asked_for=queries.asked_for(session, revisions),
        confirmations=confirming.of(session, entry.id),
        names=names,
        merger=mergers.merger(session, entry),
    )


FOLLOWS = {
    "accept": _l("The entry takes part as it is now, and gets its number."),
    "reject": _l("The entry does not take part, and its branch reads the reason."),
    "withdraw": _l("The entry leaves the season, and its draft is deleted."),
}


def what_follows(act: str, stage: StageRow) -> str:
    """What follows from accepting, rejecting or withdrawing an entry, and whether that can be taken back."""
    if queries.moves_apart(stage):
        back = _("This can't be taken back.")
    elif act == "withdraw":
        back = _("Until the stage closes you can bring it back, as a draft of what you handed in last, with a reason.")
    else:
        back = _("Until the stage is settled this can be taken back with a reason.")
    return f"{FOLLOWS[act]} {back}"


def agreements(page: ReadPage, actor: Actor) -> list[Agreement]:
    """What the reader is asked for, answered or not."""
    wanted = confirming.terms(page.entry)
    own = confirming.concerning(page.confirmations, actor, page.entry.season_id)
    return [_agreement(one, wanted.get((Asked(one.what), one.name), [])) for one in own]


def _agreement(one: Confirmation, rows: Sequence[Row]) -> Agreement:
    before = [] if one.accepted is not None else [row for row in one.agreed or () if row not in rows]
    return Agreement(one, confirming.TABLES[Asked(one.what)], rows, before)


def _leaving(session: Session, stage: StageRow, entry: Entry) -> Leaving:
    names = queries.other_branches(session, entry, locale()) if entry.joined else {}
    return Leaving(
        is_possible=queries.is_withdrawable(entry, stage),
        needs_reason=entry.state == EntryState.ACCEPTED,
        joined=[names.get(row["branch"], row["unit"]) for row in entry.joined],
        gone=seasons.withdrawal(session, entry.id),
    )


def _difference(change: Change, files: Mapping[int, Attachment], names: Mapping[str, str]) -> Difference:
    old, new = (shown(change.field, answer, files, names) for answer in (change.old, change.new))
    if change.field.type != "long_text":
        return Difference(change.field, old, new)
    return Difference(change.field, old, new, *compared(str(change.old or ""), str(change.new or "")))


def compared(old: str, new: str) -> tuple[tuple[tuple[str, bool], ...], tuple[tuple[str, bool], ...]]:
    """The sentences of two texts, each marked when the other text does not have it at that place.

    >>> compared("一。二。", "一。三。")
    ((('一。', False), ('二。', True)), (('一。', False), ('三。', True)))
    """
    before, after = (_SENTENCE.findall(text) for text in (old, new))
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    same_before = {block.a + step for block in blocks for step in range(block.size)}
    same_after = {block.b + step for block in blocks for step in range(block.size)}
    return (
        tuple((text, place not in same_before) for place, text in enumerate(before)),
        tuple((text, place not in same_after) for place, text in enumerate(after)),
    )


def _saved_at(draft: Draft | None) -> datetime | None:
    return draft.saved_at if draft else None
