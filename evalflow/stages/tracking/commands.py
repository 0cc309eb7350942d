"""Reporting on an entry's progress."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from evalflow.access import Actor, Permission, require
from evalflow.audit import ledger
from evalflow.errors import Conflict, Invalid
from evalflow.seasons import guards
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import EntryState
from evalflow.stages.tracking import events, queries
from evalflow.stages.tracking.models import ProgressReport, ReportState

TEXT_MAX = 5000


def report(
    session: Session, stage_id: int, entry_key: str, *, number: int, text: str, actor: Actor, now: datetime
) -> ProgressReport:
    """File the entry's next report.

    number: the one the form was shown for, so that the same form sent twice is refused the second time.
    """
    stage = guards.open_stage(session, stage_id, now=now)
    entry = seasons.entry_by_key(session, stage.season_id, entry_key)
    require(actor, Permission.DECLARE, season=stage.season_id, branch=entry.branch_id)
    guards.here(entry, stage)
    if entry.state != EntryState.ACCEPTED:
        raise Conflict("entry_not_here", entry=entry.title, stage=stage.key)
    if number != len(queries.reports_of(session, stage_id, entry.id)) + 1:
        raise Conflict("changed_meanwhile", entry=entry.title)
    text = text.strip()
    if not text:
        raise Invalid("report_empty", fields={"text": "report_empty"})
    if len(text) > TEXT_MAX:
        raise Invalid("too_long", fields={"text": "too_long"})
    filed = ProgressReport(
        stage_id=stage_id, entry=entry, number=number, text=text, state=ReportState.FILED, filed_at=now
    )
    session.add(filed)
    session.flush()
    public = {"entry": entry.key, "number": number, "text_sha256": hashlib.sha256(text.encode()).hexdigest()}
    ledger.append(
        session, events.REPORTED, actor=actor, now=now, season=stage.season.key, stage=stage.key, public=public
    )
    return filed
