"""The promotion's pages: the gallery, an entry, its QR code, and how often its page was opened."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import make_response, render_template, request, session, url_for
from werkzeug.wrappers import Response

from evalflow import zone
from evalflow.access import Permission
from evalflow.errors import NotFound
from evalflow.files import queries as files
from evalflow.files.models import Attachment
from evalflow.seasons import guards, visibility
from evalflow.seasons.models import Entry, StageRow
from evalflow.stages.promotion import counting, queries, showing
from evalflow.stages.promotion.links import qr_code, short_link, short_links
from evalflow.stages.promotion.queries import DayViews
from evalflow.stages.promotion.showing import Shown
from evalflow.web.addresses import in_full
from evalflow.web.blueprint import kind_blueprint
from evalflow.web.current import actor, locale, reading, writing
from evalflow.web.guard import guarded
from evalflow.web.place import Place, place

__all__ = ["blueprint", "short_links"]

blueprint = kind_blueprint("promotion")
CODES = {"svg": "image/svg+xml", "png": "image/png"}
A_DAY = 24 * 3600


@dataclass(frozen=True)
class Card:
    """An entry in the gallery; picture is an attachment id."""

    entry: Entry
    lead: str
    picture: int | None


@dataclass(frozen=True)
class EntryPage:
    """An entry as everybody sees it.

    files: its attachments by id. days: its views, only for those who may see them; None for all others.
    """

    entry: Entry
    lead: str
    description: str
    picture: int | None
    fields: Sequence[Shown]
    files: Mapping[int, Attachment]
    link: str
    address: str
    image: str
    previous: Entry | None
    next: Entry | None
    days: Sequence[DayViews] | None


@blueprint.get("/")
@guarded(Permission.SEE_PUBLIC)
def home() -> Response:
    return _kept("gallery", _gallery)


def _gallery() -> str:
    here, fields = place(), queries.fields_of(place().stage)
    seen = visibility.sees_entries(actor(), here.season)
    entries = queries.promoted(reading(), here.season.id) if seen else ()
    cards = [Card(one, showing.lead(fields, one.answers), showing.picture(fields, one.answers)) for one in entries]
    return render_template(
        "stages/promotion/home.html", stage=here.stage, stage_rule=here.stage_rule, cards=cards, is_shown=seen
    )


@blueprint.get("/<entry_key>")
@guarded(Permission.SEE_PUBLIC)
def entry(entry_key: str) -> Response:
    found = _seen_entry(entry_key)
    response = _kept(f"entry {entry_key}", lambda: _entry_page(found))
    if response.status_code == 200 and request.method == "GET":
        _count(place(), found)
    return response


def _entry_page(found: Entry) -> str:
    here, fields = place(), queries.fields_of(place().stage)
    entries = list(queries.promoted(reading(), here.season.id))
    at = [one.id for one in entries].index(found.id)
    picture = showing.picture(fields, found.answers)
    parts = showing.shown(fields, found.answers)
    seen = queries.options_of(here.stage).views and queries.may_see_views(actor(), found)
    page = EntryPage(
        entry=found,
        lead=showing.lead(fields, found.answers),
        description=showing.description(fields, found.answers) or found.title,
        picture=picture,
        fields=parts,
        files=files.attachments(reading(), [number for part in parts for number in part.files]),
        link=short_link(here.season.key, found.key),
        address=in_full(request.path),
        image=in_full(url_for("files.show", attachment_id=picture)) if picture else "",
        previous=entries[at - 1] if at else None,
        next=entries[at + 1] if at + 1 < len(entries) else None,
        days=queries.views_by_day(reading(), here.stage.id, entry_id=found.id) if seen else None,
    )
    return render_template("stages/promotion/entry.html", stage=here.stage, page=page)


@blueprint.get("/<entry_key>/code.<form>")
@guarded(Permission.SEE_PUBLIC)
def code(entry_key: str, form: str) -> Response:
    """The QR code of the short link, as svg or png; `?download=1` to keep it; NotFound without a link."""
    found = _seen_entry(entry_key)
    if form not in CODES:
        raise NotFound("not_found")
    link = short_link(place().season.key, found.key)
    if not link:
        raise NotFound("no_site_address")
    response = make_response(qr_code(link, form))
    response.mimetype = CODES[form]
    response.cache_control.max_age = A_DAY
    if request.args.get("download"):
        response.headers.set("Content-Disposition", "attachment", filename=f"{place().season.key}-{found.key}.{form}")
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/all/views")
@guarded(Permission.READ_DOSSIER)
def views() -> str:
    """The views of all entries together by day, and of each in all."""
    here = place()
    total = queries.total_views(reading(), here.stage.id)
    entries = queries.promoted(reading(), here.season.id)
    lines = [(one, total.get(one.id, 0)) for one in entries]
    days = queries.views_by_day(reading(), here.stage.id)
    return render_template("stages/promotion/views.html", stage=here.stage, lines=lines, days=days)


def _seen_entry(key: str) -> Entry:
    """The entry, if it is shown to this person; before the promotion there is no such entry for others."""
    season = place().season
    if not visibility.sees_entries(actor(), season):
        raise NotFound("no_such_entry", entry=key)
    return queries.promoted_entry(reading(), season.id, key)


def _count(here: Place, found: Entry) -> None:
    """One more view, while the promotion runs, of somebody who is neither a robot nor running the selection."""
    own = queries.may_see_views(actor(), found)
    robot = counting.is_robot(request.user_agent.string)
    if own or robot or not queries.options_of(here.stage).views or not guards.is_open(here.stage, here.now):
        return
    day = zone.day_of(here.now)
    with writing() as act:
        counting.count_view(act, stage_id=here.stage.id, entry_id=found.id, day=day)


def _kept(name: str, render: Callable[[], str]) -> Response:
    """The page, or 304 to a visitor whose browser has it already: then nothing is rendered and no view counted."""
    if actor().is_authenticated or "_flashes" in session:
        return make_response(render())
    if request.if_none_match.contains(_edition(name, place().stage)):
        response = Response(status=304)
    else:
        response = make_response(render())  # may begin the session on which the page's forms depend
    response.set_etag(_edition(name, place().stage))
    return response


def _edition(name: str, stage: StageRow) -> str:
    """Changes with whatever the page of a visitor depends on, and every day, so that a new day's view is counted."""
    day = zone.day_of(place().now).isoformat()
    shown = queries.edition(reading(), stage.season_id)
    state = [name, locale(), day, shown, [(row.phase, row.closes_at) for row in stage.season.stages]]
    return hashlib.sha256(repr([*state, session.get("csrf_token", "")]).encode()).hexdigest()[:32]
