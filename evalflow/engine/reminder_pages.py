"""The organiser's view of a season's reminders: what was sent to whom and when, what waits, what failed; nudging."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from evalflow.access import Permission
from evalflow.engine import reminders as jobs
from evalflow.errors import NotFound
from evalflow.reminding import commands, queries
from evalflow.reminding.models import Cause, Delivery
from evalflow.seasons import queries as seasons
from evalflow.seasons.models import Phase, Season, StageRow
from evalflow.web.current import actor, config, database, now, reading, writing
from evalflow.web.entrance import row_number
from evalflow.web.guard import guarded
from evalflow.web.reminders import told

blueprint = Blueprint("reminders", __name__, url_prefix="/reminders/<season_key>")
CAUSES: Mapping[Cause, object] = {
    Cause.WEEK: _l("a new week"),
    Cause.EVE: _l("a deadline ahead"),
    Cause.NUDGE: _l("nudged"),
}
DELIVERIES: Mapping[Delivery, tuple[object, str]] = {
    Delivery.HOUSE: (_l("shown on the pages"), "secondary"),
    Delivery.WAITING: (_l("mail waits"), "warning"),
    Delivery.SENDING: (_l("mail on its way"), "warning"),
    Delivery.SENT: (_l("mail sent"), "success"),
    Delivery.FAILED: (_l("mail failed"), "danger"),
    Delivery.UNKNOWN: (_l("mail cut off: perhaps it arrived"), "danger"),
    Delivery.LAPSED: (_l("nothing was left to do"), "secondary"),
}
Code = TypeVar("Code", bound=StrEnum)


@blueprint.get("/")
@guarded(Permission.STEER)
def home(season_key: str) -> str:
    session = reading()
    season = seasons.season_by_key(session, season_key)
    wanted = queries.Wanted(
        request.args.get("search", "").strip(),
        _code(Cause, request.args.get("cause", "")),
        _code(Delivery, request.args.get("delivery", "")),
    )
    page = max(request.args.get("page", 1, type=row_number), 1)
    found, total = queries.of_season(session, season.id, wanted, page=page)
    nudges = queries.last_nudges(session, season.id)
    return render_template(
        "steering/reminders.html",
        season=season,
        found=[told(row) for row in found],
        total=total,
        page=page,
        pages=-(-total // queries.PER_PAGE),
        wanted=wanted,
        counts=queries.counts(session, season.id),
        stages=[(row, nudges.get(row.id), _can_be_nudged(season, row)) for row in season.stages],
        today=commands.today(now()),
        causes=CAUSES,
        deliveries=DELIVERIES,
        has_mail=config().smtp is not None,
    )


@blueprint.post("/<stage_key>/nudge")
@guarded(Permission.STEER)
def nudge(season_key: str, stage_key: str) -> Response:
    """Who has something left is found out before anything is written; others may write meanwhile."""
    with database().reading() as session:
        season = seasons.season_by_key(session, season_key)
        stage = next((row for row in season.stages if row.key == stage_key), None)
        if stage is None:
            raise NotFound("no_such_stage", stage=stage_key)
        commands.may_nudge(session, stage, now=now())
        late = jobs.late(session, stage, now=now(), but=actor().person_id)
    with writing() as session:
        count = commands.nudge(session, stage.id, late, actor=actor(), now=now())
    flash(_("Reminded: %(count)s.", count=count) if count else _("Nobody has anything left to do here."))
    return redirect(url_for("reminders.home", season_key=season_key))


@blueprint.post("/retry")
@guarded(Permission.STEER)
def retry(season_key: str) -> Response:
    with writing() as session:
        count = commands.retry(session, seasons.season_by_key(session, season_key), actor=actor(), now=now())
    flash(_("To be sent again: %(count)s.", count=count))
    return redirect(url_for("reminders.home", season_key=season_key))


def _can_be_nudged(season: Season, stage: StageRow) -> bool:
    return stage.phase in (Phase.OPEN, Phase.CLOSED) and season.cancelled_at is None


def _code(kind: type[Code], asked: str) -> Code | None:
    """None for what is no code: a filter that nobody offers filters nothing."""
    return kind(asked) if asked in set(kind) else None
