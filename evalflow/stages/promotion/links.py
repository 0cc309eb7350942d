"""What leads people to an entry: its short link, written in full, and the QR code of that."""

import io

import segno
from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from evalflow.access import Permission
from evalflow.errors import NotFound
from evalflow.seasons import queries as seasons
from evalflow.web.addresses import in_full
from evalflow.web.current import reading
from evalflow.web.guard import guarded

short_links = Blueprint("short", __name__)
PNG_SCALE = 16  # pixels a module: sharp on a poster of A4


@short_links.get("/e/<season_key>/<entry_key>")
@guarded(Permission.SEE_PUBLIC)
def entry(season_key: str, entry_key: str) -> Response:
    """On to the entry's page, which says itself whether it may be seen."""
    season = seasons.season_by_key(reading(), season_key)
    stage = seasons.stage_of_kind(season, "promotion")
    if stage is None:
        raise NotFound("no_such_entry", entry=entry_key)
    return redirect(url_for("promotion.entry", season_key=season.key, stage_key=stage.key, entry_key=entry_key))


def short_link(season_key: str, entry_key: str) -> str:
    """In full; "" where the site's address is not set."""
    return in_full(url_for("short.entry", season_key=season_key, entry_key=entry_key))


def qr_code(link: str, form: str) -> bytes:
    """The code as "svg" (no size of its own: it fills its frame) or "png"."""
    code = segno.make(link, error="m", micro=False)
    out = io.BytesIO()
    if form == "svg":
        code.save(out, kind="svg", border=4, omitsize=True, svgclass=None, lineclass=None, light="#fff")
    else:
        code.save(out, kind="png", border=4, scale=PNG_SCALE)
    return out.getvalue()
