"""Files of a form: those that come with it, and those that a script sent one by one before it.

A script makes pictures smaller and sends each file by itself; what it sent waits (`files/waiting.py`) and is named in
the form. Without it files come with the form, and the limits stand beside the field. Of a form that is too large all
texts are read and the files are thrown away, so that it comes back with everything but these.
"""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, jsonify, request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.wsgi import get_input_stream

from evalflow.access import Permission
from evalflow.errors import Invalid
from evalflow.files import waiting
from evalflow.files.content import (
    DOCUMENTS,
    MAX_FILE_BYTES,
    MAX_IMAGE_BYTES,
    PICTURES,
    Cleaned,
    cleaned_file,
    cleaned_image,
)
from evalflow.files.models import WaitingFile
from evalflow.importing.limits import MAX_BYTES as MAX_WORKBOOK_BYTES
from evalflow.web.attachments import blueprint
from evalflow.web.current import actor, config, database, now, reading
from evalflow.web.guard import guarded, is_local

TIMES_LARGER = 8  # than a request may be: so large a form is still read for its texts
WAITS, DROPPED = "waiting_", "dropped_"
MEGABYTE = 1024 * 1024
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Kind:
    """What a field takes. accept: as browsers want it; most: bytes of one file, of a picture where that differs."""

    accept: str
    most: int
    most_of_picture: int

    @property
    def megabytes(self) -> int:
        return self.most // MEGABYTE

    @property
    def megabytes_of_picture(self) -> int:
        return self.most_of_picture // MEGABYTE


KINDS: Mapping[str, Kind] = {
    "pictures": Kind(PICTURES, MAX_IMAGE_BYTES, MAX_IMAGE_BYTES),
    "documents": Kind(DOCUMENTS, MAX_FILE_BYTES, MAX_IMAGE_BYTES),
    "workbooks": Kind(".xlsx,.xls,.ods,.csv", MAX_WORKBOOK_BYTES, MAX_WORKBOOK_BYTES),
}


def takes_files(view: View) -> View:
    """A view whose form has files: one that is too large reaches it without them, and `received` says so."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Before anything reads the form."""
    app.before_request(_read_texts)
    app.jinja_env.globals |= {
        "upload_kinds": KINDS,
        "waiting_files": _waiting,
        "most_megabytes": lambda: config().max_request_bytes // MEGABYTE,
    }


def received(field: str, *, pictures: bool = False) -> tuple[list[Cleaned], Invalid | None]:
    """(what may be kept of a field's files, why others may not). Slow: outside of any transaction."""
    cut: Mapping[str, Sequence[str]] = g.get("cut", {})
    refused: Invalid | None = None
    if field in cut:
        most = config().max_request_bytes // MEGABYTE
        refused = Invalid("uploads_too_large", megabytes=most, names="; ".join(cut[field]))
    good: list[Cleaned] = []
    for read in (*_sent(field, pictures), *_waited(field, pictures)):
        try:
            good.append(read())
        except Invalid as refusal:
            refused = refusal
    return good, refused


def check_not_cut(field: str, code: str, **facts: object) -> None:
    """Invalid where the form was too large for the file of this field."""
    if field in g.get("cut", {}):
        raise Invalid(code, fields={field: code}, **facts)


def _sent(field: str, pictures: bool) -> list[Callable[[], Cleaned]]:
    """A browser sends an empty part where no file was chosen."""
    clean = cleaned_image if pictures else cleaned_file
    files = [one for one in request.files.getlist(field) if one.filename]
    return [lambda one=one: clean(one.filename or "", one.stream.read()) for one in files]  # type: ignore[misc]


def _waited(field: str, pictures: bool) -> list[Callable[[], Cleaned]]:
    dropped, named = _numbers(f"{DROPPED}{field}"), _numbers(f"{WAITS}{field}")
    if dropped:
        with database().writing() as session:
            waiting.drop(session, actor().person_id, dropped)
    if not named:
        return []
    there = {row.id: row for row in _waiting(request.script_root + request.path, field)}
    wanted = [there.get(number) for number in named if number not in dropped]
    return [lambda row=row: _taken(row, pictures) for row in wanted]  # type: ignore[misc]


def _taken(row: WaitingFile | None, pictures: bool) -> Cleaned:
    if row is None:
        raise Invalid("upload_gone")
    if pictures and not row.media_type.startswith("image/"):
        raise Invalid("image_unreadable")
    return waiting.as_upload(row)


def _numbers(name: str) -> list[int]:
    return [int(text) for text in dict.fromkeys(request.form.getlist(name)) if re.fullmatch("[0-9]{1,15}", text)]


def _waiting(form: str, field: str) -> Sequence[WaitingFile]:
    return waiting.of_form(reading(), actor().person_id, form, field)


@blueprint.post("/waiting")
@guarded(Permission.USE_ACCOUNT)
def wait() -> Response:
    """One file for a form that is being filled in: `file`, `form` (its address), `field`, `kind`."""
    upload, form, field = request.files.get("file"), request.form.get("form", ""), request.form.get("field", "")
    if upload is None or not is_local(form) or len(form) > 300 or not re.fullmatch(r"[\w.-]{1,80}", field):
        raise Invalid("form_incomplete")
    clean = cleaned_image if request.form.get("kind") == "pictures" else cleaned_file
    found = clean(upload.filename or "", upload.stream.read())
    with database().writing() as session:
        kept = waiting.put(session, found, form=form, field=field, actor=actor(), now=now())
        answer = {"id": kept.id, "name": kept.name}
    return jsonify(answer)


class _Nowhere(io.BytesIO):
    """Takes what nobody keeps."""

    def write(self, content: Any) -> int:
        return len(content)


def _nowhere(
    total_content_length: int | None, content_type: str | None, filename: str | None, content_length: int | None = None
) -> _Nowhere:
    return _Nowhere()


def _read_texts() -> None:
    """Of a form that is larger than a request may be, keep the texts and the names of the files."""
    view = current_app.view_functions.get(request.endpoint or "")
    length, most = request.content_length or 0, config().max_request_bytes
    if not most < length <= TIMES_LARGER * most or not getattr(view, "takes_files", False):
        return
    if request.mimetype != "multipart/form-data" or not actor().is_authenticated:
        return
    parser = FormDataParser(
        stream_factory=_nowhere,
        max_form_memory_size=request.max_form_memory_size,
        max_form_parts=request.max_form_parts,
    )
    stream = get_input_stream(request.environ)
    _, texts, files = parser.parse(stream, request.mimetype, length, request.mimetype_params)
    request.form, request.files = ImmutableMultiDict(texts), ImmutableMultiDict()
    named = {field: [one.filename for one in sent if one.filename] for field, sent in files.lists()}
    g.cut = {field: names for field, names in named.items() if names}
