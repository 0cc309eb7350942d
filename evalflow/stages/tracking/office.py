"""Figures of all branches from one workbook of the office, where the rules of the stage have it bring them in.

As drafts they wait for their branch, whose report confirms or changes them. As reports they count at once, as the
office's own entry. Either way a later workbook of the office takes the place of what it brought in before.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, may, require
from evalflow.errors import Conflict, Invalid
from evalflow.i18n import Text
from evalflow.importing.blank import BlankSheet, workbook
from evalflow.importing.rows import Flawed, Preview
from evalflow.importing.sheets import Book
from evalflow.importing.table import Column, read
from evalflow.seasons import guards, plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.record import record
from evalflow.stages.tracking import bringing, commands, drafts, events, queries
from evalflow.stages.tracking.bringing import INDICATOR, MONTHS, PROJECT, Figures, Known
from evalflow.stages.tracking.commands import Said
from evalflow.stages.tracking.models import FigureDraft, ProgressReport, ReportState
from evalflow.workflow import numbers

NUMBER = Column("number", ("编号", "No."), is_required=False)
BRANCH = Column("branch", ("支部", "Branch", "单位"), is_required=False)
COLUMNS = (NUMBER, BRANCH, Column("project", PROJECT.headings, is_required=False), INDICATOR, *MONTHS)
NOTES = (
    bringing.NOTES[0],
    Text(
        "工程写编号，或写支部和名称。",
        "A project is named by its number, or by its branch and title.",
    ),
    Text(
        "支部已报送的数据不能覆盖；办公室此前导入的同月数据由新数据代替。",
        "What a branch reported stays; what the office brought in before for the same month is replaced.",
    ),
)


def template(session: Session, stage: StageRow, *, actor: Actor, locale: str) -> bytes:
    """An .xlsx that names every indicator of every project, its months still blank."""
    _allowed(stage, actor)
    lines = [
        [str(entry.number or ""), entry.branch.name(locale), entry.title, one.name]
        for entry in _here(session, stage)
        for one in plans.declared(entry)
    ]
    sheet = BlankSheet(Text("指标数据", "Figures").to(locale), COLUMNS, lines)
    notes = [note.to(locale) for note in NOTES]
    return workbook([sheet], notes=notes, notes_name=Text("说明", "Notes").to(locale), locale=locale)


def mode(stage: StageRow) -> str:
    """What becomes of the office's figures: "drafts", "reports", or "none" where it brings in nothing."""
    return queries.options_of(stage).office_figures


def brings_in(stage: StageRow, actor: Actor) -> bool:
    """Whether this person may bring in figures of all branches here."""
    return mode(stage) != "none" and may(actor, Permission.ENTER_FIGURES, season=stage.season_id)


def _allowed(stage: StageRow, actor: Actor) -> None:
    require(actor, Permission.ENTER_FIGURES, season=stage.season_id)
    if mode(stage) == "none":
        raise Conflict("office_brings_in_nothing")


def _here(session: Session, stage: StageRow) -> list[Entry]:
    found = seasons.entries(session, stage.season_id, EntryState.ACCEPTED)
    return [one for one in found if queries.is_here(one, stage)]


def preview(
    session: Session, stage: StageRow, book: Book, *, actor: Actor, now: datetime, locale: str
) -> Preview[Figures]:
    """Every row of the file; one with a single cell that can't be is left out whole."""
    _allowed(stage, actor)
    table, entries = read(book, COLUMNS), _here(session, stage)
    reports: dict[int, list[ProgressReport]] = {one.id: [] for one in entries}
    for report in queries.reports(session, stage.id):
        reports.setdefault(report.entry_id, []).append(report)
    waiting: dict[int, list[FigureDraft]] = {}
    for draft in drafts.waiting(session, stage.id):
        waiting.setdefault(draft.entry_id, []).append(draft)
    there = {of: _known(stage, queries.standing(filed), waiting.get(of, ())) for of, filed in reports.items()}
    return bringing.sifted(table, stage, lambda row: _named(entries, row), there, now=now, locale=locale)


def _known(stage: StageRow, standing: Sequence[ProgressReport], waiting: Sequence[FigureDraft]) -> Known:
    if mode(stage) == "reports":
        entered = bringing.known([one for one in standing if one.state == ReportState.ENTERED])
        kept = bringing.known([one for one in standing if one.state != ReportState.ENTERED])
        return Known(kept.reported, entered.reported, bringing.known(standing).ended)
    drafted: dict[int, dict[date, str]] = {}
    for draft in waiting:
        for indicator, value in draft.values.items():
            drafted.setdefault(indicator, {})[draft.day] = value
    found = bringing.known(standing)
    return Known(found.reported, drafted, found.ended)


def _named(entries: Sequence[Entry], row: Mapping[str, str]) -> Entry:
    """By its number, or else by its title and, where there is one in the row, its branch."""
    number, title, branch = numbers.narrow(row.get("number", "")), row.get("project", ""), row.get("branch", "")
    found = [one for one in entries if (str(one.number) == number if number else one.title == title)]
    if branch and not number:
        found = [one for one in found if branch in (one.branch.key, one.branch.name("zh_Hans"), one.branch.name("en"))]
    if not found:
        raise Flawed("project_not_tracked", project=number or " · ".join(part for part in (branch, title) if part))
    if len(found) > 1:
        raise Flawed("project_named_twice", project=title)
    if number and title and found[0].title != title:
        raise Flawed("project_other_number", number=number, title=found[0].title, project=title)
    return found[0]


def write(
    session: Session,
    stage_id: int,
    seen: Preview[Figures],
    told: Callable[[date], str],
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Keep the drafts, or file the reports; how many rows. All or none: the caller's transaction. told: their text."""
    stage = guards.open_stage(session, stage_id, now=now)
    _allowed(stage, actor)
    for (key, _, day), figures in bringing.by_day(seen):
        if mode(stage) == "drafts":
            draft(session, stage_id, key, day, figures, actor=actor, now=now)
        else:
            _enter(session, stage, key, Said(told(day), day, figures), actor=actor, now=now)
    return len(seen.good)


def draft(
    session: Session,
    stage_id: int,
    entry_key: str,
    day: date,
    figures: Mapping[int, str],
    *,
    actor: Actor,
    now: datetime,
) -> FigureDraft:
    """Figures for the entry's branch to confirm, beside those of the same month that still wait or in their place."""
    stage = guards.open_stage(session, stage_id, now=now)
    _allowed(stage, actor)
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    guards.here(entry, stage)
    if mode(stage) != "drafts" or entry.state != EntryState.ACCEPTED:
        raise Conflict("entry_not_here", entry=entry.title, stage=stage.key)
    values = dict(figures)
    for old in drafts.waiting_of(session, stage.id, entry.id):
        if drafts.is_same_month(old.day, day):
            values = {**old.values, **values}
            session.delete(old)
    row = FigureDraft(
        stage_id=stage.id,
        entry=entry,
        day=day,
        figures={str(indicator): value for indicator, value in sorted(values.items())},
        office=actor.office,
        brought_at=now,
    )
    session.add(row)
    session.flush()
    public = {"entry": entry.key, "day": day.isoformat(), "figures": row.figures}
    record(session, events.FIGURES_DRAFTED, stage, public, actor=actor, now=now)
    return row


def _enter(session: Session, stage: StageRow, entry_key: str, said: Said, *, actor: Actor, now: datetime) -> None:
    """The office's report of a month; it corrects the one that the office entered before."""
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    filed = queries.reports_of(session, stage.id, entry.id)
    day = said.day or date.max
    old = next(
        (
            one
            for one in queries.standing(filed)
            if one.state == ReportState.ENTERED and drafts.is_same_month(one.day, day)
        ),
        None,
    )
    if old is not None:
        kept = {figure.indicator: figure.value for figure in old.figures}
        said = Said(said.text, said.day, {**kept, **said.figures}, corrects=old.number)
    commands.enter(session, stage.id, entry_key, said, number=len(filed) + 1, actor=actor, now=now)


def confirm(
    session: Session,
    stage_id: int,
    entry_key: str,
    chosen: Collection[int],
    told: Callable[[date], str],
    *,
    number: int,
    actor: Actor,
    now: datetime,
) -> int:
    """The branch's reports of drafts as they are, one for each; how many. chosen: ids of drafts. told: their text.

    number: of the first of them, as the form was shown. Refused where a draft was answered or replaced meanwhile.
    """
    stage = guards.open_stage(session, stage_id, now=now)
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    require(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    found = [one for one in drafts.waiting_of(session, stage_id, entry.id) if one.id in chosen]
    if not chosen:
        raise Invalid("no_draft_chosen")
    if len(found) != len(set(chosen)):
        raise Conflict("changed_meanwhile", entry=entry.title)
    for offset, one in enumerate(found):
        said = Said(told(one.day), one.day, one.values, draft=one.id)
        commands.report(session, stage_id, entry_key, said, number=number + offset, actor=actor, now=now)
    return len(found)
