"""Branches and people from a spreadsheet: upload, look at every row, confirm. Nothing is written before that."""

from flask import render_template, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from evalflow.access import Permission
from evalflow.importing.rows import Preview
from evalflow.importing.sheets import Book
from evalflow.people.importing import commands
from evalflow.people.importing.preview import NewBranch, NewPerson, preview_branches, preview_people
from evalflow.people.importing.template import template
from evalflow.people.queries import branches as branch_lines
from evalflow.web.current import actor, locale, now, reading
from evalflow.web.guard import guarded
from evalflow.web.pages import blueprint
from evalflow.web.spreadsheets import Answer, Import, confirm, look_at, upload_page, workbook
from evalflow.web.text import day, role_name
from evalflow.web.uploads import takes_files


@blueprint.get("/branches")
@guarded(Permission.ADMINISTER)
def branches() -> str:
    return render_template("web/branches.html", lines=branch_lines(reading()))


@blueprint.get("/people/import")
@guarded(Permission.ADMINISTER)
def import_people() -> str:
    return upload_page(_people())


@blueprint.get("/branches/import")
@guarded(Permission.ADMINISTER)
def import_branches() -> str:
    return upload_page(_branches())


@blueprint.post("/people/import")
@guarded(Permission.ADMINISTER)
@takes_files
def look_at_people() -> Answer:
    return look_at(_people())


@blueprint.post("/branches/import")
@guarded(Permission.ADMINISTER)
@takes_files
def look_at_branches() -> Answer:
    return look_at(_branches())


@blueprint.post("/people/import/confirm")
@guarded(Permission.ADMINISTER)
def add_people() -> Answer:
    return confirm(_people())


@blueprint.post("/branches/import/confirm")
@guarded(Permission.ADMINISTER)
def add_branches() -> Answer:
    return confirm(_branches())


@blueprint.get("/people/import/template.xlsx")
@guarded(Permission.ADMINISTER)
def import_template() -> Response:
    named = "people.xlsx" if locale().startswith("en") else "renyuan.xlsx"
    return workbook(template(locale()), named)


def _people() -> Import:
    def preview(session: Session, book: Book) -> Preview[NewPerson]:
        return preview_people(book, commands.existing(session))

    def write(session: Session, seen: Preview[NewPerson]) -> int:
        return commands.add_people(session, seen, actor=actor(), now=now())

    def cells(row: NewPerson) -> tuple[str, ...]:
        roles = " · ".join(role_name(role) for role in row.roles)
        return str(row.row), row.login, row.name, row.branch, roles, str(row.weight)

    return Import(
        title=_("Import people"),
        lead=_("First you see what every row would become. Nothing is written before you confirm."),
        upload=url_for("web.import_people"),
        confirm=url_for("web.add_people"),
        template=url_for("web.import_template"),
        ends_at=url_for("web.people"),
        ends_title=_("People"),
        preview=preview,
        write=write,
        headings=(_("Row"), _("Account"), _("Name or post"), _("Branch"), _("Roles"), _("Vote weight")),
        cells=cells,
    )


def _branches() -> Import:
    def preview(session: Session, book: Book) -> Preview[NewBranch]:
        return preview_branches(book, commands.existing(session))

    def write(session: Session, seen: Preview[NewBranch]) -> int:
        return commands.add_branches(session, seen, actor=actor(), now=now())

    def cells(row: NewBranch) -> tuple[str, ...]:
        return str(row.row), row.key, row.name_zh, row.name_en, day(row.founded_on)

    return Import(
        title=_("Import branches"),
        lead=_("First you see what every row would become. Nothing is written before you confirm."),
        upload=url_for("web.import_branches"),
        confirm=url_for("web.add_branches"),
        template=url_for("web.import_template"),
        ends_at=url_for("web.branches"),
        ends_title=_("Branches"),
        preview=preview,
        write=write,
        headings=(_("Row"), _("Key"), _("Name"), _("English name"), _("Founded")),
        cells=cells,
    )
