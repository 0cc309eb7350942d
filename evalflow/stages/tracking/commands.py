"""Reporting on an entry's progress."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from evalflow import zone
from evalflow.access import Actor, Permission, require
from evalflow.audit import ledger
from evalflow.audit.event import canonical
from evalflow.errors import Conflict, Invalid
from evalflow.files import commands as files
from evalflow.files.content import Cleaned
from evalflow.seasons import guards, plans
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, EntryState, StageRow
from evalflow.seasons.record import record
from evalflow.stages.tracking import drafts, events, queries
from evalflow.stages.tracking.models import FigureDraft, ProgressReport, ReportedFigure, ReportState
from evalflow.workflow import numbers
from evalflow.workflow.indicators import Indicator

TEXT_MAX = 5000
FILES_MAX = 10


@dataclass(frozen=True)
class Said:
    """What a report says. day: the day it speaks of, None for today. figures: {indicator's number: as typed}.

    corrects: the number of the report that it takes the place of. reached: milestones, by their numbers.
    final: indicators of which no other figure will come. keeps: files of the corrected report that this one has too.
    draft: the id of what the office brought in and this report confirms or changes.
    """

    text: str
    day: date | None = None
    figures: Mapping[int, str] = field(default_factory=dict)
    corrects: int | None = None
    reached: Collection[int] = ()
    final: Collection[int] = ()
    keeps: Collection[int] = ()
    uploads: Sequence[Cleaned] = ()
    draft: int | None = None


def report(
    session: Session, stage_id: int, entry_key: str, said: Said, *, number: int, actor: Actor, now: datetime
) -> ProgressReport:
    """File the entry's next report. What was filed stays; a mistake is mended by a report that corrects it.

    number: the one the form was shown for, so that the same form sent twice is refused the second time. Invalid names
    every part that can't be: "text", "day", "figure_N", "corrects".
    """
    stage = guards.open_stage(session, stage_id, now=now)
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    require(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    return _file(session, stage, entry, said, number=number, state=ReportState.FILED, actor=actor, now=now)


def enter(
    session: Session, stage_id: int, entry_key: str, said: Said, *, number: int, actor: Actor, now: datetime
) -> ProgressReport:
    """The office's own report on an entry of any branch, where the rules have it enter them. Refused as `report` is.

    It corrects what the office entered, never what a branch filed, and no branch corrects it.
    """
    stage = guards.open_stage(session, stage_id, now=now)
    require(actor, Permission.ENTER_FIGURES, season=stage.season_id)
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    if queries.options_of(stage).office_figures != "reports":
        raise Conflict("office_brings_in_nothing")
    return _file(session, stage, entry, said, number=number, state=ReportState.ENTERED, actor=actor, now=now)


def _file(
    session: Session,
    stage: StageRow,
    entry: Entry,
    said: Said,
    *,
    number: int,
    state: ReportState,
    actor: Actor,
    now: datetime,
) -> ProgressReport:
    guards.here(entry, stage)
    if entry.state != EntryState.ACCEPTED:
        raise Conflict("entry_not_here", entry=entry.title, stage=stage.key)
    filed = queries.reports_of(session, stage.id, entry.id)
    if number != len(filed) + 1:
        raise Conflict("changed_meanwhile", entry=entry.title)
    today = zone.day_of(now)
    waiting = {one.id for one in drafts.waiting_of(session, stage.id, entry.id)}
    if said.draft is not None and said.draft not in waiting:
        raise Conflict("changed_meanwhile", entry=entry.title)
    _check(said, filed, stage, plans.declared(entry), today, state)
    row = ProgressReport(
        stage_id=stage.id,
        entry=entry,
        number=number,
        text=said.text.strip(),
        state=state,
        filed_at=now,
        day=said.day or today,
        corrects=said.corrects,
        reached=sorted({one for one in said.reached if 1 <= one <= len(plans.milestones(entry))}),
        files=_taken_over(said, filed) + _kept(session, entry, said.uploads, actor=actor, now=now),
        figures=[
            ReportedFigure(indicator=each, value=value.strip(), is_final=each in said.final)
            for each, value in _given(said).items()
        ],
    )
    session.add(row)
    session.flush()
    _log(session, stage, row, actor=actor, now=now)
    answered = drafts.answer(session, row, said.draft)
    _log_answers(session, stage, row, answered, actor=actor, now=now)
    return row


def _given(said: Said) -> dict[int, str]:
    """A figure left blank was not reported."""
    return {number: value for number, value in sorted(said.figures.items()) if value.strip()}


def _check(
    said: Said,
    filed: Sequence[ProgressReport],
    stage: StageRow,
    plan: Sequence[Indicator],
    today: date,
    state: ReportState,
) -> None:
    wrong = _misreported(said, filed, plan)
    if not said.text.strip():
        wrong["text"] = "report_empty"
    if len(said.text.strip()) > TEXT_MAX:
        wrong["text"] = "too_long"
    if said.day is not None and not stage.season.starts_on <= said.day <= today:
        wrong["day"] = "day_not_reportable"
    known = {one.number for one in filed} - {one.corrects for one in filed}
    if said.corrects is not None and said.corrects not in known:
        wrong["corrects"] = "nothing_to_correct"
    elif any(one.number == said.corrects and one.state != state for one in filed):
        wrong["corrects"] = "entered_by_the_office"
    if len(said.uploads) + len(_taken_over(said, filed)) > FILES_MAX:
        wrong["files"] = "too_many_files"
    if wrong:
        raise Invalid("report_incomplete", fields=wrong)


def _misreported(said: Said, filed: Sequence[ProgressReport], plan: Sequence[Indicator]) -> dict[str, str]:
    """What is wrong with figures: no numbers, beyond what there can be, or after one that was marked final."""
    known = {one.number: one for one in plan}
    ended = queries.final(one for one in queries.standing(filed) if one.number != said.corrects)
    wrong = {}
    for number, value in _given(said).items():
        if not numbers.is_figure(value.strip()):
            wrong[f"figure_{number}"] = "not_a_number"
        elif number not in known:
            wrong[f"figure_{number}"] = "no_such_indicator"
        elif not known[number].admits(Decimal(value.strip())):
            wrong[f"figure_{number}"] = "figure_beyond_bounds"
        elif number in ended:
            wrong[f"figure_{number}"] = "figure_after_final"
    return wrong


def _taken_over(said: Said, filed: Sequence[ProgressReport]) -> list[int]:
    """The files of the report that is corrected, as far as they were left ticked."""
    wrong = next((one for one in filed if one.number == said.corrects), None)
    return [one for one in wrong.files if one in said.keeps] if wrong else []


def _kept(session: Session, entry: Entry, uploads: Sequence[Cleaned], *, actor: Actor, now: datetime) -> list[int]:
    ids = [files.keep(session, entry.id, upload, actor=actor, now=now).id for upload in uploads]
    files.report(session, entry.id, ids)
    return ids


def _log(session: Session, stage: StageRow, row: ProgressReport, *, actor: Actor, now: datetime) -> None:
    public = {
        "entry": row.entry.key,
        "number": row.number,
        "day": row.day.isoformat(),
        "corrects": row.corrects or 0,
        "figures": {str(figure.indicator): figure.value for figure in row.figures},
        "text_sha256": hashlib.sha256(row.text.encode()).hexdigest(),
        "particulars_sha256": hashlib.sha256(canonical(_particulars(row))).hexdigest(),
    }
    event = events.FIGURES_ENTERED if row.state == ReportState.ENTERED else events.REPORTED
    record(session, event, stage, public, actor=actor, now=now)


def _log_answers(
    session: Session,
    stage: StageRow,
    row: ProgressReport,
    found: Sequence[FigureDraft],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Who had brought in what the report confirms or changes."""
    for one in found:
        ledger.append(
            session,
            events.DRAFT_ANSWERED,
            actor=actor,
            now=now,
            season=stage.season.key,
            stage=stage.key,
            public={
                "entry": row.entry.key,
                "number": row.number,
                "brought_by": one.office,
                "brought": one.figures,
            },
        )


def _particulars(row: ProgressReport) -> list[list[int]]:
    """What else a report says: milestones reached, files, and figures that are final where there are any."""
    ended = [figure.indicator for figure in row.figures if figure.is_final]
    return [row.reached, row.files, *([ended] if ended else [])]
