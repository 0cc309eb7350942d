"""Stating what an entry's indicators came to: save, hand in, take back. Inspecting it is in `inspecting`."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.errors import Conflict, Invalid
from evalflow.files import commands as files
from evalflow.files import queries as kept_files
from evalflow.files.content import Cleaned
from evalflow.kinds.inspection import NO, YES
from evalflow.seasons import guards
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Entry, StageRow
from evalflow.stages.inspection import acts, events, queries
from evalflow.stages.inspection.models import Assessment

TEXT_MAX, MOST_FILES = 5000, 10


@dataclass(frozen=True)
class Stated:
    """What a branch states. figures: {indicator: decimal text}; flags: {flag: "yes" or "no"}; "" for not yet.

    kept: attachments of before that are still wanted; `uploads` are put behind them.
    """

    figures: Mapping[int, str]
    text: str = ""
    flags: Mapping[str, str] = field(default_factory=dict)
    kept: Collection[int] = ()
    uploads: Sequence[Cleaned] = ()


def save(
    session: Session, stage_id: int, entry_key: str, stated: Stated, *, version: int, actor: Actor, now: datetime
) -> Assessment:
    """Keep a draft, which is the branch's own and not logged. version: 0 for the first.

    Invalid names "figure_NUMBER", "flag_KEY", "text" or "files"; nothing is kept then.
    """
    stage, entry, found = _own(session, stage_id, entry_key, version=version, actor=actor, now=now)
    _is_draft(found)
    acts.check_known(session, stage, entry, figures=stated.figures, flags=stated.flags)
    _check(found, stated)
    found.text = stated.text.strip()
    for number, text in stated.figures.items():
        acts.figure(found, number).claimed = acts.plain(text)
    for key, answer in stated.flags.items():
        acts.flag(found, key).declared = answer
    added = [files.keep(session, entry.id, upload, actor=actor, now=now).id for upload in stated.uploads]
    found.files = [*(number for number in found.files if number in stated.kept), *added]
    files.remove_orphans(session, entry.id, kept=found.files)
    found.version += 1
    session.flush()
    return found


def hand_in(
    session: Session, stage_id: int, entry_key: str, *, version: int, actor: Actor, now: datetime
) -> Assessment:
    """Hand the assessment in, complete. Invalid names every answer that is missing."""
    stage, entry, found = _own(session, stage_id, entry_key, version=version, actor=actor, now=now)
    _is_draft(found)
    blank = _missing(session, stage, entry, found)
    if blank:
        raise Invalid("assessment_incomplete", fields=dict.fromkeys(blank, "answer_missing"))
    files.hand_in(session, entry.id, found.files)
    found.handed_in_at, found.version = now, found.version + 1
    kept = kept_files.attachments(session, found.files)
    public = {
        "entry": entry.key,
        "figures": {str(one.indicator): one.claimed for one in found.figures},
        "flags": {one.flag: one.declared for one in found.flags},
        "text_sha256": hashlib.sha256(found.text.encode()).hexdigest(),
        "files": [kept[number].sha256 for number in found.files],
    }
    acts.log(session, events.HANDED_IN, stage, public, actor=actor, now=now)
    return found


def take_back(
    session: Session, stage_id: int, entry_key: str, *, version: int, actor: Actor, now: datetime
) -> Assessment:
    """Make it a draft again, as long as nothing of it was inspected."""
    stage, entry, found = _own(session, stage_id, entry_key, version=version, actor=actor, now=now)
    if found.handed_in_at is None:
        raise Conflict("assessment_not_handed_in", entry=entry.title)
    if queries.is_inspected(found):
        raise Conflict("assessment_inspected", entry=entry.title)
    found.handed_in_at, found.version = None, found.version + 1
    acts.log(session, events.TAKEN_BACK, stage, {"entry": entry.key}, actor=actor, now=now)
    return found


def _own(
    session: Session, stage_id: int, entry_key: str, *, version: int, actor: Actor, now: datetime
) -> tuple[StageRow, Entry, Assessment]:
    stage = guards.open_stage(session, stage_id, now=now)
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    require(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    acts.takes_part(entry, stage)
    return stage, entry, acts.assessment(session, stage, entry, version=version)


def _is_draft(found: Assessment) -> None:
    if found.handed_in_at is not None:
        raise Conflict("assessment_handed_in", entry=found.entry.title)


def _check(found: Assessment, stated: Stated) -> None:
    wrong = [number for number, text in stated.figures.items() if text.strip() and not acts.is_number(text)]
    faults = {f"figure_{number}": "not_a_number" for number in wrong}
    faults |= {f"flag_{key}": "no_such_choice" for key, answer in stated.flags.items() if answer not in (YES, NO, "")}
    if len(stated.text) > TEXT_MAX:
        faults["text"] = "too_long"
    if len(set(found.files) & set(stated.kept)) + len(stated.uploads) > MOST_FILES:
        faults["files"] = "too_many_files"
    if faults:
        raise Invalid("answers_faulty", fields=faults)


def _missing(session: Session, stage: StageRow, entry: Entry, found: Assessment) -> list[str]:
    plan = queries.plans_of(session, [entry])[entry.id]
    blank = [f"figure_{one.number}" for one in plan if not acts.figure(found, one.number).claimed]
    blank += [f"flag_{one.key}" for one in queries.options_of(stage).flag if not acts.flag(found, one.key).declared]
    return blank if found.text else [*blank, "text"]
