"""Taking back what was said of an entry, and bringing back one that was withdrawn."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from evalflow.access import Permission
from evalflow.seasons import queries as seasons
from evalflow.stages.submission import undoing
from evalflow.stages.submission.views import blueprint
from evalflow.web.current import actor, now, reading, writing
from evalflow.web.entrance import row_number
from evalflow.web.guard import guarded
from evalflow.web.place import place


@blueprint.post("/desk/<entry_key>/review-anew")
@guarded(Permission.REVIEW)
def review_anew(entry_key: str) -> Response:
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    reason, version = request.form.get("reason", ""), request.form.get("version", type=row_number) or 0
    with writing() as session:
        undoing.review_anew(
            session, place().stage.id, found.id, reason=reason, version=version, actor=actor(), now=now()
        )
    flash(_("“%(title)s” waits for your word again.", title=found.title))
    return redirect(url_for("submission.review", entry_key=entry_key))


@blueprint.post("/entry/<entry_key>/restore")
@guarded(Permission.DECLARE)
def restore(entry_key: str) -> Response:
    found = seasons.entry_by_key(reading(), place().season.id, entry_key)
    reason, version = request.form.get("reason", ""), request.form.get("version", type=row_number) or 0
    with writing() as session:
        undoing.restore(session, place().stage.id, found.id, reason=reason, version=version, actor=actor(), now=now())
    flash(_("The entry is back as a draft. Do not forget to hand it in."))
    return redirect(url_for("submission.entry", entry_key=entry_key))
