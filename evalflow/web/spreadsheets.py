"""What every import of a spreadsheet has on its pages: the upload, the file that waits to be confirmed, reasons.

The file itself travels back in the form of the preview, so that no half-finished import is kept anywhere, and the
rows are read from it once more when it is confirmed.
"""

import base64
import binascii

from flask import Response
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField

from evalflow.errors import Invalid
from evalflow.importing.rows import BadRow
from evalflow.web.forms import Form
from evalflow.web.refusals import sentence_of

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # rows of each sort in a preview; the numbers are of all


class UploadForm(Form):
    file = FileField(_l("Spreadsheet (.xlsx or .csv)"))


class ConfirmForm(Form):
    """content: the file, base64. good: how many rows the preview promised."""

    content = HiddenField()
    good = HiddenField()


def uploaded(form: UploadForm) -> bytes:
    """The file's bytes. Invalid("file_missing") where none was chosen."""
    if not form.file.data:
        raise Invalid("file_missing", fields={"file": "file_missing"})
    content: bytes = form.file.data.read()
    return content


def confirmation(content: bytes, good: int) -> ConfirmForm:
    """The form that carries what was looked at."""
    return ConfirmForm(formdata=None, content=base64.b64encode(content).decode(), good=str(good))


def kept(form: ConfirmForm) -> bytes:
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
