"""Branches and people from a spreadsheet: upload, look at every row, confirm. Nothing is written before that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from evalflow.access import Permission
from evalflow.errors import Conflict, Invalid
from evalflow.importing.rows import Preview
from evalflow.people.importing import commands
from evalflow.people.importing.preview import preview_branches, preview_people
from evalflow.people.importing.template import template
from evalflow.people.queries import branches as branch_lines
from evalflow.web.current import actor, locale, now, reading, writing
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint
from evalflow.web.spreadsheets import SHOWN, ConfirmForm, UploadForm, confirmation, kept, reason, uploaded, workbook

Answer = str | tuple[str, int] | Response


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
    return workbook(template(locale()), named)


def _look_at(subject: Subject) -> Answer:
    form = UploadForm()
    try:
        content = uploaded(form)
        seen = subject.preview(content, commands.existing(reading()))
    except Invalid as refusal:
        form.refuse(refusal)
        return _upload_page(subject, form), refusal.status
    confirm = confirmation(content, len(seen.good))
    return render_template(
        "web/import_preview.html", subject=subject, seen=seen, form=confirm, reason=reason, shown=SHOWN
    )


def _confirm(subject: Subject) -> Answer:
    """What was looked at, or nothing: fewer good rows than promised means that something has come in between."""
    form = ConfirmForm()
    content = kept(form)
    with writing() as session:
        seen = subject.preview(content, commands.existing(session))
        if str(len(seen.good)) != form.good.data:
            raise Conflict("import_outdated")
        added = subject.write(session, seen, actor=actor(), now=now())
    flash(_("%(number)s rows were imported.", number=added))
    return redirect(url_for(subject.listed_at))


def _upload_page(subject: Subject, form: UploadForm) -> str:
    return render_template("web/import.html", subject=subject, form=form)
