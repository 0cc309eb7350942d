"""Filling in a score sheet: save, step back from an entry, hand in, take back; and looking at marks far off."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.audit import ledger
from evalflow.errors import Conflict, Forbidden, Invalid
from evalflow.kinds.rubric import ScoringOptions
from evalflow.seasons import guards, taking_back
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, StageRow
from evalflow.seasons.record import record
from evalflow.stages.scoring import events, queries
from evalflow.stages.scoring.models import MarkConfirmation, Score, ScoreSheet, SheetRecusal
from evalflow.workflow import numbers

Typed = Mapping[str, Mapping[str, str]]  # {entry key: {criterion: what was typed}}
LONGEST_POINTS = 12  # characters


def save(
    session: Session, stage_id: int, typed: Typed, *, version: int, actor: Actor, now: datetime, page: str = ""
) -> ScoreSheet:
    """Keep a draft; an empty text takes points back. Drafts are their rater's own paper: not logged.

    page: the form this comes from; what it saved last itself is no reason to call it stale.
    Invalid names every field "ENTRY.CRITERION" that can't stand; nothing is kept then.
    """
    stage, sheet = _own(session, stage_id, version=version, actor=actor, now=now, page=page)
    _is_draft(sheet)
    offered = {entry.key: entry for entry in queries.offered(session, stage, sheet)}
    options = queries.options_of(stage)
    strange = set(typed) - set(offered)
    if strange:
        raise Forbidden("entry_not_offered", entry=min(strange))
    given, faults = _read(typed, options)
    if faults:
        raise Invalid("points_not_allowed", fields=faults)
    _write(session, sheet, offered, given)
    sheet.version, sheet.page = sheet.version + 1, page
    session.flush()
    return sheet


def hand_in(
    session: Session, stage_id: int, *, version: int, although_void: bool, actor: Actor, now: datetime
) -> ScoreSheet:
    """Hand the sheet in, complete where the rules want that. One that would be void only knowingly."""
    stage, sheet = _own(session, stage_id, version=version, actor=actor, now=now)
    _is_draft(sheet)
    left = queries.unfinished(session, stage, sheet)
    if left and not queries.options_of(stage).missing_allowed:
        raise Conflict("sheet_incomplete", count=len(left), entry=left[0].title)
    if not sheet.scores:
        raise Conflict("sheet_empty")
    twice = queries.given_twice(stage, sheet)
    if twice:
        raise Conflict("points_given_twice", points=twice[0].split()[1])
    if queries.breaches(stage, sheet) and not although_void:
        raise Conflict("sheet_would_be_void")
    sheet.handed_in_at, sheet.version = now, sheet.version + 1
    told: dict[str, dict[str, str]] = {}
    for score in sheet.scores:
        told.setdefault(score.entry.key, {})[score.criterion] = score.points
    ledger.append(
        session,
        events.HANDED_IN,
        actor=actor,
        now=now,
        season=stage.season.key,
        stage=stage.key,
        public={"rater": sheet.rater, "entries": len(told)},
        personal={"sheet": told},
    )
    return sheet


def take_back(session: Session, stage_id: int, *, version: int, actor: Actor, now: datetime) -> ScoreSheet:
    """Make a sheet handed in a draft again, as long as the stage is open."""
    stage, sheet = _own(session, stage_id, version=version, actor=actor, now=now)
    if not queries.is_in(sheet):
        raise Conflict("sheet_not_handed_in")
    sheet.handed_in_at, sheet.version = None, sheet.version + 1
    public = {"rater": sheet.rater}
    record(session, events.TAKEN_BACK, stage, public, actor=actor, now=now)
    return sheet


def recuse(session: Session, stage_id: int, entry_key: str, *, version: int, actor: Actor, now: datetime) -> ScoreSheet:
    """Step back from an entry: its points are taken off the sheet and it is not asked about any more."""
    stage, sheet = _own(session, stage_id, version=version, actor=actor, now=now)
    _is_draft(sheet)
    entry = next((one for one in queries.offered(session, stage, sheet) if one.key == entry_key), None)
    if entry is None:
        raise Forbidden("entry_not_offered", entry=entry_key)
    sheet.scores = [score for score in sheet.scores if score.entry_id != entry.id]
    sheet.recusals.append(SheetRecusal(entry_id=entry.id))
    sheet.version += 1
    session.flush()
    public = {"rater": sheet.rater, "entry": entry.key}
    record(session, events.RECUSED, stage, public, actor=actor, now=now)
    return sheet


def rejoin(
    session: Session,
    stage_id: int,
    entry_key: str,
    *,
    reason: str,
    version: int,
    page: str = "",
    actor: Actor,
    now: datetime,
) -> ScoreSheet:
    """Take back that one stepped back from an entry, while the sheet is a draft. Its points are given anew.

    page: as of `save`, for a page that has saved its draft by itself in between.
    """
    stage, sheet = _own(session, stage_id, version=version, page=page, actor=actor, now=now)
    _is_draft(sheet)
    found = next((one for one in sheet.recusals if one.entry.key == entry_key), None)
    if found is None:
        raise Conflict("nothing_to_take_back")
    sheet.recusals.remove(found)
    sheet.version += 1
    public = {"rater": sheet.rater, "entry": entry_key}
    about = f"recusal:{sheet.rater}:{entry_key}"
    taking_back.keep(session, stage, events.RECUSAL_TAKEN_BACK, about, reason, public=public, actor=actor, now=now)
    return sheet


def confirm_marks(session: Session, stage_id: int, *, actor: Actor, now: datetime) -> MarkConfirmation:
    """Leave the marks far from the others as they are, so that the scores can be fixed."""
    stage = seasons.locked_stage(session, stage_id)
    require(actor, Permission.STEER, season=stage.season_id)
    left = queries.to_confirm(session, stage)
    if not left:
        raise Conflict("no_marks_to_confirm")
    seen = session.merge(MarkConfirmation(stage_id=stage.id, confirmed_at=now))
    public = {"marks": len(left)}
    record(session, events.MARKS_CONFIRMED, stage, public, actor=actor, now=now)
    return seen


def _own(
    session: Session, stage_id: int, *, version: int, actor: Actor, now: datetime, page: str = ""
) -> tuple[StageRow, ScoreSheet]:
    stage = guards.open_stage(session, stage_id, now=now)
    sheet = queries.own_sheet(session, stage, actor)
    if sheet is None:
        raise Forbidden("not_a_rater")
    if sheet.person_id is not None:
        require(actor, Permission.DECIDE, season=stage.season_id)
    else:
        require(actor, Permission.SCORE, season=stage.season_id, branch=sheet.branch_id)
    if sheet.version != version and (not page or sheet.page != page):
        raise Conflict("changed_meanwhile")
    return stage, sheet


def _is_draft(sheet: ScoreSheet) -> None:
    if queries.is_in(sheet):
        raise Conflict("sheet_handed_in")


def _read(typed: Typed, options: ScoringOptions) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """(points as text by entry and criterion, faults by "ENTRY.CRITERION")."""
    given: dict[str, dict[str, str]] = {}
    faults: dict[str, str] = {}
    for entry, cells in typed.items():
        for name, text in cells.items():
            criterion = options.criterion_by_key(name)
            if criterion is None:
                raise Invalid("form_incomplete")
            points = points_of(text)
            if points is not None and (not points or criterion.allows(Fraction(points))):
                given.setdefault(entry, {})[name] = points
            else:
                faults[f"{entry}.{name}"] = "points_not_allowed"
    return given, faults


def points_of(typed: str) -> str | None:
    """Points as they are kept: without the zeros, or the sign of a zero, that say nothing. None for what is no number.

    >>> points_of("08.50"), points_of("１０"), points_of("-0.0"), points_of(" "), points_of("1e1")
    ('8.5', '10', '0', '', None)
    """
    text = numbers.plain(typed)
    if text and not (numbers.is_number(text) and len(typed.strip()) <= LONGEST_POINTS):
        return None
    return format((Decimal(text) + 0).normalize(), "f") if text else ""


def _write(
    session: Session, sheet: ScoreSheet, offered: Mapping[str, Entry], given: Mapping[str, Mapping[str, str]]
) -> None:
    kept = {(score.entry.key, score.criterion): score for score in sheet.scores}
    for entry, cells in given.items():
        for name, text in cells.items():
            score = kept.get((entry, name))
            if score is not None and not text:
                sheet.scores.remove(score)
            elif score is not None:
                score.points = text
            elif text:
                sheet.scores.append(
                    Score(entry_id=offered[entry].id, entry=offered[entry], criterion=name, points=text)
                )
