"""What every import of a spreadsheet has on its pages: the upload, the file that waits to be confirmed, reasons.

The file itself travels back in the form of the preview, so that no half-finished import is kept anywhere, and the
rows are read from it once more when it is confirmed.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import HiddenField

from evalflow.errors import Conflict, Invalid
from evalflow.importing.rows import BadRow, Preview
from evalflow.web.current import reading, writing
from evalflow.web.forms import Form
from evalflow.web.refusals import sentence_of

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # rows of each sort in a preview; the numbers are of all


Answer = str | tuple[str, int] | AnyResponse


@dataclass(frozen=True)
class Import:
    """What is brought in, step by step. Addresses: of its pages, of its empty workbook, and of where it ends.

    preview: reads a file against what is known. write: all good rows, in the transaction it is given; how many.
    headings, cells: of the table that shows the good rows.
    """

    title: str
    lead: str
    upload: str
    confirm: str
    template: str
    ends_at: str
    ends_title: str
    preview: Callable[[Session, bytes], Preview[Any]]
    write: Callable[[Session, Preview[Any]], int]
    headings: Sequence[str]
    cells: Callable[[Any], Sequence[str]]


class UploadForm(Form):
    file = FileField(_l("Spreadsheet (.xlsx or .csv)"))


class ConfirmForm(Form):
    """content: the file, base64. good: how many rows the preview promised."""

    content = HiddenField()
    good = HiddenField()


def upload_page(what: Import, form: UploadForm | None = None) -> str:
    return render_template("web/import.html", what=what, form=form or UploadForm(formdata=None))


def look_at(what: Import) -> Answer:
    """Every row of the file sent, good or bad. Nothing is written."""
    form = UploadForm()
    try:
        content = _uploaded(form)
        seen = what.preview(reading(), content)
    except Invalid as refusal:
        form.refuse(refusal)
        return upload_page(what, form), refusal.status
    kept = ConfirmForm(formdata=None, content=base64.b64encode(content).decode(), good=str(len(seen.good)))
    return render_template("web/import_preview.html", what=what, seen=seen, form=kept, reason=reason, shown=SHOWN)


def confirm(what: Import) -> Answer:
    """What was looked at, or nothing: another number of good rows means that something has come in between."""
    form = ConfirmForm()
    content = _kept(form)
    with writing() as session:
        seen = what.preview(session, content)
        if str(len(seen.good)) != form.good.data:
            raise Conflict("import_outdated")
        added = what.write(session, seen)
    flash(_("%(number)s rows were imported.", number=added))
    return redirect(what.ends_at)


def _uploaded(form: UploadForm) -> bytes:
    """The file's bytes. Invalid("file_missing") where none was chosen."""
    if not form.file.data:
        raise Invalid("file_missing", fields={"file": "file_missing"})
    content: bytes = form.file.data.read()
    return content


def _kept(form: ConfirmForm) -> bytes:
    """What was looked at, as the form brings it back."""
    try:
        return base64.b64decode(form.content.data or "", validate=True)
    except binascii.Error:
        raise Invalid("form_incomplete") from None


def reason(row: BadRow) -> str:
    """Why a row can't be accepted, as a sentence."""
    return sentence_of(row.reason, row.facts)


def workbook(content: bytes, filename: str) -> Response:
    """A workbook to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(content, mimetype=WORKBOOK, headers=headers)
