"""Branches and people from a spreadsheet: upload, look at every row, confirm. Nothing is written before that.

The file itself travels back in the form of the preview, so that no half-finished import is kept anywhere, and the
rows are read from it once more when it is confirmed.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import HiddenField

from evalflow.access import Permission
from evalflow.errors import Conflict, Invalid
from evalflow.people.importing import commands
from evalflow.people.importing.preview import BadRow, Preview, preview_branches, preview_people
from evalflow.people.importing.template import template
from evalflow.people.queries import branches as branch_lines
from evalflow.web.current import actor, locale, now, reading, writing
from evalflow.web.forms import Form
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint
from evalflow.web.refusals import sentence_of

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200  # rows of each sort in a preview; the numbers are of all

Answer = str | tuple[str, int] | Response


class UploadForm(Form):
    file = FileField(_l("Spreadsheet (.xlsx or .csv)"))


class ConfirmForm(Form):
    """content: the file, base64. good: how many rows the preview promised."""

    content = HiddenField()
    good = HiddenField()


@dataclass(frozen=True)
class Subject:
    """What is imported: its two steps, and where its pages are."""

    name: str
    endpoint: str
    listed_at: str
    preview: Callable[..., Preview[Any]]
    write: Callable[..., int]


PEOPLE = Subject("people", "web.import_people", "web.people", preview_people, commands.add_people)
BRANCHES = Subject("branches", "web.import_branches", "web.branches", preview_branches, commands.add_branches)


@blueprint.get("/branches")
@guarded(Permission.ADMINISTER)
def branches() -> str:
    return render_template("web/branches.html", lines=branch_lines(reading()))


@blueprint.get("/people/import")
@guarded(Permission.ADMINISTER)
def import_people() -> str:
    return _upload_page(PEOPLE, UploadForm())


@blueprint.get("/branches/import")
@guarded(Permission.ADMINISTER)
def import_branches() -> str:
    return _upload_page(BRANCHES, UploadForm())


@blueprint.post("/people/import")
@guarded(Permission.ADMINISTER)
def look_at_people() -> Answer:
    return _look_at(PEOPLE)


@blueprint.post("/branches/import")
@guarded(Permission.ADMINISTER)
def look_at_branches() -> Answer:
    return _look_at(BRANCHES)


@blueprint.post("/people/import/confirm")
@guarded(Permission.ADMINISTER)
def add_people() -> Answer:
    return _confirm(PEOPLE)


@blueprint.post("/branches/import/confirm")
@guarded(Permission.ADMINISTER)
def add_branches() -> Answer:
    return _confirm(BRANCHES)


@blueprint.get("/people/import/template.xlsx")
@guarded(Permission.ADMINISTER)
def import_template() -> Response:
    named = "people.xlsx" if locale().startswith("en") else "renyuan.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{named}"'}
    return FlaskResponse(template(locale()), mimetype=WORKBOOK, headers=headers)


def reason(row: BadRow) -> str:
    """Why a row can't be accepted, as a sentence."""
    return sentence_of(row.reason, row.facts)


def _look_at(subject: Subject) -> Answer:
    form = UploadForm()
    try:
        if not form.file.data:
            raise Invalid("file_missing", fields={"file": "file_missing"})
        content = form.file.data.read()
        seen = subject.preview(content, commands.existing(reading()))
    except Invalid as refusal:
        form.refuse(refusal)
        return _upload_page(subject, form), refusal.status
    confirm = ConfirmForm(formdata=None, content=base64.b64encode(content).decode(), good=str(len(seen.good)))
    return render_template(
        "web/import_preview.html", subject=subject, seen=seen, form=confirm, reason=reason, shown=SHOWN
    )


def _confirm(subject: Subject) -> Answer:
    """What was looked at, or nothing: fewer good rows than promised means that something has come in between."""
    form = ConfirmForm()
    try:
        content = base64.b64decode(form.content.data or "", validate=True)
        with writing() as session:
            seen = subject.preview(content, commands.existing(session))
            if str(len(seen.good)) != form.good.data:
                raise Conflict("import_outdated")
            added = subject.write(session, seen, actor=actor(), now=now())
    except binascii.Error:
        raise Invalid("form_incomplete") from None
    flash(_("%(number)s rows were imported.", number=added))
    return redirect(url_for(subject.listed_at))


def _upload_page(subject: Subject, form: UploadForm) -> str:
    return render_template("web/import.html", subject=subject, form=form)
