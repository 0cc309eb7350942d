"""What every import of a spreadsheet has on its pages: the upload, the file that waits to be confirmed, reasons.

The file itself travels back in the form of the preview, so that no half-finished import is kept anywhere, and the
rows are read from it once more when it is confirmed.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, request
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField, HiddenField

from evalflow.errors import Conflict, Invalid, TooMany
from evalflow.importing import bounded, limits
from evalflow.importing.blank import refused
from evalflow.importing.rows import BadRow, Preview
from evalflow.importing.sheets import Book
from evalflow.web.current import locale, reading, writing
from evalflow.web.forms import Form
from evalflow.web.refusals import sentence_of
from evalflow.web.uploads import check_not_cut

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REFUSED = "refused"  # the button that gives back what can't be imported
SHOWN = 200  # rows of each sort in a preview; the numbers are of all


Answer = str | tuple[str, int] | AnyResponse


@dataclass(frozen=True)
class Import:
    """What is brought in, step by step. Addresses: of its pages, of its empty workbook, and of where it ends.

    preview: reads a file against what is known. write: all good rows, in the transaction it is given; how many.
    headings, cells: of the table that shows the good rows. doubts: what of a good row should be looked at twice.
    """

    title: str
    lead: str
    upload: str
    confirm: str
    template: str
    ends_at: str
    ends_title: str
    preview: Callable[[Session, Book], Preview[Any]]
    write: Callable[[Session, Preview[Any]], int]
    headings: Sequence[str]
    cells: Callable[[Any], Sequence[str]]
    doubts: Callable[[Any], Sequence[str]] = lambda _row: ()


class UploadForm(Form):
    file = FileField(_l("Spreadsheet (.xlsx, .xls, .ods or .csv)"))


class ConfirmForm(Form):
    """content: the file, base64. good: how many rows the preview promised. sure: what is in doubt is right."""

    content = HiddenField()
    good = HiddenField()
    sure = BooleanField(_l("I have looked at these figures: they are right."))


def upload_page(what: Import, form: UploadForm | None = None) -> str:
    return render_template("web/import.html", what=what, form=form or UploadForm(formdata=None))


def look_at(what: Import) -> Answer:
    """Every row of the file sent, good or bad. Nothing is written."""
    form = UploadForm()
    try:
        content = _uploaded(form)
        seen = what.preview(reading(), bounded.read(content))
    except (Invalid, TooMany) as refusal:
        form.refuse(refusal)
        return upload_page(what, form), refusal.status
    kept = ConfirmForm(formdata=None, content=base64.b64encode(content).decode(), good=str(len(seen.good)))
    return _preview_page(what, seen, kept)


def confirm(what: Import) -> Answer:
    """What was looked at, or nothing: another number of good rows means that something has come in between.

    Or a workbook of the rows that were refused, where that button was pressed.
    """
    form = ConfirmForm()
    book = bounded.read(_kept(form))
    if request.form.get("action") == REFUSED:
        return workbook(refused(what.preview(reading(), book), reason, locale()), "refused.xlsx")
    with writing() as session:
        seen = what.preview(session, book)
        if str(len(seen.good)) != form.good.data:
            raise Conflict("import_outdated")
        is_doubtful = any(what.doubts(row) for row in seen.good) and not form.sure.data
        added = 0 if is_doubtful else what.write(session, seen)
    if is_doubtful:
        form.refuse(Invalid("figures_in_doubt", fields={"sure": "figures_in_doubt"}))
        return _preview_page(what, seen, form), 422
    flash(ngettext("%(number)s row was imported.", "%(number)s rows were imported.", added, number=added))
    return redirect(what.ends_at)


def _preview_page(what: Import, seen: Preview[Any], form: ConfirmForm) -> str:
    doubts = [told for row in seen.good for told in what.doubts(row)]
    return render_template(
        "web/import_preview.html", what=what, seen=seen, form=form, reason=reason, shown=SHOWN, doubts=doubts
    )


def _uploaded(form: UploadForm) -> bytes:
    """The file's bytes. Invalid("file_missing") where none was chosen."""
    check_not_cut("file", "file_too_large", megabytes=limits.MAX_BYTES // 1024**2)
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
