"""Serving files: to whom, and so that no browser runs anything in them."""

from urllib.parse import quote

from flask import Blueprint, Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from evalflow.access import Actor, Permission, may
from evalflow.errors import NotFound
from evalflow.files import queries
from evalflow.files.models import Attachment
from evalflow.funds.models import FundDocument
from evalflow.kinds.promotion import PromotionOptions
from evalflow.kinds.submission import SubmissionOptions
from evalflow.seasons import plans, visibility
from evalflow.seasons.models import Entry, EntryState, Season
from evalflow.seasons.rules import definition_of
from evalflow.web.current import actor, reading
from evalflow.web.guard import guarded
from evalflow.workflow.fields import Answers, file_ids

blueprint = Blueprint("files", __name__, url_prefix="/files")
POLICY = "sandbox; default-src 'none'"
FRESH_FOR = 300  # seconds in which a public file is not asked for again


@blueprint.get("/<int:attachment_id>")
@guarded(Permission.SEE_PUBLIC)
def show(attachment_id: int) -> Response:
    """A file; `?size=small` gives the small variant of a picture. Forbidden and missing look the same."""
    session = reading()
    found = queries.attachment(session, attachment_id)
    entry = _entry(session, found.entry_id)
    public = is_public(found, entry)
    if not public and not is_visible(actor(), found, entry):
        raise NotFound("no_such_file")
    small = found.is_image and request.args.get("size") == "small"
    etag = f"{found.sha256}-small" if small else found.sha256
    if request.if_none_match.contains(etag):
        return headed(Response(status=304), found, etag, public=public)
    content = queries.content_of(session, found.id, small=small)
    return headed(Response(content, content_type=content_type(found)), found, etag, public=public)


def is_public(attachment: Attachment, entry: Entry) -> bool:
    """Whether everybody may see it: part of what was handed in last, and shown by the promotion."""
    if entry.state != EntryState.ACCEPTED or not attachment.is_handed_in:
        return False
    if not (visibility.has_begun(entry.season, "promotion") or visibility.is_final(entry.season)):
        return False
    return attachment.id in _attachment_ids(entry.answers, shown_fields(entry.season))


def is_visible(asking: Actor, attachment: Attachment, entry: Entry) -> bool:
    """Before that: the branch's own, and, once handed in, whoever reviews it or reads the dossier.

    Whoever is named in it sees what was declared last and what came with reports: evidence for an inspection is not
    theirs, as its pages are not.
    """
    if may(asking, Permission.DECLARE, season=entry.season_id, branch=entry.branch_id):
        return True
    season = entry.season_id
    reads = may(asking, Permission.REVIEW, season=season) or may(asking, Permission.READ_DOSSIER, season=season)
    is_told = attachment.is_reported or attachment.id in _attachment_ids(entry.answers, set(entry.answers))
    return attachment.is_handed_in and (reads or (is_told and plans.names(entry, asking)))


def shown_fields(season: Season) -> set[str]:
    """Keys of the fields that a promotion shows to everybody; without a promotion every field."""
    stages = definition_of(season).stages
    asked = {field.key for one in stages if isinstance(one.options, SubmissionOptions) for field in one.options.field}
    shows = [one.options.show for one in stages if isinstance(one.options, PromotionOptions)]
    if not shows or () in shows:
        return asked
    return {key for show in shows for key in show}


def _attachment_ids(answers: Answers, fields: set[str]) -> set[int]:
    return {number for key, answer in answers.items() if key in fields for number in file_ids(answer)}


def _entry(session: Session, entry_id: int) -> Entry:
    query = select(Entry).where(Entry.id == entry_id)
    entry = session.scalars(query.options(joinedload(Entry.season).selectinload(Season.stages))).one_or_none()
    if entry is None:
        raise NotFound("no_such_file")
    return entry


def content_type(found: Attachment | FundDocument) -> str:
    return f"{found.media_type}; charset=utf-8" if found.media_type.startswith("text/") else found.media_type


def headed(response: Response, found: Attachment | FundDocument, etag: str, *, public: bool) -> Response:
    """The answer with all that keeps a browser from running anything in the file."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    disposition = "inline" if found.is_image else "attachment"
    response.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{quote(found.name, safe='')}"
    response.set_etag(etag)
    if public:
        response.headers["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    return response
