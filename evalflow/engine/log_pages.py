"""The log's pages: for everybody the latest checkpoint and how to check it, for auditors every event."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from evalflow.access import Permission, holds_anywhere, may
from evalflow.audit import ledger, note, upkeep
from evalflow.audit.event import EventType, decode
from evalflow.audit.models import EventRow, Leaf
from evalflow.bundle import format as layout
from evalflow.db import levelled
from evalflow.engine import bundles
from evalflow.errors import LogBroken, NotFound
from evalflow.registry import EVENT_TYPES
from evalflow.seasons import queries, visibility
from evalflow.web.current import actor, database, reading, signer
from evalflow.web.entrance import row_number
from evalflow.web.guard import guarded

blueprint = Blueprint("log", __name__, url_prefix="/log")
PER_PAGE = 50


@dataclass(frozen=True)
class Line:
    """One event of the log. number: its leaf, None while it is not sealed yet."""

    number: int | None
    at: datetime
    type: EventType | None
    name: str
    actor: str
    season: str
    stage: str
    public: Mapping[str, Any]


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> str:
    session = reading()
    checkpoint = ledger.latest_checkpoint(session)
    wanted = {name: levelled(request.args.get(name, "").strip()) for name in ("season", "type")}
    page = max(request.args.get("page", 1, type=row_number), 1)
    seasons = queries.seasons(session)
    audited = [one for one in seasons if may(actor(), Permission.AUDIT, season=one.id)]
    query = _wanted(wanted, None if may(actor(), Permission.READ_LOG) else [one.key for one in audited])
    total = _count(session, query)
    return render_template(
        "log/home.html",
        seasons=[one for one in seasons if one in audited or visibility.is_final(one)],
        checkpoint=checkpoint,
        verifier=note.format_verifier(signer().verifier) if checkpoint else "",
        rollbacks=upkeep.rollbacks(session) if holds_anywhere(actor(), Permission.AUDIT) else (),
        lines=_lines(session, query, page),
        types=EVENT_TYPES,
        wanted=wanted,
        page=page,
        pages=-(-total // PER_PAGE),
        total=total,
    )


@blueprint.get("/checkpoint")
@guarded(Permission.SEE_PUBLIC)
def checkpoint() -> Response:
    """The latest signed checkpoint as plain text, for whoever keeps one: a C2SP signed note."""
    latest = ledger.latest_checkpoint(reading())
    return Response(latest.note if latest else "", mimetype="text/plain")


@blueprint.post("/verify")
@guarded(Permission.AUDIT)
def verify() -> Any:
    """Recompute everything now; says what was found."""
    try:
        with database().reading() as session:  # one that has seen nothing yet: see `ledger.verify`
            verified = ledger.verify(session, signer())
    except LogBroken as broken:
        flash(_("The log does not verify: %(reason)s", reason=str(broken)), "danger")
    else:
        flash(
            _(
                "All was recomputed and agrees. Entries: %(size)s; checkpoints: %(checkpoints)s.",
                size=verified.size,
                checkpoints=verified.checkpoints,
            )
        )
    return redirect(url_for("log.home"))


@blueprint.get("/bundle/<season_key>.zip")
@guarded(Permission.SEE_PUBLIC)
def bundle(season_key: str) -> Response:
    """A season as files anyone can recount: for everybody once its awards are final, for auditors at any time."""
    season = queries.season_by_key(reading(), season_key)
    if not visibility.is_final(season) and not may(actor(), Permission.AUDIT, season=season.id):
        raise NotFound("awards_later")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in layout.texts(bundles.export(reading(), season, signer())).items():
            archive.writestr(name, text)
    response = Response(packed.getvalue(), mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=f"{season.key}-bundle.zip")
    return response


def _wanted(wanted: Mapping[str, str], seasons: Sequence[str] | None) -> Select[Any]:
    """The events that are asked for. seasons: keys of those whose events may be read; None is every event there is."""
    query = select(EventRow)
    if seasons is not None:
        query = query.where(EventRow.season.in_(seasons))
    if wanted["season"]:
        query = query.where(EventRow.season == wanted["season"])
    if wanted["type"]:
        query = query.where(EventRow.type == wanted["type"])
    return query


def _count(session: Session, query: Select[Any]) -> int:
    return session.scalars(select(func.count()).select_from(query.subquery())).one()


def _lines(session: Session, query: Select[Any], page: int) -> Sequence[Line]:
    """The latest first; what is not sealed yet stands on top."""
    rows = (
        query.join(Leaf, Leaf.event_id == EventRow.id, isouter=True)
        .with_only_columns(Leaf.number, EventRow.leaf)
        .order_by(Leaf.number.desc().nulls_first(), EventRow.at.desc())
    )
    known = {event_type.name: event_type for event_type in EVENT_TYPES}
    found = []
    for number, leaf in session.execute(rows.limit(PER_PAGE).offset((page - 1) * PER_PAGE)):
        event = decode(leaf.encode())
        found.append(
            Line(
                number,
                event.at,
                known.get(event.type),
                event.type,
                event.actor,
                event.season,
                event.stage,
                event.public,
            )
        )
    return found
